/** The body: its editor, the fields of a form, and a status line about the value at the cursor. */
import { EditorView, keymap } from "@codemirror/view";
import { hasEscapes, toBytes } from "../../bytes.ts";
import { boundEditor } from "../../editor/bound-editor.ts";
import { clearHistory } from "../../editor/editor.ts";
import { describeType, hover } from "../../editor/hover.ts";
import { issueField, issuesAt, type Mark, setMarks, signs } from "../../editor/marks.ts";
import { importText, nextIssue } from "../../state/actions.ts";
import { engine } from "../../state/engine.ts";
import { undoReplacement } from "../../state/replace.ts";
import { type State, store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { count, visible } from "../../ui/text.ts";
import { bodyFields } from "./body-fields.ts";
import { shownBodyView } from "./body-views.ts";
import { hexView } from "./hex-view.ts";
import { treeView } from "./tree.ts";

/** Pause after which the cursor's value is looked up, so that moving the cursor stays fast. */
const CURSOR_DELAY_MS = 120;

/** A payload of more values is shown folded. */
const MAX_EXPANDED_VALUES = 5000;

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
          const index = Number(mark?.dataset.issue ?? Number.NaN);
          if (index < (store.state.result?.issues.length ?? 0)) store.set({ issue: index });
          return false;
        },
      }),
      EditorView.updateListener.of((update) => {
        if (update.selectionSet || update.docChanged) showCursorPosition();
      }),
    ],
    (text) => void importText(text, "the clipboard"),
    store.state.body,
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
      const [issue] = issuesAt(view, head).filter(
        (index) => index < (store.state.result?.issues.length ?? 0),
      );
      if (issue !== undefined && store.state.issue !== issue && view.hasFocus) store.set({ issue });
    }, CURSOR_DELAY_MS);
  }

  const fields = bodyFields((from, to, insert) => view.dispatch({ changes: { from, to, insert } }));
  store.on(["body"], ({ body }) => {
    if (body === view.state.sliceDoc()) return;
    show(body);
    clearHistory(view);
  });
  const tree = treeView({
    listChildren: (node, from, count) => engine.call("listChildren", { node, from, count }),
    select: (from, to) => store.set({ target: { from, to } }),
    describe: ({ type, info }) =>
      info && [info.description, describeType(type, info)].filter(Boolean).join("\n"),
  });
  let isExpanded = false;
  store.on(["result"], ({ result }) => {
    if (result === undefined) isExpanded = false;
    else if (!isExpanded && result.values > 0 && result.values < MAX_EXPANDED_VALUES) {
      // Expand the data of the envelope.
      tree.expand(["/data", "/event"]);
      isExpanded = true;
    }
  });
  const hex = hexView();
  store.on(["result", "bodyView", "hasFull"], (state) => {
    const shown = shownBodyView(state);
    fields.box.hidden = shown !== "fields";
    box.hidden = shown !== "text";
    tree.box.hidden = shown !== "tree";
    hex.box.hidden = shown !== "hex";
    if (shown === "text") view.requestMeasure();
    if (shown === "tree") tree.draw();
    if (shown === "hex")
      hex.draw(
        toBytes(state.body),
        state.result?.issues.filter(({ severity }) => severity === "error") ?? [],
      );
  });
  store.on(["result", "explanation"], ({ result, explanation, isBusy }) => {
    // While the page is busy, the explanation is that of the text before a change.
    const places = isBusy ? [] : signedPlaces(explanation);
    view.dispatch({ effects: setMarks.of([...(result?.issues ?? []), ...places]) });
  });
  store.on(["result"], ({ result, body }) => {
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
    const isInField = shownBodyView(store.state) === "fields" && fields.reveal(target.from, target.to);
    if (!isInField) {
      store.set({ bodyView: "text" });
      reveal(target.from, target.to, true);
    }
    store.set({ target: undefined });
  });
  return h(
    "div",
    { class: "body" },
    box,
    fields.box,
    tree.box,
    hex.box,
    h("div", { class: "status" }, under, size),
  );
}

/** Marks of the places where other bytes were signed. */
const signedPlaces = (explanation: State["explanation"]): Mark[] =>
  (explanation?.causes.find(({ change }) => change !== undefined)?.change?.parts ?? []).flatMap((part) =>
    typeof part === "object" && "signed" in part
      ? [{ from: part.from, to: part.to, severity: "place" as const }]
      : [],
  );

const isForm = (result: State["result"]): boolean =>
  result !== undefined && !("isUndetected" in result) && result.form !== undefined;
