/** The frame of the page: name, modes, privacy statement, actions. */
import { MODE_TITLES, type Mode, store } from "../state/state.ts";
import { actionDrawer } from "../views/actions/index.ts";
import { announcer } from "./announce.ts";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import { shortcutsDialog } from "./keys.ts";
import { menuItems, thumbBar } from "./narrow.ts";
import { noticeView } from "./notice.ts";
import { themeButton } from "./theme.ts";
import { toolbar } from "./toolbar.ts";

const MODES = Object.entries(MODE_TITLES) as [Mode, string][];

/** Builds the frame. The view of a mode is created, and may be loaded, when it is first shown. */
export function shell(views: Record<Mode, () => HTMLElement>): HTMLElement[] {
  const links = MODES.map(([mode, title]) =>
    h(
      "a",
      {
        href: `#${mode}`,
        on: {
          click: (event) => {
            // A click with a key opens another tab or window.
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
            event.preventDefault();
            store.set({ mode });
          },
        },
      },
      title,
    ),
  );
  const boxes = MODES.map(([mode]) => h("div", { id: `mode-${mode}`, class: "mode", hidden: true }));
  store.on(["mode"], ({ mode }) => {
    for (const [index, [name]] of MODES.entries()) {
      const [link, box] = [links[index], boxes[index]];
      if (link === undefined || box === undefined) continue;
      if (name === mode) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      box.hidden = name !== mode;
      if (name === mode && box.childElementCount === 0) box.append(views[name]());
    }
  });
  const dialog = shortcutsDialog();
  const tools = h(
    "div",
    { class: "tools", id: "tools" },
    toolbar(
      h(
        "div",
        { class: "tool-buttons" },
        h(
          "button",
          { type: "button", class: "ghost promise", on: { click: showPromise } },
          icon("lock"),
          "Nothing leaves this page",
        ),
        menuItems(),
        h(
          "button",
          {
            type: "button",
            class: "ghost",
            "aria-label": "Keyboard shortcuts",
            title: "Keyboard shortcuts",
            on: { click: () => dialog.showModal() },
          },
          icon("keyboard"),
        ),
        themeButton(),
      ),
      "Page",
    ),
  );
  return [
    skipLinks(),
    h(
      "header",
      { class: "bar" },
      h(
        "p",
        { class: "brand" },
        h("span", { class: "logo" }, icon("seal")),
        h("span", { class: "name" }, "Hookseal"),
      ),
      h("nav", { class: "modes", "aria-label": "Modes" }, links),
      menuButton(tools),
      tools,
    ),
    h("main", null, noticeView(), boxes),
    thumbBar(),
    announcer(),
    actionDrawer(),
    dialog,
  ];
}

function showPromise(): void {
  const text =
    "The policy of this page forbids every connection (connect-src 'none'). The network panel of the browser shows it.";
  store.set({ notice: { tone: "note", text } });
}

/** Opens and closes the menu of a narrow page, which is a part of the bar of a wide one. */
function menuButton(menu: HTMLElement): HTMLElement {
  const show = (isOpen: boolean) => {
    menu.dataset.open = String(isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
  };
  const button = h(
    "button",
    {
      type: "button",
      class: "ghost menu-toggle",
      "aria-label": "Menu",
      "aria-controls": menu.id,
      on: { click: () => show(menu.dataset.open !== "true") },
    },
    icon("more"),
  );
  show(false);
  addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || menu.dataset.open !== "true") return;
    show(false);
    if (menu.contains(document.activeElement)) button.focus();
  });
  addEventListener("click", ({ target }) => {
    if (!button.contains(target as Node)) show(false);
  });
  return button;
}

/** Links past the bar and the settings, which are seen while they have the focus. */
function skipLinks(): HTMLElement {
  const skip = (text: string, go: () => void) =>
    h(
      "a",
      {
        href: "#",
        on: {
          click: (event) => {
            event.preventDefault();
            go();
          },
        },
      },
      text,
    );
  return h(
    "nav",
    { class: "skip", "aria-label": "Skip" },
    skip("Skip to the verdict", () => focusIn("h1")),
    skip("Skip to the body", () => {
      store.set({ side: "request" });
      focusIn(".cm-content");
    }),
  );
}

/** Focuses the first element of the shown mode that is visible. */
function focusIn(selector: string): void {
  const all = document.querySelectorAll<HTMLElement>(`.mode:not([hidden]) ${selector}`);
  [...all].find((element) => element.getClientRects().length > 0)?.focus();
}
