/** The ways to show a body, and the choice between them. */
import { type State, store } from "../../state/state.ts";
import { h } from "../../ui/dom.ts";
import { toolbar } from "../../ui/toolbar.ts";

const VIEWS: readonly (readonly [view: State["bodyView"], title: string])[] = [
  ["text", "As it came"],
  ["fields", "Fields"],
  ["tree", "Tree"],
  ["hex", "Hex"],
];

/** Whether the body can be shown so: a form as its fields, a payload as a tree. */
function hasView({ result, body }: Readonly<State>, view: State["bodyView"]): boolean {
  if (view === "text") return true;
  if (result === undefined || body === "") return false;
  if (view === "fields") return !("isUndetected" in result) && (result.form?.fields.length ?? 0) > 0;
  return view === "hex" || result.values > 0;
}

/** How the body is shown: as chosen, where it can be. */
export const shownBodyView = (state: Readonly<State>): State["bodyView"] =>
  hasView(state, state.bodyView) ? state.bodyView : "text";

/** The choice between the body as it came, its fields, its tree and its bytes. */
export function bodyViewChoice(): HTMLElement {
  const buttons = VIEWS.map(([bodyView, title]) =>
    h("button", { type: "button", on: { click: () => store.set({ bodyView }) } }, title),
  );
  const box = toolbar(h("span", { class: "segments" }, buttons), "Show the body as");
  store.on(["result", "body", "bodyView"], (state) => {
    box.hidden = state.body === "";
    const shown = shownBodyView(state);
    for (const [index, [view]] of VIEWS.entries()) {
      const button = buttons[index] as HTMLElement;
      button.hidden = !hasView(state, view);
      button.setAttribute("aria-pressed", String(view === shown));
    }
  });
  return box;
}
