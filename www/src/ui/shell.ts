/** The frame of the page: name, modes, privacy statement, actions. */
import { MODE_TITLES, type Mode, store } from "../state/state.ts";
import { actionButtons } from "../views/actions/index.ts";
import { announcer } from "./announce.ts";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import { shortcutsDialog } from "./keys.ts";
import { noticeView } from "./notice.ts";
import { themeButton } from "./theme.ts";

const MODES = Object.entries(MODE_TITLES) as [Mode, string][];

/** Builds the frame. The view of a mode is created when it is first shown. */
export function shell(views: Record<Mode, () => HTMLElement>): HTMLElement[] {
  const tabs = MODES.map(([mode, title]) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${mode}`,
        "aria-controls": `mode-${mode}`,
        on: { click: () => store.set({ mode }) },
      },
      title,
    ),
  );
  const panels = MODES.map(([mode]) =>
    h("div", {
      role: "tabpanel",
      id: `mode-${mode}`,
      class: "mode",
      "aria-labelledby": `tab-${mode}`,
      hidden: true,
    }),
  );
  store.on(["mode"], ({ mode }) => {
    for (const [index, [name]] of MODES.entries()) {
      const chosen = name === mode;
      const [tab, panel] = [tabs[index], panels[index]];
      if (tab === undefined || panel === undefined) continue;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      panel.hidden = !chosen;
      if (chosen && panel.childElementCount === 0) panel.append(views[name]());
    }
  });
  const dialog = shortcutsDialog();
  return [
    h(
      "header",
      { class: "bar" },
      h(
        "h1",
        { class: "brand" },
        h("span", { class: "logo" }, icon("seal")),
        h("span", { class: "name" }, "Hookseal"),
      ),
      h(
        "div",
        {
          role: "tablist",
          "aria-label": "Mode",
          on: {
            keydown: (event) => {
              const at = tabs.indexOf(document.activeElement as HTMLButtonElement);
              const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
              if (at < 0 || step === 0) return;
              event.preventDefault();
              const next = tabs[(at + step + tabs.length) % tabs.length];
              next?.click();
              next?.focus();
            },
          },
        },
        tabs,
      ),
      h(
        "div",
        { class: "tools" },
        h(
          "p",
          { class: "promise", title: "The page's Content-Security-Policy forbids every connection." },
          icon("lock"),
          h("span", null, "Nothing leaves this page"),
        ),
        actionButtons(),
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
    ),
    h("main", null, noticeView(), panels),
    announcer(),
    dialog,
  ];
}
