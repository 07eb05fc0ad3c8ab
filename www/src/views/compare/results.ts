/** What differs: changes that lead to their places in both texts, headers, and what is known of each delivery. */
import { SIGNS } from "../../editor/marks.ts";
import type { Compared, ShownChange } from "../../engine/protocol.ts";
import { compareStore, NAMES, type Side } from "../../state/compare.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "../inspect/panel.ts";
import { goTo } from "./side.ts";

const PAGE = 50;

export function changesView(): HTMLElement {
  const { box, head, content } = panel("changes", "Changes");
  const number = h("span", { class: "number" });
  head.append(number);
  const list = h("ol");
  const more = h("button", { type: "button", class: "link", on: { click: () => draw(shown + PAGE * 4) } });
  content.append(list, more);
  let changes: ShownChange[] = [];
  let shown = PAGE;

  function draw(most: number): void {
    shown = most;
    fill(list, changes.slice(0, shown).map(item));
    more.hidden = changes.length <= shown;
    more.textContent = `Show more of ${count(changes.length, "change")}`;
  }

  compareStore.on(["result"], ({ result }) => {
    changes = result?.changes ?? [];
    box.hidden = changes.length === 0;
    number.textContent = changes.length >= 1000 ? "the first 1,000" : String(changes.length);
    draw(PAGE);
  });
  compareStore.on(["change"], ({ change }) => {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (change === undefined) return;
    if (change >= shown) draw(change + PAGE);
    const found = list.children[change];
    found?.setAttribute("aria-current", "true");
    found?.scrollIntoView({ block: "nearest" });
  });
  return box;
}

function item({ pointer, kind, before, after, places }: ShownChange, index: number): HTMLElement {
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
      h("span", { class: `sign ${kind}`, "aria-hidden": "true" }, SIGNS[kind]),
      h("code", null, ...visible(pointer === "" ? "the whole payload" : pointer)),
      h("span", { class: "muted" }, kind),
    ),
    h("dl", { class: "pairs" }, value(0, before), value(1, after)),
    h(
      "p",
      { class: "muted leads" },
      places.map(({ line }, side) =>
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
          `${NAMES[side as Side]}, line ${line}`,
        ),
      ),
    ),
  );
}

/** A value of one side; where there is none, that is said. */
function value(side: Side, text: string | undefined): Node[] {
  return [
    h("dt", null, NAMES[side]),
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

export function factsView(): HTMLElement {
  const { box, content } = panel("known", "Both deliveries");
  compareStore.on(["result"], ({ result }) => {
    const facts = (result?.facts ?? []).filter(([, first, second]) => (first ?? second ?? "") !== "");
    box.hidden = facts.length === 0;
    fill(content, h("dl", { class: "facts" }, facts.map(fact)));
  });
  return box;
}

function fact([title, first, second]: Compared["facts"][number]): Node[] {
  const same = first === second;
  const code = (text: string | undefined) =>
    text === undefined ? h("span", { class: "muted" }, "missing") : h("code", null, ...visible(text));
  return [
    h("dt", null, title),
    h(
      "dd",
      { class: same ? "both equal" : "both unequal" },
      icon(same ? "equal" : "unequal", same ? "the same" : "not the same"),
      same ? code(first) : h("span", null, code(first), code(second)),
    ),
  ];
}
