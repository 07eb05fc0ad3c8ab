/** The editor of a body: lossless, with invisible characters shown as symbols. */
import "./styles.ts";
import { history } from "@codemirror/commands";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { chip } from "../ui/text.ts";
import { json } from "./json.ts";
import { keys } from "./keys.ts";

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "transparent", fontSize: "var(--text-2)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--accent)", padding: "var(--space-2) 0" },
  ".cm-placeholder": { color: "var(--faint)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line-active)" },
  ".cm-content ::selection": { backgroundColor: "var(--selection)" },
});

/** The changes that can be undone. */
const changes = new Compartment();

/** Forgets the changes: another text has taken the place of the one they are of. */
export function clearHistory(view: EditorView): void {
  view.dispatch({ effects: changes.reconfigure([]) });
  view.dispatch({ effects: changes.reconfigure(history()) });
}

/** Creates an editor in an element. */
export function editor(
  parent: HTMLElement,
  label: string,
  extensions: Extension,
  hint = "Paste a whole request, a curl command, a HAR file or a JSON body",
  doc = "",
): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc,
      extensions: [
        // Only LF separates lines: a CR is part of the body and is shown as a symbol.
        EditorState.lineSeparator.of("\n"),
        lineNumbers(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSpecialChars({
          addSpecialChars: /[\u0080-\u009f\u2028-\u202e\u2060-\u2068\ud800-\udfff]/u,
          render: (code) => chip(code),
        }),
        EditorView.lineWrapping,
        json,
        placeholder(hint),
        changes.of(history()),
        // Tab is not bound: it moves the focus, as everywhere on the page.
        keymap.of(keys),
        EditorView.contentAttributes.of({
          tabindex: "0",
          "aria-label": label,
          spellcheck: "false",
          autocapitalize: "off",
        }),
        theme,
        extensions,
      ],
    }),
  });
}
