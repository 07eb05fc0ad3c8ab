/** The verdict of Inspect: the words for its state, and what the next step does. */
import type { Issue } from "../../engine/core.ts";
import { retryFailure, selectIssue } from "../../state/actions.ts";
import { describeSender } from "../../state/custom.ts";
import { type State, store } from "../../state/state.ts";
import { copyText } from "../../ui/copy.ts";
import { count } from "../../ui/text.ts";
import { openAction } from "../actions/index.ts";
import { verdictBand } from "../verdict.ts";
import { inspectState, VERDICT_KEYS } from "./inspect-state.ts";
import { describeVerdict, type NextAction } from "./words.ts";

export function verdictView(): HTMLElement {
  const { box, show } = verdictBand("inspect");
  store.on(VERDICT_KEYS, (state) => {
    const { step, ...words } = describeVerdict(inspectState(state));
    show(
      {
        ...words,
        counts: countIssues(state.result?.issues ?? []),
        step: step && { title: step.title, run: () => run(step.action) },
      },
      state.isBusy,
      !state.isBusy && (state.result !== undefined || state.failure !== undefined),
    );
  });
  return box;
}

/** The number of errors and of warnings, without a kind that there is none of. */
function countIssues(issues: readonly Issue[]): string {
  const counts = (["error", "warning"] as const).flatMap((kind) => {
    const number = issues.filter(({ severity }) => severity === kind).length;
    return number === 0 ? [] : [count(number, kind)];
  });
  return counts.join(", ");
}

/** Shows an element of Inspect, on the side of the page that has it, and focuses it. */
function reveal(side: State["side"], selector: string): void {
  store.set({ side });
  const element = document.querySelector<HTMLElement>(`#mode-inspect ${selector}`);
  const step = element?.closest("details");
  if (step) step.open = true;
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: "center" });
}

function run(action: NextAction): void {
  switch (action.kind) {
    case "open-file":
      document.querySelector<HTMLElement>("#mode-inspect .open-file")?.click();
      break;
    case "code":
      openAction("code");
      break;
    case "secret":
      reveal(store.state.side, ".secret input");
      break;
    case "setting":
      reveal(store.state.side, ".provider-fields input");
      break;
    case "headers":
      reveal("request", "textarea.head");
      break;
    case "explanation":
      reveal("why", ".explanation");
      break;
    case "describe":
      void describeSender();
      break;
    case "retry":
      retryFailure();
      break;
    case "issue":
      selectIssue(action.index);
      break;
    case "verify-at":
      store.set({ asOf: new Date(action.time).toISOString() });
      break;
    case "copy":
      void copyText("the fix", action.text);
      reveal("why", ".explanation");
      break;
  }
}
