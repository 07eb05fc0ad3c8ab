/** Rarely needed options: second secret during a rotation, verification time of an old capture, timestamp tolerance. */
import { parseTime } from "../../state/actions.ts";
import { type State, store } from "../../state/state.ts";
import { h, unique } from "../../ui/dom.ts";

export function advancedOptions(): HTMLElement {
  const box = h(
    "details",
    { class: "advanced-options" },
    h("summary", null, "Second secret, time, tolerance"),
    h(
      "div",
      { class: "settings" },
      optionField("secondSecret", "Second secret", "during a secret rotation", { type: "password" }),
      optionField("asOf", "Verification time", "now, or 2026-01-31T09:30Z"),
      optionField("tolerance", "Tolerance in seconds", "the provider's", { inputmode: "numeric" }),
    ),
  );
  store.on(["secondSecret", "asOf", "tolerance"], ({ secondSecret, asOf, tolerance }) => {
    // Options that are set are never hidden.
    if (secondSecret !== "" || asOf !== "" || tolerance !== "") box.open = true;
  });
  return box;
}

function optionField(
  key: "secondSecret" | "asOf" | "tolerance",
  title: string,
  placeholder: string,
  more: { [name: string]: string } = {},
): HTMLElement {
  const id = unique("field");
  const input = h("input", {
    id,
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
    ...more,
    on: { input: () => store.set({ [key]: input.value } as Partial<State>) },
  });
  store.on([key], (state) => {
    const value = state[key];
    if (input.value !== value) input.value = value;
    const isInvalid =
      (key === "asOf" && value !== "" && parseTime(value) === undefined) ||
      (key === "tolerance" && !/^\d{0,9}$/.test(value));
    input.setAttribute("aria-invalid", String(isInvalid));
    input.title = isInvalid ? "Invalid value: it is ignored." : "";
  });
  return h("div", { class: "field" }, h("label", { for: id }, title), input);
}
