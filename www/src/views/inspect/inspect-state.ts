/** The state of the store as the words for it need it. */
import { hasSecret, isEmptyState, type State } from "../../state/state.ts";
import type { InspectState } from "./words.ts";

/** What the words for a state depend on. */
export const VERDICT_KEYS = [
  "headerText",
  "body",
  "result",
  "isBusy",
  "failure",
  "retry",
  "explanation",
  "importIssues",
  "framework",
] as const satisfies (keyof State)[];

/** The state of the store as the words need it. */
export function inspectState(state: Readonly<State>): InspectState {
  const { isBusy, result, explanation, failure, retry, importIssues, body, framework } = state;
  return {
    isEmpty: isEmptyState(state),
    isBusy,
    hasSecret: hasSecret(state),
    result,
    explanation,
    failure,
    canRetry: retry !== undefined,
    missingBody:
      body === "" ? importIssues?.issues.find(({ code }) => code === "body-not-included") : undefined,
    framework,
  };
}
