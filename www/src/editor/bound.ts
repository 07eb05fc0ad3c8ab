/** An editor for one text of a store: what is typed goes there, and what is put there is shown. */
import { EditorSelection, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { h } from "../ui/dom.ts";
import { editor } from "./editor.ts";

export interface Bound {
  box: HTMLElement;
  view: EditorView;
  /** Shows another text. */
  show(text: string): void;
  /** Brings a place before the eyes, and the cursor there where `focus` says so. */
  reveal(from: number, to: number, focus: boolean): void;
}

export function bound(
  label: string,
  write: (text: string) => void,
  extensions: Extension,
  /** Gets a text that is pasted over all there is: it may be a whole request. */
  take?: (text: string) => void,
): Bound {
  const box = h("div", { class: "editor" });
  const view = editor(box, label, [
    extensions,
    EditorView.domEventHandlers({
      paste(event, view) {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        const { main } = view.state.selection;
        if (take === undefined || text === "" || main.to - main.from < view.state.doc.length) return false;
        event.preventDefault();
        take(text);
        return true;
      },
    }),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) write(state.sliceDoc());
    }),
  ]);
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
