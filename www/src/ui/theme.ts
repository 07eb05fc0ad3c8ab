/** Light and dark: the system's, until a person chooses; the choice is remembered. */
import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";

const KEY = "hookseal-theme";
const ORDER = ["system", "light", "dark"] as const;
type Theme = (typeof ORDER)[number];
const ICONS = { system: "system", light: "sun", dark: "moon" } as const;

function current(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function choose(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Where nothing may be stored, the choice holds until the page is closed.
  }
}

export function themeButton(): HTMLButtonElement {
  const button = h("button", { type: "button", class: "quiet" });
  const show = () => {
    const theme = current();
    fill(button, icon(ICONS[theme]));
    button.setAttribute("aria-label", `Colours: ${theme}`);
    button.title = `Colours: ${theme}`;
  };
  button.addEventListener("click", () => {
    choose(ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length] as Theme);
    show();
  });
  show();
  return button;
}
