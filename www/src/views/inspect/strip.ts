/** What a delivery is checked by: its provider, the secret, and options, which are closed while they are the usual ones. */
import type { ProviderEntry } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { field } from "../../ui/field.ts";
import { optionsView } from "./options.ts";
import { providerFields } from "./provider-fields.ts";
import { secretField } from "./secret.ts";

export function stripView(): HTMLElement {
  const options = optionsView();
  return h(
    "section",
    { class: "strip", "aria-label": "Checked by" },
    h("div", { class: "settings" }, providerField(), secret(), options.button),
    options.fields,
    providerFields(),
  );
}

function secret(): HTMLElement {
  return secretField(store, ["result"], ({ result }) =>
    result === undefined || "isUndetected" in result ? undefined : result.provider,
  );
}

function providerField(): HTMLElement {
  const select = h("select", { on: { change: () => store.set({ provider: select.value }) } });
  store.on(["providers", "provider", "result"], ({ providers, provider, result }) => {
    const detected =
      result === undefined || "isUndetected" in result || !result.provider.isDetected
        ? undefined
        : result.provider.title;
    fill(
      select,
      h("option", { value: "auto" }, detected === undefined ? "Detect" : `${detected} (detected)`),
      providers.map((entry) => h("option", { value: entry.id }, providerTitle(entry))),
    );
    select.value = provider;
  });
  return field("Provider", select);
}

/** The title, which says if nothing confirms how the provider signs. */
export const providerTitle = ({ title, isUnconfirmed }: ProviderEntry): string =>
  isUnconfirmed ? `${title} (not confirmed)` : title;
