/** The result of a comparison: changes with their locations in both texts, headers, and details of each delivery. */
import { CHANGE_SYMBOLS } from "../../editor/marks.ts";
import type { CompareResult, ShownChange } from "../../engine/protocol.ts";
import { compareStore, SIDE_NAMES, type Side } from "../../state/compare.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "../inspect/panel.ts";
import { goTo } from "./side.ts";

const PAGE_SIZE = 50;

export function changesView(): HTMLElement {
  const { box, head, content } = panel("changes", "Changes");
  const number = h("span", { class: "number" });
  head.append(number);
  const list = h("ol");
  const more = h("button", {
    type: "button",
    class: "link",
    on: { click: () => draw(shown + PAGE_SIZE * 4) },
  });
  content.append(list, more);
  let changes: ShownChange[] = [];
  let shown = PAGE_SIZE;

  function draw(max: number): void {
    shown = max;
    fill(list, changes.slice(0, shown).map(item));
    more.hidden = changes.length <= shown;
    more.textContent = `Show more of ${count(changes.length, "change")}`;
  }

  compareStore.on(["result"], ({ result }) => {
    changes = result?.changes ?? [];
    box.hidden = changes.length === 0;
    number.textContent = changes.length >= 1000 ? "the first 1,000" : String(changes.length);
    draw(PAGE_SIZE);
  });
  compareStore.on(["change"], ({ change }) => {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (change === undefined) return;
    if (change >= shown) draw(change + PAGE_SIZE);
    const item = list.children[change];
    item?.setAttribute("aria-current", "true");
    item?.scrollIntoView({ block: "nearest" });
  });
  return box;
}

function item({ pointer, kind, before, after, locations }: ShownChange, index: number): HTMLElement {
  return h(
    "li",
    { class: `change-item ${kind}` },
    h(
      "button",
      {
        type: "button",
        class: "change-head",
        on: { click: () => compareStore.set({ change: index }) },
      },
      h("span", { class: `sign ${kind}`, "aria-hidden": "true" }, CHANGE_SYMBOLS[kind]),
      h("code", null, ...visible(pointer === "" ? "the whole payload" : pointer)),
      h("span", { class: "muted" }, kind),
    ),
    h("dl", { class: "pairs" }, value(0, before), value(1, after)),
    h(
      "p",
      { class: "muted leads" },
      locations.map(({ line }, side) =>
        h(
          "button",
          {
            type: "button",
            class: "link",
            on: {
              click: () => {
                compareStore.set({ change: index });
                goTo[side]?.(index);
              },
            },
          },
          `${SIDE_NAMES[side as Side]}, line ${line}`,
        ),
      ),
    ),
  );
}

/** The value of one side, or "missing". */
function value(side: Side, text: string | undefined): Node[] {
  return [
    h("dt", null, SIDE_NAMES[side]),
    h(
      "dd",
      null,
      text === undefined ? h("span", { class: "muted" }, "missing") : h("code", null, ...visible(text)),
    ),
  ];
}

export function headersView(): HTMLElement {
  const { box, head, content } = panel("headers", "Headers that differ");
  const number = h("span", { class: "number" });
  head.append(number);
  compareStore.on(["result"], ({ result }) => {
    const headers = result?.headers ?? [];
    box.hidden = headers.length === 0;
    number.textContent = String(headers.length);
    fill(
      content,
      headers.map(({ name, role, before, after }) =>
        h(
          "div",
          { class: "header-item" },
          h(
            "p",
            null,
            h("code", null, ...visible(name)),
            role !== undefined && h("span", { class: "muted" }, role),
          ),
          h("dl", { class: "pairs" }, value(0, before), value(1, after)),
        ),
      ),
    );
  });
  return box;
}

export function summaryView(): HTMLElement {
  const { box, content } = panel("known", "Both deliveries");
  compareStore.on(["result"], ({ result }) => {
    const facts = (result?.summary ?? []).filter(([, first, second]) => (first ?? second ?? "") !== "");
    box.hidden = facts.length === 0;
    fill(content, h("dl", { class: "facts" }, facts.map(summaryRow)));
  });
  return box;
}

function summaryRow([title, first, second]: CompareResult["summary"][number]): Node[] {
  const same = first === second;
  const code = (text: string | undefined) =>
    text === undefined ? h("span", { class: "muted" }, "missing") : h("code", null, ...visible(text));
  return [
    h("dt", null, title),
    h(
      "dd",
      { class: same ? "both equal" : "both unequal" },
      icon(same ? "equal" : "unequal", same ? "equal" : "different"),
      same ? code(first) : h("span", null, code(first), code(second)),
    ),
  ];
}
