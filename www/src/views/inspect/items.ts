/** The events of a delivery with several: type, id, and whether each one satisfies its contract. */
import type { Inspection, LocatedIssue } from "../../engine/protocol.ts";
import { selectIssue } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, formatNumber, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

const PAGE_SIZE = 50;

export function itemsView(): HTMLElement {
  const { box, head, content } = panel("items", "Events of this delivery");
  const number = h("span", { class: "number" });
  head.append(number);
  const list = h("ol");
  const more = h("button", { type: "button", class: "link", on: { click: () => draw(shown * 4) } });
  content.append(list, more);
  let shown = PAGE_SIZE;
  let inspection: Inspection | undefined;

  function draw(max: number): void {
    shown = max;
    const items = inspection?.report.items ?? [];
    fill(
      list,
      items.slice(0, shown).map((item) => row(item, inspection?.issues ?? [])),
      items.length === 0 &&
        h("li", { class: "muted" }, "The list is empty: the provider checks the receiver."),
    );
    more.hidden = items.length <= shown;
    more.textContent = `Show more of ${count(items.length, "event")}`;
  }

  store.on(["result"], ({ result }) => {
    inspection = result === undefined || "isUndetected" in result ? undefined : result;
    const items = inspection?.report.items;
    box.hidden = items === undefined;
    number.textContent = formatNumber((items ?? []).length);
    draw(PAGE_SIZE);
  });
  return box;
}

type Item = NonNullable<Inspection["report"]["items"]>[number];

function row({ type, id, createdAt, pointer, unknown }: Item, issues: readonly LocatedIssue[]): HTMLElement {
  const isOwn = (issue: LocatedIssue) => issue.pointer === pointer || issue.pointer.startsWith(`${pointer}/`);
  const errors = issues.filter((issue) => isOwn(issue) && issue.severity === "error").length;
  const warnings = issues.filter((issue) => isOwn(issue) && issue.severity === "warning").length;
  const state = errors > 0 ? "failed" : warnings > 0 ? "warned" : unknown ? "not-applicable" : "passed";
  const note =
    errors > 0
      ? count(errors, "error")
      : warnings > 0
        ? count(warnings, "warning")
        : unknown
          ? "no contract"
          : "valid";
  const first = issues.findIndex((issue) => isOwn(issue) && issue.severity !== "info");
  const parts = [
    h("span", { class: "marker" }, icon(state)),
    h(
      "span",
      { class: "item-text" },
      h("strong", null, ...visible(type)),
      id !== "" && h("code", null, ...visible(id)),
      h(
        "span",
        { class: "muted" },
        h("code", null, ...visible(pointer)),
        createdAt !== undefined && " · ",
        ...visible(createdAt ?? ""),
      ),
    ),
    h("span", { class: "item-note" }, note),
  ];
  return h(
    "li",
    { dataset: { state } },
    first < 0
      ? h("div", { class: "item" }, parts)
      : h("button", { type: "button", class: "item", on: { click: () => selectIssue(first) } }, parts),
  );
}
