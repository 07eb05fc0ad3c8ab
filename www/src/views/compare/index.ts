/** Compare: two deliveries side by side, and whether they are the same event, unchanged. */
import { clearCompare, compareStore, nextChange, pickPair, startCompare, swap } from "../../state/compare.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { steppers } from "../../ui/keys.ts";
import { exampleList } from "../inspect/start.ts";
import { changesView, factsView, headersView } from "./results.ts";
import { sideView } from "./side.ts";
import { pairVerdict } from "./verdict.ts";

const PAIRS = [
  { id: "same", title: "A retry as it should be", good: true },
  { id: "changed", title: "A retry that was changed", good: false },
  { id: "written", title: "A retry that a proxy wrote again", good: false },
  { id: "other", title: "Two events that look alike", good: false },
];

export function compareView(): HTMLElement {
  steppers.compare = nextChange;
  const pairs = h(
    "select",
    {
      "aria-label": "Examples of pairs",
      on: {
        change: () => {
          if (pairs.value !== "") void pickPair(pairs.value);
          pairs.value = "";
        },
      },
    },
    h("option", { value: "" }, "Try an example…"),
    PAIRS.map(({ id, title, good }) => h("option", { value: id }, `${good ? "✓" : "✕"} ${title}`)),
  );
  const view = h(
    "div",
    { class: "inspect compare" },
    h(
      "section",
      { class: "input", "aria-label": "Deliveries" },
      h(
        "div",
        { class: "toolbar" },
        pairs,
        providerSelect(),
        h("button", { type: "button", on: { click: swap } }, icon("swap"), "Swap"),
        h(
          "button",
          { type: "button", class: "quiet", on: { click: clearCompare } },
          icon("clear"),
          "Clear both",
        ),
      ),
      h("div", { class: "sides" }, sideView(0), sideView(1)),
    ),
    h(
      "section",
      { class: "results", "aria-label": "Comparison" },
      h("div", { class: "summary" }, pairVerdict()),
      startView(),
      changesView(),
      headersView(),
      factsView(),
    ),
  );
  startCompare();
  return view;
}

function providerSelect(): HTMLElement {
  const select = h("select", {
    "aria-label": "Provider of both",
    on: { change: () => compareStore.set({ provider: select.value }) },
  });
  const draw = () => {
    const { result, provider } = compareStore.state;
    const found =
      result?.provider?.recognised === true
        ? `${result.provider.title} (recognised)`
        : "Recognise the provider";
    fill(
      select,
      h("option", { value: "auto" }, found),
      store.state.providers.map(({ id, title }) => h("option", { value: id }, title)),
    );
    select.value = provider;
  };
  compareStore.on(["provider", "result"], draw);
  store.on(["providers"], draw);
  return select;
}

function startView(): HTMLElement {
  const box = h(
    "section",
    { class: "panel examples" },
    h("h3", null, "Or begin with an example"),
    exampleList(PAIRS, (id) => void pickPair(id)),
  );
  compareStore.on(["heads", "bodies"], ({ heads, bodies }) => {
    box.hidden = [...heads, ...bodies].some((text) => text !== "");
  });
  return box;
}
