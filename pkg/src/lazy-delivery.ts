/** An accepted delivery, kept to make its event, issues, digest and body when they are read. */
import {
  type CoreHandle,
  callCore,
  type core,
  digestOf,
  scratchAddress,
  state,
  writeLatin1,
  writeText,
} from "./core.js";
import { NO_LIMIT, writeDelivery } from "./delivery.js";
import type { EncodedOptions } from "./encoded-options.js";
import { eventOf } from "./event.js";
import { TextDecoder, TextEncoder } from "./runtime.js";
import type { Bytes, Issue, Item, Report } from "./types.js";
import { DeliveryItem, type ItemData, type LazyFields } from "./verified.js";

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

/** The keys of a provider's payloads. */
export interface PayloadKeys {
  /** The interned keys by their symbols. */
  internedKeys: readonly string[];
  /** The keys that lead to the list of events, for a provider that sends several at once. */
  itemsPath?: readonly string[] | null;
}

/** The body of an accepted delivery as it is kept, and where the core left it and its tape. */
export interface KeptBody {
  text: string;
  /** Whether the text has one character per byte. Otherwise it is the body decoded. */
  isLatin1: boolean;
  isAscii: boolean;
  /** The offset of the bytes in the scratch buffer, and their number. */
  offset: number;
  length: number;
  /** The address of the tape; 0 for none. */
  tape: number;
  /** The payload of a body that is a form, as JSON. */
  form: string | undefined;
}

/**
 * The fields of a delivery that are made when they are read.
 * @internal
 */
export class LazyDelivery implements LazyFields {
  readonly #hook: CoreHandle<Hook>;
  readonly #provider: PayloadKeys;
  readonly #kept: KeptBody;
  readonly #head: string;
  readonly #options: EncodedOptions;
  /** The generations of the tape and of the scratch buffer: later calls overwrite them. */
  readonly #tapeGeneration: number;
  readonly #scratchGeneration: number;
  // `undefined` means "not made yet": JSON has no such value.
  #event: unknown;
  #items: readonly Item[] | undefined;
  #issues: Issue[] | undefined;
  #digest: string | undefined;
  #body: Bytes | undefined;

  constructor(
    hook: CoreHandle<Hook>,
    provider: PayloadKeys,
    kept: KeptBody,
    head: string,
    encoded: EncodedOptions,
    digest: string | undefined,
  ) {
    this.#hook = hook;
    this.#provider = provider;
    this.#kept = kept;
    this.#head = head;
    this.#options = encoded;
    this.#tapeGeneration = state.tapeGeneration;
    this.#scratchGeneration = state.scratchGeneration;
    this.#digest = digest;
  }

  event(): unknown {
    if (this.#event === undefined) {
      const offset = this.#tapedOffset();
      this.#event =
        offset === undefined ? JSON.parse(this.#kept.form ?? this.#decodedText()) : this.#tapedEvent(offset);
    }
    return this.#event;
  }

  /** The offset of the body in the scratch buffer, written there again if need be; undefined where the tape is overwritten. */
  #tapedOffset(): number | undefined {
    const { text, isLatin1, tape } = this.#kept;
    let { offset } = this.#kept;
    const hasTape = () => tape !== 0 && this.#tapeGeneration === state.tapeGeneration;
    if (hasTape() && this.#scratchGeneration !== state.scratchGeneration) {
      offset = 0;
      if (isLatin1) writeLatin1(text);
      else writeText(text);
    }
    // The write makes a new instance where the one with the tape trapped.
    return hasTape() ? offset : undefined;
  }

  #tapedEvent(offset: number): unknown {
    const { text, isLatin1, isAscii, length, tape } = this.#kept;
    const start = scratchAddress(offset);
    // A text of the caller may be part of a longer one, which no text of the event may keep in memory.
    const keys = this.#provider.internedKeys;
    return eventOf({ start, length, isAscii, text: isLatin1 ? text : undefined, tape, keys });
  }

  items(): readonly Item[] {
    if (this.#items === undefined) {
      const data = callCore(() => {
        const [head, body] = writeCall(this.#head, this.#textOrBytes(), this.#options, NO_LIMIT);
        return this.#hook.get().items(head, body) as ItemData[] | null;
      });
      this.#items = (data ?? []).map((item, index) => new DeliveryItem(item, () => this.#itemAt(index)));
    }
    return this.#items;
  }

  /** An item of the event. */
  #itemAt(index: number): unknown {
    let value = this.event() as Record<string, unknown>;
    for (const key of this.#provider.itemsPath ?? []) value = value[key] as typeof value;
    return value[index];
  }

  issues(): Issue[] {
    if (this.#issues === undefined) {
      this.#issues = callCore(() => {
        const call = writeCall(this.#head, this.#textOrBytes(), this.#options, NO_LIMIT);
        return (this.#hook.get().inspect(...call) as Report).issues;
      });
    }
    return this.#issues;
  }

  digest(): string {
    this.#digest ??= digestOf(this.#textOrBytes());
    return this.#digest;
  }

  body(): Bytes {
    const { text, isLatin1, isAscii } = this.#kept;
    // JSON is UTF-8, so the text has the bytes that were verified.
    this.#body ??= isLatin1 && !isAscii ? latin1Bytes(text) : new TextEncoder().encode(text);
    return this.#body;
  }

  /** The text whose UTF-8 is the body, if it is at hand, or else the body. */
  #textOrBytes(): string | Uint8Array {
    const { text, isLatin1, isAscii } = this.#kept;
    // Not the array of `body`, which belongs to the caller.
    return isLatin1 && !isAscii ? latin1Bytes(text) : text;
  }

  #decodedText(): string {
    const data = this.#textOrBytes();
    return typeof data === "string" ? data : new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);
  }
}

/** The bytes of a text of one character per byte. */
function latin1Bytes(text: string): Bytes {
  const { length } = text;
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
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
