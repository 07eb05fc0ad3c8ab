/** The payload as a tree: opened where somebody looks, so that a hundred thousand keys cost what is seen of them. */

import { words } from "../../editor/hover.ts";
import type { Row } from "../../engine/protocol.ts";
import { engine } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

const PAGE = 100;
const DEEPEST = 60;

export function treeView(): HTMLElement {
  const { box, content } = panel("payload", "Payload");
  const tree = h("div", { role: "tree", "aria-label": "Payload", class: "tree" });
  content.append(tree);
  /** What is open, by pointer, and how many children of it are shown. */
  const open = new Map<string, number>([["", PAGE]]);
  let turn = 0;
  let focused = "";

  async function draw(): Promise<void> {
    const mine = ++turn;
    const rows = await grow(-1, "", 1, 1, () => mine === turn);
    if (rows === undefined) return;
    const had = tree.contains(document.activeElement);
    fill(tree, rows);
    const all = items();
    const current = all.find((item) => item.dataset.pointer === focused) ?? all[0];
    if (current !== undefined) {
      current.tabIndex = 0;
      if (had) current.focus({ preventScroll: true });
    }
  }

  async function grow(
    node: number,
    pointer: string,
    level: number,
    most: number,
    current: () => boolean,
  ): Promise<HTMLElement[] | undefined> {
    const rows = await engine.ask("children", { node, from: 0, count: most });
    if (rows === undefined || !current()) return undefined;
    const found: HTMLElement[] = [];
    for (const row of rows) {
      const below =
        row.key === undefined
          ? ""
          : `${pointer}/${String(row.key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const shown = row.children > 0 && level < DEEPEST ? open.get(below) : undefined;
      found.push(item(row, below, level, shown !== undefined));
      if (shown === undefined) continue;
      const children = await grow(row.node, below, level + 1, shown, current);
      if (children === undefined) return undefined;
      found.push(...children);
      if (row.children > shown) found.push(rest(below, shown, row.children, level + 1));
    }
    return found;
  }

  function item(row: Row, pointer: string, level: number, expanded: boolean): HTMLElement {
    const { key, type, text, children, meaning } = row;
    const container = type === "object" || type === "array";
    const element = h(
      "div",
      {
        role: "treeitem",
        class: "row",
        tabindex: "-1",
        "aria-level": level,
        "aria-expanded": container && children > 0 ? String(expanded) : undefined,
        title:
          meaning === undefined
            ? undefined
            : [meaning.description, words(type, meaning)].filter(Boolean).join("\n"),
        dataset: { pointer, from: String(row.from), to: String(row.to), type },
      },
      h("span", { class: "twist" }, container && children > 0 && icon("open")),
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
      meaning?.sensitive === true &&
        h(
          "span",
          { class: "care", title: "personal or health data" },
          icon("lock", "personal or health data"),
        ),
      h("span", { class: "type" }, type),
    );
    element.style.setProperty("--level", String(level));
    return element;
  }

  function rest(pointer: string, shown: number, all: number, level: number): HTMLElement {
    const element = h(
      "div",
      {
        role: "treeitem",
        class: "row more",
        tabindex: "-1",
        "aria-level": level,
        dataset: { pointer: `${pointer}/…`, more: pointer },
      },
      h("span", { class: "twist" }),
      `${(all - shown).toLocaleString("en")} more: show ${Math.min(all - shown, shown)}`,
    );
    element.style.setProperty("--level", String(level));
    return element;
  }

  const items = () => [...tree.querySelectorAll<HTMLElement>("[role=treeitem]")];

  function toggle(row: HTMLElement, wanted?: boolean): void {
    const pointer = row.dataset.pointer ?? "";
    const now = row.getAttribute("aria-expanded");
    if (now === null || wanted === (now === "true")) return;
    if (now === "true") open.delete(pointer);
    else open.set(pointer, PAGE);
    focused = pointer;
    void draw();
  }

  function act(row: HTMLElement): void {
    const more = row.dataset.more;
    if (more !== undefined) {
      open.set(more, Math.min(500, (open.get(more) ?? PAGE) * 2));
      void draw();
    } else if (row.getAttribute("aria-expanded") !== null) toggle(row);
    else show(row);
  }

  function show(row: HTMLElement): void {
    store.set({ target: { from: Number(row.dataset.from), to: Number(row.dataset.to) } });
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
    act(row);
  });
  tree.addEventListener("dblclick", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    if (row?.dataset.from !== undefined) show(row);
  });
  tree.addEventListener("keydown", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    if (row === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items();
    const at = all.indexOf(row);
    const level = Number(row.getAttribute("aria-level"));
    switch (event.key) {
      case "ArrowDown":
        focus(all[at + 1]);
        break;
      case "ArrowUp":
        focus(all[at - 1]);
        break;
      case "Home":
        focus(all[0]);
        break;
      case "End":
        focus(all.at(-1));
        break;
      case "ArrowRight":
        if (row.getAttribute("aria-expanded") === "true") focus(all[at + 1]);
        else toggle(row, true);
        break;
      case "ArrowLeft":
        if (row.getAttribute("aria-expanded") === "true") toggle(row, false);
        else focus(all.slice(0, at).findLast((one) => Number(one.getAttribute("aria-level")) < level));
        break;
      case "Enter":
      case " ":
        if (row.dataset.more === undefined) show(row);
        else act(row);
        break;
      default:
        return;
    }
    event.preventDefault();
  });

  let opened = false;
  store.on(["result"], ({ result }) => {
    box.hidden = result === undefined || result.values === 0;
    if (result === undefined) {
      opened = false;
      return;
    }
    if (!opened && result.values > 0 && result.values < 5000) {
      // The first look shows what is inside of the envelope.
      for (const pointer of ["/data", "/event"]) open.set(pointer, PAGE);
      opened = true;
    }
    void draw();
  });
  return box;
}
