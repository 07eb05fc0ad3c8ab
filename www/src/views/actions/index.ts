/** The dialogs of every mode: code, report, share. */
import { h } from "../../ui/dom.ts";
import { type IconName, icon } from "../../ui/icons.ts";
import { later } from "../../ui/later.ts";

/** In the order of the dialogs. */
const ACTIONS: [title: string, IconName][] = [
  ["Code", "code"],
  ["Report", "report"],
  ["Share", "link"],
];

/** The content of the dialogs, which is loaded when the page is idle or a dialog is opened. */
export const loadDialogs = async () => (await import("./dialogs.ts")).dialogs;

const dialog = h("dialog", { class: "action" });

/** Opens a dialog. Its content is created now, and removed when it is closed. */
export function openAction(index: number): void {
  const action = ACTIONS[index];
  if (action === undefined || document.querySelector("dialog[open]") !== null) return;
  const [title] = action;
  dialog.setAttribute("aria-label", title);
  dialog.replaceChildren(
    h(
      "div",
      { class: "top" },
      h("h2", null, title),
      h("form", { method: "dialog" }, h("button", { value: "close" }, "Close")),
    ),
  );
  dialog.showModal();
  dialog.append(later(async () => (await loadDialogs())[index] as () => HTMLElement));
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
