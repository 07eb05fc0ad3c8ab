/** The verdict, in a word, a colour, a shape and a sentence. */
import type { Inspection } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { count } from "../../ui/text.ts";
import { type Said, verdictBox } from "../verdict.ts";

export function verdictView(): HTMLElement {
  const { box, say } = verdictBox();
  store.on(["result", "busy", "failure"], ({ result, busy, failure }) => {
    const verdict: Said =
      failure !== undefined
        ? { tone: "bad", icon: "error", word: "The page failed", sentence: failure }
        : result === undefined
          ? {
              tone: "none",
              icon: "question",
              word: busy ? "Starting…" : "Nothing to judge yet",
              sentence: "Paste a delivery, drop a file, or pick an example.",
            }
          : "unrecognised" in result
            ? {
                tone: "none",
                icon: "question",
                word: "Whose delivery is this?",
                sentence: "Neither its headers nor its event say so. Choose the provider.",
              }
            : judged(result);
    say(verdict, busy, !busy && result !== undefined);
  });
  return box;
}

function judged({ report, provider, issues }: Inspection): Said {
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
