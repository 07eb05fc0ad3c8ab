/** The verdict, in a word, a colour, a shape and a sentence. */
import type { Inspection } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { announce } from "../../ui/announce.ts";
import { fill, h } from "../../ui/dom.ts";
import { type IconName, icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";

interface Verdict {
  tone: "good" | "open" | "bad" | "none";
  icon: IconName;
  word: string;
  sentence: string;
  aside: string | undefined;
}

export function verdictView(): HTMLElement {
  const box = h("div", { class: "verdict" });
  store.on(["result", "busy", "failure"], ({ result, busy, failure }) => {
    const verdict: Verdict =
      failure !== undefined
        ? { tone: "bad", icon: "error", word: "The page failed", sentence: failure, aside: undefined }
        : result === undefined
          ? {
              tone: "none",
              icon: "question",
              word: busy ? "Starting…" : "Nothing to judge yet",
              sentence: "Paste a delivery, drop a file, or pick an example.",
              aside: undefined,
            }
          : "unrecognised" in result
            ? {
                tone: "none",
                icon: "question",
                word: "Whose delivery is this?",
                sentence: "Neither its headers nor its event say so. Choose the provider.",
                aside: undefined,
              }
            : judged(result);
    box.dataset.tone = verdict.tone;
    box.dataset.busy = String(busy);
    fill(
      box,
      h("span", { class: "seal" }, icon(verdict.icon)),
      h(
        "div",
        null,
        h("h2", null, verdict.word),
        h("p", null, ...visible(verdict.sentence)),
        verdict.aside !== undefined && h("p", { class: "muted" }, verdict.aside),
      ),
    );
    if (!busy && result !== undefined) announce(`${verdict.word}. ${verdict.sentence}`);
  });
  return box;
}

function judged({ report, provider, issues }: Inspection): Verdict {
  const number = (severity: string) => issues.filter((issue) => issue.severity === severity).length;
  const [errors, warnings, infos] = [number("error"), number("warning"), number("info")];
  const aside = [
    errors > 0 ? count(errors, "error") : undefined,
    warnings > 0 ? count(warnings, "warning") : undefined,
    infos > 0 ? count(infos, "remark") : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
  const { signature } = report;
  if (report.verdict === "verified") {
    return {
      tone: "good",
      icon: "verified",
      word: "Verified",
      sentence: `Signed by ${signature.algorithm ?? "its algorithm"} over these very bytes with this secret, and in order by ${provider.title}'s contract.`,
      aside,
    };
  }
  if (report.verdict === "unsigned") {
    const unchecked = issues.find(({ code }) => code === "secret-missing");
    return {
      tone: "open",
      icon: "unsigned",
      word: unchecked === undefined ? "Unsigned" : "Unsigned: not checked",
      sentence:
        unchecked?.message ??
        (provider.signs
          ? "In order by the contract, but it carries no signature: anybody could have sent it."
          : `In order by the contract, but ${provider.title} signs nothing: anybody could have sent it.`),
      aside,
    };
  }
  const first = issues.find(({ severity }) => severity === "error");
  return {
    tone: "bad",
    icon: "rejected",
    word: "Rejected",
    sentence:
      first === undefined
        ? "It is rejected."
        : `${first.pointer === "" ? "" : `${clipped(first.pointer)}: `}${first.message}`,
    aside,
  };
}

/** A pointer is as long as the sender likes. */
function clipped(pointer: string): string {
  return pointer.length > 80 ? `${pointer.slice(0, 79)}…` : pointer;
}
