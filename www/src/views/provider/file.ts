/** The editor of one text of a custom provider. Each text has its own undo history. */
import { EditorSelection } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { editor } from "../../editor/editor.ts";
import { issueField, signs } from "../../editor/marks.ts";
import { h } from "../../ui/dom.ts";

export function fileEditor(
  label: string,
  changed: (text: string) => void,
): {
  box: HTMLElement;
  view: EditorView;
  show(text: string): void;
  goTo(from: number, to: number): void;
} {
  const holder = h("div", { class: "editor" });
  const box = h("div", { class: "body" }, holder);
  const view = editor(
    holder,
    label,
    [
      signs,
      issueField,
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(update.state.sliceDoc());
      }),
    ],
    "JSON",
  );
  return {
    box,
    view,
    show(text) {
      if (text !== view.state.sliceDoc())
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(text) } });
    },
    goTo(from, to) {
      const { length } = view.state.doc;
      const [start, end] = [Math.min(from, length), Math.min(to, length)];
      view.dispatch({
        selection: EditorSelection.single(start, end),
        effects: EditorView.scrollIntoView(start, { y: "center" }),
      });
      view.focus();
    },
  };
}
