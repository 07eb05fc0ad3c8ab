/** What is seldom needed: a second secret while one takes the other's place, the time of an old capture, the tolerance. */
import { instant } from "../../state/actions.ts";
import { type State, store } from "../../state/state.ts";
import { h, unique } from "../../ui/dom.ts";

export function circumstances(): HTMLElement {
  const box = h(
    "details",
    { class: "circumstances" },
    h("summary", null, "Second secret, time, tolerance"),
    h(
      "div",
      { class: "settings" },
      text("second", "Second secret", "while keys rotate", { type: "password" }),
      text("at", "Judged at", "now, or 2026-01-31T09:30Z"),
      text("tolerance", "Tolerance in seconds", "the provider's", { inputmode: "numeric" }),
    ),
  );
  store.on(["second", "at", "tolerance"], ({ second, at, tolerance }) => {
    // What counts is seen.
    if (second !== "" || at !== "" || tolerance !== "") box.open = true;
  });
  return box;
}

function text(
  key: "second" | "at" | "tolerance",
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
    const wrong =
      (key === "at" && value !== "" && instant(value) === undefined) ||
      (key === "tolerance" && !/^\d{0,9}$/.test(value));
    input.setAttribute("aria-invalid", String(wrong));
    input.title = wrong ? "This cannot be read, so it does not count." : "";
  });
  return h("div", { class: "field" }, h("label", { for: id }, title), input);
}
