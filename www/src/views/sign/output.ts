/** The signed delivery: verdict, issues, and three export formats to copy. */
import type { SignResult } from "../../engine/protocol.ts";
import { openInInspect, signStore } from "../../state/sign.ts";
import { store } from "../../state/state.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { count, visible } from "../../ui/text.ts";
import { issuesView } from "../inspect/issues.ts";
import { panel } from "../inspect/panel.ts";
import { COVERAGE } from "../inspect/signature.ts";
import { payloadSentence, type VerdictView, verdictBox } from "../verdict.ts";

export function signVerdict(): HTMLElement {
  const { box, show } = verdictBox();
  const open = h("button", { type: "button", on: { click: openInInspect } }, "Open in Inspect");
  signStore.on(["result", "isBusy", "failure"], ({ result, isBusy, failure, provider }) => {
    open.disabled = result?.delivery === undefined;
    if (failure !== undefined)
      show({ tone: "bad", icon: "error", title: "Page error", description: failure }, isBusy, true);
    else show(describeResult(result, provider), isBusy, !isBusy && result !== undefined);
  });
  return h("div", null, box, h("p", { class: "acts" }, open));
}

function describeResult(result: SignResult | undefined, provider: string): VerdictView {
  if (result === undefined)
    return { tone: "none", icon: "question", title: "Starting…", description: "Loading the core." };
  const { failure, verdict, status, issues } = result;
  const entry = store.state.providers.find(({ id }) => id === provider);
  const { title = provider, signs = true } = entry ?? {};
  const payload = payloadSentence(result.isValidated === true, title);
  const note = "Signed by the core, and inspected by the core as its receiver would.";
  if (failure !== undefined)
    return { tone: "bad", icon: "rejected", title: "Not created", description: failure };
  if (verdict === "token")
    return {
      tone: "open",
      icon: "warning",
      title: "Token added, nothing signed",
      description: `${title} sends the secret as a token. ${COVERAGE.nothing} ${payload}`,
      note,
    };
  if (verdict === "verified")
    return {
      tone: "good",
      icon: "verified",
      title: "Signed and verified",
      description: `Valid signature of this body with this secret. ${payload}`,
      note,
    };
  if (verdict === "unsigned" && entry?.secrets[0]?.kind === "public-key")
    return {
      tone: "open",
      icon: "unsigned",
      title: "Cannot be signed here",
      description: `${title} signs with a private key, which only ${title} has. Its public key verifies deliveries, and cannot sign.`,
      note: "The delivery below has no signature.",
    };
  if (verdict === "unsigned")
    return signs
      ? {
          tone: "open",
          icon: "unsigned",
          title: "Not signed",
          description: `${title} signs its webhooks. Enter the secret of the subscription.`,
          note,
        }
      : {
          tone: "open",
          icon: "unsigned",
          title: "Created, unsigned",
          description: `${title} does not sign its webhooks. ${payload}`,
          note,
        };
  const errors = issues.filter(({ severity }) => severity === "error");
  return {
    tone: "bad",
    icon: "rejected",
    title: status === "verified" ? "Signed, but rejected" : "Rejected",
    description: errors[0]?.message ?? "The receiver would reject this delivery.",
    note: errors.length > 1 ? `${count(errors.length, "error")}. ${note}` : note,
  };
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
  const box = h("div", null);
  const parts = [
    outputView("Headers", "headers", ({ delivery }) =>
      delivery?.headers.map(([name, value]) => `${name}: ${value}`).join("\n"),
    ),
    outputView("Raw HTTP", "HTTP request", ({ http }) => http),
    outputView("curl", "curl command", ({ curl }) => curl, "Contains no secret."),
  ];
  box.append(...parts.map(({ box }) => box));
  signStore.on(["result"], ({ result }) => {
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
