/** The body: its editor, the fields of a form, and a status line about the value at the cursor. */
import { EditorView, keymap } from "@codemirror/view";
import { hasEscapes } from "../../bytes.ts";
import { boundEditor } from "../../editor/bound-editor.ts";
import { clearHistory } from "../../editor/editor.ts";
import { describeType, hover } from "../../editor/hover.ts";
import { issueField, issuesAt, setMarks, signs } from "../../editor/marks.ts";
import { importText, nextIssue } from "../../state/actions.ts";
import { engine } from "../../state/engine.ts";
import { undoReplacement } from "../../state/replace.ts";
import { type State, store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { count, visible } from "../../ui/text.ts";
import { bodyFields } from "./body-fields.ts";

/** Pause after which the cursor's value is looked up, so that moving the cursor stays fast. */
const CURSOR_DELAY_MS = 120;

export function bodyView(): HTMLElement {
  const under = h("p", { class: "under", "aria-live": "off" });
  const size = h("p", { class: "muted" });
  const { box, view, show, reveal } = boundEditor(
    "Body of the delivery",
    (body) => store.set({ body }),
    [
      signs,
      issueField,
      hover,
      keymap.of([
        { key: "F8", run: () => nextIssue(1), shift: () => nextIssue(-1) },
        // Runs when no change of the text is left to undo.
        { key: "Mod-z", run: undoReplacement },
      ]),
      EditorView.domEventHandlers({
        click(event) {
          const mark = (event.target as HTMLElement).closest<HTMLElement>("[data-issue]");
          if (mark !== null) store.set({ issue: Number(mark.dataset.issue) });
          return false;
        },
      }),
      EditorView.updateListener.of((update) => {
        if (update.selectionSet || update.docChanged) showCursorPosition();
      }),
    ],
    (text) => void importText(text, "the clipboard"),
  );

  let timer: ReturnType<typeof setTimeout> | undefined;
  function showCursorPosition(): void {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (box.hidden) return fill(under);
      const { head } = view.state.selection.main;
      const line = view.state.doc.lineAt(head);
      const where = `${line.number}:${head - line.from + 1}`;
      const value = view.state.doc.length === 0 ? null : await engine.call("valueAt", { offset: head });
      if (value === undefined) return;
      fill(
        under,
        h("span", { class: "muted" }, where),
        value !== null && h("code", null, ...visible(value.pointer)),
        value?.info?.description !== undefined && h("span", null, value.info.description),
        value !== null && h("span", { class: "muted" }, describeType(value.type, value.info)),
      );
      const [issue] = issuesAt(view, head);
      if (issue !== undefined && store.state.issue !== issue && view.hasFocus) store.set({ issue });
    }, CURSOR_DELAY_MS);
  }

  const fields = bodyFields((from, to, insert) => view.dispatch({ changes: { from, to, insert } }));
  store.on(["body"], ({ body }) => {
    if (body === view.state.sliceDoc()) return;
    show(body);
    clearHistory(view);
  });
  store.on(["result", "bodyView"], (state) => {
    const areFieldsShown = showsFields(state);
    fields.box.hidden = !areFieldsShown;
    box.hidden = areFieldsShown;
    if (!areFieldsShown) view.requestMeasure();
  });
  store.on(["result"], ({ result, body }) => {
    const issues = result?.issues ?? [];
    view.dispatch({ effects: setMarks.of(issues) });
    fill(
      size,
      result === undefined
        ? ""
        : `${isForm(result) ? "form · " : ""}${count(result.bytes, "byte")} · ${hasEscapes(body) ? "not all UTF-8" : "UTF-8"} · ${count(result.values, "value")}`,
    );
    showCursorPosition();
  });
  store.on(["target"], ({ target }) => {
    if (target === undefined) return;
    if (box.hidden && !fields.reveal(target.from, target.to)) store.set({ bodyView: "text" });
    if (!box.hidden) reveal(target.from, target.to, true);
    store.set({ target: undefined });
  });
  return h("div", { class: "body" }, box, fields.box, h("div", { class: "status" }, under, size));
}

const isForm = (result: State["result"]): boolean =>
  result !== undefined && !("isUndetected" in result) && result.form !== undefined;

/** Whether the fields of a form are shown in place of its text. */
function showsFields({ result, bodyView }: Readonly<State>): boolean {
  const form = result === undefined || "isUndetected" in result ? undefined : result.form;
  return bodyView === "fields" && form !== undefined && form.fields.length > 0;
}

/** The choice between the fields of a form and its text. */
export function bodyViewChoice(): HTMLElement {
  const views = [
    ["fields", "Fields"],
    ["text", "As it came"],
  ] as const;
  const buttons = views.map(([bodyView, title]) =>
    h("button", { type: "button", on: { click: () => store.set({ bodyView }) } }, title),
  );
  const box = h(
    "span",
    { class: "segments", role: "group", "aria-label": "Show the form as", hidden: true },
    buttons,
  );
  store.on(["result", "bodyView"], ({ result, bodyView }) => {
    const form = result === undefined || "isUndetected" in result ? undefined : result.form;
    box.hidden = form === undefined || form.fields.length === 0;
    for (const [index, [view]] of views.entries())
      buttons[index]?.setAttribute("aria-pressed", String(view === bodyView));
  });
  return box;
}
