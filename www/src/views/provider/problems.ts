/** The verdict on the definition, and its issues with their locations. */
import { CUSTOM_PROVIDER, type DefinitionProblem } from "../../engine/calls.ts";
import { store } from "../../state/state.ts";
import { announce } from "../../ui/announce.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";

const MAX_LISTED = 50;

export function problemsView(goTo: (file: string, from: number, to: number) => void): HTMLElement {
  const head = h("div", { class: "verdict" });
  const list = h("ol", { class: "problems" });
  store.on(["definition", "providers"], ({ custom, definition, providers }) => {
    const problems = definition?.problems ?? [];
    const empty = custom === undefined || (custom.definition.trim() === "" && custom.schemas.length === 0);
    const offered = providers.some(({ id }) => id === CUSTOM_PROVIDER);
    const [tone, word, sentence] =
      empty || definition === undefined
        ? (["none", "No definition", "Choose a template, or paste a provider.json."] as const)
        : problems.length === 0
          ? (["good", "Valid", "Available as a provider in every mode while this page is open."] as const)
          : ([
              "bad",
              count(problems.length, "issue"),
              offered ? "The last valid definition stays in use." : "Fix the issues to use this provider.",
            ] as const);
    head.dataset.tone = tone;
    fill(
      head,
      h(
        "span",
        { class: "seal" },
        icon(tone === "good" ? "verified" : tone === "bad" ? "rejected" : "question"),
      ),
      h("div", { class: "verdict-text" }, h("h1", { tabindex: "-1" }, word), h("p", null, sentence)),
    );
    list.hidden = problems.length === 0 || empty;
    fill(
      list,
      problems.slice(0, MAX_LISTED).map((problem) => item(problem, goTo)),
    );
    if (!empty) announce(problems[0] === undefined ? `${word}.` : `${word}. ${problems[0].message}`);
  });
  return h("div", { class: "summary" }, head, list);
}

function item(
  { file, from, to, code, message, hint, pointer, span }: DefinitionProblem,
  goTo: (file: string, from: number, to: number) => void,
): HTMLElement {
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: "issue error", on: { click: () => goTo(file, from, to) } },
      icon("error", "error"),
      h(
        "span",
        { class: "issue-text" },
        h("span", { class: "message" }, ...visible(message)),
        hint !== undefined && h("span", { class: "hint" }, ...visible(hint)),
        h(
          "span",
          { class: "where" },
          h("code", null, code),
          pointer !== "" && h("code", { class: "pointer" }, ...visible(pointer)),
          h("span", null, file === "" ? "provider.json" : file, `, line ${span.line}`),
        ),
      ),
    ),
  );
}
