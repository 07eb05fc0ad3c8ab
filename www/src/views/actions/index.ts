/** The dialogs of every mode: code, report, share. */
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

/** Opens a dialog. Its content is created now, and removed when it is closed. */
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

/** The dialog of the actions, which is empty while it is closed. */
export function actionDialog(): HTMLDialogElement {
  dialog.addEventListener("close", () => {
    // The event is asynchronous: another dialog may already be open.
    if (!dialog.open) dialog.replaceChildren();
  });
  return dialog;
}

export function actionButtons(): HTMLElement {
  return h(
    "div",
    { class: "actions" },
    ACTIONS.map(([title, name], index) =>
      h(
        "button",
        {
          type: "button",
          class: "ghost",
          "aria-haspopup": "dialog",
          title: `${title} (Alt ${index + 5})`,
          on: { click: () => openAction(index) },
        },
        icon(name),
        h("span", null, title),
      ),
    ),
  );
}
