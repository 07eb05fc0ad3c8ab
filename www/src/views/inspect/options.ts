/** The options of an inspection: profile, second secret, verification time, tolerance. Those that are set are shown as chips. */
import { DEFAULT_SETTINGS, type State, store } from "../../state/state.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { field } from "../../ui/field.ts";
import { icon } from "../../ui/icons.ts";
import { parseTime } from "../../ui/time.ts";

type OptionKey = "profile" | "secondSecret" | "asOf" | "tolerance";

/** The chip of an option that is not the usual one. SECURITY: a secret is not shown. */
const CHIPS: Readonly<Record<OptionKey, (value: string) => string>> = {
  profile: (value) => value,
  secondSecret: () => "second secret",
  asOf: (value) => `verified at ${value}`,
  tolerance: (value) => `tolerance ${value} s`,
};
const KEYS = Object.keys(CHIPS) as OptionKey[];

/** The button of the options with their chips, and the row of their fields, which is closed until it is wanted. */
export function optionsView(): { button: HTMLElement; fields: HTMLElement } {
  const id = unique("options");
  const usual = h("span", { class: "muted" }, "lenient, now");
  const fields = h(
    "div",
    { class: "option-fields", id, hidden: true },
    profileField(),
    optionField("secondSecret", "Second secret", "during a secret rotation", { type: "password" }),
    optionField("asOf", "Verification time", "now, or 2026-01-31T09:30Z"),
    optionField("tolerance", "Tolerance in seconds", "the provider's", { inputmode: "numeric" }),
  );
  const toggle = h(
    "button",
    {
      type: "button",
      class: "ghost",
      "aria-expanded": "false",
      "aria-controls": id,
      on: {
        click: () => {
          fields.hidden = !fields.hidden;
          toggle.setAttribute("aria-expanded", String(!fields.hidden));
        },
      },
    },
    icon("open"),
    "Options",
    usual,
  );
  const chips = h("div", { class: "chips" });
  store.on(KEYS, (state) => {
    const changed = KEYS.filter((key) => state[key] !== DEFAULT_SETTINGS[key]);
    usual.hidden = changed.length > 0;
    fill(
      chips,
      changed.map((key) => {
        const text = CHIPS[key](state[key]);
        return h(
          "button",
          {
            type: "button",
            class: "option-chip",
            "aria-label": `Remove: ${text}`,
            on: { click: () => store.set({ [key]: DEFAULT_SETTINGS[key] } as Partial<State>) },
          },
          text,
          icon("failed"),
        );
      }),
    );
  });
  return { button: h("div", { class: "options" }, toggle, chips), fields };
}

function profileField(): HTMLElement {
  const select = h(
    "select",
    { on: { change: () => store.set({ profile: select.value === "strict" ? "strict" : "lenient" }) } },
    h("option", { value: "lenient" }, "Lenient"),
    h("option", { value: "strict" }, "Strict"),
  );
  store.on(["profile"], ({ profile }) => {
    select.value = profile;
  });
  return field("Profile", select);
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
