/** The keyboard shortcuts of the page, and the dialog that lists them. */
import { nextIssue } from "../state/actions.ts";
import { undoReplacement } from "../state/replace.ts";
import { MODES, type Mode, store } from "../state/state.ts";
import { ACTION_NAMES, openAction } from "../views/actions/index.ts";
import { h } from "./dom.ts";
import { LETTERS, lettersSwitch, runLetter } from "./letters.ts";

/** The action of F8 by mode; without an entry it selects the next issue of Inspect. */
export const steppers: Partial<Record<Mode, (step: 1 | -1) => boolean>> = {};

const LIST: [keys: string[], what: string][] = [
  [["F8"], "next issue or change"],
  [["Shift", "F8"], "previous issue or change"],
  [["Alt", "1"], "Inspect"],
  [["Alt", "2"], "Compare"],
  [["Alt", "3"], "Sign"],
  [["Alt", "4"], "Provider"],
  [["Alt", "6"], "share"],
  [["Alt", "7"], "report"],
  [["Alt", "8"], "code"],
  [["Ctrl", "Z"], "undo in the body, then bring the former delivery back"],
  [["←", "→", "↑", "↓"], "navigate the payload tree"],
  [["Esc"], "return from a mark to its change"],
  [["Enter"], "show the selected value in the body"],
  [["?"], "this list, outside of text fields"],
];

const listOf = (list: readonly (readonly [keys: readonly string[], what: string])[]) =>
  h(
    "dl",
    null,
    list.map(([keys, what]) => [
      h(
        "dt",
        null,
        keys.map((key) => h("kbd", null, key)),
      ),
      h("dd", null, what),
    ]),
  );

const isUndo = ({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean =>
  key === "z" && (ctrlKey || metaKey) && !shiftKey && !altKey;

export function shortcutsDialog(): HTMLDialogElement {
  const dialog = h(
    "dialog",
    { "aria-label": "Keyboard shortcuts" },
    // A long list begins at its top.
    h("h2", { tabindex: "-1", autofocus: true }, "Keyboard shortcuts"),
    h(
      "div",
      { class: "shortcut-lists" },
      h("section", null, h("h3", null, "The page"), listOf(LIST)),
      h(
        "section",
        null,
        h("h3", null, "In Inspect, outside of text fields"),
        listOf(LETTERS.map(([key, what]) => [[key.toUpperCase()], what])),
      ),
    ),
    lettersSwitch(),
    h("form", { method: "dialog" }, h("button", { value: "close" }, "Close")),
  );
  addEventListener("keydown", (event) => {
    const typing =
      (event.target as HTMLElement).closest?.("input, textarea, select, [contenteditable=true]") != null;
    const digit = event.altKey && !event.ctrlKey && !event.metaKey ? /^Digit([1-8])$/.exec(event.code) : null;
    const number = Number(digit?.[1]);
    const [mode, action] = [MODES[number - 1], ACTION_NAMES[number - 6]];
    if (mode !== undefined) store.set({ mode });
    else if (action !== undefined) openAction(action);
    else if (event.key === "F8" && !event.defaultPrevented)
      (steppers[store.state.mode] ?? nextIssue)(event.shiftKey ? -1 : 1);
    else if (event.key === "?" && !typing) dialog.showModal();
    else if (isUndo(event) && !typing && store.state.mode === "inspect") undoReplacement();
    else if (typing || document.querySelector("dialog[open]") !== null || !runLetter(event)) return;
    event.preventDefault();
  });
  return dialog;
}
