/** The first visit: an example that is rejected, with the result that the core computed when the page was built. */
import first from "virtual:first";
import type { Inspection, ShownExplanation } from "../engine/protocol.ts";
import { readSession } from "./history.ts";
import { store } from "./state.ts";

export interface FirstVisit {
  /** The id of the example. */
  id: string;
  state: {
    headerText: string;
    body: string;
    provider: string;
    secret: string;
    result: Inspection;
    explanation: ShownExplanation;
  };
}

/** Shows the example, unless the address or the session of the tab has something else. */
export function showFirstVisit(): void {
  if (first === undefined || location.hash !== "" || readSession() !== undefined) return;
  const { state, id } = first;
  store.set({
    ...state,
    delivery: 1,
    example: { id, headerText: state.headerText, body: state.body },
    notice: {
      tone: "note",
      text: "An example. Paste your own delivery anywhere on this page.",
      isExample: true,
    },
  });
}
