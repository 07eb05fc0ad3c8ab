/** The title of the page: what its band says, and the mode. */
import { MODE_TITLES, MODES, store } from "../state/state.ts";
import { bands } from "../views/verdict.ts";

export function startTitle(): void {
  const show = () => {
    const { mode } = store.state;
    const parts = [bands.state[mode]?.headline, MODE_TITLES[mode], "Hookseal"];
    document.title = parts.filter((part) => part !== undefined).join(" · ");
  };
  store.on(["mode"], show);
  bands.on(MODES, show);
}
