/** What is judged: examples and files, the provider, the secret, request line and headers, and the body. */
import { clear, pickExample, take, takeText, turnTo } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { field, headArea } from "../../ui/field.ts";
import { icon } from "../../ui/icons.ts";
import { bodyView } from "./body.ts";
import { circumstances } from "./circumstances.ts";
import { secretField } from "./secret.ts";

export function inputView(): HTMLElement {
  return h(
    "section",
    { class: "input", "aria-label": "Input" },
    toolbar(),
    h("div", { class: "settings" }, providerField(), secret(), profileField()),
    circumstances(),
    archive(),
    headField(),
    h(
      "p",
      { class: "label" },
      "Body",
      h("span", { class: "muted" }, "the raw bytes, as they arrived"),
      apart(),
    ),
    bodyView(),
  );
}

function secret(): HTMLElement {
  return secretField(store, ["result"], ({ result }) =>
    result === undefined || "unrecognised" in result ? undefined : result.provider,
  );
}

/** Offers to take apart a request that was typed, where what stands there is no JSON. */
function apart(): HTMLElement {
  const button = h(
    "button",
    { type: "button", class: "link", on: { click: () => void takeText(store.state.body, "the body") } },
    "Take a whole request apart",
  );
  store.on(["result", "body"], ({ result, body }) => {
    const json =
      result === undefined ||
      ("unrecognised" in result
        ? result.values > 0
        : result.report.stages.every(({ name, state }) => name !== "json" || state !== "failed"));
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
      h("option", { value: "" }, "Try an example…"),
      groups.map((group) =>
        h(
          "optgroup",
          { label: group },
          all
            .filter((one) => one.group === group)
            .map(({ id, title, good }) => h("option", { value: id }, `${good ? "✓" : "✕"} ${title}`)),
        ),
      ),
    );
  });
  const file = h("input", {
    type: "file",
    class: "unseen",
    tabindex: "-1",
    "aria-label": "A file with a delivery",
    on: {
      change: async () => {
        const [chosen] = file.files ?? [];
        if (chosen !== undefined) await take(new Uint8Array(await chosen.arrayBuffer()), chosen.name);
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
    h("button", { type: "button", class: "quiet", on: { click: clear } }, icon("clear"), "Clear"),
    h("span", { class: "muted hint" }, "or paste, or drop: HTTP, curl, HAR, JSON"),
  );
}

function providerField(): HTMLElement {
  const select = h("select", { on: { change: () => store.set({ provider: select.value }) } });
  store.on(["providers", "provider", "result"], ({ providers, provider, result }) => {
    const found =
      result === undefined || "unrecognised" in result || !result.provider.recognised
        ? undefined
        : result.provider.title;
    fill(
      select,
      h("option", { value: "auto" }, found === undefined ? "Recognise it" : `${found} (recognised)`),
      providers.map(({ id, title }) => h("option", { value: id }, title)),
    );
    select.value = provider;
  });
  return field("Provider", select);
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
  return field("Contract", select);
}

/** Which delivery of an archive is shown. */
function archive(): HTMLElement {
  const box = h("div", { class: "archive", hidden: true });
  store.on(["imported"], ({ imported }) => {
    box.hidden = imported === undefined;
    if (imported === undefined) return;
    const select = h(
      "select",
      { "aria-label": "Delivery of the archive", on: { change: () => turnTo(Number(select.value)) } },
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

function headField(): HTMLElement {
  const area = headArea(
    (head) => store.set({ head }),
    (text) => void takeText(text, "the clipboard"),
  );
  store.on(["head"], ({ head }) => {
    if (area.value !== head) area.value = head;
    area.rows = Math.min(8, Math.max(2, head.split("\n").length));
  });
  return field("Request line and headers", area);
}
