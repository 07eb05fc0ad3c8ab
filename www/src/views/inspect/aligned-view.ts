/** The signed text above the received one, in columns of the width that there is. A click on a place selects it in the body. */
import type { ByteDiff } from "../../engine/protocol.ts";
import { fill, h } from "../../ui/dom.ts";
import { count, formatNumber } from "../../ui/text.ts";
import { type AlignedRow, alignedRows, columnsOf, differingRows, oneColumnEach } from "./aligned.ts";

const FIRST_ROWS = 4;
/** Columns while the view has no width: it is in a part of the page that is not shown. */
const DEFAULT_COLUMNS = 48;
const MIN_COLUMNS = 16;

export function alignedView(
  { parts, places, bytes, before }: ByteDiff,
  select: (place: number) => void,
): HTMLElement {
  const list = h("div", {
    class: "aligned",
    role: "group",
    tabindex: "0",
    "aria-label": "What was signed above what was received",
    on: {
      click: ({ target }) => {
        const place = (target as HTMLElement).closest<HTMLElement>("[data-place]")?.dataset.place;
        if (place !== undefined) select(Number(place));
      },
    },
  });
  const more = h("button", { type: "button", class: "link", hidden: true });
  let isWhole = false;
  let columns = 0;

  function draw(): void {
    const rows = differingRows(alignedRows(parts, bytes.start - before, columns));
    more.hidden = isWhole || rows.length <= FIRST_ROWS;
    more.textContent = `All ${count(places, "place")}`;
    fill(list, (isWhole ? rows : rows.slice(0, FIRST_ROWS)).map(rowView));
  }

  more.addEventListener("click", () => {
    isWhole = true;
    draw();
    list.focus();
  });
  const box = h("div", { class: "aligned-box" }, list, more);
  new ResizeObserver(() => {
    const width = columnsThatFit(list);
    if (width === columns) return;
    columns = width;
    draw();
  }).observe(box);
  columns = DEFAULT_COLUMNS;
  draw();
  return box;
}

/** Columns of the text, next to the offset and the name of each line. */
function columnsThatFit(list: HTMLElement): number {
  const line = list.querySelector(".line-text");
  if (line === null || line.clientWidth === 0) return DEFAULT_COLUMNS;
  const probe = h("span", { class: "probe" }, "0".repeat(100));
  line.append(probe);
  const width = probe.getBoundingClientRect().width / 100;
  probe.remove();
  return Math.max(MIN_COLUMNS, Math.floor(line.clientWidth / width));
}

function rowView({ offset, cells }: AlignedRow): HTMLElement {
  const line = (side: "signed" | "received") =>
    h(
      "div",
      { class: "aligned-line" },
      h("span", { class: "offset" }, side === "signed" ? formatNumber(offset) : ""),
      h("span", { class: "side-name" }, side),
      h(
        "span",
        { class: "line-text" },
        cells.map((cell) => {
          const text = cell[side];
          if (cell.place === undefined) return h("span", null, oneColumnEach(text, false));
          const blank = columnsOf(cell[side === "signed" ? "received" : "signed"]) - columnsOf(text);
          return h(
            side === "signed" ? "ins" : "del",
            { dataset: { place: String(cell.place) } },
            oneColumnEach(text, true),
            blank > 0 && h("span", { class: "blank" }, "\u00a0".repeat(blank)),
          );
        }),
      ),
    );
  return h("div", { class: "aligned-row" }, line("signed"), line("received"));
}
