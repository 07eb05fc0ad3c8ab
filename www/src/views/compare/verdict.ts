/** The verdict of a comparison: the words for its state, and what the next step does. */
import { compareStore, isEmpty, nextChange, openInInspect } from "../../state/compare.ts";
import { verdictBand } from "../verdict.ts";
import { describePair, type PairAction } from "./words.ts";

export function pairVerdict(): HTMLElement {
  const { box, show } = verdictBand("compare");
  compareStore.on(["result", "isBusy", "failure", "headerTexts", "bodies"], ({ result, isBusy, failure }) => {
    const { step, ...words } = describePair(result, [isEmpty(0), isEmpty(1)], failure);
    show(
      { ...words, step: step && { title: step.title, run: () => run(step.action) } },
      isBusy,
      !isBusy && (result !== undefined || failure !== undefined),
    );
  });
  return box;
}

const inCompare = (selector: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`#mode-compare ${selector}`);

function run(action: PairAction): void {
  switch (action.kind) {
    case "change":
      nextChange(1);
      break;
    case "provider":
      inCompare(".provider-of-both")?.focus();
      break;
    case "text":
      compareStore.set({ view: "text" });
      inCompare(".diff")?.scrollIntoView({ block: "nearest" });
      break;
    case "file":
      inCompare(`.side:nth-child(${action.side + 1}) .opener button`)?.click();
      break;
    case "inspect":
      openInInspect(action.side);
      break;
  }
}
