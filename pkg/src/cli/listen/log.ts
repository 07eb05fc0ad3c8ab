/** The last deliveries of `listen`, numbered, within a limit of count and memory. */
import type { Received } from "./received.js";

/** How a delivery was replayed: as it was received, signed again, or changed so that an application should reject it. */
export type ReplayKind = "same" | "retry" | "tampered" | "unsigned";

/** A delivery of the log: one that was received, or the replay of one. */
export interface LogEntry extends Received {
  /** The number of its last change: a reader that has seen it has seen all before it. */
  change: number;
  /** The earlier delivery with the same id and bytes. */
  again?: number;
  replay?: { of: number; kind: ReplayKind };
  /** Memory that it takes, in bytes. */
  size: number;
}

export const MAX_ENTRIES = 500;
export const MAX_LOG_BYTES = 64 * 1024 * 1024;
/** What an entry takes besides its bodies and headers. */
const ENTRY_BYTES = 2048;

export class DeliveryLog {
  /** By number; oldest first. */
  readonly #entries = new Map<number, LogEntry>();
  readonly #listeners = new Set<(entry: LogEntry) => void>();
  #bytes = 0;
  #change = 0;
  #number = 0;

  constructor(
    readonly maxEntries = MAX_ENTRIES,
    readonly maxBytes = MAX_LOG_BYTES,
  ) {}

  /** Adds a delivery under the next number, and discards the oldest ones. */
  add(received: Received, replay?: LogEntry["replay"]): LogEntry {
    this.#number += 1;
    const again = replay === undefined ? this.#earlier(received) : undefined;
    const entry: LogEntry = {
      ...received,
      number: this.#number,
      change: this.#next(),
      size: sizeOf(received),
      ...(again === undefined ? {} : { again }),
      ...(replay === undefined ? {} : { replay }),
    };
    this.#entries.set(entry.number, entry);
    this.#bytes += entry.size;
    for (const [number, { size }] of this.#entries) {
      const isWithin = this.#entries.size <= this.maxEntries && this.#bytes <= this.maxBytes;
      // The newest one stays, however large it is: `maxBytes` of a body limits it.
      if (isWithin || number === entry.number) break;
      this.#entries.delete(number);
      this.#bytes -= size;
    }
    for (const listener of this.#listeners) listener(entry);
    return entry;
  }

  get(number: number): LogEntry | undefined {
    return this.#entries.get(number);
  }

  /** The entries that were added or changed after a change, oldest first. */
  since(change: number): LogEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.change > change);
  }

  /** The lowest number that is kept: deliveries before it are gone. */
  get oldest(): number {
    for (const number of this.#entries.keys()) return number;
    return this.#number + 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
    this.#next();
  }

  /** Calls a function with each new entry. Returns what ends that. */
  listen(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #next(): number {
    this.#change += 1;
    return this.#change;
  }

  /** The first delivery with the same id and bytes: a duplicate of it is a retry. */
  #earlier({ id, digest, provider }: Received): number | undefined {
    if (id === undefined || id === "" || digest === undefined) return undefined;
    for (const entry of this.#entries.values()) {
      if (
        entry.id === id &&
        entry.digest === digest &&
        entry.provider === provider &&
        entry.replay === undefined
      )
        return entry.number;
    }
    return undefined;
  }
}

function sizeOf({ body, rawHeaders, attempts, url }: Received): number {
  const texts = [...rawHeaders, url, ...attempts.flatMap(({ headers }) => headers)];
  const bodies = [body, ...attempts.map(({ body }) => body)];
  // A character of a string takes up to two bytes.
  return (
    ENTRY_BYTES +
    texts.reduce((sum, text) => sum + 2 * text.length, 0) +
    bodies.reduce((sum, body) => sum + (body?.length ?? 0), 0)
  );
}
