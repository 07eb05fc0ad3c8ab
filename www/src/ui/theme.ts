/** The color theme: the system's, or a choice that is stored in localStorage. */
import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { keepPreference } from "./preference.ts";

const ORDER = ["system", "light", "dark"] as const;
type Theme = (typeof ORDER)[number];
const ICONS = { system: "system", light: "sun", dark: "moon" } as const;

function currentTheme(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function chooseTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  keepPreference("theme", theme === "system" ? undefined : theme);
}

export function themeButton(): HTMLButtonElement {
  const button = h("button", { type: "button", class: "ghost" });
  const show = () => {
    const theme = currentTheme();
    fill(button, icon(ICONS[theme]));
    button.setAttribute("aria-label", `Colors: ${theme}`);
    button.title = `Colors: ${theme}`;
  };
  button.addEventListener("click", () => {
    chooseTheme(ORDER[(ORDER.indexOf(currentTheme()) + 1) % ORDER.length] as Theme);
    show();
  });
  show();
  return button;
}
