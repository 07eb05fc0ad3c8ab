/** The keyboard shortcuts of the console. Single letters can be switched off (WCAG 2.1.4). */
import { h } from "../src/ui/dom.ts";
import type { ReplayKind } from "./words.ts";

export interface KeyActions {
  search(): void;
  move(step: 1 | -1): void;
  open(): void;
  replay(kind: ReplayKind): void;
  menu(): void;
  turn(): void;
  toggleStep(isOpen: boolean): void;
  togglePause(): void;
  toggleFollow(): void;
  compare(): void;
  escape(): void;
  help(): void;
}

const LIST: [key: string, what: string][] = [
  ["/", "filter"],
  ["J", "next delivery"],
  ["K", "previous delivery"],
  ["Enter", "open the selected delivery"],
  ["R", "replay to your app"],
  ["Shift R", "choose how to replay"],
  ["T", "replay tampered"],
  ["C", "compare with the next one that is selected"],
  ["P", "pause or resume"],
  ["G", "follow the newest"],
  ["W", "why or request, on a narrow page"],
  ["[", "close a step"],
  ["]", "open a step"],
  ["Esc", "close"],
  ["?", "this list"],
];

const KEY = "hookseal-live-letters";

const hasLetters = (): boolean => {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
};

export function listenToKeys(actions: KeyActions): void {
  const letters: Record<string, () => void> = {
    "/": actions.search,
    j: () => actions.move(1),
    k: () => actions.move(-1),
    r: () => actions.replay("same"),
    t: () => actions.replay("tampered"),
    c: actions.compare,
    p: actions.togglePause,
    g: actions.toggleFollow,
    w: actions.turn,
    R: actions.menu,
    "[": () => actions.toggleStep(false),
    "]": () => actions.toggleStep(true),
    "?": actions.help,
  };
  addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null)
      return;
    if (event.key === "Escape") {
      target.blur();
      actions.escape();
      return;
    }
    if (target.closest("input, textarea, select") !== null) return;
    if (event.key === "Enter" && target.closest("button, a, summary") === null) return actions.open();
    // Caps Lock changes no shortcut.
    const action = letters[event.shiftKey ? event.key : event.key.toLowerCase()];
    if (action === undefined || !hasLetters()) return;
    event.preventDefault();
    action();
  });
}

export function shortcutsDialog(): HTMLDialogElement {
  const letters = h("input", { type: "checkbox", id: "letters", checked: hasLetters() });
  letters.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, letters.checked ? "on" : "off");
    } catch {
      // Without storage the letters stay on.
    }
  });
  return h(
    "dialog",
    { "aria-label": "Keyboard shortcuts" },
    h("h2", null, "Keyboard shortcuts"),
    h(
      "dl",
      null,
      LIST.map(([key, what]) => [h("dt", null, h("kbd", null, key)), h("dd", null, what)]),
    ),
    h("p", null, letters, h("label", { for: "letters" }, " Single letters")),
    h("form", { method: "dialog" }, h("button", { value: "close" }, "Close")),
  );
}
