/** The examples of an empty page. */
import type { ExampleEntry } from "../../engine/protocol.ts";
import { pickExample } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { panel } from "./panel.ts";

export function startView(): HTMLElement {
  const { box, content } = panel("start", "Example deliveries");
  store.on(["result", "examples", "body", "headerText"], ({ result, examples, body, headerText }) => {
    box.hidden = result !== undefined || examples.length === 0 || body !== "" || headerText !== "";
    if (box.hidden) return;
    const groups = [...new Set(examples.map(({ group }) => group))];
    fill(
      content,
      groups.map((group) =>
        h(
          "div",
          { class: "examples" },
          h("h3", null, group),
          exampleList(
            examples.filter((example) => example.group === group),
            (id) => void pickExample(id),
          ),
        ),
      ),
    );
  });
  return box;
}

/** A list of examples as buttons. */
export function exampleList(
  examples: readonly Omit<ExampleEntry, "group">[],
  pick: (id: string) => void,
): HTMLElement {
  return h(
    "ul",
    null,
    examples.map(({ id, title, isValid }) =>
      h(
        "li",
        null,
        h(
          "button",
          { type: "button", class: "ghost", on: { click: () => pick(id) } },
          h(
            "span",
            { class: isValid ? "good" : "bad" },
            icon(isValid ? "passed" : "failed", isValid ? "valid" : "invalid"),
          ),
          title,
        ),
      ),
    ),
  );
}
