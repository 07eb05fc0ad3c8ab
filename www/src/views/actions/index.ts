/** Share, report and code, in a drawer. What they show is loaded when the page is idle or the drawer is opened. */
import { h } from "../../ui/dom.ts";
import { type IconName, icon } from "../../ui/icons.ts";
import { later } from "../../ui/later.ts";
import { toolbar } from "../../ui/toolbar.ts";

export const ACTIONS = [
  { name: "share", title: "Share", icon: "link" },
  { name: "report", title: "Report", icon: "report" },
  { name: "code", title: "Code", icon: "code" },
] as const satisfies { name: string; title: string; icon: IconName }[];

export type ActionName = (typeof ACTIONS)[number]["name"];
/** The names of the actions, in the order of their keys. */
export const ACTION_NAMES: readonly ActionName[] = ACTIONS.map(({ name }) => name);

/** Loads the content of the drawer. */
export const loadDialogs = async () => (await import("./dialogs.ts")).dialogContent;

const drawer = h("dialog", { class: "drawer" });

/** Opens the drawer. Its content is created now, and removed when it is closed. */
export function openAction(name: ActionName): void {
  if (document.querySelector("dialog[open]") !== null) return;
  drawer.replaceChildren(
    later(async () => {
      const content = await loadDialogs();
      return () => content(drawer, name);
    }),
  );
  drawer.showModal();
}

/** The drawer of the actions, which is empty while it is closed. */
export function actionDrawer(): HTMLDialogElement {
  drawer.addEventListener("close", () => {
    // The event is asynchronous: it may be open again.
    if (!drawer.open) drawer.replaceChildren();
  });
  drawer.addEventListener("click", ({ target }) => {
    if (target === drawer) drawer.close();
  });
  return drawer;
}

export function actionButtons(): HTMLElement {
  const buttons = ACTIONS.map(({ name, title, icon: shape }, index) =>
    h(
      "button",
      {
        type: "button",
        class: "ghost",
        "aria-haspopup": "dialog",
        title: `${title} (Alt ${index + 6})`,
        on: { click: () => openAction(name) },
      },
      icon(shape),
      title,
    ),
  );
  return toolbar(h("div", { class: "actions" }, buttons), "Actions");
}
