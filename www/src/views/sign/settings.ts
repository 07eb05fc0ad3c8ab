/** What is signed and how: provider, event, sample, secret, algorithm, ids, time and receiver. */
import { pickEvent, pickSample, type SignState, signStore } from "../../state/sign.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { field } from "../../ui/field.ts";
import { secretField } from "../inspect/secret.ts";

export function settingsView(): HTMLElement[] {
  return [
    h("div", { class: "choices" }, providerField(), eventField(), sampleField()),
    h(
      "div",
      { class: "keys" },
      secretField(signStore, ["provider", "known"], ({ provider }) =>
        store.state.providers.find(({ id }) => id === provider),
      ),
      algorithmField(),
    ),
    more(),
  ];
}

function providerField(): HTMLElement {
  const select = h("select", { on: { change: () => pickEvent(select.value) } });
  signStore.on(["provider", "known"], ({ provider }) => {
    fill(
      select,
      store.state.providers.map(({ id, title }) => h("option", { value: id }, title)),
    );
    select.value = provider;
  });
  return field("Provider", select);
}

/** The event is what the text says: choosing another one begins with a sample of it. */
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
  signStore.on(["provider", "known", "result"], ({ provider, known, result }) => {
    offered = (known?.events ?? []).filter((one) => one.provider === provider);
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
  signStore.on(["provider", "known"], ({ provider, known }) => {
    fill(
      select,
      h("option", { value: "" }, "Start again from…"),
      (known?.samples ?? []).map(
        (one, index) => one.provider === provider && h("option", { value: index }, one.title),
      ),
    );
  });
  return field("Sample", select);
}

function algorithmField(): HTMLElement {
  const select = h("select", { on: { change: () => signStore.set({ algorithm: select.value }) } });
  const box = field("Algorithm", select);
  signStore.on(["provider", "known"], ({ provider, known }) => {
    const all = known?.algorithms[provider] ?? [];
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

function more(): HTMLElement {
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
    { on: { change: () => signStore.set({ way: way.value as SignState["way"] }) } },
    h("option", { value: "text" }, "as the text has them"),
    h("option", { value: "rules" }, "new, by the provider's rules"),
  );
  const told = h("span", { class: "muted" });
  signStore.on(["way", "id", "time", "url"], ({ way, id, time, url }) => {
    told.textContent = [
      way === "text" ? "envelope as written" : "envelope made new",
      id === "" ? "new ids" : "fixed id",
      time === "" ? "now" : "fixed time",
      url.replace(/^https?:\/\//, ""),
    ].join(" · ");
  });
  return h(
    "details",
    { class: "more" },
    h("summary", null, "Ids, time, receiver: ", told),
    h(
      "div",
      { class: "choices" },
      field("Envelope", way, "Its id, time and type in the payload"),
      field(
        "Id of event or delivery",
        text("id", { placeholder: "a new one" }),
        "In the payload where its envelope is made new",
      ),
      field("Id of the subscription", text("webhookId", { placeholder: "a new one" })),
      field("Time, in your zone", text("time", { type: "datetime-local", step: "1" }), "Empty: now"),
      field("Receiver", text("url", { type: "url" })),
    ),
  );
}
