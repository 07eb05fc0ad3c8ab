/** On a narrow page, which side is shown: why, or the request. A wide one shows both. */
import { type State, store } from "../../state/state.ts";
import { h } from "../../ui/dom.ts";
import { toolbar } from "../../ui/toolbar.ts";

const SIDES: [State["side"], string][] = [
  ["why", "Why"],
  ["request", "Request"],
];

export function sideTabs(): HTMLElement {
  const buttons = SIDES.map(([side, title]) =>
    h("button", { type: "button", on: { click: () => store.set({ side }) } }, title),
  );
  store.on(["side"], ({ side }) => {
    for (const [index, [name]] of SIDES.entries())
      buttons[index]?.setAttribute("aria-pressed", String(name === side));
  });
  return toolbar(h("div", { class: "side-tabs" }, buttons), "Show");
}
