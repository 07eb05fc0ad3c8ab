/** What the core says of the definition: in order, or every mistake, each leading to its place. */
import { OWN, type Problem } from "../../engine/calls.ts";
import { store } from "../../state/state.ts";
import { announce } from "../../ui/announce.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";

const MOST = 50;

export function problemsView(lookAt: (file: string, from: number, to: number) => void): HTMLElement {
  const head = h("div", { class: "verdict" });
  const list = h("ol", { class: "problems" });
  store.on(["defined", "providers"], ({ own, defined, providers }) => {
    const problems = defined?.problems ?? [];
    const empty = own === undefined || (own.manifest.trim() === "" && own.contracts.length === 0);
    const offered = providers.some(({ id }) => id === OWN);
    const [tone, word, sentence] =
      empty || defined === undefined
        ? (["none", "No provider yet", "Begin with a template, or paste a provider.json."] as const)
        : problems.length === 0
          ? ([
              "good",
              "In order",
              "It can be chosen as provider in every mode, as long as this page is open.",
            ] as const)
          : ([
              "bad",
              count(problems.length, "mistake"),
              offered
                ? "Meanwhile the last definition in order is used."
                : "It can be chosen once that is mended.",
            ] as const);
    head.dataset.tone = tone;
    fill(
      head,
      h(
        "span",
        { class: "seal" },
        icon(tone === "good" ? "verified" : tone === "bad" ? "rejected" : "question"),
      ),
      h("div", null, h("h2", null, word), h("p", null, sentence)),
    );
    list.hidden = problems.length === 0 || empty;
    fill(
      list,
      problems.slice(0, MOST).map((one) => item(one, lookAt)),
    );
    if (!empty) announce(problems[0] === undefined ? `${word}.` : `${word}. ${problems[0].message}`);
  });
  return h("div", { class: "summary" }, head, list);
}

function item(
  { file, from, to, code, message, hint, pointer, span }: Problem,
  lookAt: (file: string, from: number, to: number) => void,
): HTMLElement {
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: "issue error", on: { click: () => lookAt(file, from, to) } },
      icon("error", "error"),
      h(
        "span",
        { class: "said" },
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
