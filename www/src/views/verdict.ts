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
  return {
    box,
    show({ tone, icon: name, title, description, note }, busy, aloud) {
      box.dataset.tone = tone;
      box.dataset.busy = String(busy);
      const text = `${title}. ${description} ${note ?? ""}`;
      if (aloud && text !== spoken) {
        spoken = text;
        announce(text);
      }
      if (text === shown) return;
      shown = text;
      fill(
        box,
        h("span", { class: "seal" }, icon(name)),
        h(
          "div",
          null,
          h("h2", null, title),
          h("p", null, ...visible(description)),
          note !== undefined && h("p", { class: "muted" }, ...visible(note)),
        ),
      );
    },
  };
}
