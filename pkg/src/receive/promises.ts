/** Calling code of users: their errors become rejections, and waiting for them has a timeout. */
import { type Deadlines, deadlinesOf, Pending } from "./deadlines.js";

/** Calls a function. An error that it throws becomes a rejection as well. */
export async function call<T>(work: () => T | PromiseLike<T>): Promise<T> {
  return await work();
}

/** The value of a promise, or undefined after the timeout. */
export function withTimeout<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timeout = new Timeout(timeoutMs, () => resolve(undefined));
    promise.then(
      (value) => {
        timeout.stop();
        resolve(value);
      },
      (error: unknown) => {
        timeout.stop();
        reject(error);
      },
    );
  });
}

class Timeout extends Pending {
  readonly onDeadline: () => void;
  readonly #deadlines: Deadlines;

  constructor(ms: number, onDeadline: () => void) {
    super();
    this.onDeadline = onDeadline;
    this.#deadlines = deadlinesOf(ms);
    this.#deadlines.start(this);
  }

  stop(): void {
    this.#deadlines.stop(this);
  }
}
