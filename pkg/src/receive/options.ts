/** What a receiver is told, and what it tells: shapes that all adapters share. */
import type { HooksealError } from "../error.js";
import type { IssueCode, ReceiverOnlyCode } from "../generated/codes.js";
import type { HeadersLike } from "../headers.js";
import type { DeliveryStore } from "../store.js";
import type { Issue } from "../types.js";
import type { VerifiedOf } from "../verified-of.js";
import type { Webhook } from "../webhook.js";

/** A coding that a body may be asked to come in. */
export type BodyEncoding = "gzip" | "deflate";

/** Why a request was not handled: a code of the core, or one of the receiver's own. docs/codes.md has the status of each. */
export type ReceiverCode = IssueCode | ReceiverOnlyCode;

/** What a handler gets beside the delivery. */
export interface HandlerContext<R = unknown> {
  /** The request as the framework has it. Its body was read. */
  readonly request: R;
  /**
   * The key under which this delivery was claimed, empty where it has none: a JSON array of the receiver's `name`, `"verified"` or `"unsigned"`, the
   * event type, and the delivery's `id` without the type; where `retryChanged`, the digest follows. To be exactly sure that
   * nothing happens twice, write it in the same transaction as the effect.
   */
  readonly key: string;
  /** The same id was there before with another payload, although the provider never changes one. */
  readonly retryChanged: boolean;
  /**
   * The same body was there before under another id or event type, and the signature covers neither: somebody may have
   * captured it. Such a delivery reaches the handler with `replayed: "handle"` alone.
   */
  readonly replayed: boolean;
  /**
   * Answers 200 with this text, once the handler is done, where the sender asks for one: Slack for its challenge, as plain
   * text. A duplicate of the delivery is answered without it. A Response that the handler returns takes its place.
   *
   * @throws TypeError where it is no text, or no media type.
   */
  reply(body: string, contentType?: string): void;
}

/**
 * Handles one delivery. It is done when this returns, or its promise is fulfilled; when it throws, the sender is asked to
 * retry.
 *
 * A `Response` that it returns is the answer: status, headers and body. With a status other than 2xx the delivery counts as
 * not handled, and the sender's retry is. Anything else that it returns means nothing.
 */
export type Handler<Events, R = unknown> = (
  delivery: VerifiedOf<Events>,
  context: HandlerContext<R>,
) => unknown;

/** What the milliseconds of a request went into. What did not happen is absent. */
export interface Durations {
  /** From the first header to the answer. */
  total: number;
  /** Waiting for the body. */
  read?: number;
  /** Signature, JSON and contract. */
  check?: number;
  /** Asking the store. */
  claim?: number;
  /** The handler. */
  handle?: number;
}

/**
 * What became of one request. It holds ids, digests, codes and times, and never a value of the payload, a secret or a
 * signature, so that it can be logged. Of a request that nobody vouches for it holds no id at all.
 */
export interface ReceiverEvent {
  /**
   * - `handled`: the handler returned.
   * - `duplicate`: it was handled before.
   * - `replayed`: its body was handled before under another id or event type, which the signature does not cover.
   * - `ignored`: the event type is unknown, and `unknownEvents` is `"ignore"`.
   * - `in-progress`: it is being handled at this moment.
   * - `refused`: a changed retry under `changed: "refuse"`.
   * - `rejected`: not a delivery to be trusted.
   * - `failed`: the handler threw or returned a Response that is not 2xx, or the receiver could not do its work.
   * - `unavailable`: the store or the handler did not answer in time.
   */
  outcome:
    | "handled"
    | "duplicate"
    | "replayed"
    | "ignored"
    | "in-progress"
    | "refused"
    | "rejected"
    | "failed"
    | "unavailable";
  /** The status that was answered. */
  status: number;
  /** Why it was not handled. */
  code?: ReceiverCode;
  /** The receiver's `name`. */
  receiver: string;
  /** The provider's id. */
  provider: string;
  /** The event type. */
  type?: string;
  /** The idempotency key by the provider's rule. */
  id?: string;
  /** The id of the subscription. No signature covers it. */
  webhookId?: string;
  /** The id of the delivery. No signature covers it. */
  deliveryId?: string;
  /** The SHA-256 of the raw body. */
  digest?: string;
  /** Who vouches for it. */
  signature?: "verified" | "unsigned";
  /** The same id was there before with another payload. */
  retryChanged?: true;
  /** The same body was there before under another id or event type, and it was handled all the same. */
  replayed?: true;
  /** `claim`: the store did not answer, and it was handled without one. `done`, `release`: what it could not be told. */
  storeFailed?: "claim" | "done" | "release";
  /** The length of the body. */
  bytes?: number;
  /** When the request came, in milliseconds since 1970. */
  startedAt: number;
  /** What the time went into, in milliseconds. */
  durations: Durations;
}

/** Where an error that the receiver caught came from. */
export type ErrorSource = "handler" | "store" | "onEvent" | "onRejected" | "log" | "receiver";

/**
 * A request that was not handled, with everything that came: unlike an event it holds what a sender wrote, which may be
 * health data, and its signature. Keep it as you keep payloads, and out of logs.
 */
export interface RejectedRequest<R = unknown> {
  /** Why, by its code. */
  code: ReceiverCode;
  /** The status that is answered. */
  status: number;
  /** Everything that was found; empty where the receiver itself refused. */
  issues: readonly Issue[];
  /** The error of the check; absent where the receiver itself refused, before or after it. */
  error?: HooksealError;
  /** The headers as they came. */
  headers: HeadersLike;
  /** The body that was checked, after decompression; absent where it was not read. */
  body?: Uint8Array;
  /** The request as the framework has it. */
  request: R;
}

/** What a receiver may be told. */
export interface ReceiverOptions<R = unknown> {
  /**
   * What the receiver is called in logs and events, and what keeps its claims apart from those of other receivers in one
   * store. Default: the provider's id. Two subscriptions of one provider on one store need a name each. Another name
   * forgets what was claimed under the one before.
   */
  name?: string | undefined;
  /**
   * What remembers deliveries. Default: a `memoryStore()` of this receiver's own, which is right for one process. With
   * several processes, or one that is started anew, take `redisStore` of `hookseal/redis`.
   */
  store?: DeliveryStore | undefined;
  /** The largest body that is read, in bytes, compressed or not. Default: the webhook's `maxBytes`, 1 MiB. */
  maxBytes?: number | undefined;
  /**
   * What to do with a delivery of an id that was there with another payload, where the provider never changes one:
   * `"handle"` it as an event of its own with the warning `retry-changed`, since an authentic payload is never dropped;
   * or `"refuse"` it with 409. Default: `"handle"`. Where the provider may change payloads, the id alone decides.
   */
  changed?: "handle" | "refuse" | undefined;
  /**
   * What to do with a body that was there before under another id or event type, where the signature covers neither, as
   * GitHub's, Shopify's and Linear's: `"ignore"` it, answered as a duplicate; or `"handle"` it, with the warning `replayed`
   * and `context.replayed`. Default: `"ignore"`.
   */
  replayed?: "ignore" | "handle" | undefined;
  /**
   * What to do with an event type that the provider's definition does not name, whose payload nothing validates: `"handle"`
   * it, with `delivery.unknown` and the warning `event-unknown`; or `"ignore"` it, answered 200 and neither claimed nor
   * handed over. Default: `"handle"`. In the strict profile such a delivery is rejected.
   */
  unknownEvents?: "handle" | "ignore" | undefined;
  /**
   * What to do while the store does not answer: `"refuse"` with 503, so that the sender tries again; or `"accept"`, and
   * handle deliveries that may be duplicates. Default: `"refuse"`.
   */
  onStoreError?: "refuse" | "accept" | undefined;
  /** How long the body may take to arrive, in milliseconds. Default: 10 000. */
  bodyTimeout?: number | undefined;
  /** How long the store may take to answer, in milliseconds. Default: 5 000. */
  storeTimeout?: number | undefined;
  /**
   * How long the handler may take before the sender is answered 503, in milliseconds. It goes on and keeps its claim: a
   * retry is told to wait, and is a duplicate once it has finished. Default: no limit.
   */
  handlerTimeout?: number | undefined;
  /**
   * The compressions a body may come in. The signature is checked over the bytes after decompression, which `maxBytes`
   * limits as they come out. Where the platform has no `DecompressionStream`, no receiver is made with it. Default: none,
   * and compressed bodies are refused with 415.
   */
  encodings?: readonly BodyEncoding[] | undefined;
  /** 204 answers without a body. Default: 200 with a line of JSON. */
  success?: 200 | 204 | undefined;
  /**
   * The URL the sender sent to, for providers that sign it, where a proxy changed it. Default: what the request says.
   */
  url?: (string | ((request: R) => string)) | undefined;
  /**
   * Is told what became of each request, and which one it was. What it throws is reported to `onError`, and changes no
   * answer.
   */
  onEvent?: ((event: ReceiverEvent, request: R) => unknown) | undefined;
  /**
   * Where the line about a request goes that was refused: rejected, without its raw body, replayed, changed or not handled in
   * time. It holds codes, pointers and messages, and no value of the payload. Default: `console.error`. `false`: nowhere.
   * Of each code ten lines are written at once, and one a second after that; the next one says how many were left out.
   */
  log?: false | ((line: string, event: ReceiverEvent) => unknown) | undefined;
  /**
   * Is given each request that was refused, with its headers and its body, for whoever has to keep it. That may be health
   * data. The answer waits for its promise for a second at most; what it throws is reported to `onError`.
   */
  onRejected?: ((rejected: RejectedRequest<R>) => unknown) | undefined;
  /**
   * Is given what the handler, the store, `onEvent`, `onRejected` or `log` threw. Default: the error's class and stack on
   * `console.error`, without its message, which may hold values of a payload, unless this package wrote it.
   */
  onError?: ((error: unknown, source: ErrorSource) => unknown) | undefined;
}

/** A webhook and what to do with its deliveries. */
export interface ReceiverConfig<Events, R> {
  hook: Webhook<Events>;
  handler: Handler<Events, R>;
  options: ReceiverOptions<R>;
}
