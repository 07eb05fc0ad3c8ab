/** The payload as a tree that is loaded on demand, so that only visible rows cost time and memory. It is drawn while it is shown. */
import { formatPointer } from "../../engine/pointer.ts";
import type { TreeRow } from "../../engine/protocol.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, formatNumber, visible } from "../../ui/text.ts";

const PAGE_SIZE = 100;
const MAX_DEPTH = 60;

/** Where the tree has its rows from, and what selecting one does. */
export interface TreeSource {
  /** Up to `count` children of a value; those of -1 are the root. Undefined if there is another payload by now. */
  listChildren(node: number, from: number, count: number): Promise<TreeRow[] | undefined>;
  select(from: number, to: number): void;
  /** What is known of a value besides its type. */
  describe?(row: TreeRow): string | undefined;
}

export interface TreeView {
  box: HTMLElement;
  draw(): void;
  /** Expands containers, by their pointers. */
  expand(pointers: readonly string[]): void;
}

export function treeView({ listChildren, select, describe }: TreeSource): TreeView {
  const tree = h("div", { role: "tree", "aria-label": "Payload", class: "tree" });
  const box = h("div", { class: "body-tree", hidden: true }, tree);
  /** Number of shown children of each expanded container, by pointer. */
  const shownChildren = new Map<string, number>([["", PAGE_SIZE]]);
  /** The number of the latest call of `draw`: an earlier one whose rows arrive later is ignored. */
  let latestDraw = 0;
  let focused = "";

  async function draw(): Promise<void> {
    const draw = ++latestDraw;
    const rows = await loadRows(-1, "", 1, 1, () => draw === latestDraw);
    if (rows === undefined) return;
    const hadFocus = tree.contains(document.activeElement);
    fill(tree, rows);
    const treeItems = items();
    const current = treeItems.find((item) => item.dataset.pointer === focused) ?? treeItems[0];
    if (current !== undefined) {
      current.tabIndex = 0;
      if (hadFocus) current.focus({ preventScroll: true });
    }
  }

  async function loadRows(
    node: number,
    pointer: string,
    level: number,
    max: number,
    isLatest: () => boolean,
  ): Promise<HTMLElement[] | undefined> {
    const rows = await listChildren(node, 0, max);
    if (rows === undefined || !isLatest()) return undefined;
    const items: HTMLElement[] = [];
    for (const row of rows) {
      const childPointer = row.key === undefined ? "" : pointer + formatPointer([row.key]);
      const shown = row.children > 0 && level < MAX_DEPTH ? shownChildren.get(childPointer) : undefined;
      items.push(item(row, childPointer, level, shown !== undefined));
      if (shown === undefined) continue;
      const children = await loadRows(row.node, childPointer, level + 1, shown, isLatest);
      if (children === undefined) return undefined;
      items.push(...children);
      if (row.children > shown) items.push(moreRow(childPointer, shown, row.children, level + 1));
    }
    return items;
  }

  function item(row: TreeRow, pointer: string, level: number, expanded: boolean): HTMLElement {
    const { key, type, text, children, info } = row;
    const container = type === "object" || type === "array";
    const element = h(
      "div",
      {
        role: "treeitem",
        class: "row",
        tabindex: "-1",
        "aria-level": level,
        "aria-expanded": container && children > 0 ? String(expanded) : undefined,
        title: describe?.(row),
        dataset: { pointer, from: String(row.from), to: String(row.to), type },
      },
      h("span", { class: "toggle" }, container && children > 0 && icon("open")),
      key !== undefined &&
        h(
          "span",
          { class: typeof key === "number" ? "index" : "key" },
          ...visible(String(key).slice(0, 200)),
        ),
      h(
        "span",
        {
          class: `tok-${type === "string" ? "string" : type === "number" ? "number" : container ? "none" : "word"} text`,
        },
        ...(container
          ? [type === "object" ? `{ ${count(children, "key")} }` : `[ ${count(children, "item")} ]`]
          : visible(text)),
      ),
      info?.sensitive === true &&
        h(
          "span",
          { class: "sensitive", title: "personal or health data" },
          icon("lock", "personal or health data"),
        ),
      h("span", { class: "type" }, type),
    );
    element.style.setProperty("--level", String(level));
    return element;
  }

  function moreRow(pointer: string, shown: number, all: number, level: number): HTMLElement {
    const element = h(
      "div",
      {
        role: "treeitem",
        class: "row more",
        tabindex: "-1",
        "aria-level": level,
        dataset: { pointer: `${pointer}/…`, more: pointer },
      },
      h("span", { class: "toggle" }),
      `${formatNumber(all - shown)} more: show ${Math.min(all - shown, shown)}`,
    );
    element.style.setProperty("--level", String(level));
    return element;
  }

  const items = () => [...tree.querySelectorAll<HTMLElement>("[role=treeitem]")];

  function toggle(row: HTMLElement, expand?: boolean): void {
    const pointer = row.dataset.pointer ?? "";
    const expanded = row.getAttribute("aria-expanded");
    if (expanded === null || expand === (expanded === "true")) return;
    if (expanded === "true") shownChildren.delete(pointer);
    else shownChildren.set(pointer, PAGE_SIZE);
    focused = pointer;
    void draw();
  }

  function activate(row: HTMLElement): void {
    const more = row.dataset.more;
    if (more !== undefined) {
      shownChildren.set(more, Math.min(500, (shownChildren.get(more) ?? PAGE_SIZE) * 2));
      void draw();
    } else if (row.getAttribute("aria-expanded") !== null) toggle(row);
    else show(row);
  }

  function show(row: HTMLElement): void {
    select(Number(row.dataset.from), Number(row.dataset.to));
  }

  function focus(row: HTMLElement | undefined): void {
    if (row === undefined) return;
    for (const item of items()) item.tabIndex = -1;
    row.tabIndex = 0;
    focused = row.dataset.pointer ?? "";
    row.focus();
  }

  tree.addEventListener("click", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    if (row === null) return;
    focus(row);
    activate(row);
  });
  tree.addEventListener("dblclick", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    if (row?.dataset.from !== undefined) show(row);
  });
  tree.addEventListener("keydown", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    if (row === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items();
    const position = all.indexOf(row);
    const level = Number(row.getAttribute("aria-level"));
    switch (event.key) {
      case "ArrowDown":
        focus(all[position + 1]);
        break;
      case "ArrowUp":
        focus(all[position - 1]);
        break;
      case "Home":
        focus(all[0]);
        break;
      case "End":
        focus(all.at(-1));
        break;
      case "ArrowRight":
        if (row.getAttribute("aria-expanded") === "true") focus(all[position + 1]);
        else toggle(row, true);
        break;
      case "ArrowLeft":
        if (row.getAttribute("aria-expanded") === "true") toggle(row, false);
        else
          focus(all.slice(0, position).findLast((item) => Number(item.getAttribute("aria-level")) < level));
        break;
      case "Enter":
      case " ":
        if (row.dataset.more === undefined) show(row);
        else activate(row);
        break;
      default:
        return;
    }
    event.preventDefault();
  });

  return {
    box,
    draw: () => void draw(),
    expand: (pointers) => {
      for (const pointer of pointers) shownChildren.set(pointer, PAGE_SIZE);
    },
  };
}
