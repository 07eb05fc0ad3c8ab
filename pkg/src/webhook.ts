/** One webhook: passes deliveries to the core, and returns its results. The core decides everything. */
import { type BodyLike, bodyOf, rawBody, writeBody } from "./body.js";
import { providerDefinition, wholeDefinition } from "./catalog.js";
import { type TextChange, toChange } from "./comparison.js";
import { definitionText } from "./compiled.js";
import {
  CoreHandle,
  callCore,
  core,
  fullCore,
  readBytes,
  reserve,
  resultBytes,
  resultWords,
  state,
  trapError,
  writeText,
} from "./core.js";
import { maxDeliveryBytes, NO_LIMIT, partsOf, writeDelivery } from "./delivery.js";
import {
  COMPARE_OPTIONS,
  type EncodedOptions,
  EXPLAIN_OPTIONS,
  encodeAmount,
  encodeOptions,
  NO_OPTIONS,
  secretLists,
  settingList,
  signParams,
  WEBHOOK_OPTIONS,
} from "./encoded-options.js";
import { callError, checkOptions, HooksealError, rethrow, toError } from "./error.js";
import type { ProviderDefinition } from "./generated/definition.js";
import { AcceptedWord } from "./generated/layout.js";
import { encodeFilteredHead, encodeHead, encodeKeys, HeaderFilter } from "./headers.js";
import { isTooDeep, jsonText } from "./json.js";
import { effectiveMaxBytes, type Hook, writeCall } from "./lazy-delivery.js";
import { withPrivateKey } from "./private-key.js";
import { accepted, type ProviderMetadata, type ProviderSendPolicy, rejection } from "./results.js";
import type {
  CheckResult,
  CompareOptions,
  Comparison,
  Delivery,
  ExplainOptions,
  Explanation,
  HandshakeResponse,
  KeyNeed,
  Report,
  SignedDelivery,
  SignOptions,
  Uncovered,
  VerifyOptions,
  WebhookOptions,
} from "./types.js";
import type { DataOf, NameOf, VerifiedOf } from "./verified-of.js";

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
  /** @internal The name in bundles, too, which shorten names. */
  static readonly name = "Webhook";
  readonly #handle: CoreHandle<Hook>;
  readonly #metadata: ProviderMetadata;
  readonly #requiredHeaders: HeaderFilter;
  readonly #definition: string | undefined;

  /**
   * `compiled` is the text of a provider that is built in, or compiled; absent for a definition, and for an unknown id.
   *
   * @internal
   */
  constructor(provider: string | object, options: WebhookOptions, compiled: string | undefined) {
    checkOptions("webhook", options, WEBHOOK_OPTIONS);
    // A copy, which is used again after a trap. The core checks the values.
    const { secrets, settings } = options;
    const copy = { ...options, ...secretLists(secrets), settings: settingList(settings) };
    if (Array.isArray(copy.algorithms)) copy.algorithms = [...copy.algorithms];
    const id = typeof provider === "string" ? provider : undefined;
    const definition = id === undefined && compiled === undefined ? definitionText(provider as object) : "";
    this.#definition = id === undefined ? definition : undefined;
    if (definition === "") core();
    else fullCore();
    const make = () => {
      try {
        return callCore(() => new CoreHandle(() => new (core().Hook)(id, compiled ?? definition, copy)));
      } catch (thrown) {
        rethrow(thrown);
      }
    };
    try {
      this.#handle = make();
    } catch (error) {
      // The format "regex" of a compiled schema is checked by a part of the compiler.
      if (!(error instanceof HooksealError && error.code === "full-missing")) throw error;
      fullCore();
      this.#handle = make();
    }
    this.#metadata = callCore(() => this.#hook.metadata() as ProviderMetadata);
    this.#requiredHeaders = new HeaderFilter(this.#metadata.requiredHeaders);
  }

  /** The webhook in the core. After a trap it is made again, which does not touch the scratch buffer. */
  get #hook(): Hook {
    return this.#handle.get();
  }

  /** The provider's id. */
  get provider(): string {
    return this.#metadata.id;
  }

  /**
   * The provider definition: a new copy for each read. One that extends a built-in provider has all keys that it takes.
   *
   * @throws HooksealError `definition-invalid` for a compiled provider, which does not contain its definition.
   */
  get definition(): ProviderDefinition {
    if (this.#definition === "")
      throw callError("definition-invalid", "A compiled provider does not contain its definition.");
    return this.#definition === undefined
      ? (providerDefinition(this.provider) as ProviderDefinition)
      : wholeDefinition(this.#definition);
  }

  /** The largest body that is read, in bytes. */
  get maxBytes(): number {
    return this.#metadata.maxBytes;
  }

  /** Whether every retry of the provider carries the same payload. */
  get immutable(): boolean {
    return this.#metadata.immutable;
  }

  /** The media type of the provider's bodies. */
  get contentType(): string {
    return this.#metadata.contentType;
  }

  /**
   * Whether a delivery may have this Content-Type. Receivers check it before they read the body.
   *
   * @internal
   */
  acceptsContentType(received: string): boolean {
    // PERF: nearly every sender writes the provider's own.
    return received === this.#metadata.contentType || this.#hook.accepts_content_type(received);
  }

  /**
   * Whether both webhooks have a secret in common. Undefined for a webhook of another copy of the package, whose secrets
   * are not accessible.
   *
   * @internal
   */
  sharesSecret(other: Webhook): boolean | undefined {
    return #handle in other ? this.#hook.shares_secret(other.#hook) : undefined;
  }

  /**
   * The values that the provider's signatures may leave uncovered: `type` and `id`. The id is listed if any of its sources is
   * not signed; `signature.uncovered` of a delivery is about that delivery alone. Empty for a provider that signs nothing.
   */
  get uncovered(): Uncovered {
    return [...this.#metadata.uncovered];
  }

  /**
   * Checks signature, JSON, envelope and contract of a delivery.
   *
   * @throws HooksealError with the reason for the rejection, all issues, and the HTTP status of the response.
   */
  verify(delivery: Delivery, options?: VerifyOptions): VerifiedOf<Events> {
    const result = this.check(delivery, options);
    if (result.ok) return result.value;
    throw result.error;
  }

  /** Like `verify`, but returns the error instead of throwing it. */
  check(delivery: Delivery, options: VerifyOptions = NO_OPTIONS): CheckResult<VerifiedOf<Events>> {
    const encoded = encodeOptions(options, "check");
    let body: Uint8Array | string;
    let head: string;
    try {
      body = bodyOf(delivery);
      head = encodeFilteredHead(delivery, this.#requiredHeaders, this.#metadata.requiresTarget);
      if (options?.keys !== undefined) head += encodeKeys(options.keys);
    } catch (error) {
      if (error instanceof HooksealError) return { ok: false, error };
      throw error;
    }
    const { now, profile, maxBytes, tolerance } = encoded;
    const provider = this.#metadata;
    try {
      const [headLength, bodyLength] = writeDelivery(
        head,
        body,
        effectiveMaxBytes(encoded, provider.maxBytes),
      );
      state.tapeGeneration += 1;
      const status = this.#hook.verify(headLength, bodyLength, now, profile, maxBytes, tolerance);
      const input = { hook: this.#handle, provider, head, headLength, body, bodyLength, encoded };
      if (status === 0) {
        const value = accepted(input, options?.digest === true) as VerifiedOf<Events>;
        return { ok: true, value };
      }
      // A copy, so that later changes of the caller's buffer change nothing here.
      const copy = typeof body === "string" ? body : readBytes(bodyLength, headLength);
      return { ok: false, error: rejection(input, copy) };
    } catch (thrown) {
      if (thrown instanceof HooksealError) return { ok: false, error: thrown };
      state.generation += 1;
      return { ok: false, error: trapError(thrown) };
    }
  }

  /**
   * Whether deliveries can need public keys that are not configured.
   *
   * @internal
   */
  get needsKeys(): boolean {
    return this.#metadata.needsKeys;
  }

  /**
   * The public key that a delivery needs, of a provider whose keys are not configured; undefined for a delivery that no key would
   * make valid, such as one without a signature. Nothing is fetched: pass the key to `verify`, as `keys`. Receivers do so
   * with their option `keys`.
   *
   * @example
   * ```ts
   * const need = hook.needs(delivery);
   * const keys = need === undefined ? [] : [await keyOf(need.kid)];
   * const { type } = hook.verify(delivery, { keys });
   * ```
   * @throws HooksealError `key-source-refused` if the delivery names a URL at another host than those of the provider.
   */
  needs(delivery: Delivery): KeyNeed | undefined {
    if (!this.#metadata.needsKeys) return undefined;
    const { head, body } = partsOf(delivery);
    try {
      return callCore(() => {
        const lengths = writeDelivery(head, body, this.#metadata.maxBytes);
        return (this.#hook.needs(...lengths) as KeyNeed | null) ?? undefined;
      });
    } catch (thrown) {
      rethrow(thrown);
    }
  }

  /**
   * Whether the provider sends several events in one delivery.
   *
   * @internal
   */
  get hasItems(): boolean {
    return this.#metadata.itemsPath != null;
  }

  /** The event types that the definition names; `*` for any other. @internal */
  get eventTypes(): readonly string[] {
    return this.#metadata.events.map(({ type }) => type);
  }

  /**
   * The methods of the provider's handshakes; `open POST` for a POST that need not be signed. Receivers pass such requests to
   * `handshake`.
   *
   * @internal
   */
  get handshakes(): readonly string[] {
    return this.#metadata.handshakes;
  }

  /**
   * Whether a POST may be a handshake, by the result of `check` that was just made.
   *
   * @internal
   */
  maybeHandshake(checked: CheckResult<unknown>): boolean {
    const { handshakes } = this.#metadata;
    if (handshakes.length === 0) return false;
    if (checked.ok) return resultWords()[AcceptedWord.handshake] === 1;
    // A request whose signature is not valid is no handshake that has to be signed.
    return handshakes.includes("open POST") || checked.error.status !== 401;
  }

  /**
   * The response to a request by which the provider checks the receiver, such as Slack's `url_verification`; or the error if the
   * handshake is refused. Undefined for every other request, and for one whose signature is not valid: `verify` it, if its method
   * is POST. The receivers of this package call this themselves.
   *
   * @example
   * ```ts
   * const handshake = hook.handshake({ method, url, headers, body });
   * if (handshake?.ok && handshake.value.secret === undefined) {
   *   const { status, headers, body } = handshake.value;
   *   return new Response(body, { status, headers });
   * }
   * ```
   */
  handshake(
    delivery: Delivery,
    options: VerifyOptions = NO_OPTIONS,
  ): CheckResult<HandshakeResponse> | undefined {
    const encoded = encodeOptions(options, "handshake");
    if (this.#metadata.handshakes.length === 0) return undefined;
    try {
      const { head, body } = partsOf(delivery, options?.keys);
      const found = callCore(
        () =>
          this.#hook.handshake(...writeCall(head, body, encoded, this.#metadata.maxBytes)) as Found | null,
      );
      if (found === null) return undefined;
      return { ok: true, value: { ...found, headers: Object.fromEntries(found.headers) } };
    } catch (thrown) {
      return { ok: false, error: toError(thrown) };
    }
  }

  /** Reports everything about a delivery, valid or not. */
  inspect(delivery: Delivery, options: VerifyOptions = NO_OPTIONS): Report {
    const encoded = encodeOptions(options, "inspect");
    const report = (head: string, body: Uint8Array | string, encoded: EncodedOptions) =>
      callCore(
        () => this.#hook.inspect(...writeCall(head, body, encoded, this.#metadata.maxBytes)) as Report,
      );
    let head = "";
    try {
      head = encodeHead(delivery) + encodeKeys(options?.keys);
      return report(head, bodyOf(delivery), encoded);
    } catch (error) {
      if (!(error instanceof HooksealError)) throw error;
      // Without raw bytes, the report is that of a body over the limit, with another code and other issues.
      const issues = error.issues.map((issue) => ({ ...issue, stage: "bytes" as const }));
      const { signature, ...rest } = report(head, " ", { ...encoded, maxBytes: 0 });
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
   * @throws HooksealError `body-not-raw` where the body is neither bytes nor a string.
   */
  explain(delivery: Delivery, options: ExplainOptions = NO_OPTIONS): Explanation {
    const encoded = encodeOptions(options, "explain", EXPLAIN_OPTIONS);
    const maxCombinations = encodeAmount("maxCombinations", options?.maxCombinations);
    const { head, body } = partsOf(delivery, options?.keys);
    fullCore();
    return callCore(() => {
      const { signedLength, ...explanation } = this.#hook.explain(
        ...writeCall(head, body, encoded, this.#metadata.maxBytes),
        maxCombinations,
      ) as Explanation & { signedLength?: number };
      const value = signedLength === undefined ? undefined : resultBytes(signedLength).slice();
      // SECURITY: a payload, and not enumerable, so that no log shows it by accident.
      return Object.defineProperty(explanation, "signedBody", { value });
    });
  }

  /**
   * Returns the body that the received signature was made over: `signedBody` of {@link explain}, which it costs as much as.
   *
   * Unlike the rest of an explanation it is a payload: keep it out of logs.
   *
   * @throws HooksealError `body-not-raw` where the body is neither bytes nor a string.
   */
  signedBody(delivery: Delivery, options: ExplainOptions = NO_OPTIONS): Uint8Array | undefined {
    return this.explain(delivery, options).signedBody;
  }

  /**
   * Signs a body with the first secret, and adds the provider's other headers. The body is not changed: a signed time in the
   * body, as Linear has one, stays as it is. `create` writes the current time.
   */
  sign(body: BodyLike, options: SignOptions = NO_OPTIONS): SignedDelivery {
    const raw = rawBody(body);
    const params = signParams(options, "sign");
    return readSigned(options, () => this.#hook.sign(writeBody(raw, 0, NO_LIMIT), params));
  }

  /** What the provider's definition says about sending. @internal */
  get sendPolicy(): ProviderSendPolicy {
    return this.#metadata;
  }

  /**
   * The headers of a delivery with a signature of the time `now`, for an attempt whose first signature may have expired.
   *
   * @internal
   */
  resign(delivery: Delivery, now: number): [string, string][] {
    const { head, body } = partsOf(delivery);
    try {
      return callCore(() => {
        const lengths = writeDelivery(head, body, NO_LIMIT);
        return (this.#hook.resign(...lengths, now) as { headers: [string, string][] }).headers;
      });
    } catch (thrown) {
      rethrow(thrown);
    }
  }

  /**
   * Makes a complete signed delivery of an event: envelope, ids and time by the provider's rules.
   *
   * @throws HooksealError where its receiver would reject it.
   */
  create<Name extends NameOf<Events>>(
    type: Name,
    data: DataOf<Events[Name]>,
    options: SignOptions = NO_OPTIONS,
  ): SignedDelivery {
    const text = jsonText(data);
    if (text === undefined) {
      throw isTooDeep(data)
        ? callError("json-too-deep", "The data of the event is nested too deeply.")
        : callError("event-invalid", "Expected the data of the event as a value that JSON can represent.");
    }
    return this.createFromJson(type, text, options);
  }

  /**
   * Like `create`, from the JSON of the data, in which numbers have all their digits.
   *
   * @internal
   */
  createFromJson(type: string, text: string, options: SignOptions = NO_OPTIONS): SignedDelivery {
    if (typeof type !== "string")
      throw callError(
        "option-invalid",
        `Expected the event type as a string, got a value of type ${typeof type}.`,
      );
    const params = signParams(options, "create");
    return readSigned(options, () => this.#hook.create(type, writeText(text), params));
  }

  /**
   * Compares two deliveries: whether they are attempts at the same event, unchanged, and what differs.
   *
   * @throws HooksealError `body-too-large` where a body is larger than `maxBytes`, and `body-not-raw` where one is neither
   * bytes nor a string.
   */
  compare(first: Delivery, second: Delivery, options: CompareOptions = NO_OPTIONS): Comparison {
    checkOptions("compare", options, COMPARE_OPTIONS);
    const maxBytes = encodeAmount("maxBytes", options?.maxBytes);
    const limit = Number.isNaN(maxBytes) ? this.#metadata.maxBytes : maxBytes;
    const [a, b] = [partsOf(first), partsOf(second)];
    let comparison: Omit<Comparison, "changes"> & { changes: TextChange[] };
    try {
      comparison = callCore(() => {
        reserve(maxDeliveryBytes(a.head, a.body, limit) + maxDeliveryBytes(b.head, b.body, limit));
        const headA = writeText(a.head);
        const bodyA = writeBody(a.body, headA, limit);
        const headB = writeText(b.head, headA + bodyA);
        const bodyB = writeBody(b.body, headA + bodyA + headB, limit);
        return this.#hook.compare(headA, bodyA, headB, bodyB, maxBytes) as typeof comparison;
      });
    } catch (thrown) {
      rethrow(thrown);
    }
    return { ...comparison, changes: comparison.changes.map(toChange) };
  }
}

/** The response to a handshake, as the core passes it. */
type Found = Omit<HandshakeResponse, "headers"> & { headers: [name: string, value: string][] };

/** Calls `sign` or `create`, and reads the delivery from the core. */
function readSigned(options: SignOptions, call: () => unknown): SignedDelivery {
  const read = (): SignedDelivery => {
    const { headers, length } = call() as { headers: [string, string][]; length: number };
    return { method: "POST", headers: Object.fromEntries(headers), body: resultBytes(length).slice() };
  };
  try {
    return withPrivateKey(options?.privateKey, () => callCore(read));
  } catch (thrown) {
    rethrow(thrown);
  }
}
