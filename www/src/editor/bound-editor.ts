/** An editor that is bound to one text of a store, in both directions. */
import { EditorSelection, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { h } from "../ui/dom.ts";
import { editor } from "./editor.ts";

export interface BoundEditor {
  box: HTMLElement;
  view: EditorView;
  /** Replaces the text, unless it is the same. */
  show(text: string): void;
  /** Scrolls to a range, and selects it if `focus` is set. */
  reveal(from: number, to: number, focus: boolean): void;
}

export function boundEditor(
  label: string,
  write: (text: string) => void,
  extensions: Extension,
  /** Gets a pasted text that replaces the whole text: it may be a request of any import format. */
  onReplaceAll?: (text: string) => void,
  /** The first text. */
  text = "",
): BoundEditor {
  const box = h("div", { class: "editor" });
  const view = editor(
    box,
    label,
    [
      extensions,
      EditorView.domEventHandlers({
        paste(event, view) {
          const text = event.clipboardData?.getData("text/plain") ?? "";
          const { main } = view.state.selection;
          if (onReplaceAll === undefined || text === "" || main.to - main.from < view.state.doc.length)
            return false;
          event.preventDefault();
          onReplaceAll(text);
          return true;
        },
      }),
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged) write(state.sliceDoc());
      }),
    ],
    undefined,
    text,
  );
  return {
    box,
    view,
    show(text) {
      if (text === view.state.sliceDoc()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(text) },
        selection: EditorSelection.cursor(0),
        scrollIntoView: true,
      });
    },
    reveal(from, to, focus) {
      const { length } = view.state.doc;
      const range = EditorSelection.range(Math.min(from, length), Math.min(to, length));
      view.dispatch({
        ...(focus ? { selection: EditorSelection.single(range.anchor, range.head) } : {}),
        effects: EditorView.scrollIntoView(range.from, { y: "center" }),
      });
      if (focus) view.focus();
    },
  };
}
