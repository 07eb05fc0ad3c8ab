/** Provider: a custom provider. Its definition on one side; verdict, schemas and sample on the other. */
import { setMarks } from "../../editor/marks.ts";
import { getText, SAMPLE_FILE, setCustomProvider, setText } from "../../state/custom.ts";
import { store } from "../../state/state.ts";
import { choice } from "../../ui/choice.ts";
import { copyButton } from "../../ui/copy.ts";
import { divider } from "../../ui/divider.ts";
import { fill, h } from "../../ui/dom.ts";
import { toolbar } from "../../ui/toolbar.ts";
import { fileEditor } from "./file.ts";
import { definitionVerdict, problemsView } from "./problems.ts";
import { template, templates } from "./templates.ts";

export function providerView(): HTMLElement {
  const files = new Map<string, ReturnType<typeof fileEditor>>();
  const editors = h("div", { class: "editors" });
  const switcher = h("div", { class: "switcher" });
  let open = SAMPLE_FILE;
  let names: readonly string[] = [];

  function editorOf(file: string): ReturnType<typeof fileEditor> {
    const known = files.get(file);
    if (known !== undefined) return known;
    const label = file === "" ? "provider.json" : file === SAMPLE_FILE ? "Sample body" : `Schema ${file}`;
    const editor = fileEditor(label, (text) => setText(file, text));
    editor.show(getText(file));
    files.set(file, editor);
    if (file !== "") editors.append(editor.box);
    return editor;
  }

  function showFile(file: string): void {
    open = file;
    editorOf(file);
    for (const [name, { box }] of files) if (name !== "") box.hidden = name !== file;
    showMarks();
  }

  function showMarks(): void {
    const problems = store.state.definition?.problems ?? [];
    for (const [file, { view }] of files) {
      const fileProblems = problems.filter((problem) => problem.file === file);
      view.dispatch({ effects: setMarks.of(fileProblems) });
    }
  }

  function goTo(file: string, from: number, to: number): void {
    if (file !== "") {
      showFile(file);
      drawSwitcher();
    }
    editorOf(file).goTo(from, to);
  }

  function drawSwitcher(): void {
    fill(
      switcher,
      choice(
        "File",
        [...names.map((name) => [name, name] as const), [SAMPLE_FILE, "Sample body"]],
        open,
        showFile,
      ),
    );
  }

  const main = editorOf("");
  store.on(["custom"], () => {
    for (const [file, { show }] of files) show(getText(file));
  });
  store.on(["definition"], ({ definition }) => {
    const now = definition?.files ?? [];
    if (now.join("\n") !== names.join("\n") || switcher.childElementCount === 0) {
      const first = names.length === 0;
      names = now;
      if ((open !== SAMPLE_FILE && !names.includes(open)) || first) showFile(names[0] ?? SAMPLE_FILE);
      drawSwitcher();
    }
    showMarks();
  });

  return h(
    "div",
    { class: "inspect provider" },
    definitionVerdict(goTo),
    h("section", { class: "strip", "aria-label": "Made from" }, definitionTools()),
    h(
      "section",
      { class: "input", "aria-label": "Definition" },
      h(
        "p",
        { class: "label" },
        "provider.json",
        h("span", { class: "muted" }, "signature, envelope, events, retries"),
      ),
      main.box,
      divider(),
    ),
    h(
      "section",
      { class: "results", "aria-label": "Issues and schemas" },
      problemsView(goTo),
      h("div", { class: "files" }, switcher, editors),
    ),
  );
}

/** A template to start from, and the whole definition to take along. */
function definitionTools(): HTMLElement {
  const templateSelect = h(
    "select",
    {
      "aria-label": "Template",
      on: {
        change: () => {
          if (templateSelect.value !== "") void setCustomProvider(template(Number(templateSelect.value)));
          templateSelect.value = "";
        },
      },
    },
    h("option", { value: "" }, "Choose a template…"),
    templates.map((title, index) => h("option", { value: index }, title)),
  );
  const copy = copyButton(
    "the definition with its schemas",
    () => store.state.definition?.definition ?? "",
    "Copy the definition",
  );
  store.on(["definition"], ({ definition }) => {
    copy.disabled = definition?.definition === undefined;
  });
  return toolbar(h("div", { class: "toolbar" }, templateSelect, copy), "Definition");
}
