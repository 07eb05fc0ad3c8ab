/** The input of Inspect: examples, files, provider, secret, request line and headers, body. */

import type { ProviderEntry } from "../../engine/protocol.ts";
import { clearInspect, importBytes, importText, pickExample, selectDelivery } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { field, headerArea } from "../../ui/field.ts";
import { icon } from "../../ui/icons.ts";
import { advancedOptions } from "./advanced-options.ts";
import { bodyView, bodyViewChoice } from "./body.ts";
import { providerFields } from "./provider-fields.ts";
import { secretField } from "./secret.ts";

export function inputView(): HTMLElement {
  return h(
    "section",
    { class: "input", "aria-label": "Input" },
    toolbar(),
    h("div", { class: "settings" }, providerField(), secret(), profileField()),
    providerFields(),
    advancedOptions(),
    deliveryPicker(),
    headerField(),
    h(
      "p",
      { class: "label" },
      "Body",
      h("span", { class: "muted" }, "raw bytes as received"),
      splitRequestButton(),
      bodyViewChoice(),
    ),
    bodyView(),
  );
}

function secret(): HTMLElement {
  return secretField(store, ["result"], ({ result }) =>
    result === undefined || "isUndetected" in result ? undefined : result.provider,
  );
}

/** Imports a body that is neither JSON nor a form: it may be a whole request. */
function splitRequestButton(): HTMLElement {
  const button = h(
    "button",
    { type: "button", class: "link", on: { click: () => void importText(store.state.body, "the body") } },
    "Import as a request",
  );
  store.on(["result", "body"], ({ result, body }) => {
    const json =
      result === undefined ||
      ("isUndetected" in result
        ? result.values > 0
        : (result.form?.fields.length ?? 0) > 0 ||
          result.report.stages.every(({ name, state }) => name !== "json" || state !== "failed"));
    button.hidden = json || body === "";
  });
  return button;
}

function toolbar(): HTMLElement {
  const examples = h("select", {
    "aria-label": "Examples",
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
  return h(
    "div",
    { class: "toolbar" },
    examples,
    h("button", { type: "button", on: { click: () => file.click() } }, icon("file"), "Open a file"),
    file,
    h("button", { type: "button", class: "ghost", on: { click: clearInspect } }, icon("clear"), "Clear"),
    h("span", { class: "muted hint" }, "or paste, or drop: HTTP, curl, HAR, JSON"),
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

/** Selects the delivery of an imported file. */
function deliveryPicker(): HTMLElement {
  const box = h("div", { class: "delivery-picker", hidden: true });
  store.on(["imported"], ({ imported }) => {
    box.hidden = imported === undefined;
    if (imported === undefined) return;
    const select = h(
      "select",
      { "aria-label": "Delivery of the file", on: { change: () => selectDelivery(Number(select.value)) } },
      imported.deliveries
        .slice(0, 500)
        .map(({ method, url }, index) =>
          h(
            "option",
            { value: index },
            `${index + 1} of ${imported.deliveries.length}: ${method ?? "POST"} ${(url ?? "").slice(0, 80)}`,
          ),
        ),
    );
    select.value = String(imported.index);
    fill(box, h("span", { class: "muted" }, `From ${imported.name}`), select);
  });
  return box;
}

function headerField(): HTMLElement {
  const area = headerArea(
    (headerText) => store.set({ headerText }),
    (text) => void importText(text, "the clipboard", true),
  );
  store.on(["headerText"], ({ headerText }) => {
    if (area.value !== headerText) area.value = headerText;
    area.rows = Math.min(8, Math.max(2, headerText.split("\n").length));
  });
  return field("Request line and headers", area);
}
