/** What the drawer shows: share, report and code, each with what the mode shows. */
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { toolbar } from "../../ui/toolbar.ts";
import { codeView } from "./code.ts";
import { ACTIONS, type ActionName } from "./index.ts";
import { reportView } from "./report.ts";
import { shareView } from "./share.ts";
import { subjectOf } from "./subject.ts";

const VIEWS = { share: shareView, report: reportView, code: codeView };

/** The content of the drawer, with this action first. */
export function dialogContent(drawer: HTMLElement, name: ActionName): HTMLElement {
  const box = h("div", { class: "drawer-content" });
  const focus = () => box.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
  const draw = (shown: ActionName): void => {
    const subject = subjectOf(store.state.mode);
    const tabs = ACTIONS.map(({ name, title }) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(name === shown),
          on: {
            click: () => {
              draw(name);
              focus();
            },
          },
        },
        title,
      ),
    );
    const title = ACTIONS.find(({ name }) => name === shown)?.title ?? "";
    drawer.setAttribute("aria-label", `${subject.title}: ${title}`);
    fill(
      box,
      h(
        "div",
        { class: "top" },
        h("h2", null, subject.title, " ", h("span", { class: "muted" }, subject.detail)),
        h(
          "form",
          { method: "dialog" },
          h("button", { value: "close", class: "ghost", "aria-label": "Close" }, icon("failed")),
        ),
      ),
      toolbar(h("div", { class: "tabs" }, tabs), "About it"),
      VIEWS[shown](subject),
    );
  };
  draw(name);
  // The drawer was opened before this had loaded.
  queueMicrotask(focus);
  return box;
}
