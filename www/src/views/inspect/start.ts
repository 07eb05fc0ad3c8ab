/** What an empty page offers: the examples, one click away. */
import type { ExampleEntry } from "../../engine/protocol.ts";
import { pickExample } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { panel } from "./panel.ts";

export function startView(): HTMLElement {
  const { box, content } = panel("start", "Or begin with an example");
  store.on(["result", "examples", "body", "head"], ({ result, examples, body, head }) => {
    box.hidden = result !== undefined || examples.length === 0 || body !== "" || head !== "";
    if (box.hidden) return;
    const groups = [...new Set(examples.map(({ group }) => group))];
    fill(
      content,
      groups.map((group) =>
        h(
          "div",
          { class: "examples" },
          h("h4", null, group),
          exampleList(
            examples.filter((one) => one.group === group),
            (id) => void pickExample(id),
          ),
        ),
      ),
    );
  });
  return box;
}

/** Examples, one click away. */
export function exampleList(
  examples: readonly Omit<ExampleEntry, "group">[],
  pick: (id: string) => void,
): HTMLElement {
  return h(
    "ul",
    null,
    examples.map(({ id, title, good }) =>
      h(
        "li",
        null,
        h(
          "button",
          { type: "button", class: "quiet", on: { click: () => pick(id) } },
          h(
            "span",
            { class: good ? "good" : "bad" },
            icon(good ? "passed" : "failed", good ? "in order" : "broken"),
          ),
          title,
        ),
      ),
    ),
  );
}
