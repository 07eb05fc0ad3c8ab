/** The body: its editor, bound to the state, and a line that says what stands under the cursor. */

import { EditorSelection } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { hasEscapes } from "../../bytes.ts";
import { editor } from "../../editor/editor.ts";
import { hover, words } from "../../editor/hover.ts";
import { issueField, issuesAt, setIssues, signs } from "../../editor/marks.ts";
import { engine, nextIssue, takeText } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { count, visible } from "../../ui/text.ts";

export function bodyView(): HTMLElement {
  const place = h("div", { class: "editor" });
  const under = h("p", { class: "under", "aria-live": "off" });
  const size = h("p", { class: "muted" });
  const view = editor(place, "Body of the delivery", [
    signs,
    issueField,
    hover,
    keymap.of([{ key: "F8", run: () => nextIssue(1), shift: () => nextIssue(-1) }]),
    EditorView.domEventHandlers({
      paste(event, view) {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        const { main } = view.state.selection;
        // A text that replaces all there is may be a whole request: it is taken apart.
        if (text === "" || main.to - main.from < view.state.doc.length) return false;
        event.preventDefault();
        void takeText(text, "the clipboard");
        return true;
      },
      click(event) {
        const mark = (event.target as HTMLElement).closest<HTMLElement>("[data-issue]");
        if (mark !== null) store.set({ issue: Number(mark.dataset.issue) });
        return false;
      },
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) {
        const body = update.state.sliceDoc();
        if (body !== store.state.body) store.set({ body });
      }
      if (update.selectionSet || update.docChanged) tellPlace();
    }),
  ]);

  let timer: ReturnType<typeof setTimeout> | undefined;
  function tellPlace(): void {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const { head } = view.state.selection.main;
      const line = view.state.doc.lineAt(head);
      const where = `${line.number}:${head - line.from + 1}`;
      const found = view.state.doc.length === 0 ? null : await engine.ask("at", { offset: head });
      if (found === undefined) return;
      fill(
        under,
        h("span", { class: "muted" }, where),
        found !== null && h("code", null, ...visible(found.pointer)),
        found?.meaning?.description !== undefined && h("span", null, found.meaning.description),
        found !== null && h("span", { class: "muted" }, words(found.type, found.meaning)),
      );
      const [issue] = issuesAt(view, head);
      if (issue !== undefined && store.state.issue !== issue && view.hasFocus) store.set({ issue });
    }, 120);
  }

  store.on(["body"], ({ body }) => {
    if (body === view.state.sliceDoc()) return;
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(body) },
      selection: EditorSelection.cursor(0),
      scrollIntoView: true,
    });
  });
  store.on(["result"], ({ result, body }) => {
    const issues = result === undefined || "unrecognised" in result ? [] : result.issues;
    view.dispatch({ effects: setIssues.of(issues) });
    fill(
      size,
      result === undefined
        ? ""
        : `${count(result.bytes, "byte")} · ${hasEscapes(body) ? "not all UTF-8" : "UTF-8"} · ${count(result.values, "value")}`,
    );
    tellPlace();
  });
  store.on(["target"], ({ target }) => {
    if (target === undefined) return;
    const length = view.state.doc.length;
    const [from, to] = [Math.min(target.from, length), Math.min(target.to, length)];
    view.dispatch({
      selection: EditorSelection.single(from, to),
      effects: EditorView.scrollIntoView(from, { y: "center" }),
    });
    view.focus();
    store.set({ target: undefined });
  });
  return h("div", { class: "body" }, place, h("div", { class: "status" }, under, size));
}
