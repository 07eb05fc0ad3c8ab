/** The last fifteen minutes: a bar for each minute, the rejected and failed part of it in another color. */
import type { ConsoleRow } from "../../pkg/src/cli/listen/console-types.ts";
import { fill, h } from "../src/ui/dom.ts";
import { count } from "../src/ui/text.ts";
import { bandOf } from "./words.ts";

const MINUTES = 15;
const MINUTE_MS = 60_000;

export interface Minute {
  total: number;
  bad: number;
}

/** The deliveries of each minute, the current one last. */
export function minutesOf(rows: Iterable<ConsoleRow>, now: number): Minute[] {
  const minutes = Array.from({ length: MINUTES }, () => ({ total: 0, bad: 0 }));
  const last = Math.floor(now / MINUTE_MS);
  for (const row of rows) {
    const minute = minutes[MINUTES - 1 - (last - Math.floor(row.at / MINUTE_MS))];
    if (minute === undefined) continue;
    minute.total += 1;
    if (bandOf(row).tone === "bad") minute.bad += 1;
  }
  return minutes;
}

export function bars(): { element: HTMLElement; show(rows: Iterable<ConsoleRow>): void } {
  const element = h("div", { class: "bars", role: "img" });
  let shown = "";
  return {
    element,
    show(rows) {
      const minutes = minutesOf(rows, Date.now());
      const key = JSON.stringify(minutes);
      if (key === shown) return;
      shown = key;
      const max = Math.max(1, ...minutes.map(({ total }) => total));
      const sum = (part: keyof Minute) => minutes.reduce((all, minute) => all + minute[part], 0);
      element.setAttribute(
        "aria-label",
        `Last 15 minutes: ${count(sum("total"), "delivery", "deliveries")}, ${sum("bad")} rejected or failed`,
      );
      fill(
        element,
        minutes.map(({ total, bad }) => {
          const part = h("span", { class: "bad" });
          const bar = h("span", { class: total > 0 ? "some" : "" }, part);
          bar.style.height = `${(100 * total) / max}%`;
          part.style.height = `${(100 * bad) / Math.max(1, total)}%`;
          return bar;
        }),
      );
    },
  };
}
