/** One webhook: passes deliveries to the core, and returns its results. The core decides everything. */
import { type BodyLike, bodyOf, rawBody, writeBody } from "./body.js";
import { providerDefinition } from "./catalog.js";
import { core, guarded, Held, readBytes, reserve, resultBytes, state, trapped, writeText } from "./core.js";
import { maxDeliveryBytes, NO_LIMIT, partsOf, writeDelivery } from "./delivery.js";
import { callError, checkOptions, HooksealError, rethrow } from "./error.js";
import type { ProviderDefinition } from "./generated/definition.js";
import { encodeFilteredHead, encodeHead, HeaderFilter } from "./headers.js";
import { isTooDeep, jsonText } from "./json.js";
import { effectiveMaxBytes, type Hook, writeCall } from "./lazy-delivery.js";
import {
  COMPARE_OPTIONS,
  EXPLAIN_OPTIONS,
  encodeAmount,
  encodeLimits,
  type Limits,
  NO_OPTIONS,
  signParams,
  WEBHOOK_OPTIONS,
} from "./limits.js";
import { accepted, type ProviderMetadata, rejection } from "./results.js";
import type {
  CheckResult,
  CompareOptions,
  Comparison,
  Delivery,
  ExplainOptions,
  Explanation,
  Report,
  SignedDelivery,
  SignOptions,
  Uncovered,
  VerifyOptions,
  WebhookOptions,
} from "./types.js";
import type { NameOf, VerifiedOf } from "./verified-of.js";

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
  readonly #metadata: ProviderMetadata;
  readonly #requiredHeaders: HeaderFilter;
  readonly #definition: string | undefined;

  /** @internal */
  constructor(provider: string | object, options: WebhookOptions) {
    checkOptions("webhook", options, WEBHOOK_OPTIONS);
    // A copy, which is used again after a trap. The core checks the values.
    const copy = { ...options, secrets: secretList(options.secrets) };
    if (Array.isArray(copy.algorithms)) copy.algorithms = [...copy.algorithms];
    const id = typeof provider === "string" ? provider : undefined;
    const definition = typeof provider === "string" ? undefined : definitionText(provider);
    this.#definition = definition;
    core();
    try {
      this.#held = guarded(() => new Held(() => new (core().Hook)(id, definition ?? "", copy)));
    } catch (thrown) {
      rethrow(thrown);
    }
    this.#metadata = guarded(() => this.#hook.metadata() as ProviderMetadata);
    this.#requiredHeaders = new HeaderFilter(this.#metadata.requiredHeaders);
  }

  /** The core's side of the webhook. Making it again does not touch the scratch buffer. */
  get #hook(): Hook {
    return this.#held.get();
  }

  /** The provider's id. */
  get provider(): string {
    return this.#metadata.id;
  }

  /** How the provider signs, shapes and repeats its deliveries: a copy, made for each read. */
  get definition(): ProviderDefinition {
    return this.#definition === undefined
      ? (providerDefinition(this.provider) as ProviderDefinition)
      : JSON.parse(this.#definition);
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
  takesContentType(received: string): boolean {
    // PERF: nearly every sender writes one of these two.
    const expected = this.#metadata.contentType;
    return received === expected || received === "application/json" || this.#hook.content_type(received);
  }

  /**
   * Whether both webhooks have a secret in common. Undefined for a webhook of another copy of the package, whose secrets
   * are not accessible.
   *
   * @internal
   */
  sharesSecret(other: Webhook): boolean | undefined {
    return #held in other ? this.#hook.shares_secret(other.#hook) : undefined;
  }

  /**
   * What the provider's signatures do not cover: `type`, `id`, or neither. Contains the id if any of its sources is not
   * signed; the `signature` of a delivery says it for that delivery. Empty for a provider that signs nothing.
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

  /** The same without throwing: for code that branches. */
  check(delivery: Delivery, options: VerifyOptions = NO_OPTIONS): CheckResult<VerifiedOf<Events>> {
    const limits = encodeLimits(options, "check");
    let body: Uint8Array | string;
    let head: string;
    try {
      body = bodyOf(delivery);
      head = encodeFilteredHead(delivery, this.#requiredHeaders);
    } catch (error) {
      if (error instanceof HooksealError) return { ok: false, error };
      throw error;
    }
    const { now, profile, maxBytes, tolerance } = limits;
    const provider = this.#metadata;
    try {
      const [headLength, bodyLength] = writeDelivery(
        head,
        body,
        effectiveMaxBytes(limits, provider.maxBytes),
      );
      state.tapeGeneration += 1;
      const status = this.#hook.verify(headLength, bodyLength, now, profile, maxBytes, tolerance);
      const input = { hook: this.#held, provider, head, headLength, body, bodyLength, limits };
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
      return { ok: false, error: trapped(thrown) };
    }
  }

  /** Reports everything about a delivery, valid or not. */
  inspect(delivery: Delivery, options: VerifyOptions = NO_OPTIONS): Report {
    const limits = encodeLimits(options, "inspect");
    const report = (head: string, body: Uint8Array | string, limits: Limits) =>
      guarded(() => this.#hook.inspect(...writeCall(head, body, limits, this.#metadata.maxBytes)) as Report);
    let head = "";
    try {
      head = encodeHead(delivery);
      return report(head, bodyOf(delivery), limits);
    } catch (error) {
      if (!(error instanceof HooksealError)) throw error;
      // Without raw bytes the body cannot be read, like a body over the limit: only the reason differs.
      const issues = error.issues.map((issue) => ({ ...issue, stage: "bytes" as const }));
      const { signature, ...rest } = report(head, " ", { ...limits, maxBytes: 0 });
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
    const limits = encodeLimits(options, "explain", EXPLAIN_OPTIONS);
    const maxCombinations = encodeAmount("maxCombinations", options?.maxCombinations);
    const { head, body } = partsOf(delivery);
    return guarded(() => {
      const { signedLength, ...explanation } = this.#hook.explain(
        ...writeCall(head, body, limits, this.#metadata.maxBytes),
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
   * Signs a body with the first secret, and adds the provider's other headers. The body stays as it is: a time in it,
   * as Linear signs one, is not renewed. `create` writes it.
   */
  sign(body: BodyLike, options: SignOptions = NO_OPTIONS): SignedDelivery {
    const raw = rawBody(body);
    const params = signParams(options, "sign");
    return signed(() => this.#hook.sign(writeBody(raw, 0, NO_LIMIT), params));
  }

  /**
   * Makes a complete signed delivery of an event: envelope, ids and time by the provider's rules.
   *
   * @throws HooksealError where its receiver would reject it.
   */
  create<Name extends NameOf<Events>>(
    type: Name,
    data: object,
    options: SignOptions = NO_OPTIONS,
  ): SignedDelivery {
    if (typeof type !== "string")
      throw callError(
        "option-invalid",
        `Expected the event type as a string, got a value of type ${typeof type}.`,
      );
    const text = jsonText(data);
    if (text === undefined) {
      throw isTooDeep(data)
        ? callError("json-too-deep", "The data of the event is nested too deeply.")
        : callError("event-invalid", "Expected the data of the event as a value that JSON can represent.");
    }
    const params = signParams(options, "create");
    return signed(() => this.#hook.create(type, writeText(text), params));
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
    let comparison: {
      same: boolean;
      sameEvent: boolean;
      changes: { pointer: string; before: string | null; after: string | null }[];
      omitted?: number;
    };
    try {
      comparison = guarded(() => {
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
    return {
      ...comparison,
      changes: comparison.changes.map(({ pointer, before, after }) => ({
        pointer,
        ...(before === null ? {} : { before: parseValue(before) }),
        ...(after === null ? {} : { after: parseValue(after) }),
      })),
    };
  }
}

function definitionText(definition: object): string {
  const text = jsonText(definition);
  if (text !== undefined) return text;
  if (isTooDeep(definition))
    throw callError("definition-invalid", "The provider definition is nested too deeply.");
  throw callError(
    "definition-invalid",
    "Expected a provider as the id of a built-in one, or as a definition that JSON can represent.",
  );
}

/** The secrets as a list. One that is undefined, such as an environment variable that is not set, is an empty one to the core. */
function secretList(secrets: WebhookOptions["secrets"]): string[] {
  if (secrets === undefined || secrets === null) return [];
  const list = Array.isArray(secrets) ? secrets : [secrets];
  return list.map((secret) => secret ?? "");
}

/** Calls `sign` or `create`, and reads the delivery from the core. */
function signed(call: () => unknown): SignedDelivery {
  try {
    return guarded(() => {
      const { headers, length } = call() as { headers: [string, string][]; length: number };
      return { method: "POST", headers: Object.fromEntries(headers), body: resultBytes(length).slice() };
    });
  } catch (thrown) {
    rethrow(thrown);
  }
}

/** Parses a value of a comparison: JSON, or the whole body where that is no JSON. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
