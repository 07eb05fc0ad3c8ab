/** A verdict's box: a word, a colour, a shape and a sentence, and screen readers are told. */
import { announce } from "../ui/announce.ts";
import { fill, h } from "../ui/dom.ts";
import { type IconName, icon } from "../ui/icons.ts";
import { visible } from "../ui/text.ts";

export interface Said {
  tone: "good" | "open" | "bad" | "none";
  icon: IconName;
  word: string;
  sentence: string;
  aside?: string | undefined;
}

export function verdictBox(): { box: HTMLElement; say(said: Said, busy: boolean, aloud: boolean): void } {
  const box = h("div", { class: "verdict" });
  let shown = "";
  let spoken = "";
  return {
    box,
    say({ tone, icon: name, word, sentence, aside }, busy, aloud) {
      box.dataset.tone = tone;
      box.dataset.busy = String(busy);
      const text = `${word}. ${sentence} ${aside ?? ""}`;
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
          h("h2", null, word),
          h("p", null, ...visible(sentence)),
          aside !== undefined && h("p", { class: "muted" }, ...visible(aside)),
        ),
      );
    },
  };
}
