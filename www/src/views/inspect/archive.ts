/** The deliveries of an archive with their verdicts, filtered by text and verdict. */
import type { ArchiveEntry } from "../../engine/protocol.ts";
import { selectDelivery } from "../../state/actions.ts";
import { compareWithNext } from "../../state/compare.ts";
import { store } from "../../state/state.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, formatNumber, visible } from "../../ui/text.ts";
import { toolbar } from "../../ui/toolbar.ts";
import { ENTRY_ICONS } from "../entry.ts";

const FILTERS = [
  ["all", "All"],
  ["rejected", "Rejected"],
  ["unchecked", "Not checked"],
  ["accepted", "Accepted"],
] as const;
type Filter = (typeof FILTERS)[number][0];

/** Rows that are shown; the filter finds the others. */
const MAX_ROWS = 200;

/** Whether an entry passes the filters. */
export function isListed(entry: ArchiveEntry, filter: Filter, text: string): boolean {
  const isKind =
    filter === "all" || entry.state === filter || (filter === "unchecked" && entry.state === "undetected");
  const words = [entry.type, entry.title, entry.note, ENTRY_ICONS[entry.state][1]].join(" ").toLowerCase();
  return isKind && words.includes(text.trim().toLowerCase());
}

export function archiveView(): HTMLElement {
  const id = unique("archive");
  const name = h("h2", { id });
  const facts = h("p", { class: "muted" });
  const list = h("ol");
  const rest = h("p", { class: "muted" });
  const search = h("input", {
    type: "search",
    "aria-label": "Filter the deliveries",
    placeholder: "Filter: type, provider, reason",
    on: { input: () => draw() },
  });
  let filter: Filter = "all";
  const filters = FILTERS.map(([value, title]) =>
    h(
      "button",
      {
        type: "button",
        on: {
          click: () => {
            filter = value;
            draw();
          },
        },
      },
      title,
    ),
  );
  const box = h(
    "section",
    { class: "archive", "aria-labelledby": id, hidden: true },
    name,
    facts,
    search,
    toolbar(h("div", { class: "segments" }, filters), "Verdict"),
    h(
      "button",
      { type: "button", class: "link", on: { click: compareWithNext } },
      "Compare this one with the next one chosen",
    ),
    list,
    rest,
  );

  function draw(): void {
    const { imported } = store.state;
    box.hidden = imported === undefined;
    const view = box.closest<HTMLElement>(".inspect");
    if (view !== null) view.dataset.archive = String(imported !== undefined);
    if (imported === undefined) return;
    const { entries, deliveries, others, index } = imported;
    name.textContent = imported.name;
    facts.textContent = `${count(deliveries.length, "delivery", "deliveries")} in ${count(deliveries.length + others, "request")}`;
    for (const [position, [value, title]] of FILTERS.entries()) {
      const button = filters[position] as HTMLElement;
      const number = entries.filter((entry) => isListed(entry, value, "")).length;
      button.textContent = `${title} ${formatNumber(number)}`;
      button.setAttribute("aria-pressed", String(value === filter));
    }
    const listed = entries.flatMap((entry, at) => (isListed(entry, filter, search.value) ? [at] : []));
    fill(
      list,
      listed.slice(0, MAX_ROWS).map((at) => row(entries[at] as ArchiveEntry, at, at === index)),
    );
    const more =
      listed.length > MAX_ROWS ? `${count(listed.length - MAX_ROWS, "more", "more")}: filter. ` : "";
    rest.textContent = `${more}${others > 0 ? `${count(others, "other request contains", "other requests contain")} no webhook.` : ""}`;
    rest.hidden = rest.textContent === "";
  }

  store.on(["imported"], draw);
  return box;
}

function row(entry: ArchiveEntry, at: number, isShown: boolean): HTMLElement {
  const { state, type, title, note, bytes } = entry;
  const [name, label] = ENTRY_ICONS[state];
  return h(
    "li",
    null,
    h(
      "button",
      {
        type: "button",
        class: "entry",
        "aria-current": isShown ? "true" : undefined,
        dataset: { state },
        on: { click: () => selectDelivery(at) },
      },
      h("span", { class: "entry-state" }, icon(name, label)),
      h(
        "span",
        { class: "entry-text" },
        h("strong", null, ...visible(type ?? "no event type")),
        h("span", { class: "muted" }, ...visible([title ?? "no provider", note].join(" · "))),
      ),
      h("span", { class: "muted" }, count(bytes, "byte")),
    ),
  );
}
