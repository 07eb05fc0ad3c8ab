/** The editor of a body: bytes in, bytes out, with everything unseen shown. */
import { EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { history } from "./history.ts";
import { json } from "./json.ts";
import { keys } from "./keys.ts";
import { chips, hint } from "./widgets.ts";

/** An editor below an element, named by a label. */
export function editor(
  parent: HTMLElement,
  label: string,
  extensions: Extension,
  shown = "Paste a whole request, a curl command, a HAR file or a JSON body",
): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: "",
      extensions: [
        // Only this breaks lines: a carriage return is a byte like others, and is shown.
        EditorState.lineSeparator.of("\n"),
        lineNumbers(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        chips,
        EditorView.lineWrapping,
        json,
        hint(shown),
        history,
        // Tab leaves the editor, as everywhere else on a page.
        keymap.of(keys),
        EditorView.contentAttributes.of({
          tabindex: "0",
          "aria-label": label,
          spellcheck: "false",
          autocapitalize: "off",
        }),
        extensions,
      ],
    }),
  });
}
