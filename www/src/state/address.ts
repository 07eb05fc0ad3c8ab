/** The address of the page: one for each mode and each delivery, so that Back and Forward go through both. */
import { showRecord } from "./replace.ts";
import { MODES, type Mode, type State, store } from "./state.ts";

/** The mode of a fragment; undefined for a link and for no fragment. */
export function modeOf(hash: string): Mode | undefined {
  return MODES.find((mode) => hash === `#${mode}`);
}

/** Shows the mode of the address, and keeps both the same from now on. */
export function startAddress(): void {
  const first = modeOf(location.hash);
  if (first !== undefined) store.set({ mode: first });
  let { mode: shownMode, delivery: shownDelivery } = store.state;
  let isGoing = false;
  const write = ({ mode, delivery }: Readonly<State>, isNew: boolean) => {
    shownMode = mode;
    shownDelivery = delivery;
    // The content of a link does not stay in the history of the browser.
    const isReplaced = !isNew || (location.hash !== "" && modeOf(location.hash) === undefined);
    history[isReplaced ? "replaceState" : "pushState"]({ delivery }, "", `#${mode}`);
  };
  if (first !== undefined || location.hash === "") write(store.state, false);
  store.on(["mode", "delivery"], (state) => {
    if (isGoing || (state.mode === shownMode && state.delivery === shownDelivery)) return;
    write(state, true);
  });
  addEventListener("popstate", ({ state }) => {
    const mode = modeOf(location.hash);
    if (mode === undefined) return;
    const { delivery } = (state ?? {}) as { delivery?: number };
    isGoing = true;
    if (delivery !== undefined && delivery !== store.state.delivery) showRecord(delivery);
    store.set({ mode });
    isGoing = false;
    write(store.state, false);
  });
}
