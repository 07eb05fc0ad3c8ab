/** The signed delivery: verdict, issues, and three export formats to copy. */
import type { SignResult } from "../../engine/protocol.ts";
import { nextIssue, openInInspect, signStore } from "../../state/sign.ts";
import { store } from "../../state/state.ts";
import { copyButton, copyText } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { visible } from "../../ui/text.ts";
import { issuesView } from "../inspect/issues.ts";
import { panel } from "../inspect/panel.ts";
import { verdictBand } from "../verdict.ts";
import { describeMade, type MadeAction } from "./words.ts";

export function signVerdict(): HTMLElement {
  const { box, show } = verdictBand("sign");
  signStore.on(["result", "isBusy", "failure"], ({ result, isBusy, failure, provider }) => {
    const entry = store.state.providers.find(({ id }) => id === provider);
    const { step, ...words } = describeMade(result, entry, failure);
    show(
      { ...words, step: step && { title: step.title, run: () => run(step.action) } },
      isBusy,
      !isBusy && (result !== undefined || failure !== undefined),
    );
  });
  return box;
}

const focusIn = (selector: string): void =>
  document.querySelector<HTMLElement>(`#mode-sign ${selector}`)?.focus();

function run(action: MadeAction): void {
  if (action === "copy") void copyText("the curl command", signStore.state.result?.curl ?? "");
  else if (action === "inspect") openInInspect();
  else if (action === "secret") focusIn(".secret input");
  else if (action === "issue") nextIssue(1);
  else {
    signStore.set({ editor: "text" });
    focusIn(".cm-content");
  }
}

export function signIssuesView(): HTMLElement {
  return issuesView({
    issues: (callback) => signStore.on(["result"], ({ result }) => callback(result?.issues ?? [])),
    current: (callback) => signStore.on(["issue"], ({ issue }) => callback(issue)),
    go: (issue) => {
      // Two changes, so that listeners also run if the issue is already selected.
      signStore.set({ issue: undefined });
      signStore.set({ issue });
    },
  });
}

export function outputsView(): HTMLElement {
  const open = h("button", { type: "button", on: { click: openInInspect } }, "Open in Inspect");
  const box = h("div", null, h("p", { class: "acts" }, open));
  const parts = [
    outputView("Headers", "headers", ({ delivery }) =>
      delivery?.headers.map(([name, value]) => `${name}: ${value}`).join("\n"),
    ),
    outputView("Raw HTTP", "HTTP request", ({ http }) => http),
    outputView("curl", "curl command", ({ curl }) => curl, "Contains no secret."),
  ];
  box.append(...parts.map(({ box }) => box));
  signStore.on(["result"], ({ result }) => {
    open.disabled = result?.delivery === undefined;
    for (const { show } of parts) show(result);
  });
  return box;
}

/** One export format of the delivery, with a button that copies it. */
function outputView(
  title: string,
  what: string,
  getText: (result: SignResult) => string | undefined,
  note?: string,
) {
  const { box, head, content } = panel("output", title);
  let text = "";
  const copy = copyButton(what, () => text);
  head.append(copy);
  if (note !== undefined) head.append(h("span", { class: "muted" }, note));
  const pre = h("pre", { class: "excerpt", tabindex: "0", role: "group", "aria-label": what });
  content.append(pre);
  const show = (result: SignResult | undefined) => {
    box.hidden = result?.delivery === undefined;
    if (result?.delivery === undefined) return;
    const output = getText(result);
    text = output ?? "";
    copy.hidden = output === undefined;
    // HTTP ends header lines with CR LF: show no symbol for the CR.
    const shown = text.replaceAll("\r\n", "\n");
    fill(
      pre,
      ...(output === undefined
        ? ["Not available: the body is not valid UTF-8."]
        : visible(shown.length > MAX_SHOWN_CHARS ? `${shown.slice(0, MAX_SHOWN_CHARS)}…` : shown, true)),
    );
  };
  return { box, show };
}

const MAX_SHOWN_CHARS = 20_000;
