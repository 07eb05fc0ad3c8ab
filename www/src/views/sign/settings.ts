/** The settings of Sign: provider, event, sample, secret, algorithm, ids, time and receiver. */
import { pickEvent, pickSample, pickScheme, type SignState, signStore } from "../../state/sign.ts";
import { store } from "../../state/state.ts";
import { choice } from "../../ui/choice.ts";
import { fill, h } from "../../ui/dom.ts";
import { field } from "../../ui/field.ts";
import { secretField } from "../inspect/secret.ts";
import { providerTitle } from "../inspect/strip.ts";

export function settingsView(): HTMLElement[] {
  return [
    h("div", { class: "choices" }, providerField(), eventField(), sampleField()),
    h("div", { class: "keys" }, schemeField(), signSecretField(), algorithmField()),
    variantChoice(),
    advancedOptions(),
  ];
}

const VARIANTS = [
  ["valid", "Valid"],
  ["tampered", "Tampered"],
  ["old", "Too old"],
  ["unsigned", "Unsigned"],
] as const;

/** What is made of the delivery. A signature without a time is never too old. */
function variantChoice(): HTMLElement {
  const box = choice("Make it", VARIANTS, signStore.state.variant ?? "valid", (variant) =>
    signStore.set({ variant }),
  );
  signStore.on(["variant", "result"], ({ variant = "valid", result }) => {
    for (const input of box.querySelectorAll("input")) {
      input.checked = input.value === variant;
      if (input.value === "old") input.disabled = result?.hasTime === false && variant !== "old";
    }
  });
  return box;
}

const entryOf = (provider: string) => store.state.providers.find(({ id }) => id === provider);

/** The scheme that signs, for a provider with several. */
function schemeField(): HTMLElement {
  const select = h("select", { on: { change: () => pickScheme(select.value) } });
  const box = field("Scheme", select);
  signStore.on(["provider", "choices", "scheme"], ({ provider, scheme }) => {
    const slots = entryOf(provider)?.secrets ?? [];
    box.hidden = slots.length < 2;
    fill(
      select,
      slots.map(({ name = "", kind }) =>
        h("option", { value: name }, kind === "token" ? `${name} (signs nothing)` : name),
      ),
    );
    select.value = scheme === "" ? (slots[0]?.name ?? "") : scheme;
  });
  return box;
}

/** The secret of the scheme that signs. A public key cannot sign, so there is no field for it. */
function signSecretField(): HTMLElement {
  const slotOf = ({ provider, scheme }: Readonly<SignState>) => {
    const slots = entryOf(provider)?.secrets ?? [];
    return slots.find(({ name }) => name === scheme) ?? slots[0];
  };
  const box = secretField(
    signStore,
    ["provider", "choices", "scheme"],
    ({ provider }) => entryOf(provider),
    slotOf,
  );
  signStore.on(["provider", "choices", "scheme"], (state) => {
    box.hidden = slotOf(state)?.kind === "public-key";
  });
  return box;
}

function providerField(): HTMLElement {
  const select = h("select", { on: { change: () => pickEvent(select.value) } });
  signStore.on(["provider", "choices"], ({ provider }) => {
    fill(
      select,
      store.state.providers.map((entry) => h("option", { value: entry.id }, providerTitle(entry))),
    );
    select.value = provider;
  });
  return field("Provider", select);
}

/** Shows the event type of the payload. Selecting another one replaces the payload by its sample. */
function eventField(): HTMLElement {
  const select = h("select", {
    on: {
      change: () => {
        const event = offered[Number(select.value)];
        if (event !== undefined) pickEvent(event.provider, event.type, event.revision);
      },
    },
  });
  let offered: { provider: string; type: string; revision: string | undefined }[] = [];
  signStore.on(["provider", "choices", "result"], ({ provider, choices, result }) => {
    offered = (choices?.events ?? []).filter((event) => event.provider === provider);
    const at = offered.findIndex(
      ({ type, revision }) => type === result?.type && revision === result.revision,
    );
    fill(
      select,
      at < 0 &&
        h(
          "option",
          { value: -1 },
          result?.type === undefined
            ? "none"
            : `${result.issues.some(({ code }) => code === "event-unknown") ? "unknown: " : ""}${result.type.slice(0, 60)}`,
        ),
      offered.map(({ type, revision }, index) =>
        h("option", { value: index }, revision === undefined ? type : `${type} · ${revision}`),
      ),
    );
    select.value = String(at);
  });
  return field("Event", select);
}

function sampleField(): HTMLElement {
  const select = h("select", {
    on: {
      change: () => {
        if (select.value !== "") pickSample(Number(select.value));
        select.value = "";
      },
    },
  });
  signStore.on(["provider", "choices"], ({ provider, choices }) => {
    fill(
      select,
      h("option", { value: "" }, "Choose a sample…"),
      (choices?.samples ?? []).map(
        (sample, index) => sample.provider === provider && h("option", { value: index }, sample.title),
      ),
    );
  });
  return field("Sample", select);
}

function algorithmField(): HTMLElement {
  const select = h("select", { on: { change: () => signStore.set({ algorithm: select.value }) } });
  const box = field("Algorithm", select);
  signStore.on(["provider", "choices"], ({ provider, choices }) => {
    const all = choices?.algorithms[provider] ?? [];
    box.hidden = all.length < 2;
    fill(
      select,
      all.map((name) => h("option", { value: name }, name.toUpperCase().replace("SHA", "SHA-"))),
    );
    if (!all.includes(signStore.state.algorithm)) signStore.set({ algorithm: all[0] ?? "" });
    select.value = signStore.state.algorithm;
  });
  return box;
}

function advancedOptions(): HTMLElement {
  const text = (key: "url" | "id" | "webhookId" | "time", attributes: Record<string, unknown>) => {
    const input = h("input", {
      autocomplete: "off",
      spellcheck: "false",
      ...attributes,
      on: { input: () => signStore.set({ [key]: input.value }) },
    });
    signStore.on([key], (state) => {
      if (input.value !== state[key]) input.value = state[key];
    });
    return input;
  };
  const way = h(
    "select",
    { on: { change: () => signStore.set({ envelope: way.value as SignState["envelope"] }) } },
    h("option", { value: "text" }, "as in the text"),
    h("option", { value: "rules" }, "generated by the provider's rules"),
  );
  const summary = h("span", { class: "muted" });
  signStore.on(["envelope", "id", "time", "url"], ({ envelope, id, time, url }) => {
    summary.textContent = [
      envelope === "text" ? "envelope as in the text" : "generated envelope",
      id === "" ? "generated ids" : "fixed id",
      time === "" ? "now" : "fixed time",
      url.replace(/^https?:\/\//, ""),
    ].join(" · ");
  });
  return h(
    "details",
    { class: "more" },
    h("summary", null, "Ids, time, receiver: ", summary),
    h(
      "div",
      { class: "choices" },
      field("Envelope", way, "Id, time and type in the payload"),
      field(
        "Event or delivery id",
        text("id", { placeholder: "generated" }),
        "Part of the payload if the envelope is generated",
      ),
      field("Subscription id", text("webhookId", { placeholder: "generated" })),
      field("Local time", text("time", { type: "datetime-local", step: "1" }), "Empty: now"),
      field("Receiver URL", text("url", { type: "url" })),
    ),
  );
}
