/** What a receiver is told, and what it tells: shapes that all adapters share. */
import type { IssueCode } from "../generated/codes.js";
import type { DeliveryStore } from "../store.js";
import type { VerifiedOf, Webhook } from "../webhook.js";

/** A coding that a body may be asked to come in. */
export type BodyEncoding = "gzip" | "deflate";

/** Why a request was not handled: a code of the core, or one of the receiver's own. */
export type ReceiverCode =
  | IssueCode
  /** 405: only POST carries a delivery. */
  | "method-not-allowed"
  /** 408: the body took longer than `bodyTimeout`. */
  | "body-timeout"
  /** 400: the connection ended before the body did. */
  | "body-incomplete"
  /** 415: the body is compressed, or in a way that was not asked for. */
  | "encoding-unsupported"
  /** 400: the body does not decompress. */
  | "encoding-invalid"
  /** 409: the same delivery is being handled at this moment. */
  | "in-progress"
  /** 500: the handler threw. */
  | "handler-failed"
  /** 503: the handler took longer than `handlerTimeout`, and goes on. */
  | "handler-timeout"
  /** 503: the store does not answer. */
  | "store-unavailable"
  /** 500: something that should not happen. */
  | "internal";

/** What a handler gets beside the delivery. */
export interface Context<R = unknown> {
  /** The request as the framework has it. Its body was read. */
  readonly request: R;
  /**
   * The key under which this delivery was claimed, empty where it has none: the delivery's `id`, with the digest behind it where
   * `retryChanged`. To be exactly sure that nothing happens twice, write it in the same transaction as the effect.
   */
  readonly key: string;
  /** The same id was there before with another payload, although the provider never changes one. */
  readonly retryChanged: boolean;
  /**
   * Answers 200 with this text, once the handler is done, where the sender asks for one: Slack for its challenge, as plain
   * text. A duplicate of the delivery is answered without it.
   *
   * @throws TypeError where it is no text, or no media type.
   */
  reply(body: string, contentType?: string): void;
}

/** Handles one delivery. It is done when this returns, or its promise is fulfilled; when it throws, the sender is asked to retry. */
export type Handler<Events, R = unknown> = (delivery: VerifiedOf<Events>, context: Context<R>) => unknown;

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
   * - `in-progress`: it is being handled at this moment.
   * - `refused`: a changed retry under `changed: "refuse"`.
   * - `rejected`: not a delivery to be trusted.
   * - `failed`: the handler threw, or the receiver could not do its work.
   * - `unavailable`: the store or the handler did not answer in time.
   */
  outcome: "handled" | "duplicate" | "in-progress" | "refused" | "rejected" | "failed" | "unavailable";
  /** The status that was answered. */
  status: number;
  /** Why it was not handled. */
  code?: ReceiverCode;
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
export type ErrorSource = "handler" | "store" | "onEvent" | "receiver";

/** What a receiver may be told. */
export interface ReceiverOptions<R = unknown> {
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
   * Is given what the handler, the store or `onEvent` threw. Default: the error's name and stack on `console.error`,
   * without its message, which may hold values of a payload.
   */
  onError?: ((error: unknown, source: ErrorSource) => unknown) | undefined;
}

/** A webhook and what to do with its deliveries. */
export interface Wiring<Events, R> {
  hook: Webhook<Events>;
  handler: Handler<Events, R>;
  options: ReceiverOptions<R>;
}
