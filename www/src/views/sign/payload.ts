/** The payload, as a form or as a text. The text is the truth: the form edits it. */
import { EditorView, keymap } from "@codemirror/view";
import { toText } from "../../bytes.ts";
import { bound } from "../../editor/bound.ts";
import { issueField, issuesAt, setMarks, signs } from "../../editor/marks.ts";
import { engine } from "../../state/actions.ts";
import { nextMistake, type SignState, signStore } from "../../state/sign.ts";
import { h } from "../../ui/dom.ts";
import { takeDrops } from "../../ui/drop.ts";
import { formView } from "./form.ts";

export function payloadView(): HTMLElement {
  const { box, view, show, reveal } = bound("Payload", (text) => signStore.set({ text }), [
    signs,
    issueField,
    keymap.of([{ key: "F8", run: () => nextMistake(1), shift: () => nextMistake(-1) }]),
    EditorView.updateListener.of(({ selectionSet, docChanged, view }) => {
      if (!selectionSet || docChanged || !view.hasFocus) return;
      const [issue] = issuesAt(view, view.state.selection.main.head);
      if (issue !== undefined) signStore.set({ issue });
    }),
  ]);

  let queue = Promise.resolve();
  /** One edit after the other, each of the text that the one before has left. */
  function put(path: (string | number)[], json: string | undefined): void {
    queue = queue.then(async () => {
      try {
        const change = await engine.ask("edit", { text: view.state.sliceDoc(), path, json });
        if (change) view.dispatch({ changes: change });
      } catch (error) {
        signStore.set({ failure: String(error) });
      }
    });
  }

  const form = formView(put);
  const text = h("div", { class: "body" }, box);
  const ways = (["form", "text"] as const).map((by) =>
    h(
      "button",
      { type: "button", on: { click: () => signStore.set({ by }) } },
      by === "form" ? "Form" : "Text",
    ),
  );
  signStore.on(["by"], ({ by }) => {
    form.box.hidden = by !== "form";
    text.hidden = by !== "text";
    for (const [index, way] of ways.entries())
      way.setAttribute("aria-pressed", String((index === 0) === (by === "form")));
    if (by === "text") view.requestMeasure();
  });
  signStore.on(["text"], ({ text }) => show(text));
  signStore.on(["result"], ({ result }) => {
    view.dispatch({ effects: setMarks.of(result?.issues ?? []) });
  });
  signStore.on(["issue"], ({ issue, result, by }: Readonly<SignState>) => {
    const found = issue === undefined ? undefined : result?.issues[issue];
    if (found === undefined) return;
    if (by === "form" && form.reveal(found.pointer)) return;
    if (by === "form") signStore.set({ by: "text" });
    if (!view.hasFocus) reveal(found.from, found.to, true);
  });
  const payload = h(
    "div",
    { class: "editing" },
    h(
      "div",
      { class: "editing-head" },
      h("h2", null, "Payload"),
      h("div", { class: "segments", role: "group", "aria-label": "Edit as" }, ways),
    ),
    form.box,
    text,
  );
  takeDrops(payload, (bytes) => signStore.set({ text: toText(bytes) }));
  return payload;
}
