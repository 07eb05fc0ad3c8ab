/** The box of a verdict: title, color, icon and description. The title is the heading of its mode, and is announced to screen readers. */
import { announce } from "../ui/announce.ts";
import { fill, h } from "../ui/dom.ts";
import { type IconName, icon } from "../ui/icons.ts";
import { visible } from "../ui/text.ts";

export interface VerdictView {
  tone: "good" | "open" | "bad" | "none";
  icon: IconName;
  /** The verdict in a word or two, where the title is about the delivery. */
  kicker?: string | undefined;
  title: string;
  /** How a receiver responds. */
  aside?: string | undefined;
  description: string;
  note?: string | undefined;
  /** How many errors and warnings there are, for an announcement: the kicker and the title are announced with it. */
  counts?: string | undefined;
  /** Tries again what failed. */
  retry?: (() => void) | undefined;
  /** What to do next. */
  step?: { title: string; run(): void } | undefined;
}

/** Whether the payload satisfies its contract, which a provider may not have for an event type. */
export function payloadSentence(isValidated: boolean, title: string): string {
  return isValidated
    ? `The payload satisfies ${title}'s contract.`
    : `The payload was not validated: ${title} has no contract for this event type.`;
}

const sentences = (parts: readonly (string | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined && part !== "")
    .map((part) => (/[.?…]$/.test(part as string) ? part : `${part}.`))
    .join(" ");

export function verdictBox(): {
  box: HTMLElement;
  show(verdict: VerdictView, busy: boolean, aloud: boolean): void;
} {
  const box = h("div", { class: "verdict" });
  let shown = "";
  let spoken = "";
  let shownRetry: (() => void) | undefined;
  let shownStep: VerdictView["step"];
  return {
    box,
    show({ tone, icon: name, kicker, title, aside, description, note, counts, retry, step }, busy, aloud) {
      box.dataset.tone = tone;
      box.dataset.busy = String(busy);
      // The action of a step may be another one with every result.
      shownStep = step;
      const text = sentences([kicker, aside, title, description, note]);
      const said = kicker === undefined ? text : sentences([kicker, title, counts]);
      if (aloud && said !== spoken) {
        spoken = said;
        announce(said, "verdict");
      }
      const state = `${text} ${step?.title ?? ""}`;
      if (state === shown && retry === shownRetry) return;
      shown = state;
      shownRetry = retry;
      const action =
        step !== undefined &&
        h(
          "button",
          { type: "button", class: "main step", on: { click: () => shownStep?.run() } },
          step.title,
        );
      fill(
        box,
        h("span", { class: "seal" }, icon(name)),
        h(
          "div",
          { class: "verdict-head" },
          kicker !== undefined &&
            h(
              "p",
              { class: "kicker-line" },
              h("strong", { class: "kicker" }, kicker),
              aside !== undefined && [" ", h("span", { class: "aside" }, aside)],
            ),
          h("h1", { tabindex: "-1" }, ...visible(title)),
          kicker === undefined && aside !== undefined && h("span", { class: "aside" }, aside),
        ),
        h(
          "div",
          { class: "verdict-text" },
          h("p", null, ...visible(description)),
          note !== undefined && h("p", { class: "muted" }, ...visible(note)),
          retry !== undefined && h("button", { type: "button", on: { click: retry } }, "Try again"),
        ),
        action,
      );
    },
  };
}
