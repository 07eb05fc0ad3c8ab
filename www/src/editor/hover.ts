/** What a field means, beside the pointer: from the contract, with what is wrong there. */
import { type EditorView, hoverTooltip } from "@codemirror/view";
import type { Meaning, Place } from "../engine/protocol.ts";
import { engine } from "../state/actions.ts";
import { h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { visible } from "../ui/text.ts";
import { issueField, issuesAt } from "./marks.ts";

export const hover = hoverTooltip(
  async (view: EditorView, offset: number) => {
    const place = await engine.ask("at", { offset });
    if (!place) return null;
    const numbers = issuesAt(view, offset);
    const { issues } = view.state.field(issueField);
    return {
      pos: Math.min(place.from, view.state.doc.length),
      end: Math.min(
        place.type === "object" || place.type === "array" ? offset + 1 : place.to,
        view.state.doc.length,
      ),
      above: true,
      create: () => ({
        dom: h(
          "div",
          { class: "hover" },
          numbers.slice(0, 4).map((number) => {
            const issue = issues[number];
            return (
              issue &&
              h(
                "p",
                { class: `said ${issue.severity}` },
                icon(issue.severity),
                h("span", null, ...visible(issue.message)),
              )
            );
          }),
          about(place),
        ),
      }),
    };
  },
  { hoverTime: 250 },
);

function about({ pointer, type, meaning }: Place): Node {
  return h(
    "div",
    { class: "about" },
    h("code", null, ...visible(pointer === "" ? "the whole payload" : pointer)),
    meaning?.description !== undefined && h("p", null, meaning.description),
    h("p", { class: "muted" }, words(type, meaning)),
  );
}

/** Type, expectation and care in one line. */
export function words(type: string, meaning: Meaning | undefined): string {
  if (meaning === undefined) return type;
  return [
    type,
    meaning.expected !== "" && meaning.expected !== type ? `expected: ${meaning.expected}` : undefined,
    meaning.required ? "required" : undefined,
    meaning.sensitive ? "personal or health data" : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}
