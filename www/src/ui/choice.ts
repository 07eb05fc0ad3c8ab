/** One of a few, in a row: radio buttons, so that arrows, Tab and screen readers do as they always do. */
import { h, unique } from "./dom.ts";

export function choice<Value extends string>(
  label: string,
  options: readonly (readonly [value: Value, title: string])[],
  chosen: Value,
  pick: (value: Value) => void,
): HTMLFieldSetElement {
  const name = unique("choice");
  return h(
    "fieldset",
    { class: "choice" },
    h("legend", { class: "unseen" }, label),
    options.map(([value, title]) =>
      h(
        "label",
        null,
        h("input", {
          type: "radio",
          class: "unseen",
          name,
          value,
          checked: value === chosen,
          on: { change: () => pick(value) },
        }),
        h("span", null, title),
      ),
    ),
  );
}
