/** Observable state: one immutable object, and listeners by key. */

export class Store<State extends object> {
  #state: State;
  readonly #listeners: { keys: readonly (keyof State)[]; callback(state: Readonly<State>): void }[] = [];

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
    for (const { keys, callback } of this.#listeners) {
      if (keys.some((key) => changed.includes(key))) callback(this.#state);
    }
  }

  /** Calls `callback` now, and after every change of one of the keys. */
  on(keys: readonly (keyof State)[], callback: (state: Readonly<State>) => void): void {
    this.#listeners.push({ keys, callback });
    callback(this.#state);
  }
}
