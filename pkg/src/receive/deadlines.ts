/** Deadlines of many requests with one timer. PERF: a timer of its own for each request costs as much as claiming it. */

/** What has a deadline. */
export abstract class Pending {
  /** When the deadline passes, by `performance.now`; 0 for none. */
  deadline = 0;
  /** The neighbors in the list of their {@link Deadlines}. */
  previous: Pending | undefined = undefined;
  next: Pending | undefined = undefined;

  /** Called when the deadline has passed. */
  abstract onDeadline(): void;
}

/** The used members of Node's `Timeout`. Elsewhere a timer is a number. */
interface NodeTimer {
  ref?(): unknown;
  unref?(): unknown;
}

/** A timer that is so late does not run: it was a test's, or the machine was suspended. */
const MAX_LATE_MS = 1_000;

/** Deadlines with one duration, so that they pass in the order in which they were set. */
export class Deadlines {
  readonly #durationMs: number;
  readonly #isShared: boolean;
  #first: Pending | undefined;
  #last: Pending | undefined;
  #timer: NodeTimer | undefined;
  /** When the timer is to fire. */
  #firesAt = 0;

  /** `isShared`: whether the timer may outlive the request that started it. */
  constructor(durationMs: number, isShared: boolean) {
    this.#durationMs = durationMs;
    this.#isShared = isShared;
  }

  /** Sets the deadline of `pending`. */
  start(pending: Pending): void {
    const now = performance.now();
    pending.deadline = now + this.#durationMs;
    pending.previous = this.#last;
    if (this.#last !== undefined) this.#last.next = pending;
    else this.#first = pending;
    this.#last = pending;
    if (this.#timer === undefined || now > this.#firesAt + MAX_LATE_MS) this.#arm(now, this.#durationMs);
    // A pending deadline keeps the process alive, as a timer of its own would.
    else if (pending === this.#first) this.#timer.ref?.();
  }

  /** Removes the deadline of `pending`, if it has one. */
  stop(pending: Pending): void {
    if (pending.deadline === 0) return;
    const { previous, next } = pending;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    pending.deadline = 0;
    pending.previous = pending.next = undefined;
    const timer = this.#timer;
    if (this.#first !== undefined || timer === undefined) return;
    // The timer stays for the next deadline.
    if (this.#isShared && timer.unref !== undefined) timer.unref();
    else {
      clearTimeout(timer as never);
      this.#timer = undefined;
    }
  }

  #arm(now: number, ms: number): void {
    const timer = setTimeout(() => {
      // A timer that came too late was replaced.
      if (this.#timer === timer) this.#pass();
    }, ms) as unknown as NodeTimer;
    this.#timer = timer;
    this.#firesAt = now + ms;
  }

  /** Ends everything whose deadline has passed. */
  #pass(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (let first = this.#first; first !== undefined; first = this.#first) {
      if (first.deadline > now) {
        this.#arm(now, Math.ceil(first.deadline - now));
        return;
      }
      this.stop(first);
      first.onDeadline();
    }
  }
}

/** Whether requests can share timers. In workerd, a timer ends with the request that made it. */
const CAN_SHARE = hasEventLoop();

function hasEventLoop(): boolean {
  const { process } = globalThis as { process?: { versions?: { uv?: unknown } } };
  try {
    // Node has this version, and Bun and Deno imitate it.
    return typeof process?.versions?.uv === "string";
  } catch {
    // The `process` of Next.js's edge runtime throws where members of Node are read.
    return false;
  }
}

/** The deadlines of all receivers, by their duration. */
const deadlinesOfMs = new Map<number, Deadlines>();

/** The deadlines with this duration. */
export function deadlinesOf(ms: number): Deadlines {
  // Without sharing, each list has one deadline and a timer of its own.
  if (!CAN_SHARE) return new Deadlines(ms, false);
  let deadlines = deadlinesOfMs.get(ms);
  if (deadlines === undefined) {
    deadlines = new Deadlines(ms, true);
    deadlinesOfMs.set(ms, deadlines);
  }
  return deadlines;
}
