/** Two deliveries side by side: what differs, by pointer. */
import type { ConsoleComparison, ConsoleRow } from "../../pkg/src/cli/listen/console-types.ts";
import { fill, h } from "../src/ui/dom.ts";
import { visible } from "../src/ui/text.ts";
import { button } from "./button.ts";

export function showComparison(
  element: HTMLElement,
  [a, b]: [ConsoleRow, ConsoleRow],
  { same, sameEvent, changes, omitted }: ConsoleComparison,
  close: () => void,
): void {
  const headline = same
    ? "The same event, unchanged"
    : sameEvent
      ? "The same event, with a different payload"
      : "Two different events";
  const cell = (text: string | undefined, kind: string) =>
    h(
      "td",
      { class: text === undefined ? "absent" : kind },
      ...(text === undefined ? ["absent"] : visible(text)),
    );
  fill(
    element,
    h(
      "header",
      { class: "band", dataset: { tone: same ? "good" : sameEvent ? "open" : "none" } },
      h(
        "div",
        { class: "band-text" },
        h(
          "p",
          { class: "kicker" },
          h("strong", null, "Compare"),
          h("span", null, `delivery ${a.number} and delivery ${b.number}`),
        ),
        h("h1", { tabindex: "-1" }, headline),
        h("p", null, same ? "Every value is equal." : `${changes.length + omitted} values differ.`),
      ),
      h("div", { class: "band-actions" }, button(close, "Close", { class: "main" })),
    ),
    h(
      "div",
      { class: "differences" },
      changes.length > 0 &&
        h(
          "table",
          null,
          h(
            "thead",
            null,
            h(
              "tr",
              null,
              ["Value", `A: delivery ${a.number}`, `B: delivery ${b.number}`].map((title) =>
                h("th", { scope: "col" }, title),
              ),
            ),
          ),
          h(
            "tbody",
            null,
            changes.map(({ pointer, before, after }) =>
              h(
                "tr",
                null,
                h("td", null, h("code", null, ...visible(pointer === "" ? "(whole body)" : pointer))),
                cell(before, "before"),
                cell(after, "after"),
              ),
            ),
          ),
        ),
      omitted > 0 && h("p", { class: "muted" }, `${omitted} more are not shown.`),
    ),
  );
}
