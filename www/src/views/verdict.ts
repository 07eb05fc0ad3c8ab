/** The band of a mode: seal, verdict, headline, sentence, the actions on what the mode shows, and one next step. */
import type { Mode } from "../state/state.ts";
import { Store } from "../state/store.ts";
import { announce } from "../ui/announce.ts";
import { fill, h } from "../ui/dom.ts";
import { seal } from "../ui/seal.ts";
import { visible } from "../ui/text.ts";
import { actionButtons } from "./actions/index.ts";
import type { VerdictText } from "./inspect/words.ts";

export interface VerdictView extends Omit<VerdictText, "step"> {
  /** How many errors and warnings there are, for an announcement: the kicker and the title are announced with it. */
  counts?: string | undefined;
  /** What to do next. */
  step?: { title: string; run(): void } | undefined;
}

/** What the band of each mode shows, for the title of the page and the lower edge of a narrow one. */
export const bands = new Store<Partial<Record<Mode, VerdictView>>>({});

const sentences = (parts: readonly (string | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined && part !== "")
    .map((part) => (/[.?…]$/.test(part as string) ? part : `${part}.`))
    .join(" ");

/** The title is the heading of its mode, and is announced to screen readers. */
export function verdictBand(mode: Mode): {
  box: HTMLElement;
  show(verdict: VerdictView, busy: boolean, aloud: boolean): void;
} {
  const shape = h("span", { class: "seal-box" });
  const kicker = h("strong", { class: "kicker" });
  const aside = h("span", { class: "aside" });
  const headline = h("h1", { tabindex: "-1" });
  const sentence = h("p", { class: "verdict-text" });
  const step = h("button", { type: "button", class: "main step", on: { click: () => shown?.step?.run() } });
  const box = h(
    "section",
    { class: "band verdict", "aria-label": "Verdict" },
    shape,
    h("div", { class: "verdict-head" }, h("p", { class: "kicker-line" }, kicker, " ", aside), headline),
    sentence,
    actionButtons(),
    step,
  );
  let shown: VerdictView | undefined;
  let spoken = "";
  return {
    box,
    show(verdict, busy, aloud) {
      shown = verdict;
      const said = sentences([verdict.kicker, verdict.headline, verdict.counts]);
      if (aloud && said !== spoken) {
        spoken = said;
        announce(said, "verdict");
      }
      box.dataset.tone = verdict.tone;
      box.dataset.busy = String(busy);
      fill(shape, seal(verdict.seal));
      kicker.textContent = verdict.kicker;
      aside.textContent = verdict.aside ?? "";
      fill(headline, ...visible(verdict.headline));
      fill(sentence, ...visible(verdict.sentence));
      bands.set({ [mode]: verdict });
      step.hidden = verdict.step === undefined;
      step.textContent = verdict.step?.title ?? "";
    },
  };
}
