/** The receiver of every adapter: reads a request, verifies the delivery with the core, and handles each delivery once. */
import { ownMessage } from "../error.js";
import type { HeadersLike } from "../headers.js";
import type { Delivery, HandshakeResponse, Item, Verified, VerifyOptions } from "../types.js";
import type { VerifiedOf } from "../verified-of.js";
import type { Webhook } from "../webhook.js";
import { decompress } from "./body.js";
import { type Claim, type Claimable, Claims } from "./claims.js";
import { claimableItem, type HandlerResult, handleEach, type ItemResult } from "./each.js";
import { isResponse, readHandlerResponse } from "./handler-response.js";
import { checkContentLength, checkContentType, encodingOf, type HeaderSource } from "./headers.js";
import { identityOf, typeIfCovered } from "./identity.js";
import { keysFor } from "./keys.js";
import { formatLine, LogRateLimit } from "./log.js";
import type {
  BodyEncoding,
  Durations,
  EachOptions,
  ErrorSource,
  Handler,
  HandlerContext,
  ItemHandler,
  ReceiverEvent,
  ReceiverOptions,
  RejectedRequest,
} from "./options.js";
import { call, withTimeout } from "./promises.js";
import { conclude, isLogDue, RequestState } from "./request-state.js";
import {
  customResponse,
  methodNotAllowed,
  problem,
  RequestError,
  type ResponseParts,
  retryLater,
  success,
} from "./response.js";
import { resolveOptions, type Settings } from "./settings.js";
import { registerReceiver } from "./sharing.js";
import { addWarning, WARNINGS } from "./warnings.js";

/** A request in the form that adapters convert to. */
export interface Incoming<R> extends HeaderSource {
  /** The framework's request, for the handler's context. */
  readonly request: R;
  readonly method: string;
  /** The URL of the request. */
  url(): string | undefined;
  readonly headers: HeadersLike;
  /** Whether a parser has decompressed the body. */
  isDecoded?(): boolean;
  /** Reads the body, with a limit of size and a timeout. */
  read(maxBytes: number, timeoutMs: number): Uint8Array | Promise<Uint8Array>;
}

const NO_BODY = new Uint8Array(0);

/** How long the response waits for `onRejected`: long enough to store a request, too short to block the sender. */
const REJECTED_TIMEOUT_MS = 1_000;

/** A handler of deliveries or of items, whatever their types. */
type AnyHandler<R> = (received: never, context: HandlerContext<R> & { delivery: Verified }) => unknown;

/** Handles the requests of one webhook. */
export class Receiver<Events, R> {
  readonly #hook: Webhook<Events>;
  readonly #handler: Handler<Events, R> | ItemHandler<Events, R> | undefined;
  /** The handlers of single event types. */
  readonly #routes = new Map<string, AnyHandler<R>>();
  readonly #settings: Settings<R>;
  readonly #claims: Claims;
  readonly #logLimit = new LogRateLimit();
  readonly #checkOptions: VerifyOptions;
  /** Whether a function of the program gets events. PERF: ids and times are made for those functions only. */
  readonly #isObserved: boolean;

  constructor(
    hook: Webhook<Events>,
    handler?: Handler<Events, R> | ItemHandler<Events, R>,
    options: ReceiverOptions<R> | EachOptions<R> = {},
  ) {
    if (typeof hook?.check !== "function")
      throw new TypeError("Expected a webhook as the first argument: receiver(hook, handler).");
    checkHandler(handler);
    this.#hook = hook;
    this.#handler = handler;
    this.#settings = resolveOptions(hook, options);
    // The default store is not shared.
    if (options?.store != null) registerReceiver(options.store, hook, options.name);
    this.#claims = new Claims(this.#settings, hook, (error) => this.#report(error, "store"));
    const { maxBytes, onEvent } = this.#settings;
    this.#isObserved = onEvent !== undefined || typeof options?.log === "function";
    // The check has the bytes at hand, so a digest costs less there than later.
    const digest = this.#isObserved || this.#claims.needsDigest;
    this.#checkOptions = Object.freeze(digest ? { maxBytes, digest } : { maxBytes });
  }

  /** Adds the handler of one event type. */
  on(type: string, handler: AnyHandler<R>): void {
    checkRoute(type, handler, this.#routes);
    const { eventTypes = [], hasItems } = this.#hook;
    if (hasItems === this.#settings.each && !eventTypes.includes("*") && !eventTypes.includes(type))
      throw new TypeError(
        `The provider has no event of the type in \`on\`. It has: ${eventTypes.join(", ")}.`,
      );
    this.#routes.set(type, handler);
  }

  /** The handler of an event type. Throws if the receiver has no handler at all: no delivery may be lost for that. */
  #handlerOf(type: string): AnyHandler<R> | undefined {
    const handler = this.#routes.get(type) ?? (this.#handler as AnyHandler<R> | undefined);
    if (handler === undefined && this.#routes.size === 0)
      throw ownMessage(new TypeError("The receiver has no handler: pass one, or add handlers with `on`."));
    return handler;
  }

  /** The time, if the receiver is observed; otherwise 0. */
  #now(): number {
    return this.#isObserved ? performance.now() : 0;
  }

  /** Handles one request. The promise is never rejected. */
  async handle(incoming: Incoming<R>): Promise<ResponseParts> {
    const { maxBytes, bodyTimeout, handlerTimeout } = this.#settings;
    const state = new RequestState(this.#now(), this.#isObserved ? Date.now() : 0, this.#checkOptions);
    if (this.#isObserved) state.durations = {};
    let outcome: ReceiverEvent["outcome"];
    let response: ResponseParts;
    // PERF: all that waits for nothing is done without a promise, since promises cost more than the rest of the receiver.
    try {
      const { authorize } = this.#settings;
      if (authorize !== undefined) {
        const result = await withTimeout(
          bodyTimeout,
          call(async () => [await authorize(incoming.request)]),
        );
        if (result === undefined)
          throw ownMessage(new Error("The function `authorize` took longer than `bodyTimeout`."));
        if (result[0] !== true) throw new RequestError("not-authorized");
      }
      const encoding = this.#admit(incoming);
      const reading = this.#now();
      const raw = incoming.method === "POST" ? await incoming.read(maxBytes, bodyTimeout) : NO_BODY;
      const body = encoding === undefined ? raw : await decompress(raw, encoding, maxBytes);
      this.#setDuration(state, "read", reading);
      state.checked = this.#deliveryOf(incoming, body, state);
      const { now } = this.#settings;
      if (now !== undefined) state.options = { ...state.options, now: now() };
      if (this.#settings.keys !== undefined) {
        const keys = await keysFor(state.checked, this.#hook, this.#settings.keys, (error) =>
          this.#report(error, "keys"),
        );
        state.options = { ...state.options, keys };
      }
      const delivery = this.#accept(incoming, state);
      const items = this.#settings.each ? delivery?.items : undefined;
      const claim =
        items === undefined &&
        delivery &&
        (this.#claimAtOnce(delivery, state) ?? (await this.#claim(delivery, state)));
      if (state.handshake !== undefined) {
        outcome = "handshake";
        state.reply = await this.#respond(state.handshake);
      } else if (delivery !== undefined && items !== undefined) {
        const handle = (item: Item, index: number) =>
          this.#handleItem(item, index, delivery, incoming.request, state);
        const handling = handleEach(items, state, handle);
        const result = await (handlerTimeout === undefined
          ? handling
          : withTimeout(handlerTimeout, handling));
        outcome = conclude(result, state);
      } else if (delivery === undefined || claim === undefined || claim === false) outcome = "ignored";
      else if (typeof claim === "string") outcome = claim;
      else {
        const handling = this.#handle(delivery, incoming.request, claim, state);
        const result = await (handlerTimeout === undefined
          ? handling
          : withTimeout(handlerTimeout, handling));
        outcome = conclude(result, state);
      }
      response = state.reply ?? success(this.#settings.success, outcome);
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) {
        state.isReported = true;
        this.#report(thrown, "receiver");
      }
      const error =
        thrown instanceof RequestError ? thrown : new RequestError("internal", { outcome: "failed" });
      outcome = error.outcome;
      state.code = error.code;
      state.detail = error.detail;
      response = problem(error);
    }
    const isLogged = isLogDue(state, outcome);
    if (!isLogged && !this.#isObserved) return response;
    const event = this.#eventOf(state, outcome, response.status);
    if (isLogged) {
      this.#log(event, state);
      await this.#passRejected(event, state, incoming);
      event.durations.total = this.#now() - state.start;
    }
    this.#emit(event, incoming.request);
    return response;
  }

  /** Throws at a request whose body need not be read. Returns the encoding of the body. */
  #admit(incoming: Incoming<R>): BodyEncoding | undefined {
    const { handshakes } = this.#hook;
    if (incoming.method !== "POST") {
      if (handshakes?.includes(incoming.method)) return undefined;
      throw methodNotAllowed(handshakes);
    }
    // A handshake that is not signed may be a form, or have no body. The check rejects other deliveries.
    if (!handshakes?.includes("open POST")) checkContentType(incoming, this.#hook);
    const { maxBytes, encodings } = this.#settings;
    const isEncoded = incoming.header("content-encoding") !== undefined && !incoming.isDecoded?.();
    const encoding = isEncoded ? encodingOf(incoming, encodings) : undefined;
    checkContentLength(incoming, maxBytes);
    return encoding;
  }

  /** The delivery of a request. */
  #deliveryOf(incoming: Incoming<R>, body: Uint8Array, state: RequestState): Delivery {
    state.bytes = body.length;
    state.body = body;
    const { headers, method } = incoming;
    // The option `url` may be a fixed text, and a handshake by GET is in the query.
    return { headers, body, method, url: method === "POST" ? this.#urlOf(incoming) : incoming.url() };
  }

  /** Checks a delivery. Throws at one that is rejected. Undefined for one to be ignored. */
  #accept({ method }: Incoming<R>, state: RequestState): VerifiedOf<Events> | undefined {
    const checking = this.#now();
    const { options } = state;
    const received = state.checked as Delivery;
    const checked = method === "POST" ? this.#hook.check(received, options) : undefined;
    const handshake =
      checked === undefined || this.#hook.maybeHandshake?.(checked)
        ? this.#hook.handshake(received, options)
        : undefined;
    this.#setDuration(state, "check", checking);
    const result = handshake ?? checked;
    if (result === undefined) throw methodNotAllowed(this.#hook.handshakes);
    if (!result.ok) {
      const { status, code } = result.error;
      state.error = result.error;
      const outcome = status < 500 ? "rejected" : status === 503 ? "unavailable" : "failed";
      throw new RequestError(code, { status, outcome });
    }
    if (result === handshake) {
      state.handshake = handshake.value;
      return undefined;
    }
    const delivery = result.value as VerifiedOf<Events>;
    state.accepted = delivery;
    if (this.#isObserved) state.identity = identityOf(delivery);
    if (delivery.unknown === true && this.#settings.unknownEvents === "ignore") {
      state.code = "event-unknown";
      return undefined;
    }
    // With `each`, every item has a handler of its own.
    if (!(this.#settings.each && delivery.items !== undefined) && !this.#handlerOf(delivery.type))
      return undefined;
    return delivery;
  }

  /** The response to a handshake. Throws unless the program takes the secret that the provider hands over. */
  async #respond({ name, status, headers, body, secret }: HandshakeResponse): Promise<ResponseParts> {
    if (secret !== undefined) {
      const { onSecret } = this.#settings;
      const taking = call(() => onSecret?.(secret, name)).catch((error: unknown) =>
        this.#report(error, "onSecret"),
      );
      if ((await taking) !== true) {
        const detail =
          "The secret of the handshake was not taken: `onSecret` of the receiver has to return true.";
        throw new RequestError("handshake-refused", { detail });
      }
    }
    return { status, headers, body };
  }

  /** The URL that the sender requested. */
  #urlOf(incoming: Incoming<R>): string | undefined {
    const { url } = this.#settings;
    return typeof url === "function" ? url(incoming.request) : url || incoming.url();
  }

  /** Claims a delivery in a store that needs no time. Undefined where only `#claim` can. */
  #claimAtOnce(delivery: Claimable, state: RequestState): Claim | "duplicate" | undefined {
    const claiming = this.#now();
    const claim = this.#claims.claimAtOnce(delivery);
    this.#setDuration(state, "claim", claiming);
    return claim;
  }

  async #claim(
    delivery: Claimable & { issues?: Verified["issues"] },
    state: RequestState,
  ): Promise<Claim | "duplicate" | "replayed"> {
    const claiming = this.#now();
    let claim: Claim | "duplicate" | "replayed";
    try {
      claim = await this.#claims.claim(delivery, state);
    } finally {
      this.#setDuration(state, "claim", claiming);
      // The store's error was reported already.
      state.isReported = state.storeFailed !== undefined;
    }
    if (claim === "replayed") {
      state.code = "replayed";
      state.detail =
        "The body was received before under another id or event type, so the delivery was treated as a duplicate.";
    }
    if (typeof claim === "string") return claim;
    // An item has no issues of its own: the context of its handler says the same.
    if (delivery.isItem === true) return claim;
    if (claim.retryChanged) addWarning(delivery as Verified, WARNINGS.retryChanged);
    if (claim.replayed) addWarning(delivery as Verified, WARNINGS.replayed);
    return claim;
  }

  /** Handles one event of a delivery that has several, with a claim of its own. */
  async #handleItem(
    item: Item,
    index: number,
    delivery: Verified,
    request: R,
    state: RequestState,
  ): Promise<ItemResult> {
    if (item.unknown === true && this.#settings.unknownEvents === "ignore") return "ignored";
    if (this.#handlerOf(item.type) === undefined) return "ignored";
    const claimable = claimableItem(item, index, delivery);
    try {
      const claim = this.#claimAtOnce(claimable, state) ?? (await this.#claim(claimable, state));
      return typeof claim === "string" ? claim : await this.#handle(item, request, claim, state, delivery);
    } catch (error) {
      // Another request handles this item. The others are still to be handled.
      if (error instanceof RequestError && error.outcome === "in-progress") return "in-progress";
      throw error;
    }
  }

  /** Calls the handler with a delivery, or with an item of `delivery`, and ends the claim when it has finished. */
  async #handle(
    received: VerifiedOf<Events> | Item,
    request: R,
    claim: Claim,
    state: RequestState,
    delivery?: Verified,
  ): Promise<HandlerResult> {
    const { key, retryChanged, replayed } = claim;
    const reply = (body: string, contentType = "text/plain; charset=utf-8") => {
      state.reply = customResponse(body, contentType);
    };
    let retry: RequestError | undefined;
    const context: HandlerContext<R> = {
      request,
      key,
      retryChanged,
      replayed,
      reply,
      retry(afterMs) {
        retry = retryLater(afterMs);
      },
    };
    if (delivery !== undefined) (context as { delivery?: Verified }).delivery = delivery;
    const start = this.#now();
    let result: HandlerResult = "handled";
    try {
      const handler = this.#handlerOf(received.type) as (
        received: unknown,
        context: HandlerContext<R>,
      ) => unknown;
      const returned = await handler(received, context);
      if (retry !== undefined) {
        state.reply = problem(retry);
        state.detail = retry.detail;
        result = "failed";
      } else if (isResponse(returned)) {
        state.reply = await readHandlerResponse(returned);
        if (state.reply.status >= 300) result = "failed";
      }
    } catch (error) {
      this.#report(error, "handler");
      result = "threw";
    }
    this.#setDuration(state, "handle", start);
    const operation = result === "handled" ? "done" : "release";
    if (!this.#claims.endAtOnce(operation, claim)) await this.#claims.end(operation, claim, state);
    return result;
  }

  /** Sets the duration of a step from its start, if the receiver is observed. */
  #setDuration({ durations }: RequestState, step: Exclude<keyof Durations, "total">, start: number): void {
    if (this.#isObserved) durations[step] = performance.now() - start;
  }

  #eventOf(state: RequestState, outcome: ReceiverEvent["outcome"], status: number): ReceiverEvent {
    const { code, retryChanged, replayed, storeFailed, identity, bytes, body, startedAt, start, handshake } =
      state;
    const { items } = state;
    return {
      receiver: this.#settings.name,
      provider: this.#hook.provider,
      startedAt,
      ...(body === undefined ? {} : { bytes }),
      ...identity,
      ...(code === undefined ? {} : { code }),
      ...(handshake && { handshake: handshake.name }),
      ...(retryChanged && { retryChanged }),
      ...(replayed && { replayed }),
      ...(storeFailed && { storeFailed }),
      ...(items && { items }),
      durations: { total: this.#now() - start, ...state.durations },
      outcome,
      status,
    };
  }

  /** Writes the line about a request that was not handled. */
  #log(event: ReceiverEvent, state: RequestState): void {
    const { log } = this.#settings;
    if (log === false) return;
    const omitted = this.#logLimit.admit(event.code as string, performance.now());
    if (omitted === undefined) return;
    const { error, detail } = state;
    call(() => {
      const details = { issues: error?.issues ?? [], detail, type: this.#coveredType(state) };
      return log(formatLine(event, details, omitted), event);
    }).catch((thrown: unknown) => this.#report(thrown, "log"));
  }

  /** The event type of a rejected delivery, if the signature covers it. */
  #coveredType({ accepted, checked, error, options }: RequestState): string | undefined {
    if (accepted !== undefined) return typeIfCovered(accepted.signature, accepted.type);
    // Only errors after the signature have the status 400, so an attacker cannot make the receiver check a body twice.
    if (checked === undefined || error?.status !== 400) return undefined;
    const { maxBytes, keys, now } = options;
    const report = this.#hook.inspect?.(checked, { maxBytes, keys, now });
    return report && typeIfCovered(report.signature, report.type);
  }

  /** Calls `onRejected`. */
  async #passRejected(
    event: ReceiverEvent,
    state: RequestState,
    { method, headers, request }: Incoming<R>,
  ): Promise<void> {
    const { onRejected } = this.#settings;
    // A delivery that reached the handler is the handler's to store.
    if (onRejected === undefined || event.code === "handler-failed" || event.code === "handler-timeout")
      return;
    const { error, detail, body, checked } = state;
    const rejected: RejectedRequest<R> = {
      code: event.code as NonNullable<typeof event.code>,
      status: event.status,
      issues: error?.issues ?? [],
      ...(error === undefined ? {} : { error }),
      ...(detail === undefined ? {} : { detail }),
      method,
      ...(checked?.url === undefined ? {} : { url: checked.url }),
      headers,
      ...(body === undefined ? {} : { body }),
      request,
    };
    const storing = call(() => onRejected(rejected)).catch((thrown: unknown) =>
      this.#report(thrown, "onRejected"),
    );
    await withTimeout(REJECTED_TIMEOUT_MS, storing);
  }

  #emit(event: ReceiverEvent, request: R): void {
    const { onEvent } = this.#settings;
    if (onEvent === undefined) return;
    call(() => onEvent(event, request)).catch((error: unknown) => this.#report(error, "onEvent"));
  }

  #report(error: unknown, source: ErrorSource): void {
    // Ignored: an error of the error handler has no other receiver.
    call(() => this.#settings.onError(error, source)).catch(() => {});
  }
}

/** Throws at a handler that is no function. Without a handler, `on` adds those of single event types. */
export function checkHandler(handler: unknown): void {
  if (handler !== undefined && typeof handler !== "function")
    throw new TypeError(
      "Expected a handler as the second argument: receiver(hook, async (delivery) => { ... }).",
    );
}

/** Throws at an event type or a handler that `on` does not take. */
export function checkRoute(type: unknown, handler: unknown, routes: ReadonlyMap<string, unknown>): void {
  if (typeof type !== "string" || typeof handler !== "function")
    throw new TypeError("Expected an event type and a handler: on(type, async (delivery) => { ... }).");
  if (routes.has(type)) throw new TypeError("Another handler was added for the same event type with `on`.");
}
