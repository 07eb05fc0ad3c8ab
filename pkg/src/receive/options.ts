/** Options and events of a receiver, the same for all adapters. */
import type { HooksealError } from "../error.js";
import type { IssueCode, ReceiverOnlyCode } from "../generated/codes.js";
import type { HeadersLike } from "../headers.js";
import type { DeliveryStore } from "../store.js";
import type { Issue, KeyNeed, PublicKeyText, Verified } from "../types.js";
import type { ItemOf, NameOf, VerifiedOf } from "../verified-of.js";
import type { Webhook } from "../webhook.js";

type MaybePromise<T> = T | Promise<T>;

/** A compression that a receiver can accept. */
export type BodyEncoding = "gzip" | "deflate";

/** Why a request was not handled: a code of the core, or one that only receivers have. docs/codes.md lists the statuses. */
export type ReceiverCode = IssueCode | ReceiverOnlyCode;

/** The second argument of a handler. */
export interface HandlerContext<R = unknown> {
  /** The framework's request object. Its body was read. */
  readonly request: R;
  /**
   * The key under which this delivery was claimed, empty if it was not claimed: a JSON array of the receiver's `name`,
   * `"verified"`, `"token"` or `"unsigned"`, the event type, the delivery's `id` without the type, and the digest if `retryChanged`. For
   * exactly-once effects, store it in the same transaction as the effect.
   */
  readonly key: string;
  /** A delivery with this id was received before with another payload, although the provider never changes a payload. */
  readonly retryChanged: boolean;
  /**
   * A delivery with this body was received before under another id or event type, and the signature covers neither: an attacker
   * may have captured it. Such a delivery reaches the handler only with the option `replayed: "handle"`.
   */
  readonly replayed: boolean;
  /**
   * Sets the text of the 200 response, for senders that expect one: Slack expects its challenge as plain text. The text is sent
   * when the handler has finished, and not for duplicates. A Response that the handler returns takes precedence.
   *
   * @throws TypeError where the body is not a string, or the content type is not a media type.
   */
  reply(body: string, contentType?: string): void;
  /**
   * Asks the sender to send the delivery again, for a handler that cannot do its work now: the response is 503, with a
   * `Retry-After` of `afterMs` milliseconds, rounded up to seconds. The delivery counts as not handled, so that the retry is
   * handled. Takes effect when the handler has finished. Default: 30 000. Many senders have a schedule of their own.
   *
   * @throws TypeError where the time is not a number of milliseconds.
   */
  retry(afterMs?: number): void;
}

/**
 * Handles one delivery. The delivery is done when the handler returns or its promise is fulfilled. If the handler throws, the
 * response is 500, so that the sender retries.
 *
 * A returned `Response` is sent with its status, headers and body. With a status other than 2xx, the delivery counts as not
 * handled, so that a retry is handled. Other return values are ignored.
 */
export type Handler<Events, R = unknown> = (
  delivery: VerifiedOf<Events>,
  context: HandlerContext<R>,
) => unknown;

/** The second argument of a handler of items. */
export interface ItemContext<R = unknown> extends HandlerContext<R> {
  /** The delivery that the item came in. */
  readonly delivery: Verified;
}

/**
 * Handles one event of a delivery that has several, with the option `each`. An item is done when the handler returns or its promise
 * is fulfilled. If the handler throws, the other items are handled all the same, and the response is 500: the retry of the sender
 * calls the handler with this item alone.
 */
export type ItemHandler<Events, R = unknown> = (item: ItemOf<Events>, context: ItemContext<R>) => unknown;

/** A webhook, or a function that makes it when the first request arrives. */
export type WebhookSource<Events> = Webhook<Events> | (() => Webhook<Events>);

/** An accepted delivery of one event type. */
export type DeliveryOf<Events, Type> =
  string extends NameOf<Events>
    ? VerifiedOf<Events> & { readonly type: Type }
    : Extract<VerifiedOf<Events>, { readonly type: Type }>;

/** An item of one event type. */
export type ItemOfType<Events, Type> = ItemOf<Events> & { readonly type: Type };

/** A receiver that handlers of single event types can be added to. */
export interface Routes<Events, R> {
  /**
   * Adds a handler for one event type, next to the handler of the receiver, which gets the others. Without that handler, the
   * response to other event types is 200, and they are not claimed. Returns the receiver.
   *
   * @throws TypeError where the provider has no such event type, or the type has a handler.
   */
  on<Type extends NameOf<Events>>(
    type: Type,
    handler: (delivery: DeliveryOf<Events, Type>, context: HandlerContext<R>) => unknown,
  ): this;
}

/** The same for a receiver with the option `each`. */
export interface ItemRoutes<Events, R> {
  /** Adds a handler for the items of one event type. Returns the receiver. */
  on<Type extends string>(
    type: Type,
    handler: (item: ItemOfType<Events, Type>, context: ItemContext<R>) => unknown,
  ): this;
}

/** The durations of the steps of a request, in milliseconds. A step that was not reached is absent. */
export interface Durations {
  /** From the first header to the response. */
  total: number;
  /** Reading the body. */
  read?: number;
  /** Checking signature, JSON and contract. */
  check?: number;
  /** Claiming the delivery in the store. */
  claim?: number;
  /** Running the handler. */
  handle?: number;
}

/**
 * The outcome of one request. It holds ids, digests, codes and times, and never a value of the payload, a secret or a
 * signature, so that it can be logged. The event of a rejected request holds no id.
 */
export interface ReceiverEvent {
  /**
   * - `handled`: the handler returned.
   * - `duplicate`: the delivery was handled before.
   * - `replayed`: the body was handled before under another id or event type, which the signature does not cover.
   * - `handshake`: a request by which the provider checks the receiver. The handler was not called.
   * - `ignored`: the event type is unknown, and `unknownEvents` is `"ignore"`; or the delivery has no items, with the option `each`.
   * - `in-progress`: the delivery is being handled.
   * - `conflict`: a changed retry under `changed: "refuse"`.
   * - `rejected`: the request is not a valid delivery.
   * - `failed`: the handler threw or returned a Response that is not 2xx, or the receiver failed.
   * - `unavailable`: the store failed, or the handler took longer than `handlerTimeout`.
   */
  outcome:
    | "handled"
    | "duplicate"
    | "replayed"
    | "handshake"
    | "ignored"
    | "in-progress"
    | "conflict"
    | "rejected"
    | "failed"
    | "unavailable";
  /** The status of the response. */
  status: number;
  /** Why the request was not handled. */
  code?: ReceiverCode;
  /** The name of the handshake. */
  handshake?: string;
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
  /** Whether the signature was verified, the delivery has the token, or is unsigned. */
  signature?: "verified" | "token" | "unsigned";
  /** A delivery with this id was received before with another payload. */
  retryChanged?: true;
  /** The body was received before under another id or event type, and was handled again. */
  replayed?: true;
  /** With the option `each`: how many items had each outcome. */
  items?: { [outcome in ReceiverEvent["outcome"]]?: number };
  /** The call of the store that failed. After a failed `claim`, a delivery can be handled without a claim. */
  storeFailed?: "claim" | "done" | "release";
  /** The size of the body. */
  bytes?: number;
  /** The time of the request, in milliseconds since 1970. */
  startedAt: number;
  /** The durations of the steps, in milliseconds. */
  durations: Durations;
}

/** The code that threw an error which the receiver caught. */
export type ErrorSource =
  | "handler"
  | "store"
  | "onEvent"
  | "onRejected"
  | "onSecret"
  | "keys"
  | "log"
  | "receiver";

/**
 * A request that was not handled, complete with headers and body. Unlike an event it holds the payload, which may be health data,
 * and the signature. Store it like payloads, and keep it out of logs.
 */
export interface RejectedRequest<R = unknown> {
  /** Why the request was not handled. */
  code: ReceiverCode;
  /** The status of the response. */
  status: number;
  /** The issues of the check. Empty where the receiver rejected the request before or after the check. */
  issues: readonly Issue[];
  /** The error of the check. Absent where the receiver rejected the request before or after the check. */
  error?: HooksealError;
  /** The receiver's own reason, as in the log line. Absent where the check rejected the request. */
  detail?: string;
  /** The method. */
  method: string;
  /** The URL that was checked, which may contain a token. Absent where the request was rejected before the check. */
  url?: string;
  /** The headers as received. */
  headers: HeadersLike;
  /** The body after decompression. Absent where it was not read. */
  body?: Uint8Array;
  /** The framework's request object. */
  request: R;
}

/** The options of a receiver. */
export interface ReceiverOptions<R = unknown> {
  /**
   * The receiver's name in logs and events. It also separates the receiver's claims from those of other receivers on one store.
   * Default: the provider's id. Two subscriptions of one provider on one store need different names. A new name does not know
   * the claims under the old one.
   */
  name?: string | undefined;
  /**
   * The store that recognizes duplicates. Default: a `memoryStore()` of this receiver, which is enough for one process. With
   * several processes, or to survive a restart, use `redisStore` of `hookseal/redis`.
   */
  store?: DeliveryStore | undefined;
  /**
   * `true`: the handler is called with each event of a delivery that has several, in order. Each has a claim of its own, so that a
   * retry handles only the items that failed, also if the sender puts them in other deliveries. Only for providers that send
   * several events in one delivery. Default: `false`, so that the handler gets the delivery with its `items`.
   */
  each?: false | undefined;
  /** The largest body that is read, in bytes, before and after decompression. Default: the webhook's `maxBytes`, 1 MiB. */
  maxBytes?: number | undefined;
  /**
   * What to do with a delivery whose id was received before with another payload, if the provider never changes a payload:
   * `"handle"` it as an event of its own with the warning `retry-changed`, so that no authentic payload is lost, or `"refuse"` it
   * with 409. Default: `"handle"`. If the provider may change payloads, the id alone decides.
   */
  changed?: "handle" | "refuse" | undefined;
  /**
   * What to do with a body that was received before under another id or event type, if the signature covers neither, as for
   * GitHub, Shopify and Linear: `"ignore"` it, with the response for a duplicate, or `"handle"` it, with the warning `replayed` and
   * `context.replayed`. Default: `"ignore"`.
   */
  replayed?: "ignore" | "handle" | undefined;
  /**
   * What to do with an event type that the provider's definition does not name, so that the payload is not validated: `"handle"`
   * it, with `delivery.unknown` and the warning `event-unknown`, or `"ignore"` it, with the response 200 and without a claim.
   * Default: `"handle"`. In the strict profile such a delivery is rejected.
   */
  unknownEvents?: "handle" | "ignore" | undefined;
  /**
   * What to do while the store fails: `"refuse"` deliveries with 503, so that the sender retries, or `"accept"` deliveries that may
   * be duplicates. Default: `"refuse"`.
   */
  onStoreError?: "refuse" | "accept" | undefined;
  /**
   * Called with the request before anything of it is read: return true to go on. After any other value the response is 401
   * `not-authorized`. For endpoints of providers that sign nothing, and as a second condition for others. Handshakes have to pass,
   * too. If the function throws, or takes longer than `bodyTimeout`, the response is 500.
   */
  authorize?: ((request: R) => unknown) | undefined;
  /** The time of the check, for tests of signatures with a timestamp. Default: the current time. */
  now?: (() => Date | number) | undefined;
  /** Timeout for `authorize`, and for reading the body, in milliseconds. Default: 10 000. */
  bodyTimeout?: number | undefined;
  /** Timeout for each call of the store, in milliseconds. Default: 5 000. */
  storeTimeout?: number | undefined;
  /**
   * Time after which the response is 503 although the handler still runs, in milliseconds. The handler keeps its claim: a retry
   * gets 409 until the handler has finished, and is a duplicate after that. Default: no limit.
   */
  handlerTimeout?: number | undefined;
  /**
   * The accepted compressions of bodies. The signature is checked over the decompressed bytes, and `maxBytes` limits them. On
   * platforms without `DecompressionStream`, `receiver` throws at this option. Default: none, so that compressed bodies are
   * rejected with 415.
   */
  encodings?: readonly BodyEncoding[] | undefined;
  /** The status of success. 204 has no body. Default: 200 with a line of JSON. */
  success?: 200 | 204 | undefined;
  /**
   * The URL that the sender requested, for providers that sign the URL and proxies that change it. Default: the URL of the request.
   */
  url?: (string | ((request: R) => string)) | undefined;
  /**
   * Called with the outcome of each request, and the request. Errors that it throws go to `onError`, and change no response.
   */
  onEvent?: ((event: ReceiverEvent, request: R) => unknown) | undefined;
  /**
   * Called with a line about each request that was rejected, lacked its raw body, was replayed or changed, or was not handled in
   * time. The line holds codes, pointers and messages, and no value of the payload. Default: `console.error`. `false`: no lines.
   * Each code has at most ten lines at once, and one per second after that; the next line counts the omitted ones.
   */
  log?: false | ((line: string, event: ReceiverEvent) => unknown) | undefined;
  /**
   * Called with each request that `log` has a line about, complete with headers and body, to store it. The body may be health
   * data. The response waits
   * for its promise for a second at most. Errors that it throws go to `onError`.
   */
  onRejected?: ((rejected: RejectedRequest<R>) => unknown) | undefined;
  /**
   * Called with a signing secret that a handshake hands over, and the name of the handshake. Return true to take the secret,
   * after you have stored it. SECURITY: anyone can send such a request, so return true only while you expect one, such as after
   * you created the subscription. Without this option, and after any other value or an error, the response is 403.
   */
  onSecret?: ((secret: string, handshake: string) => unknown) | undefined;
  /**
   * The public keys of a provider whose keys are not configured: a list, or a function that gets what a delivery needs, such as
   * `keySource()` of `hookseal/keys`. If the key is missing, or the function throws or takes more than 10 seconds, the response
   * is 503, so that the sender retries.
   */
  keys?: readonly PublicKeyText[] | ((need: KeyNeed) => MaybePromise<readonly PublicKeyText[]>) | undefined;
  /**
   * Called with errors that the handler, the store, `onEvent`, `onRejected`, `onSecret`, `keys` or `log` throws. Default: prints class and stack with
   * `console.error`. The message may hold values of a payload, and is printed only if this package wrote it.
   */
  onError?: ((error: unknown, source: ErrorSource) => unknown) | undefined;
}

/** The options of a receiver whose handler is called with each event of a delivery that has several. */
export interface EachOptions<R = unknown> extends Omit<ReceiverOptions<R>, "each"> {
  each: true;
}
