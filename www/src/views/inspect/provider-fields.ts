/** Fields that only some providers have: the secrets of their other schemes, and their settings. */
import { type State, store } from "../../state/state.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { secretTitle } from "./secret.ts";

export function providerFields(): HTMLElement {
  const box = h("div", { class: "provider-fields", hidden: true });
  let shown = "";
  store.on(["result", "provider", "providers"], ({ result, provider: chosen, providers }) => {
    // While a delivery is inspected again, the fields stay.
    if (result === undefined && chosen === "auto") {
      box.hidden = true;
      return;
    }
    const provider =
      result !== undefined && !("isUndetected" in result)
        ? result.provider
        : providers.find(({ id }) => id === chosen);
    const others = provider?.secrets.slice(1) ?? [];
    const settings = Object.entries(provider?.settings ?? {});
    box.hidden = others.length === 0 && settings.length === 0;
    const shape = JSON.stringify([provider?.id, others, settings]);
    if (shape === shown) return;
    shown = shape;
    fill(
      box,
      others.map((slot) =>
        valueField("schemeSecrets", slot.name ?? "", secretTitle(slot), "verifies if it is entered"),
      ),
      settings.map(([name, description]) => valueField("settings", name, name, description)),
    );
  });
  store.on(["schemeSecrets", "settings"], (state) => {
    for (const input of box.querySelectorAll("input")) {
      const { key = "settings", name = "" } = input.dataset;
      const value = state[key as "settings"][name] ?? "";
      if (input.value !== value) input.value = value;
    }
  });
  return box;
}

function valueField(
  key: "schemeSecrets" | "settings",
  name: string,
  title: string,
  help: string,
): HTMLElement {
  const id = unique("value");
  const input = h("input", {
    id,
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "stays in this page",
    "aria-describedby": `${id}-help`,
    dataset: { key, name },
    on: {
      input: () => store.set({ [key]: { ...store.state[key], [name]: input.value } } as Partial<State>),
    },
  });
  input.value = store.state[key][name] ?? "";
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, title),
    input,
    h("p", { class: "note", id: `${id}-help` }, help),
  );
}
