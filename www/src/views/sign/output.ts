/** What was made: whether it verifies, what is wrong, and the delivery in three forms to copy. */
import type { Made } from "../../engine/protocol.ts";
import { openMade, signStore } from "../../state/sign.ts";
import { store } from "../../state/state.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { count, visible } from "../../ui/text.ts";
import { issuesView } from "../inspect/issues.ts";
import { panel } from "../inspect/panel.ts";
import { type Said, verdictBox } from "../verdict.ts";

export function signVerdict(): HTMLElement {
  const { box, say } = verdictBox();
  const open = h("button", { type: "button", on: { click: openMade } }, "Open in Inspect");
  signStore.on(["result", "busy", "failure"], ({ result, busy, failure, provider }) => {
    open.disabled = result?.delivery === undefined;
    if (failure !== undefined)
      say({ tone: "bad", icon: "error", word: "The page failed", sentence: failure }, busy, true);
    else say(saidOf(result, provider), busy, !busy && result !== undefined);
  });
  return h("div", null, box, h("p", { class: "acts" }, open));
}

function saidOf(result: Made | undefined, provider: string): Said {
  if (result === undefined)
    return { tone: "none", icon: "question", word: "Starting…", sentence: "The core is loaded." };
  const { failure, verdict, status, issues } = result;
  const { title = provider, signs = true } = store.state.providers.find(({ id }) => id === provider) ?? {};
  const aside = "Made by the core, and judged by the core as its receiver would.";
  if (failure !== undefined)
    return { tone: "bad", icon: "rejected", word: "Nothing was made", sentence: failure };
  if (verdict === "verified")
    return {
      tone: "good",
      icon: "verified",
      word: "Signed, and it verifies",
      sentence: `The signature fits these very bytes and this secret, and the payload fits ${title}'s contract.`,
      aside,
    };
  if (verdict === "unsigned")
    return signs
      ? {
          tone: "open",
          icon: "unsigned",
          word: "Not signed",
          sentence: `${title} signs its deliveries: type the secret of the subscription.`,
          aside,
        }
      : {
          tone: "open",
          icon: "unsigned",
          word: "Made, and unsigned",
          sentence: `In order by the contract. ${title} signs nothing: there is no signature to make.`,
          aside,
        };
  const errors = issues.filter(({ severity }) => severity === "error");
  return {
    tone: "bad",
    icon: "rejected",
    word: status === "verified" ? "Signed, but its receiver refuses it" : "Its receiver refuses it",
    sentence: errors[0]?.message ?? "The receiver would refuse it.",
    aside: errors.length > 1 ? `${count(errors.length, "error")}. ${aside}` : aside,
  };
}

export function mistakesView(): HTMLElement {
  return issuesView({
    issues: (tell) => signStore.on(["result"], ({ result }) => tell(result?.issues ?? [])),
    current: (tell) => signStore.on(["issue"], ({ issue }) => tell(issue)),
    go: (issue) => {
      // Also where it is looked at already.
      signStore.set({ issue: undefined });
      signStore.set({ issue });
    },
  });
}

export function outputsView(): HTMLElement {
  const box = h("div", null);
  const parts = [
    part("Headers", "headers", ({ delivery }) =>
      delivery?.headers.map(([name, value]) => `${name}: ${value}`).join("\n"),
    ),
    part("Raw HTTP", "HTTP request", ({ http }) => http),
    part("curl", "curl command", ({ curl }) => curl, "Never holds the secret."),
  ];
  box.append(...parts.map(({ box }) => box));
  signStore.on(["result"], ({ result }) => {
    for (const { show } of parts) show(result);
  });
  return box;
}

/** One form of the delivery, with a button that copies it. */
function part(title: string, what: string, of: (made: Made) => string | undefined, note?: string) {
  const { box, head, content } = panel("output", title);
  let text = "";
  const copy = copyButton(what, () => text);
  head.append(copy);
  if (note !== undefined) head.append(h("span", { class: "muted" }, note));
  const pre = h("pre", { class: "excerpt", tabindex: "0", "aria-label": what });
  content.append(pre);
  const show = (made: Made | undefined) => {
    box.hidden = made?.delivery === undefined;
    if (made?.delivery === undefined) return;
    const found = of(made);
    text = found ?? "";
    copy.hidden = found === undefined;
    // Lines of a head end as HTTP wants it, which needs no sign.
    const shown = text.replaceAll("\r\n", "\n");
    fill(
      pre,
      ...(found === undefined
        ? ["This form cannot hold the delivery: it has bytes that no text has."]
        : visible(shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown, true)),
    );
  };
  return { box, show };
}

const LONGEST = 20_000;
