/** An accepted delivery, kept to make its event, issues, digest and body when they are read. */
import { type CoreHandle, callCore, type core, state, textDigest } from "./core.js";
import { NO_LIMIT, writeDelivery } from "./delivery.js";
import type { EncodedOptions } from "./encoded-options.js";
import { eventOf } from "./event.js";
import { TextEncoder } from "./runtime.js";
import type { Issue, Report } from "./types.js";
import type { LazyFields } from "./verified.js";

/**
 * The webhook in the core.
 * @internal
 */
export type Hook = InstanceType<ReturnType<typeof core>["Hook"]>;

/** The arguments of the core's verbs: lengths in the scratch buffer, and encoded options. */
export type Call = [
  head: number,
  body: number,
  now: number,
  profile: number,
  maxBytes: number,
  tolerance: number,
];

/**
 * The fields of a delivery that are made when they are read.
 * @internal
 */
export class LazyDelivery implements LazyFields {
  readonly #hook: CoreHandle<Hook>;
  readonly #keys: readonly string[];
  readonly #text: string;
  readonly #head: string;
  readonly #options: EncodedOptions;
  /** The address of the tape; 0 for none. */
  readonly #tape: number;
  /** The generation of the tape: a later verification overwrites it. */
  readonly #tapeGeneration: number;
  // `undefined` means "not made yet": JSON has no such value.
  #event: unknown;
  #issues: Issue[] | undefined;
  #digest: string | undefined;
  #body: Uint8Array | undefined;

  constructor(
    hook: CoreHandle<Hook>,
    keys: readonly string[],
    text: string,
    head: string,
    encoded: EncodedOptions,
    tape: number,
    digest: string | undefined,
  ) {
    this.#hook = hook;
    this.#keys = keys;
    this.#text = text;
    this.#head = head;
    this.#options = encoded;
    this.#tape = tape;
    this.#tapeGeneration = state.tapeGeneration;
    this.#digest = digest;
  }

  event(): unknown {
    if (this.#event === undefined) {
      const hasTape = this.#tape !== 0 && this.#tapeGeneration === state.tapeGeneration;
      const event = hasTape ? eventOf(this.#text, this.#tape, this.#keys) : undefined;
      this.#event = event === undefined ? JSON.parse(this.#text) : event.value;
    }
    return this.#event;
  }

  issues(): Issue[] {
    if (this.#issues === undefined) {
      this.#issues = callCore(() => {
        const call = writeCall(this.#head, this.#text, this.#options, NO_LIMIT);
        return (this.#hook.get().inspect(...call) as Report).issues;
      });
    }
    return this.#issues;
  }

  digest(): string {
    this.#digest ??= textDigest(this.#text);
    return this.#digest;
  }

  body(): Uint8Array {
    // JSON is UTF-8, so the text has the bytes that were verified.
    this.#body ??= new TextEncoder().encode(this.#text);
    return this.#body;
  }
}

/** Writes a delivery into the scratch buffer for a call of the core. */
export function writeCall(
  head: string,
  body: Uint8Array | string,
  encoded: EncodedOptions,
  defaultMaxBytes: number,
): Call {
  const [headLength, bodyLength] = writeDelivery(head, body, effectiveMaxBytes(encoded, defaultMaxBytes));
  return [headLength, bodyLength, encoded.now, encoded.profile, encoded.maxBytes, encoded.tolerance];
}

/** The limit of a call, or else the webhook's. */
export function effectiveMaxBytes({ maxBytes }: EncodedOptions, defaultMaxBytes: number): number {
  return Number.isNaN(maxBytes) ? defaultMaxBytes : maxBytes;
}
