/** What the console shows: the rows that are kept, the selection, and the settings of the list. */
import type { ConsoleRow, ConsoleState } from "../../pkg/src/cli/listen/console-types.ts";
import type { Filter } from "./words.ts";

/** As many rows as the terminal keeps. */
export const MAX_ROWS = 500;

export interface LiveState {
  server: ConsoleState | undefined;
  /** `closed`: the terminal does not accept the link or the session. `ended`: it does not respond. */
  connection: "connecting" | "open" | "cut" | "closed" | "ended";
  selected: number | undefined;
  /** The delivery that the selected one is compared with. */
  compare: number | undefined;
  /** Whether the next selection is the second delivery of a comparison. */
  isChoosing: boolean;
  /** Whether the delivery is the page, where there is no space for both. */
  isOpen: boolean;
  /** The index of the application that a replay is sent to. */
  target: number;
  follow: boolean;
  paused: boolean;
  filter: Filter;
  text: string;
  /** Deliveries that came while the list was paused. */
  waiting: number;
}

export class LiveStore {
  readonly state: LiveState = {
    server: undefined,
    connection: "connecting",
    selected: undefined,
    compare: undefined,
    isChoosing: false,
    isOpen: false,
    target: 0,
    follow: true,
    paused: false,
    filter: "all",
    text: "",
    waiting: 0,
  };
  /** By number, oldest first. */
  readonly rows = new Map<number, ConsoleRow>();
  /** The last change that was received: what a new stream begins after. */
  change = 0;
  readonly #held: (ConsoleRow & { oldest: number })[] = [];
  readonly #listeners: (() => void)[] = [];

  on(listener: () => void): void {
    this.#listeners.push(listener);
  }

  set(patch: Partial<LiveState>): void {
    Object.assign(this.state, patch);
    for (const listener of this.#listeners) listener();
  }

  /** Adds a row, or holds it back while the list is paused. */
  receive(row: ConsoleRow & { oldest: number }): void {
    this.change = Math.max(this.change, row.change);
    if (!this.state.paused) {
      this.#add(row);
      // After a replay its original stays selected, so that the next replay is one of the original, too.
      const isFollowed = this.state.follow && row.replay === undefined;
      this.set(isFollowed ? { selected: row.number, compare: undefined } : {});
      return;
    }
    this.#held.push(row);
    if (this.#held.length > MAX_ROWS) this.#held.shift();
    this.set({ waiting: this.state.waiting + 1 });
  }

  /** Removes what the terminal no longer keeps. */
  prune(oldest: number): void {
    for (const number of this.rows.keys()) {
      if (number >= oldest) break;
      this.rows.delete(number);
    }
  }

  resume(): void {
    for (const row of this.#held.splice(0)) this.#add(row);
    this.set({ paused: false, waiting: 0 });
  }

  clear(): void {
    this.rows.clear();
    this.#held.length = 0;
    this.set({ selected: undefined, compare: undefined, isOpen: false, waiting: 0 });
  }

  #add({ oldest, ...row }: ConsoleRow & { oldest: number }): void {
    this.rows.set(row.number, row);
    this.prune(oldest);
    for (const number of this.rows.keys()) {
      if (this.rows.size <= MAX_ROWS) break;
      this.rows.delete(number);
    }
  }
}
