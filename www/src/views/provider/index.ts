/** Provider: a provider of one's own, as data. Its definition on one side; verdict, contracts and sample on the other. */
import { setMarks } from "../../editor/marks.ts";
import { OWN } from "../../engine/calls.ts";
import { SAMPLE, setOwn, textOf, tryIt, write } from "../../state/own.ts";
import { store } from "../../state/state.ts";
import { choice } from "../../ui/choice.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { fileEditor } from "./file.ts";
import { problemsView } from "./problems.ts";
import { template, templates } from "./templates.ts";

export function providerView(): HTMLElement {
  const files = new Map<string, ReturnType<typeof fileEditor>>();
  const beside = h("div", { class: "beside" });
  const switcher = h("div", { class: "switcher" });
  let open = SAMPLE;
  let names: readonly string[] = [];

  function editorOf(file: string): ReturnType<typeof fileEditor> {
    const known = files.get(file);
    if (known !== undefined) return known;
    const label = file === "" ? "provider.json" : file === SAMPLE ? "Sample body" : `Contract ${file}`;
    const made = fileEditor(label, (text) => write(file, text));
    made.show(textOf(file));
    files.set(file, made);
    if (file !== "") beside.append(made.box);
    return made;
  }

  function turn(file: string): void {
    open = file;
    editorOf(file);
    for (const [name, { box }] of files) if (name !== "") box.hidden = name !== file;
    mark();
  }

  function mark(): void {
    const problems = store.state.defined?.problems ?? [];
    for (const [file, { view }] of files) {
      const here = problems.filter((one) => one.file === file);
      view.dispatch({ effects: setMarks.of(here) });
    }
  }

  function lookAt(file: string, from: number, to: number): void {
    if (file !== "") {
      turn(file);
      drawSwitcher();
    }
    editorOf(file).goTo(from, to);
  }

  function drawSwitcher(): void {
    fill(
      switcher,
      choice(
        "What is edited",
        [...names.map((name) => [name, name] as const), [SAMPLE, "Sample body"]],
        open,
        turn,
      ),
    );
  }

  const main = editorOf("");
  store.on(["own"], () => {
    for (const [file, { show }] of files) show(textOf(file));
  });
  store.on(["defined"], ({ defined }) => {
    const now = defined?.files ?? [];
    if (now.join("\n") !== names.join("\n") || switcher.childElementCount === 0) {
      const first = names.length === 0;
      names = now;
      if ((open !== SAMPLE && !names.includes(open)) || first) turn(names[0] ?? SAMPLE);
      drawSwitcher();
    }
    mark();
  });

  return h(
    "div",
    { class: "inspect provider" },
    h(
      "section",
      { class: "input", "aria-label": "Definition" },
      toolbar(),
      h(
        "p",
        { class: "label" },
        "provider.json",
        h("span", { class: "muted" }, "how it signs, shapes and repeats"),
      ),
      main.box,
    ),
    h(
      "section",
      { class: "results", "aria-label": "Contracts, and what is wrong" },
      problemsView(lookAt),
      h("div", { class: "files" }, switcher, beside),
    ),
  );
}

function toolbar(): HTMLElement {
  const begin = h(
    "select",
    {
      "aria-label": "Begin with a template",
      on: {
        change: () => {
          if (begin.value !== "") void setOwn(template(Number(begin.value)));
          begin.value = "";
        },
      },
    },
    h("option", { value: "" }, "Begin with a template…"),
    templates.map((title, index) => h("option", { value: index }, title)),
  );
  const attempt = h(
    "button",
    { type: "button", class: "main", on: { click: () => void tryIt() } },
    icon("open"),
    "Sign the sample and inspect it",
  );
  const copy = copyButton(
    "the definition with its contracts",
    () => store.state.defined?.definition ?? "",
    "Copy it",
  );
  store.on(["defined", "providers"], ({ defined, providers }) => {
    attempt.disabled = defined?.entry === undefined || !providers.some(({ id }) => id === OWN);
    copy.disabled = defined?.definition === undefined;
  });
  return h("div", { class: "toolbar" }, begin, attempt, copy);
}
