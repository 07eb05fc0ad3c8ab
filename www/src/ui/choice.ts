/** A row of radio buttons, which keyboards and screen readers support without further code. */
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
    h("legend", { class: "visually-hidden" }, label),
    options.map(([value, title]) =>
      h(
        "label",
        null,
        h("input", {
          type: "radio",
          class: "visually-hidden",
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
