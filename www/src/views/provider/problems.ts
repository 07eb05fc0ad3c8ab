/** The verdict on the definition, and its issues with their locations. */
import { CUSTOM_PROVIDER, type DefinitionProblem } from "../../engine/calls.ts";
import { openInInspect, setCustomProvider } from "../../state/custom.ts";
import { type State, store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { steppers } from "../../ui/keys.ts";
import { visible } from "../../ui/text.ts";
import { verdictBand } from "../verdict.ts";
import { template } from "./templates.ts";
import { describeDefinition, isEmptyDefinition } from "./words.ts";

const MAX_LISTED = 50;

type GoTo = (file: string, from: number, to: number) => void;

const isOffered = ({ providers }: Readonly<State>): boolean =>
  providers.some(({ id }) => id === CUSTOM_PROVIDER);

export function definitionVerdict(goTo: GoTo): HTMLElement {
  const { box, show } = verdictBand("provider");
  let index = -1;
  const next = (step: 1 | -1) => {
    const problems = store.state.definition?.problems ?? [];
    index = (Math.max(index, step > 0 ? -1 : 0) + step + problems.length) % problems.length;
    const problem = problems[index];
    if (problem !== undefined) goTo(problem.file, problem.from, problem.to);
    return problem !== undefined;
  };
  steppers.provider = next;
  const run = {
    template: () => void setCustomProvider(template(0)),
    try: () => void openInInspect(),
    problem: () => void next(1),
  };
  store.on(["definition"], () => {
    index = -1;
  });
  store.on(["custom", "definition", "providers"], (state) => {
    const { custom, definition } = state;
    const { step, ...words } = describeDefinition(custom, definition, isOffered(state));
    show(
      { ...words, step: step && { title: step.title, run: run[step.action] } },
      false,
      words.tone !== "none",
    );
  });
  return box;
}

export function problemsView(goTo: GoTo): HTMLElement {
  const list = h("ol", { class: "problems" });
  store.on(["custom", "definition"], ({ custom, definition }) => {
    const problems = isEmptyDefinition(custom) ? [] : (definition?.problems ?? []);
    list.hidden = problems.length === 0;
    fill(
      list,
      problems.slice(0, MAX_LISTED).map((problem) => item(problem, goTo)),
    );
  });
  return list;
}

function item(
  { file, from, to, code, message, hint, pointer, span }: DefinitionProblem,
  goTo: GoTo,
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
