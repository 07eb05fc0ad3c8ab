/** A bar on the terminal while an archive is read: on stderr, so that it is in no pipe. */
import process from "node:process";
import { count } from "./paint.js";

const WIDTH = 24;
const PERIOD = 100;

export class Progress {
  readonly #total: number;
  readonly #shown: boolean;
  #next = Date.now() + 2 * PERIOD;
  #drawn = false;
  /** Bytes that were read. */
  bytes = 0;
  /** Deliveries that were judged. */
  deliveries = 0;

  /** `total` is 0 where nobody knows how much will come. */
  constructor(total: number, quiet: boolean) {
    this.#total = total;
    this.#shown = !quiet && process.stderr.isTTY === true;
  }

  tick(): void {
    if (!this.#shown || Date.now() < this.#next) return;
    this.#next = Date.now() + PERIOD;
    const part = this.#total === 0 ? 0 : Math.min(1, this.bytes / this.#total);
    const done = Math.round(part * WIDTH);
    const bar =
      this.#total === 0
        ? ""
        : `[${"#".repeat(done)}${"-".repeat(WIDTH - done)}] ${Math.floor(part * 100)} %  `;
    const mib = (this.bytes / 1048576).toFixed(1);
    process.stderr.write(`\r\x1b[K${bar}${mib} MiB  ${count(this.deliveries, "delivery", "deliveries")}`);
    this.#drawn = true;
  }

  /** Takes the bar away, so that a line can be printed. */
  clear(): void {
    if (this.#drawn) process.stderr.write("\r\x1b[K");
    this.#drawn = false;
  }
}
