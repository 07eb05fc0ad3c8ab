/** The title of the page: what is said of the delivery, and the mode. */
import { MODE_TITLES, store } from "../state/state.ts";
import { inspectState, VERDICT_KEYS } from "../views/inspect/inspect-state.ts";
import { describeVerdict } from "../views/inspect/words.ts";

export function startTitle(): void {
  store.on([...VERDICT_KEYS, "mode"], (state) => {
    const name = `${MODE_TITLES[state.mode]} · Hookseal`;
    document.title =
      state.mode === "inspect" ? `${describeVerdict(inspectState(state)).headline} · ${name}` : name;
  });
}
