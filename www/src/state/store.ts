/** One place for what the page knows, and a way to hear of changes. */

export class Store<State extends object> {
  #state: State;
  readonly #listeners: { keys: readonly (keyof State)[]; tell(state: Readonly<State>): void }[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  set(change: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    const changed = (Object.keys(change) as (keyof State)[]).filter(
      (key) => before[key] !== this.#state[key],
    );
    for (const { keys, tell } of this.#listeners) {
      if (keys.some((key) => changed.includes(key))) tell(this.#state);
    }
  }

  /** Calls `tell` now, and whenever one of the keys has changed. */
  on(keys: readonly (keyof State)[], tell: (state: Readonly<State>) => void): void {
    this.#listeners.push({ keys, tell });
    tell(this.#state);
  }
}
