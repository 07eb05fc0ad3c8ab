/** Progress bar for reading an archive, on stderr, so that it never mixes with piped output. */
import process from "node:process";
import { count } from "./output.js";

const WIDTH_CHARS = 24;
/** Redraws more often would cost time and flicker. */
const REDRAW_INTERVAL_MS = 100;

export class Progress {
  readonly #totalBytes: number;
  readonly #isShown: boolean;
  #nextRedraw = Date.now() + 2 * REDRAW_INTERVAL_MS;
  #isDrawn = false;
  /** Bytes read so far. */
  bytes = 0;
  /** Deliveries inspected so far. */
  deliveries = 0;

  /** `totalBytes` is 0 if the size of the input is unknown. */
  constructor(totalBytes: number, isQuiet: boolean) {
    this.#totalBytes = totalBytes;
    this.#isShown = !isQuiet && process.stderr.isTTY === true;
  }

  tick(): void {
    if (!this.#isShown || Date.now() < this.#nextRedraw) return;
    this.#nextRedraw = Date.now() + REDRAW_INTERVAL_MS;
    const fraction = this.#totalBytes === 0 ? 0 : Math.min(1, this.bytes / this.#totalBytes);
    const done = Math.round(fraction * WIDTH_CHARS);
    const bar =
      this.#totalBytes === 0
        ? ""
        : `[${"#".repeat(done)}${"-".repeat(WIDTH_CHARS - done)}] ${Math.floor(fraction * 100)} %  `;
    const mib = (this.bytes / 1048576).toFixed(1);
    process.stderr.write(`\r\x1b[K${bar}${mib} MiB  ${count(this.deliveries, "delivery", "deliveries")}`);
    this.#isDrawn = true;
  }

  /** Removes the bar, so that a line can be printed. */
  clear(): void {
    if (this.#isDrawn) process.stderr.write("\r\x1b[K");
    this.#isDrawn = false;
  }
}
