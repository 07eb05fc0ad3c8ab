/** The receiver of every adapter: reads a request, verifies the delivery with the core, and handles each delivery once. */
import type { HeadersLike } from "../headers.js";
import { memoryStore } from "../memory-store.js";
import { type OptionNames, optionMistake } from "../options.js";
import type { DeliveryStore } from "../store.js";
import type { Delivery, Report, Verified } from "../types.js";
import type { VerifiedOf } from "../verified-of.js";
import type { Webhook } from "../webhook.js";
import { decompress, supportsEncoding } from "./body.js";
import { type Claim, Claims } from "./claims.js";
import { logError } from "./error-log.js";
import { isResponse, readHandlerResponse } from "./handler-response.js";
import { checkContentLength, checkContentType, encodingOf, type HeaderGetter } from "./headers.js";
import { formatLine, LogRateLimit } from "./log.js";
import type {
  BodyEncoding,
  Durations,
  ErrorSource,
  Handler,
  HandlerContext,
  ReceiverEvent,
  ReceiverOptions,
  RejectedRequest,
} from "./options.js";
import { call, withTimeout } from "./promises.js";
import { customResponse, problem, RequestError, type ResponseParts, success } from "./response.js";
import { registerReceiver } from "./sharing.js";
import { addWarning, WARNINGS } from "./warnings.js";

/** A request in the form that adapters convert to. */
export interface Incoming<R> {
  /** The framework's request, for the handler's context. */
  request: R;
  method: string;
  /** The URL of the request. */
  url(): string | undefined;
  headers: HeadersLike;
  header: HeaderGetter;
  /** Whether a parser has decompressed the body. */
  isDecoded?(): boolean;
  /** Reads the body, with a limit of size and a timeout. */
  read(maxBytes: number, timeoutMs: number): Promise<Uint8Array>;
}

/** Options without a default. */
type OptionalKeys = "url" | "onEvent" | "onRejected" | "handlerTimeout";

declare const console: { error(text: string): void };

/** All options, with defaults filled in. */
type Settings<R> = {
  [Name in Exclude<keyof ReceiverOptions<R>, OptionalKeys>]-?: NonNullable<ReceiverOptions<R>[Name]>;
} & Pick<ReceiverOptions<R>, OptionalKeys>;

/** The state of one request. */
interface RequestState {
  start: number;
  event: Omit<ReceiverEvent, "outcome" | "status">;
  durations: Durations;
  /** The response that the handler set. */
  reply?: ResponseParts;
  /** The body after decompression. */
  body?: Uint8Array;
  /** The delivery that was checked, and the error of the check. */
  checked?: Delivery;
  error?: RejectedRequest["error"];
  accepted?: Verified;
  /** The receiver's own reason. */
  detail?: string | undefined;
  /** Whether `onError` was called with the reason already. */
  isReported: boolean;
}

/** How long the response waits for `onRejected`: long enough to store a request, too short to block the sender. */
const REJECTED_TIMEOUT_MS = 1_000;

/** Handles the requests of one webhook. */
export class Receiver<Events, R> {
  readonly #hook: Webhook<Events>;
  readonly #handler: Handler<Events, R>;
  readonly #settings: Settings<R>;
  readonly #claims: Claims;
  readonly #logLimit = new LogRateLimit();

  constructor(hook: Webhook<Events>, handler: Handler<Events, R>, options: ReceiverOptions<R> = {}) {
    if (typeof hook?.check !== "function")
      throw new TypeError("Expected a webhook as the first argument: receiver(hook, handler).");
    if (typeof handler !== "function")
      throw new TypeError(
        "Expected a handler as the second argument: receiver(hook, async (delivery) => { ... }).",
      );
    this.#hook = hook;
    this.#handler = handler;
    this.#settings = resolveOptions(hook, options);
    // The default store is not shared.
    if (options?.store != null) registerReceiver(options.store, hook, options.name);
    this.#claims = new Claims(this.#settings, hook, (error) => this.#report(error, "store"));
  }

  /** Handles one request. The promise is never rejected. */
  async handle(incoming: Incoming<R>): Promise<ResponseParts> {
    const durations: Durations = { total: 0 };
    const { name } = this.#settings;
    const state: RequestState = {
      start: performance.now(),
      event: { receiver: name, provider: this.#hook.provider, startedAt: Date.now(), durations },
      durations,
      isReported: false,
    };
    let outcome: ReceiverEvent["outcome"];
    let response: ResponseParts;
    try {
      outcome = await this.#receive(incoming, state);
      response = state.reply ?? success(this.#settings.success, outcome);
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) {
        state.isReported = true;
        this.#report(thrown, "receiver");
      }
      const error =
        thrown instanceof RequestError ? thrown : new RequestError("internal", { outcome: "failed" });
      outcome = error.outcome;
      state.event.code = error.code;
      state.detail = error.detail;
      response = problem(error);
    }
    durations.total = performance.now() - state.start;
    const event = { ...state.event, durations: { ...durations }, outcome, status: response.status };
    if (isLogged(event, state)) {
      this.#log(event, state);
      await this.#passRejected(event, state, incoming);
      event.durations.total = performance.now() - state.start;
    }
    this.#emit(event, incoming.request);
    return response;
  }

  async #receive(incoming: Incoming<R>, state: RequestState): Promise<ReceiverEvent["outcome"]> {
    const { maxBytes, bodyTimeout, encodings, url, unknownEvents } = this.#settings;
    const { method, header, headers, request } = incoming;
    const { event, durations } = state;
    if (method !== "POST") {
      const detail = "Method not allowed; use POST.";
      throw new RequestError("method-not-allowed", { detail, headers: { allow: "POST" } });
    }
    checkContentType(header, this.#hook);
    const encoding = incoming.isDecoded?.() ? undefined : encodingOf(header, encodings);
    checkContentLength(header, maxBytes);
    const reading = performance.now();
    const raw = await incoming.read(maxBytes, bodyTimeout);
    const body = encoding === undefined ? raw : await decompress(raw, encoding, maxBytes);
    durations.read = performance.now() - reading;
    event.bytes = body.length;
    state.body = body;

    const checking = performance.now();
    const address = typeof url === "function" ? url(request) : url || incoming.url();
    state.checked = { headers, body, method, url: address };
    const checked = this.#hook.check(state.checked, { maxBytes });
    durations.check = performance.now() - checking;
    if (!checked.ok) {
      const { status, code } = checked.error;
      state.error = checked.error;
      throw new RequestError(code, { status, outcome: status < 500 ? "rejected" : "failed" });
    }
    const delivery = checked.value;
    state.accepted = delivery;
    fillEvent(event, delivery);
    if (delivery.unknown === true && unknownEvents === "ignore") {
      event.code = "event-unknown";
      return "ignored";
    }
    const claiming = performance.now();
    let claim: Claim | "duplicate" | "replayed";
    try {
      claim = await this.#claims.claim(delivery, event);
    } finally {
      durations.claim = performance.now() - claiming;
      // The store's error was reported already.
      state.isReported = event.storeFailed !== undefined;
    }
    if (claim === "replayed") {
      event.code = "replayed";
      state.detail =
        "The body was received before under another id or event type, so the delivery was treated as a duplicate.";
    }
    if (typeof claim === "string") return claim;
    if (claim.retryChanged) addWarning(delivery, WARNINGS.retryChanged);
    if (claim.replayed) addWarning(delivery, WARNINGS.replayed);
    return await this.#handle(delivery, request, claim, state);
  }

  async #handle(
    delivery: VerifiedOf<Events>,
    request: R,
    claim: Claim,
    state: RequestState,
  ): Promise<"handled" | "failed"> {
    const { handlerTimeout } = this.#settings;
    const { key, retryChanged, replayed } = claim;
    const reply = (body: string, contentType = "text/plain; charset=utf-8") => {
      state.reply = customResponse(body, contentType);
    };
    const context: HandlerContext<R> = { request, key, retryChanged, replayed, reply };
    const start = performance.now();
    const handled = call(() => this.#handler(delivery, context))
      .then(async (result) => {
        if (!isResponse(result)) return true;
        state.reply = await readHandlerResponse(result);
        return state.reply.status < 300;
      })
      .catch((error: unknown) => {
        this.#report(error, "handler");
        return undefined;
      })
      .then(async (succeeded) => {
        state.durations.handle = performance.now() - start;
        await this.#claims.end(succeeded === true ? "done" : "release", claim, state.event);
        return { succeeded };
      });
    const ended = handlerTimeout === undefined ? await handled : await withTimeout(handlerTimeout, handled);
    if (ended === undefined) {
      const detail = "The delivery is still being handled.";
      throw new RequestError("handler-timeout", {
        outcome: "unavailable",
        detail,
        headers: { "retry-after": "30" },
      });
    }
    if (ended.succeeded === true) return "handled";
    if (ended.succeeded === undefined) {
      state.isReported = true;
      throw new RequestError("handler-failed", {
        outcome: "failed",
        detail: "The delivery could not be handled.",
      });
    }
    state.event.code = "handler-failed";
    state.detail = "The handler returned a Response with this status.";
    return "failed";
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
  #coveredType({ accepted, checked, error }: RequestState): string | undefined {
    if (accepted !== undefined) return typeIfCovered(accepted.signature, accepted.type);
    // Only errors after the signature have the status 400, so an attacker cannot make the receiver check a body twice.
    if (checked === undefined || error?.status !== 400) return undefined;
    const report = this.#hook.inspect?.(checked, { maxBytes: this.#settings.maxBytes });
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

/** Whether a line is due: for a request that was not handled, unless `onError` was called, or no action is needed. */
function isLogged({ code, outcome }: ReceiverEvent, { isReported }: RequestState): boolean {
  return code !== undefined && !isReported && outcome !== "in-progress" && outcome !== "ignored";
}

/** The event type, if the signature covers it. */
function typeIfCovered(
  signature: Verified["signature"] | Report["signature"],
  type: string | undefined,
): string | undefined {
  return signature.status === "verified" && signature.uncovered?.includes("type") !== true ? type : undefined;
}

/** Copies type, ids and digest of an accepted delivery into its event. */
function fillEvent(event: RequestState["event"], delivery: Verified): void {
  const { type, id, webhookId, deliveryId, digest, signature } = delivery;
  event.type = type;
  if (id !== "") event.id = id;
  if (webhookId !== undefined) event.webhookId = webhookId;
  if (deliveryId !== undefined) event.deliveryId = deliveryId;
  event.digest = digest;
  event.signature = signature.status;
}

const OPTIONS: OptionNames = {
  store: true,
  maxBytes: true,
  changed: true,
  onStoreError: true,
  bodyTimeout: true,
  storeTimeout: true,
  handlerTimeout: true,
  encodings: true,
  success: true,
  url: true,
  onEvent: true,
  onError: true,
  name: true,
  log: true,
  onRejected: true,
  unknownEvents: true,
  replayed: true,
} satisfies Record<keyof ReceiverOptions, true>;

/** Checks the options, and fills in the defaults. */
function resolveOptions<R>(
  hook: { maxBytes: number; provider: string },
  options: ReceiverOptions<R>,
): Settings<R> {
  const mistake = optionMistake("receiver", options, OPTIONS);
  if (mistake !== undefined) throw new TypeError(mistake);
  const passed = options ?? {};
  const name = nameOf(passed.name, hook.provider);
  const timeout = (name: "bodyTimeout" | "storeTimeout" | "handlerTimeout", fallback: number) =>
    checkTimerMs(name, passed[name] ?? fallback);
  return {
    name,
    store: storeOf(passed.store),
    maxBytes: checkBytes("maxBytes", passed.maxBytes ?? hook.maxBytes),
    changed: oneOf("changed", passed.changed, ["handle", "refuse"]),
    replayed: oneOf("replayed", passed.replayed, ["ignore", "handle"]),
    unknownEvents: oneOf("unknownEvents", passed.unknownEvents, ["handle", "ignore"]),
    onStoreError: oneOf("onStoreError", passed.onStoreError, ["refuse", "accept"]),
    bodyTimeout: timeout("bodyTimeout", 10_000),
    storeTimeout: timeout("storeTimeout", 5_000),
    ...(passed.handlerTimeout === undefined ? {} : { handlerTimeout: timeout("handlerTimeout", 0) }),
    encodings: checkEncodings(passed.encodings),
    success: oneOf("success", passed.success, [200, 204]),
    ...(passed.url === undefined ? {} : { url: urlOption(passed.url) }),
    ...(passed.onEvent === undefined ? {} : { onEvent: checkFunction("onEvent", passed.onEvent) }),
    log: logOf(passed.log),
    ...(passed.onRejected === undefined
      ? {}
      : { onRejected: checkFunction("onRejected", passed.onRejected) }),
    onError:
      passed.onError === undefined
        ? (error, source) => logError(error, source, { name, provider: hook.provider })
        : checkFunction("onError", passed.onError),
  };
}

/** SECURITY: characters that could forge log lines or change the writing direction. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function nameOf(name: string | undefined, fallback: string): string {
  if (name === undefined) return fallback;
  if (typeof name === "string" && name.length > 0 && name.length <= 200 && !UNPRINTABLE.test(name))
    return name;
  throw optionError("name", "a string of 1 to 200 characters without control characters");
}

function checkFunction<F>(option: string, value: F): F {
  if (typeof value === "function") return value;
  throw optionError(option, "a function");
}

function urlOption<R>(url: NonNullable<ReceiverOptions<R>["url"]>): NonNullable<ReceiverOptions<R>["url"]> {
  if (typeof url === "string" || typeof url === "function") return url;
  throw optionError("url", "a string, or a function of the request");
}

function logOf(log: ReceiverOptions["log"]): NonNullable<ReceiverOptions["log"]> {
  if (log === undefined) return (text) => console.error(text);
  if (log === false || typeof log === "function") return log;
  throw optionError("log", "false, or a function of a line");
}

function storeOf(store: DeliveryStore | undefined): DeliveryStore {
  if (store === undefined) return memoryStore();
  const methods = ["claim", "done", "release"] as const;
  if (methods.every((name) => typeof store?.[name] === "function")) return store;
  throw optionError("store", "an object with the methods claim, done and release");
}

function checkEncodings(encodings: readonly BodyEncoding[] = []): readonly BodyEncoding[] {
  if (!Array.isArray(encodings) || !encodings.every((name) => name === "gzip" || name === "deflate"))
    throw optionError("encodings", 'a list of "gzip" and "deflate"');
  if (encodings.every(supportsEncoding)) return [...encodings];
  throw new TypeError("The option `encodings` needs DecompressionStream, which this runtime lacks.");
}

function oneOf<T extends string | number>(
  option: string,
  value: T | undefined,
  values: readonly [T, ...T[]],
): T {
  if (value === undefined) return values[0];
  if (values.includes(value)) return value;
  throw optionError(option, values.map((allowed) => JSON.stringify(allowed)).join(" or "));
}

function checkBytes(option: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw optionError(option, "a number of bytes");
}

/** A timeout within 31 bits: timers fire at once for longer ones. */
function checkTimerMs(option: string, value: number): number {
  if (typeof value === "number" && value > 0 && value < 2 ** 31) return value;
  throw optionError(option, "a number of milliseconds above 0 and below 2^31");
}

function optionError(option: string, expected: string): TypeError {
  return new TypeError(`Invalid value for option \`${option}\` of a receiver: expected ${expected}.`);
}
