/** What an empty page offers: the examples, one click away. */
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
          h(
            "ul",
            null,
            examples
              .filter((one) => one.group === group)
              .map(({ id, title, good }) =>
                h(
                  "li",
                  null,
                  h(
                    "button",
                    { type: "button", class: "quiet", on: { click: () => void pickExample(id) } },
                    h(
                      "span",
                      { class: good ? "good" : "bad" },
                      icon(good ? "passed" : "failed", good ? "in order" : "broken"),
                    ),
                    title,
                  ),
                ),
              ),
          ),
        ),
      ),
    );
  });
  return box;
}
