/** A delivery in the core's scratch buffer: put there for one call, or again for what is asked for later. */
import { maxEncodedBytes, writeBody } from "./body.js";
import { core, guarded, type Held, reserve, resultText, state, writeText } from "./core.js";
import { eventOf } from "./event.js";
import type { Limits } from "./limits.js";
import type { Issue, Report } from "./types.js";
import type { LazyFields } from "./verified.js";

/** The core's side of a webhook. */
export type Hook = InstanceType<ReturnType<typeof core>["Hook"]>;

/** A delivery in the scratch buffer, and the limits it is judged by. */
export type Call = [
  headers: number,
  body: number,
  now: number,
  profile: number,
  maxBytes: number,
  tolerance: number,
];

/** No limit to how much of a body is put there. */
export const NO_LIMIT = Number.POSITIVE_INFINITY;

/** What is kept of a delivery, to make from it what is asked for. */
export class LazyDelivery implements LazyFields {
  readonly #hook: Held<Hook>;
  readonly #names: readonly string[];
  readonly #text: string;
  readonly #headers: string;
  readonly #limits: Limits;
  /** Where the tape stands, and when it stood there. */
  readonly #tape: number;
  readonly #turn: number;
  // JSON has no `undefined`.
  #event: unknown;
  #issues: Issue[] | undefined;
  #digest: string | undefined;

  constructor(
    hook: Held<Hook>,
    names: readonly string[],
    text: string,
    headers: string,
    limits: Limits,
    tape: number,
  ) {
    this.#hook = hook;
    this.#names = names;
    this.#text = text;
    this.#headers = headers;
    this.#limits = limits;
    this.#tape = tape;
    this.#turn = state.tapeGeneration;
  }

  event(): unknown {
    if (this.#event === undefined) {
      const there = this.#tape !== 0 && this.#turn === state.tapeGeneration;
      const made = there ? eventOf(this.#text, this.#tape, this.#names) : undefined;
      this.#event = made === undefined ? JSON.parse(this.#text) : made.value;
    }
    return this.#event;
  }

  issues(): Issue[] {
    if (this.#issues === undefined) {
      this.#issues = guarded(() => {
        const call = put(this.#headers, this.#text, this.#limits, NO_LIMIT);
        return (this.#hook.get().inspect(...call) as Report).issues;
      });
    }
    return this.#issues;
  }

  digest(): string {
    this.#digest ??= guarded(() => resultText(core().digest(writeText(this.#text))));
    return this.#digest;
  }
}

/** Puts a delivery into the scratch buffer; of its body not more than the limit and one byte. */
export function put(headers: string, body: Uint8Array | string, limits: Limits, own: number): Call {
  const most = effectiveMaxBytes(limits, own);
  const head = putHeaders(headers, body, most);
  const length = writeBody(body, head, most);
  return [head, length, limits.now, limits.profile, limits.maxBytes, limits.tolerance];
}

/** Puts headers into the scratch buffer, with room for the body behind them, and says how many bytes they have. */
export function putHeaders(headers: string, body: Uint8Array | string, most: number): number {
  // All room at once: a buffer that grows forgets what it held.
  reserve(headers.length * 3 + maxEncodedBytes(body, most));
  return writeText(headers);
}

/** The limit of a call, or the webhook's own. */
export function effectiveMaxBytes({ maxBytes }: Limits, own: number): number {
  return Number.isNaN(maxBytes) ? own : maxBytes;
}
