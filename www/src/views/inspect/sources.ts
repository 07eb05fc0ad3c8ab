/** Where a delivery comes from: an example, or a file. */
import { clearInspect, importBytes, pickExample } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { toolbar } from "../../ui/toolbar.ts";
import { historyView } from "./history.ts";

/** A menu of all examples. */
export function examplesMenu(label: string): HTMLSelectElement {
  const examples = h("select", {
    class: "examples-menu",
    "aria-label": label,
    on: {
      change: () => {
        if (examples.value !== "") void pickExample(examples.value);
        examples.value = "";
      },
    },
  });
  store.on(["examples"], ({ examples: all }) => {
    const groups = [...new Set(all.map(({ group }) => group))];
    fill(
      examples,
      h("option", { value: "" }, "Choose an example…"),
      groups.map((group) =>
        h(
          "optgroup",
          { label: group },
          all
            .filter((example) => example.group === group)
            .map(({ id, title, isValid }) => h("option", { value: id }, `${isValid ? "✓" : "✕"} ${title}`)),
        ),
      ),
    );
  });
  return examples;
}

export function sourcesView(): HTMLElement {
  const file = h("input", {
    type: "file",
    class: "visually-hidden",
    tabindex: "-1",
    "aria-label": "Delivery file",
    on: {
      change: async () => {
        const [chosen] = file.files ?? [];
        if (chosen !== undefined) await importBytes(new Uint8Array(await chosen.arrayBuffer()), chosen.name);
        file.value = "";
      },
    },
  });
  const box = h(
    "div",
    { class: "toolbar sources" },
    examplesMenu("Examples"),
    historyView(),
    h(
      "button",
      { type: "button", class: "open-file", on: { click: () => file.click() } },
      icon("file"),
      "Open a file",
    ),
    file,
    h("button", { type: "button", class: "ghost", on: { click: clearInspect } }, icon("clear"), "Clear"),
  );
  return toolbar(box, "Delivery");
}
