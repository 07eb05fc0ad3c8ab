/** The box of a verdict: title, color, icon and description, announced to screen readers. */
import { announce } from "../ui/announce.ts";
import { fill, h } from "../ui/dom.ts";
import { type IconName, icon } from "../ui/icons.ts";
import { visible } from "../ui/text.ts";

export interface VerdictView {
  tone: "good" | "open" | "bad" | "none";
  icon: IconName;
  title: string;
  description: string;
  note?: string | undefined;
  /** Tries again what failed. */
  retry?: (() => void) | undefined;
}

/** Whether the payload satisfies its contract, which a provider may not have for an event type. */
export function payloadSentence(isValidated: boolean, title: string): string {
  return isValidated
    ? `The payload satisfies ${title}'s contract.`
    : `The payload was not validated: ${title} has no contract for this event type.`;
}

export function verdictBox(): {
  box: HTMLElement;
  show(verdict: VerdictView, busy: boolean, aloud: boolean): void;
} {
  const box = h("div", { class: "verdict" });
  let shown = "";
  let spoken = "";
  let shownRetry: (() => void) | undefined;
  return {
    box,
    show({ tone, icon: name, title, description, note, retry }, busy, aloud) {
      box.dataset.tone = tone;
      box.dataset.busy = String(busy);
      const text = `${title}. ${description} ${note ?? ""}`;
      if (aloud && text !== spoken) {
        spoken = text;
        announce(text);
      }
      if (text === shown && retry === shownRetry) return;
      shown = text;
      shownRetry = retry;
      fill(
        box,
        h("span", { class: "seal" }, icon(name)),
        h(
          "div",
          null,
          h("h2", null, title),
          h("p", null, ...visible(description)),
          note !== undefined && h("p", { class: "muted" }, ...visible(note)),
          retry !== undefined && h("button", { type: "button", on: { click: retry } }, "Try again"),
        ),
      );
    },
  };
}
