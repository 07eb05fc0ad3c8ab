/** What can be taken along from the page, in any mode: code, a report, a link. */
import { h } from "../../ui/dom.ts";
import { type IconName, icon } from "../../ui/icons.ts";
import { codeView } from "./code.ts";
import { reportView } from "./report.ts";
import { shareView } from "./share.ts";

const ACTIONS: [title: string, IconName, view: () => HTMLElement][] = [
  ["Code", "code", codeView],
  ["Report", "report", reportView],
  ["Share", "link", shareView],
];

const dialog = h("dialog", { class: "action" });

/** Opens one of them. What it shows is made now, and thrown away when it is closed. */
export function openAction(index: number): void {
  const action = ACTIONS[index];
  if (action === undefined || document.querySelector("dialog[open]") !== null) return;
  const [title, , view] = action;
  dialog.setAttribute("aria-label", title);
  dialog.replaceChildren(
    h(
      "div",
      { class: "top" },
      h("h2", null, title),
      h("form", { method: "dialog" }, h("button", { value: "close" }, "Close")),
    ),
    view(),
  );
  dialog.showModal();
}

export function actionButtons(): HTMLElement {
  dialog.addEventListener("close", () => {
    // The event comes a little later: by then another may have been opened.
    if (!dialog.open) dialog.replaceChildren();
  });
  return h(
    "div",
    { class: "actions" },
    ACTIONS.map(([title, name], index) =>
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-haspopup": "dialog",
          title: `${title} (Alt ${index + 5})`,
          on: { click: () => openAction(index) },
        },
        icon(name),
        h("span", null, title),
      ),
    ),
    dialog,
  );
}
