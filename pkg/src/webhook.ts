/** One webhook: carries deliveries to the core, and its verdicts back. Every judgement is the core's. */
import { type BodyLike, bodyOf, maxEncodedBytes, rawBody, writeBody } from "./body.js";
import { providerDefinition } from "./catalog.js";
import {
  core,
  guarded,
  Held,
  readBytes,
  reserve,
  resultBytes,
  resultWords,
  scratchText,
  state,
  textAt,
  trapped,
  writeText,
} from "./core.js";
import { callError, checkOptions, HooksealError, rethrow } from "./error.js";
import type { IssueCode } from "./generated/codes.js";
import type { ProviderDefinition } from "./generated/definition.js";
import { allHeaders, HeaderFilter, selectHeaders } from "./headers.js";
import { isTooDeep, jsonText } from "./json.js";
import { effectiveMaxBytes, type Hook, LazyDelivery, NO_LIMIT, put, putHeaders } from "./lazy-delivery.js";
import {
  amount,
  COMPARE_OPTIONS,
  EXPLAIN_OPTIONS,
  fresh,
  type Limits,
  limitsOf,
  NO_OPTIONS,
  WEBHOOK_OPTIONS,
  wrong,
} from "./limits.js";
import type {
  CheckResult,
  CompareOptions,
  Comparison,
  Delivery,
  ExplainOptions,
  Explanation,
  Issue,
  Report,
  SignatureInfo,
  SignedDelivery,
  SignOptions,
  Uncovered,
  Verified,
  VerifyOptions,
  WebhookOptions,
} from "./types.js";
import { trusted, VerifiedDelivery } from "./verified.js";

/** What the core says about a provider. */
interface ProviderMetadata {
  id: string;
  requiredHeaders: string[];
  names: string[];
  events: { name: string; revisions: (string | null)[] }[];
  maxBytes: number;
  immutable: boolean;
  contentType: string;
  uncovered: ("type" | "id")[];
}

const algorithms = ["sha1", "sha256", "sha512"] as const;
const ABSENT = 0xffffffff;

/** The name of every event of a map of events. */
type NameOf<Events> = keyof Events & string;

/**
 * An accepted delivery of one of a map of events: its `type` tells which. Providers add events: where the map names
 * events, `unknown` tells that a delivery is of none of them.
 *
 * @example
 * ```ts
 * if (delivery.unknown) return console.warn("unknown event", delivery.type);
 * delivery.event.data.uuid; // Typed: an event that the map names.
 * ```
 */
export type VerifiedOf<Events> =
  string extends NameOf<Events>
    ? NamedOf<Events>
    : (NamedOf<Events> & { readonly unknown?: never }) | UnknownDelivery;

/** An accepted delivery of an event that the map names. */
type NamedOf<Events> = {
  [Name in NameOf<Events>]: Verified<Events[Name]> & { readonly type: Name };
}[NameOf<Events>];

/** An accepted delivery of an event type that its provider's definition does not name: nothing has validated its payload. */
export interface UnknownDelivery extends Verified<unknown> {
  readonly type: UnknownType;
  readonly unknown: true;
}

// A plain `string` would keep this delivery in the union whatever `type` is compared with: only a unit type is
// narrowed away, and no literal of a program is equal to a member of an enum that it cannot name.
declare enum Unnamed {
  type = "a type that the definition does not name",
}

/**
 * The type of an unknown event: any string but the names of the known events. TypeScript refuses to compare it with a
 * literal (TS2367), since a name that the definition does not hold may be misspelt. To compare it, assign it to a `string`.
 *
 * @example
 * ```ts
 * if (delivery.unknown) {
 *   const type: string = delivery.type;
 *   if (type === "brand_new_event") console.log("an event that the definition does not name yet");
 * }
 * ```
 */
export type UnknownType = Unnamed;

/**
 * One webhook: a provider, the secrets of one subscription, and how strict to be.
 *
 * @example
 * ```ts
 * const hook = painchek({ secrets: ["a secret of the subscription"] });
 * const { type, id, event } = hook.verify({ headers: request.headers, body: rawBody });
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a map of events, a webhook is any webhook.
export class Webhook<Events = any> {
  readonly #held: Held<Hook>;
  readonly #card: ProviderMetadata;
  readonly #wanted: HeaderFilter;
  readonly #definition: string | undefined;

  /** @internal */
  constructor(provider: string | object, options: WebhookOptions) {
    checkOptions("webhook", options, WEBHOOK_OPTIONS);
    limitsOf({ ...options, now: 0 });
    const { unsigned, algorithms } = options;
    if (unsigned !== undefined && unsigned !== "allow" && unsigned !== "refuse") wrong("unsigned");
    if (
      algorithms !== undefined &&
      !(Array.isArray(algorithms) && algorithms.every((name) => typeof name === "string"))
    )
      wrong("algorithms");
    const given = { ...options, secrets: secrets(options.secrets) };
    const id = typeof provider === "string" ? provider : undefined;
    const definition = typeof provider === "string" ? undefined : definitionText(provider);
    this.#definition = definition;
    core();
    try {
      this.#held = guarded(() => new Held(() => new (core().Hook)(id, definition ?? "", given)));
    } catch (thrown) {
      rethrow(thrown);
    }
    this.#card = guarded(() => this.#hook.metadata() as ProviderMetadata);
    this.#wanted = new HeaderFilter(this.#card.requiredHeaders);
  }

  /** The core's side of it. To make it anew leaves the scratch buffer as it is. */
  get #hook(): Hook {
    return this.#held.get();
  }

  /** The provider's id. */
  get provider(): string {
    return this.#card.id;
  }

  /** How the provider signs, shapes and repeats its deliveries: a copy, made when it is asked for. */
  get definition(): ProviderDefinition {
    return this.#definition === undefined
      ? (providerDefinition(this.provider) as ProviderDefinition)
      : JSON.parse(this.#definition);
  }

  /** The largest body that is read, in bytes. */
  get maxBytes(): number {
    return this.#card.maxBytes;
  }

  /** Whether every retry of the provider carries the same payload. */
  get immutable(): boolean {
    return this.#card.immutable;
  }

  /** The media type of the provider's bodies. */
  get contentType(): string {
    return this.#card.contentType;
  }

  /**
   * Whether a delivery with this Content-Type is read: asked before its body is.
   *
   * @internal
   */
  takesContentType(received: string): boolean {
    // What nearly every sender writes is told without the core.
    const own = this.#card.contentType;
    return received === own || received === "application/json" || this.#hook.content_type(received);
  }

  /**
   * Whether the other webhook has one of the secrets of this one. Undefined where it is of another copy of the package,
   * whose secrets are out of reach.
   *
   * @internal
   */
  sharesSecret(other: Webhook): boolean | undefined {
    return #held in other ? this.#hook.shares_secret(other.#hook) : undefined;
  }

  /**
   * What the provider's signatures do not cover: `type`, `id`, or neither. The id counts where any of the places it may
   * come from is not signed; what holds for one delivery is in its `signature`. Empty for a provider that signs nothing.
   */
  get uncovered(): Uncovered {
    return [...this.#card.uncovered];
  }

  /**
   * Checks signature, JSON, envelope and contract of a delivery.
   *
   * @throws HooksealError with the reason why it is rejected, all its issues, and the status to answer.
   */
  verify(delivery: Delivery, options?: VerifyOptions): VerifiedOf<Events> {
    const result = this.check(delivery, options);
    if (result.ok) return result.value;
    throw result.error;
  }

  /** The same without throwing: for code that branches. */
  check(delivery: Delivery, options: VerifyOptions = NO_OPTIONS): CheckResult<VerifiedOf<Events>> {
    const limits = limitsOf(options, "check");
    let body: Uint8Array | string;
    let headers: string;
    try {
      body = bodyOf(delivery);
      headers = selectHeaders(delivery, this.#wanted);
    } catch (error) {
      if (error instanceof HooksealError) return { ok: false, error };
      throw error;
    }
    const { now, profile, maxBytes, tolerance } = limits;
    try {
      const most = effectiveMaxBytes(limits, this.#card.maxBytes);
      const head = putHeaders(headers, body, most);
      const length = writeBody(body, head, most);
      state.tapeGeneration += 1;
      if (this.#hook.verify(head, length, now, profile, maxBytes, tolerance) !== 0) {
        // What happens to the body later changes nothing here.
        const copy = typeof body === "string" ? body : readBytes(length, head);
        return { ok: false, error: this.#rejected(headers, copy, limits) };
      }
      return { ok: true, value: this.#verified(headers, body, limits, head, length) };
    } catch (thrown) {
      if (thrown instanceof HooksealError) return { ok: false, error: thrown };
      state.generation += 1;
      return { ok: false, error: trapped(thrown) };
    }
  }

  /** Says everything there is to say about a delivery, in whatever state it is. */
  inspect(delivery: Delivery, options: VerifyOptions = NO_OPTIONS): Report {
    const limits = limitsOf(options, "inspect");
    const report = (headers: string, body: Uint8Array | string, limits: Limits) =>
      guarded(() => this.#hook.inspect(...put(headers, body, limits, this.#card.maxBytes)) as Report);
    let headers = "";
    try {
      headers = allHeaders(delivery);
      return report(headers, bodyOf(delivery), limits);
    } catch (error) {
      if (!(error instanceof HooksealError)) throw error;
      // Without raw bytes the body cannot be read, like a body over the limit: only the reason differs.
      const issues = error.issues.map((issue) => ({ ...issue, stage: "bytes" as const }));
      const { signature, ...rest } = report(headers, " ", { ...limits, maxBytes: 0 });
      // The parts of a signed content without a body are unknown.
      delete signature.parts;
      return { ...rest, code: error.code, signature, issues };
    }
  }

  /**
   * Explains why the signature of a delivery does not match: tries the usual changes of bodies, secrets, encodings and
   * signed contents, and keeps those that reproduce the received signature.
   *
   * Costs as much as hundreds or thousands of verifications: for debugging, never for every rejected delivery.
   *
   * @example
   * ```ts
   * const { matches, observations } = hook.explain({ headers: request.headers, body: rawBody });
   * for (const { title, message, fix } of [...matches, ...observations]) console.log(title, message, fix);
   * ```
   * @throws HooksealError `body-not-raw` where the body is no bytes and no text.
   */
  explain(delivery: Delivery, options: ExplainOptions = NO_OPTIONS): Explanation {
    const limits = limitsOf(options, "explain", EXPLAIN_OPTIONS);
    const maxCombinations = amount("maxCombinations", options?.maxCombinations);
    const [headers, body] = [allHeaders(delivery), bodyOf(delivery)];
    return guarded(() => {
      const { signedLength, ...explanation } = this.#hook.explain(
        ...put(headers, body, limits, this.#card.maxBytes),
        maxCombinations,
      ) as Explanation & { signedLength?: number };
      const value = signedLength === undefined ? undefined : resultBytes(signedLength).slice();
      // A payload: not enumerable, so that no log shows it by accident.
      return Object.defineProperty(explanation, "signedBody", { value });
    });
  }

  /**
   * Returns the body that the received signature was made over: `signedBody` of {@link explain}, which it costs as much as.
   *
   * Unlike the rest of an explanation it is a payload: keep it out of logs.
   *
   * @throws HooksealError `body-not-raw` where the body is no bytes and no text.
   */
  signedBody(delivery: Delivery, options: ExplainOptions = NO_OPTIONS): Uint8Array | undefined {
    return this.explain(delivery, options).signedBody;
  }

  /**
   * Signs a body with the first secret, and adds the provider's other headers. The body stays as it is: a time in it,
   * as Linear signs one, is not renewed. `create` writes it.
   */
  sign(body: BodyLike, options: SignOptions = NO_OPTIONS): SignedDelivery {
    const raw = rawBody(body);
    const given = fresh(options, "sign");
    return signed(() => this.#hook.sign(writeBody(raw, 0, NO_LIMIT), given));
  }

  /**
   * Makes a complete signed delivery of an event: envelope, ids and time by the provider's rules.
   *
   * @throws HooksealError where its receiver would refuse it.
   */
  create<Name extends NameOf<Events>>(
    type: Name,
    data: object,
    options: SignOptions = NO_OPTIONS,
  ): SignedDelivery {
    if (typeof type !== "string")
      throw callError(
        "option-invalid",
        `Expected the event type as a text, got a value of type ${typeof type}.`,
      );
    const text = jsonText(data);
    if (text === undefined) {
      throw isTooDeep(data)
        ? callError("json-too-deep", "The data of the event is nested too deeply.")
        : callError("event-invalid", "The data of an event is no value that JSON can hold.");
    }
    const given = fresh(options, "create");
    return signed(() => this.#hook.create(type, writeText(text), given));
  }

  /**
   * Tells whether two deliveries are attempts at the same event, unchanged, and what differs.
   *
   * @throws HooksealError `body-too-large` where a body is larger than `maxBytes`, and `body-not-raw` where one is no
   * bytes and no text.
   */
  compare(first: Delivery, second: Delivery, options: CompareOptions = NO_OPTIONS): Comparison {
    checkOptions("compare", options, COMPARE_OPTIONS);
    const maxBytes = amount("maxBytes", options?.maxBytes);
    const most = Number.isNaN(maxBytes) ? this.#card.maxBytes : maxBytes;
    const sides = [first, second].map((delivery) => ({
      body: bodyOf(delivery),
      headers: allHeaders(delivery),
    }));
    let found: {
      same: boolean;
      sameEvent: boolean;
      changes: { pointer: string; before: string | null; after: string | null }[];
      omitted?: number;
    };
    try {
      found = guarded(() => {
        reserve(
          sides.reduce((sum, { headers, body }) => sum + headers.length * 3 + maxEncodedBytes(body, most), 0),
        );
        const lengths: number[] = [];
        let offset = 0;
        for (const { headers, body } of sides) {
          const head = writeText(headers, offset);
          const length = writeBody(body, offset + head, most);
          lengths.push(head, length);
          offset += head + length;
        }
        const [a, b, c, d] = lengths as [number, number, number, number];
        return this.#hook.compare(a, b, c, d, maxBytes) as typeof found;
      });
    } catch (thrown) {
      rethrow(thrown);
    }
    return {
      ...found,
      changes: found.changes.map(({ pointer, before, after }) => ({
        pointer,
        ...(before === null ? {} : { before: read(before) }),
        ...(after === null ? {} : { after: read(after) }),
      })),
    };
  }

  /** What stands in the scratch buffer was rejected: most who hear of it need no more than code and status. */
  #rejected(headers: string, body: Uint8Array | string, limits: Limits): HooksealError {
    const found = resultWords();
    const text = textAt(found[4] as number, found[5] as number, false);
    return new HooksealError({
      code: text.slice(0, found[1]) as IssueCode,
      message: text.slice(found[1]),
      status: found[0] as number,
      issues: () =>
        guarded(() => {
          const call = put(headers, body, limits, this.#card.maxBytes);
          return (this.#hook.failure(...call) as { issues: Issue[] }).issues;
        }),
    });
  }

  /** What stands in the scratch buffer was accepted: a body of `length` bytes, `head` bytes behind its start. */
  #verified(
    headers: string,
    body: Uint8Array | string,
    limits: Limits,
    head: number,
    length: number,
  ): VerifiedOf<Events> {
    const found = resultWords();
    const ascii = found[11] === 1;
    // One copy of the bytes the core has judged: what happens to the body later changes nothing here.
    const text = typeof body === "string" && isWellFormed(body) ? body : scratchText(length, head, ascii);
    const texts = textAt(found[4] as number, found[5] as number, ascii);
    let at = 0;
    /** The next of the texts, if it is there. */
    const next = (units: number | undefined): string | undefined => {
      if (units === undefined || units === ABSENT) return undefined;
      at += units;
      return texts.slice(at - units, at);
    };
    const id = next(found[6]) as string;
    const createdAt = next(found[7]);
    const webhookId = next(found[8]);
    const deliveryId = next(found[9]);
    const event = this.#card.events[found[0] as number];
    const revision = event?.revisions[found[1] as number];
    const algorithm = algorithms[(found[2] as number) - 1];
    const trust: SignatureInfo =
      algorithm === undefined
        ? { status: "unsigned" }
        : trusted(algorithm, found[3] as number, found[13] as number);
    const tape = ascii ? (found[12] as number) : 0;
    const later = new LazyDelivery(this.#held, this.#card.names, text, headers, limits, tape);
    const verified: { -readonly [Key in keyof Verified]: Verified[Key] } = new VerifiedDelivery(
      next(found[10]) ?? (event?.name as string),
      id,
      trust,
      later,
    );
    if (webhookId !== undefined) verified.webhookId = webhookId;
    if (deliveryId !== undefined) verified.deliveryId = deliveryId;
    if (createdAt !== undefined) verified.createdAt = createdAt;
    if (revision != null) verified.revision = revision;
    if (event === undefined) verified.unknown = true;
    return verified as VerifiedOf<Events>;
  }
}

function definitionText(definition: object): string {
  const text = jsonText(definition);
  if (text !== undefined) return text;
  if (isTooDeep(definition))
    throw callError("definition-invalid", "The provider definition is nested too deeply.");
  throw callError(
    "definition-invalid",
    "A provider is named by its id or given as data, and this is neither.",
  );
}

/** An undefined secret is an empty one, which the core refuses: an environment variable that is not set. */
function secrets(given: WebhookOptions["secrets"]): string[] {
  if (given === undefined || given === null) return [];
  const list = Array.isArray(given) ? given : [given];
  return list.map((secret) => (typeof secret === "string" ? secret : secret == null ? "" : wrong("secrets")));
}

function signed(make: () => unknown): SignedDelivery {
  try {
    return guarded(() => {
      const { headers, length } = make() as { headers: [string, string][]; length: number };
      return { method: "POST", headers: Object.fromEntries(headers), body: resultBytes(length).slice() };
    });
  } catch (thrown) {
    rethrow(thrown);
  }
}

function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  return native?.call(text) === true;
}

/** A value as it is written; the whole body where that is no JSON. */
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
