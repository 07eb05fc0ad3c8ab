/** The list of deliveries, the newest first. Only rows that changed are made again. */
import type { ConsoleRow } from "../../pkg/src/cli/listen/console-types.ts";
import { fill, h } from "../src/ui/dom.ts";
import { seal } from "../src/ui/seal.ts";
import { count as counted, visible } from "../src/ui/text.ts";
import { toolbar } from "../src/ui/toolbar.ts";
import { bars } from "./bars.ts";
import { button } from "./button.ts";
import type { LiveStore } from "./state.ts";
import { bandOf, clock, duration, type Filter, matches, noteOf, sealOf } from "./words.ts";

const FILTERS: [Filter, string][] = [
  ["all", "All"],
  ["rejected", "Rejected"],
  ["failed", "App failed"],
  ["again", "Again"],
];

const BARS_INTERVAL_MS = 5_000;

export interface DeliveryList {
  element: HTMLElement;
  search: HTMLInputElement;
  /** Selects the next or previous visible row. */
  move(step: 1 | -1): void;
  /** The numbers of the rows that the filter shows, the newest first. */
  numbers(): number[];
}

export function deliveryList(store: LiveStore, select: (number: number) => void): DeliveryList {
  const search = h("input", {
    type: "search",
    "aria-label": "Filter deliveries",
    placeholder: "Filter: type, id, provider, 401",
    on: { input: () => store.set({ text: search.value }) },
  });
  const filters = FILTERS.map(([filter, title]) => {
    const count = h("span", { class: "count" });
    const element = button(() => store.set({ filter }), [title, count]);
    return { filter, element, count };
  });
  const held = button(() => store.resume(), "");
  const newer = button(() => list.scrollTo({ top: 0 }), "", { hidden: true });
  const chart = bars();
  /** Rows that were added above what is read. */
  let unseen = 0;
  const empty = h("div", { class: "empty" });
  const list = h("ol", {
    role: "listbox",
    tabindex: "0",
    "aria-label": "Deliveries, the newest first",
    on: {
      keydown: (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
        if (step === undefined) return;
        event.preventDefault();
        move(step);
      },
      scroll: () => {
        if (list.scrollTop > 0) return;
        unseen = 0;
        newer.hidden = true;
      },
    },
  });
  const elements = new Map<number, { row: ConsoleRow; element: HTMLLIElement; look: string }>();

  const isVisible = (row: ConsoleRow) => matches(row, store.state.filter, store.state.text);
  const numbers = () =>
    [...store.rows.values()]
      .filter(isVisible)
      .map(({ number }) => number)
      .reverse();
  function move(step: 1 | -1): void {
    const all = numbers();
    const index = all.indexOf(store.state.selected ?? -1);
    const number = all[index === -1 ? 0 : Math.min(all.length - 1, Math.max(0, index + step))];
    if (number === undefined) return;
    select(number);
    elements.get(number)?.element.scrollIntoView({ block: "nearest" });
  }

  let isDue = false;
  function render(): void {
    isDue = false;
    const { rows, state } = store;
    for (const [number, { element }] of elements) {
      if (rows.has(number)) continue;
      element.remove();
      elements.delete(number);
    }
    const counts: Record<Filter, number> = { all: 0, rejected: 0, failed: 0, again: 0 };
    let shown = 0;
    // PERF: read once, before anything changes: each later read lays the page out.
    const isScrolled = list.scrollTop > 0;
    for (const row of rows.values()) {
      let known = elements.get(row.number);
      if (known?.row !== row) {
        const element = item(row, rows.get(row.again ?? -1), select);
        if (known === undefined) {
          list.prepend(element);
          unseen += isScrolled ? 1 : 0;
        } else known.element.replaceWith(element);
        known = { row, element, look: "" };
        elements.set(row.number, known);
      }
      for (const [filter] of FILTERS) if (matches(row, filter, "")) counts[filter] += 1;
      const isShown = isVisible(row);
      if (isShown) shown += 1;
      const isSelected = row.number === state.selected;
      const isOther = row.number === state.compare;
      const look = `${isShown} ${isSelected} ${isOther}`;
      if (look === known.look) continue;
      known.look = look;
      known.element.hidden = !isShown;
      known.element.setAttribute("aria-selected", String(isSelected));
      known.element.classList.toggle("other", isOther);
    }
    if (state.selected === undefined) list.removeAttribute("aria-activedescendant");
    else list.setAttribute("aria-activedescendant", `row-${state.selected}`);
    for (const { filter, element, count } of filters) {
      element.setAttribute("aria-pressed", String(filter === state.filter));
      fill(count, ` ${counts[filter]}`);
    }
    held.hidden = state.waiting === 0;
    fill(held, `${counted(state.waiting, "new delivery", "new deliveries")}: resume`);
    newer.hidden = unseen === 0;
    fill(newer, `${unseen} new: go to the newest`);
    chart.show(rows.values());
    empty.hidden = shown > 0;
    fill(empty, rows.size > 0 ? "No delivery matches the filter." : "");
  }
  store.on(() => {
    // Many deliveries at once are one change of the page.
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(render);
  });
  render();
  // The bars move with the time.
  setInterval(() => chart.show(store.rows.values()), BARS_INTERVAL_MS);
  const element = h(
    "nav",
    { class: "deliveries", "aria-label": "Deliveries" },
    h("h1", { class: "visually-hidden narrow" }, "Deliveries"),
    h(
      "div",
      { class: "list-head" },
      chart.element,
      search,
      toolbar(
        h(
          "div",
          { class: "segments" },
          filters.map(({ element }) => element),
        ),
        "Filter by verdict",
      ),
      held,
      newer,
    ),
    list,
    empty,
  );
  return { element, search, move, numbers };
}

function item(
  row: ConsoleRow,
  earlier: ConsoleRow | undefined,
  select: (number: number) => void,
): HTMLLIElement {
  const { tone, headline } = bandOf(row);
  const sent = sealOf(row);
  const { app } = row;
  return h(
    "li",
    {
      id: `row-${row.number}`,
      role: "option",
      dataset: { tone: sent.tone },
      on: { click: () => select(row.number) },
    },
    seal(sent.seal),
    h(
      "span",
      { class: "what" },
      h("span", { class: "type" }, ...visible(row.type ?? row.handshake ?? row.code ?? row.method)),
      row.again !== undefined &&
        h(
          "span",
          {
            class: "tag",
            title: `Same id and bytes as ${earlier === undefined ? "an earlier one" : clock(earlier.at)}`,
          },
          "again",
        ),
      row.replay !== undefined && h("span", { class: "tag" }, "replay"),
      h("span", { class: "visually-hidden" }, `, ${headline}`),
    ),
    h("time", { datetime: new Date(row.at).toISOString() }, clock(row.at)),
    h("span", { class: "note" }, ...visible(noteOf(row))),
    h(
      "span",
      { class: "status" },
      h(
        "b",
        { class: tone === "bad" || sent.seal === "clock" ? "bad" : "" },
        String(app === undefined ? row.status : (app.status ?? "—")),
      ),
      ` ${duration(app?.durationMs ?? row.durationMs)}`,
    ),
  );
}
