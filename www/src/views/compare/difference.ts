/** The two deliveries in aligned rows: values, lines or bytes. A row of a change selects it. */
import type { DiffCell, Difference, DiffRow, DiffView, FoldedRows } from "../../engine/protocol.ts";
import { compareStore } from "../../state/compare.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count } from "../../ui/text.ts";
import { toolbar } from "../../ui/toolbar.ts";
import { oneColumnEach } from "../inspect/aligned.ts";

const VIEWS: [DiffView, string, note: string][] = [
  ["values", "Values", "The order of keys and white space do not count."],
  ["text", "Text", "Lines as they were received."],
  ["bytes", "Bytes", "In hex, and as ASCII."],
];

/** What a row is, for those who do not see its colors. */
const KINDS: Readonly<Record<DiffRow["kind"], string>> = {
  equal: "",
  changed: "changed",
  "only-a": "only in A",
  "only-b": "only in B",
};

export function differenceView(): HTMLElement {
  const buttons = VIEWS.map(([view, title]) =>
    h("button", { type: "button", on: { click: () => compareStore.set({ view }) } }, title),
  );
  const note = h("span", { class: "muted" });
  const table = h("div", { class: "diff", role: "table", "aria-label": "Difference of A and B" });
  const cut = h("p", { class: "muted", hidden: true }, "There are more differences than are shown.");
  const box = h(
    "section",
    { class: "difference", "aria-label": "Difference", hidden: true },
    h(
      "div",
      { class: "difference-head" },
      toolbar(h("div", { class: "segments" }, buttons), "Compare"),
      note,
    ),
    table,
    cut,
  );
  compareStore.on(["view", "difference"], ({ view, difference }) => {
    for (const [index, [name, , text]] of VIEWS.entries()) {
      buttons[index]?.setAttribute("aria-pressed", String(name === view));
      if (name === view) note.textContent = text;
    }
    box.hidden = difference === undefined || difference.rows.length === 0;
    if (difference !== undefined) draw(difference, view);
  });
  compareStore.on(["change", "difference"], ({ change }) => {
    for (const row of table.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
    if (change === undefined) return;
    const rows = table.querySelectorAll(`[data-change="${change}"]`);
    for (const row of rows) row.setAttribute("aria-current", "true");
    rows[0]?.scrollIntoView({ block: "nearest" });
  });

  function draw({ rows, isCut }: Difference, view: DiffView): void {
    table.dataset.view = view;
    cut.hidden = !isCut;
    fill(
      table,
      h(
        "div",
        { class: "diff-head", role: "row" },
        columnHead("a", "A", "original"),
        columnHead("b", "B", "retry"),
      ),
      rows.map((row) => (row.kind === "fold" ? foldView(row) : rowView(row))),
    );
  }

  table.addEventListener("click", ({ target }) => {
    const element = target as HTMLElement;
    const change = element.closest<HTMLElement>("[data-change]")?.dataset.change;
    if (change !== undefined) compareStore.set({ change: Number(change) });
  });
  return box;
}

const columnHead = (side: "a" | "b", letter: string, name: string) =>
  h("div", { class: `cell ${side}`, role: "columnheader" }, h("strong", { class: "letter" }, letter), name);

/** Equal rows, which a click opens. */
function foldView({ count: number, rows }: FoldedRows): HTMLElement {
  const text = count(number, "equal row");
  const cell = h("div", { class: "fold-cell", role: "cell", "aria-colspan": 2 });
  const row = h("div", { class: "diff-row folded", role: "row" }, cell);
  if (rows.length === 0) fill(cell, text);
  else
    fill(
      cell,
      h(
        "button",
        { type: "button", class: "ghost", on: { click: () => row.replaceWith(...rows.map(rowView)) } },
        icon("open"),
        text,
      ),
    );
  return row;
}

function rowView({ kind, a, b, change }: DiffRow): HTMLElement {
  return h(
    "div",
    {
      class: `diff-row ${kind}`,
      role: "row",
      dataset: change === undefined ? {} : { change: String(change) },
    },
    cellView("a", a, kind),
    cellView("b", b, kind),
  );
}

function cellView(side: "a" | "b", cell: DiffCell | undefined, kind: DiffRow["kind"]): HTMLElement {
  if (cell === undefined)
    return h(
      "div",
      { class: `cell ${side} missing`, role: "cell" },
      h("span", { class: "visually-hidden" }, "missing"),
    );
  const { text, marks, line } = cell;
  const nodes: Node[] = [];
  let at = 0;
  const add = (to: number, isMarked: boolean) => {
    if (to > at)
      nodes.push(
        h(
          !isMarked ? "span" : side === "a" ? "del" : "ins",
          null,
          oneColumnEach(text.slice(at, to), isMarked && text.slice(at, to).trim() === ""),
        ),
      );
    at = Math.max(at, to);
  };
  for (const [from, to] of marks) {
    add(from, false);
    add(to, true);
  }
  add(text.length, false);
  return h(
    "div",
    { class: `cell ${side}`, role: "cell" },
    h("span", { class: "line-number" }, line ?? ""),
    kind !== "equal" && h("span", { class: "visually-hidden" }, `${KINDS[kind]}: `),
    h("code", null, nodes),
  );
}
