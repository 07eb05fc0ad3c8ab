/** The payload as a form or as text. The text is what is signed; the form edits it. */
import { EditorView, keymap } from "@codemirror/view";
import { toText } from "../../bytes.ts";
import { boundEditor } from "../../editor/bound-editor.ts";
import { issueField, issuesAt, setMarks, signs } from "../../editor/marks.ts";
import type { BodyFormat } from "../../engine/protocol.ts";
import { engine } from "../../state/engine.ts";
import { nextIssue, pickFormat, type SignState, signStore } from "../../state/sign.ts";
import { fill, h } from "../../ui/dom.ts";
import { takeDrops } from "../../ui/drop.ts";
import { toolbar } from "../../ui/toolbar.ts";
import { formView } from "./form.ts";

export function payloadView(): HTMLElement {
  const { box, view, show, reveal } = boundEditor("Payload", (text) => signStore.set({ text }), [
    signs,
    issueField,
    keymap.of([{ key: "F8", run: () => nextIssue(1), shift: () => nextIssue(-1) }]),
    EditorView.updateListener.of(({ selectionSet, docChanged, view }) => {
      if (!selectionSet || docChanged || !view.hasFocus) return;
      const [issue] = issuesAt(view, view.state.selection.main.head);
      if (issue !== undefined) signStore.set({ issue });
    }),
  ]);

  let queue = Promise.resolve();
  /** Edits run one after the other: each one needs the text that the previous one left. */
  function edit(path: (string | number)[], json: string | undefined): void {
    queue = queue.then(async () => {
      try {
        const { provider, result } = signStore.state;
        const format = result?.format;
        const form = format === undefined || format === "json" ? undefined : { provider, format };
        const change = await engine.call("edit", { text: view.state.sliceDoc(), path, json, form });
        if (change) view.dispatch({ changes: change });
      } catch (error) {
        signStore.set({ failure: String(error) });
      }
    });
  }

  const form = formView(edit);
  const text = h("div", { class: "body" }, box);
  const tabs = (["form", "text"] as const).map((editor) =>
    h(
      "button",
      { type: "button", on: { click: () => signStore.set({ editor }) } },
      editor === "form" ? "Form" : "Text",
    ),
  );
  signStore.on(["editor"], ({ editor }) => {
    form.box.hidden = editor !== "form";
    text.hidden = editor !== "text";
    for (const [index, tab] of tabs.entries())
      tab.setAttribute("aria-pressed", String((index === 0) === (editor === "form")));
    if (editor === "text") view.requestMeasure();
  });
  signStore.on(["text"], ({ text }) => show(text));
  signStore.on(["result"], ({ result }) => {
    view.dispatch({ effects: setMarks.of(result?.issues ?? []) });
  });
  signStore.on(["issue"], ({ issue, result, editor }: Readonly<SignState>) => {
    const selected = issue === undefined ? undefined : result?.issues[issue];
    if (selected === undefined) return;
    if (editor === "form" && form.reveal(selected.pointer)) return;
    if (editor === "form") signStore.set({ editor: "text" });
    if (!view.hasFocus) reveal(selected.from, selected.to, true);
  });
  const payload = h(
    "div",
    { class: "editing" },
    h(
      "div",
      { class: "editing-head" },
      h("h2", null, "Payload"),
      formatField(),
      toolbar(h("div", { class: "segments" }, tabs), "Edit as"),
    ),
    form.box,
    text,
  );
  takeDrops(payload, (bytes) => signStore.set({ text: toText(bytes) }));
  return payload;
}

/** The format of the body, for a provider that sends several. */
function formatField(): HTMLElement {
  const select = h("select", {
    "aria-label": "Format of the body",
    on: { change: () => void pickFormat(select.value as BodyFormat) },
  });
  signStore.on(["result"], ({ result }) => {
    const { formats = [], format } = result ?? {};
    select.hidden = formats.length < 2;
    fill(
      select,
      format === undefined && h("option", { value: "" }, "other format"),
      formats.map((one) => h("option", { value: one }, formatTitle(one))),
    );
    select.value = format ?? "";
  });
  return select;
}

const formatTitle = (format: BodyFormat): string =>
  format === "json"
    ? "JSON"
    : format === "form"
      ? "form"
      : `form with JSON in ${format.slice("field ".length)}`;
