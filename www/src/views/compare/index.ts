/** Compare: two deliveries side by side, and whether they are the same unchanged event. */
import {
  clearCompare,
  compareStore,
  nextChange,
  pickPair,
  type Side,
  setImportIssues,
  startCompare,
  swapSides,
} from "../../state/compare.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { steppers } from "../../ui/keys.ts";
import { toolbar } from "../../ui/toolbar.ts";
import { importIssuesView } from "../import-issues.ts";
import { exampleList } from "../inspect/start.ts";
import { differenceView } from "./difference.ts";
import { changesView, headersView, summaryView } from "./results.ts";
import { sideView } from "./side.ts";
import { pairVerdict } from "./verdict.ts";

const PAIRS = [
  { id: "same", title: "Unchanged retry", isValid: true },
  { id: "changed", title: "Changed retry", isValid: false },
  { id: "rewritten", title: "Retry re-serialized by a proxy", isValid: false },
  { id: "other", title: "Two similar events", isValid: false },
];

export function compareView(): HTMLElement {
  steppers.compare = nextChange;
  const pairs = h(
    "select",
    {
      "aria-label": "Example pairs",
      on: {
        change: () => {
          if (pairs.value !== "") void pickPair(pairs.value);
          pairs.value = "";
        },
      },
    },
    h("option", { value: "" }, "Choose an example…"),
    PAIRS.map(({ id, title, isValid }) => h("option", { value: id }, `${isValid ? "✓" : "✕"} ${title}`)),
  );
  const tools = h(
    "div",
    { class: "toolbar" },
    pairs,
    providerSelect(),
    h("button", { type: "button", on: { click: swapSides } }, icon("swap"), "Swap"),
    h("button", { type: "button", class: "ghost", on: { click: clearCompare } }, icon("clear"), "Clear both"),
  );
  const view = h(
    "div",
    { class: "inspect compare" },
    pairVerdict(),
    h("section", { class: "strip", "aria-label": "Compared by" }, toolbar(tools, "Deliveries")),
    h(
      "section",
      { class: "results", "aria-label": "Comparison" },
      startView(),
      ...([0, 1] as const).map(sideIssues),
      changesView(),
      headersView(),
    ),
    differenceView(),
    h("section", { class: "sides", "aria-label": "Deliveries" }, sideView(0), sideView(1)),
    summaryView(),
  );
  startCompare();
  return view;
}

function sideIssues(side: Side): HTMLElement {
  return importIssuesView(
    (show) => compareStore.on(["importIssues"], ({ importIssues }) => show(importIssues[side])),
    () => setImportIssues(side, undefined),
  );
}

function providerSelect(): HTMLElement {
  const select = h("select", {
    class: "provider-of-both",
    "aria-label": "Provider of both",
    on: { change: () => compareStore.set({ provider: select.value }) },
  });
  const draw = () => {
    const { result, provider } = compareStore.state;
    const label =
      result?.provider?.isDetected === true ? `${result.provider.title} (detected)` : "Detect the provider";
    fill(
      select,
      h("option", { value: "auto" }, label),
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
    h("h2", null, "Examples"),
    exampleList(PAIRS, (id) => void pickPair(id)),
  );
  compareStore.on(["headerTexts", "bodies"], ({ headerTexts, bodies }) => {
    box.hidden = [...headerTexts, ...bodies].some((text) => text !== "");
  });
  return box;
}
