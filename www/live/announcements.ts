/** One sentence for screen readers about what arrived, at most every two seconds. */
import type { ConsoleRow } from "../../pkg/src/cli/listen/console-types.ts";
import { announce } from "../src/ui/announce.ts";
import { bandOf } from "./words.ts";

const INTERVAL_MS = 2000;

export class Announcements {
  #rows: ConsoleRow[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  add(row: ConsoleRow): void {
    this.#rows.push(row);
    this.#timer ??= setTimeout(() => {
      announce(sentence(this.#rows));
      this.#rows = [];
      this.#timer = undefined;
    }, INTERVAL_MS);
  }
}

/** A sentence about the deliveries that arrived. */
export function sentence(rows: readonly ConsoleRow[]): string {
  const [row, second] = rows;
  if (row === undefined) return "";
  if (second === undefined) return `New: ${row.type ?? row.code ?? "request"}. ${bandOf(row).headline}.`;
  const rejected = rows.filter(({ verdict }) => verdict === "rejected").length;
  return `${rows.length} new deliveries, ${rejected} rejected.`;
}
