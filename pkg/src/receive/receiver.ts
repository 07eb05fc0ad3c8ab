/** The receiver that every adapter stands on: takes a request apart, asks the core, keeps each delivery to one handling. */
import type { HeadersLike } from "../headers.js";
import { memoryStore } from "../memory-store.js";
import { type OptionNames, optionMistake } from "../options.js";
import type { DeliveryStore } from "../store.js";
import type { Delivery, Report, Verified } from "../types.js";
import type { VerifiedOf } from "../verified-of.js";
import type { Webhook } from "../webhook.js";
import { customResponse, problem, RequestError, type ResponseParts, success } from "./answer.js";
import { decompress, supportsEncoding } from "./body.js";
import { type Claim, Claims } from "./claims.js";
import { checkContentLength, checkContentType, encodingOf, type HeaderGetter } from "./headers.js";
import { LogLimit, line } from "./log.js";
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
import { call, within } from "./promises.js";
import { logError } from "./report.js";
import { isResponse, returned } from "./returned.js";
import { share } from "./sharing.js";
import { WARNINGS, warn } from "./warnings.js";

/** A request as an adapter hands it over. */
export interface Incoming<R> {
  /** What the handler finds in its context. */
  request: R;
  method: string;
  /** The URL as the request says it. */
  url(): string | undefined;
  headers: HeadersLike;
  header: HeaderGetter;
  /** Whether something has read the body and undone its Content-Encoding. */
  isDecoded?(): boolean;
  /** Reads the body: not more than `most` bytes, and not longer than `patience` milliseconds. */
  read(most: number, patience: number): Promise<Uint8Array>;
}

/** What has no default. */
type OptionalKeys = "url" | "onEvent" | "onRejected" | "handlerTimeout";

declare const console: { error(text: string): void };

/** Every option with its default. */
type Settings<R> = {
  [Name in Exclude<keyof ReceiverOptions<R>, OptionalKeys>]-?: NonNullable<ReceiverOptions<R>[Name]>;
} & Pick<ReceiverOptions<R>, OptionalKeys>;

/** What is known of a request as far as it got. */
interface RequestState {
  start: number;
  event: Omit<ReceiverEvent, "outcome" | "status">;
  durations: Durations;
  /** What the handler wants to be answered. */
  reply?: ResponseParts;
  /** The body that is checked. */
  body?: Uint8Array;
  /** What is checked, and what is wrong with it. */
  checked?: Delivery;
  error?: RejectedRequest["error"];
  accepted?: Verified;
  /** What the receiver itself says. */
  detail?: string | undefined;
  /** Whether `onError` knows already why the delivery was not handled. */
  isReported: boolean;
}

/** How long an answer waits for whoever keeps what was refused. */
const MAX_KEEPING_MS = 1_000;

export class Receiver<Events, R> {
  readonly #hook: Webhook<Events>;
  readonly #handler: Handler<Events, R>;
  readonly #settings: Settings<R>;
  readonly #claims: Claims;
  readonly #limit = new LogLimit();

  constructor(hook: Webhook<Events>, handler: Handler<Events, R>, options: ReceiverOptions<R> = {}) {
    if (typeof hook?.check !== "function")
      throw new TypeError("A receiver is made of a webhook and a handler: receiver(hook, handler).");
    if (typeof handler !== "function")
      throw new TypeError("A receiver needs a handler: receiver(hook, async (delivery) => { ... }).");
    this.#hook = hook;
    this.#handler = handler;
    this.#settings = settings(hook, options);
    // A store of its own is shared with nobody.
    if (options?.store != null) share(options.store, hook, options.name);
    this.#claims = new Claims(this.#settings, hook, (error) => this.#report(error, "store"));
  }

  /** Handles one request. It never rejects. */
  async handle(incoming: Incoming<R>): Promise<ResponseParts> {
    const durations: Durations = { total: 0 };
    const { name } = this.#settings;
    const trace: RequestState = {
      start: performance.now(),
      event: { receiver: name, provider: this.#hook.provider, startedAt: Date.now(), durations },
      durations,
      isReported: false,
    };
    let outcome: ReceiverEvent["outcome"];
    let handle: ResponseParts;
    try {
      outcome = await this.#receive(incoming, trace);
      handle = trace.reply ?? success(this.#settings.success, outcome);
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) {
        trace.isReported = true;
        this.#report(thrown, "receiver");
      }
      const refusal =
        thrown instanceof RequestError ? thrown : new RequestError(500, "internal", { outcome: "failed" });
      outcome = refusal.outcome;
      trace.event.code = refusal.code;
      trace.detail = refusal.detail;
      handle = problem(refusal);
    }
    durations.total = performance.now() - trace.start;
    const event = { ...trace.event, durations: { ...durations }, outcome, status: handle.status };
    if (isRefused(event, trace)) {
      this.#log(event, trace);
      await this.#keep(event, trace, incoming);
      event.durations.total = performance.now() - trace.start;
    }
    this.#emit(event, incoming.request);
    return handle;
  }

  async #receive(incoming: Incoming<R>, trace: RequestState): Promise<ReceiverEvent["outcome"]> {
    const { maxBytes, bodyTimeout, encodings, url, unknownEvents } = this.#settings;
    const { method, header, headers, request } = incoming;
    const { event, durations } = trace;
    if (method !== "POST") {
      const detail = "A delivery comes by POST.";
      throw new RequestError(405, "method-not-allowed", { detail, headers: { allow: "POST" } });
    }
    checkContentType(header, this.#hook);
    const encoding = incoming.isDecoded?.() ? undefined : encodingOf(header, encodings);
    checkContentLength(header, maxBytes);
    const reading = performance.now();
    const raw = await incoming.read(maxBytes, bodyTimeout);
    const body = encoding === undefined ? raw : await decompress(raw, encoding, maxBytes);
    trace.durations.read = performance.now() - reading;
    trace.event.bytes = body.length;
    trace.body = body;

    const checking = performance.now();
    const address = typeof url === "function" ? url(request) : url || incoming.url();
    trace.checked = { headers, body, method, url: address };
    const checked = this.#hook.check(trace.checked, { maxBytes, digest: true });
    durations.check = performance.now() - checking;
    if (!checked.ok) {
      const { status, code } = checked.error;
      trace.error = checked.error;
      throw new RequestError(status, code, { outcome: status < 500 ? "rejected" : "failed" });
    }
    const delivery = checked.value;
    trace.accepted = delivery;
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
      // An answer of 503 then was reported with the store's error.
      trace.isReported = event.storeFailed !== undefined;
    }
    if (claim === "replayed") {
      event.code = "replayed";
      trace.detail =
        "The same body came before under another id or event type, so it was answered as a duplicate.";
    }
    if (typeof claim === "string") return claim;
    if (claim.retryChanged) warn(delivery, WARNINGS.retryChanged);
    if (claim.replayed) warn(delivery, WARNINGS.replayed);
    return await this.#handle(delivery, request, claim, trace);
  }

  async #handle(
    delivery: VerifiedOf<Events>,
    request: R,
    claim: Claim,
    trace: RequestState,
  ): Promise<"handled" | "failed"> {
    const { handlerTimeout } = this.#settings;
    const { key, retryChanged, replayed } = claim;
    const reply = (body: string, contentType = "text/plain; charset=utf-8") => {
      trace.reply = customResponse(body, contentType);
    };
    const context: HandlerContext<R> = { request, key, retryChanged, replayed, reply };
    const start = performance.now();
    const handled = call(() => this.#handler(delivery, context))
      .then(async (result) => {
        if (!isResponse(result)) return true;
        trace.reply = await returned(result);
        return trace.reply.status < 300;
      })
      .catch((error: unknown) => {
        this.#report(error, "handler");
        return undefined;
      })
      .then(async (succeeded) => {
        trace.durations.handle = performance.now() - start;
        await this.#claims.end(succeeded === true ? "done" : "release", claim, trace.event);
        return { succeeded };
      });
    const ended = handlerTimeout === undefined ? await handled : await within(handlerTimeout, handled);
    if (ended === undefined) {
      const detail = "The delivery is still being handled.";
      throw new RequestError(503, "handler-timeout", {
        outcome: "unavailable",
        detail,
        headers: { "retry-after": "30" },
      });
    }
    if (ended.succeeded === true) return "handled";
    if (ended.succeeded === undefined) {
      trace.isReported = true;
      throw new RequestError(500, "handler-failed", {
        outcome: "failed",
        detail: "The delivery could not be handled.",
      });
    }
    trace.event.code = "handler-failed";
    trace.detail = "The handler returned a Response with this status.";
    return "failed";
  }

  /** Writes the line about a refused request. */
  #log(event: ReceiverEvent, trace: RequestState): void {
    const { log } = this.#settings;
    if (log === false) return;
    const omitted = this.#limit.admit(event.code as string, performance.now());
    if (omitted === undefined) return;
    const { error, detail } = trace;
    call(() =>
      log(line(event, { issues: error?.issues ?? [], detail, type: this.#typeOf(trace) }, omitted), event),
    ).catch((thrown: unknown) => this.#report(thrown, "log"));
  }

  /** The event type of a refused delivery, where a signature vouches for it. */
  #typeOf({ accepted, checked, error }: RequestState): string | undefined {
    if (accepted !== undefined) return covered(accepted.signature, accepted.type);
    // What has no signature is refused before, where one is needed: its sender cannot have a body read twice.
    if (checked === undefined || error?.status !== 400) return undefined;
    const report = this.#hook.inspect?.(checked, { maxBytes: this.#settings.maxBytes });
    return report && covered(report.signature, report.type);
  }

  /** Hands a refused request to whoever keeps it. */
  async #keep(event: ReceiverEvent, trace: RequestState, { headers, request }: Incoming<R>): Promise<void> {
    const { onRejected } = this.#settings;
    // What a handler did not handle is the handler's to keep.
    if (onRejected === undefined || event.code === "handler-failed" || event.code === "handler-timeout")
      return;
    const { error, body } = trace;
    const rejected: RejectedRequest<R> = {
      code: event.code as NonNullable<typeof event.code>,
      status: event.status,
      issues: error?.issues ?? [],
      ...(error === undefined ? {} : { error }),
      headers,
      ...(body === undefined ? {} : { body }),
      request,
    };
    const kept = call(() => onRejected(rejected)).catch((thrown: unknown) =>
      this.#report(thrown, "onRejected"),
    );
    await within(MAX_KEEPING_MS, kept);
  }

  #emit(event: ReceiverEvent, request: R): void {
    const { onEvent } = this.#settings;
    if (onEvent === undefined) return;
    call(() => onEvent(event, request)).catch((error: unknown) => this.#report(error, "onEvent"));
  }

  #report(error: unknown, source: ErrorSource): void {
    // Whoever is told of errors and throws one has nobody left to be told of it.
    call(() => this.#settings.onError(error, source)).catch(() => {});
  }
}

/** Whether nobody was told yet why a request was not handled. What comes again by itself is no refusal. */
function isRefused({ code, outcome }: ReceiverEvent, { isReported }: RequestState): boolean {
  return code !== undefined && !isReported && outcome !== "in-progress" && outcome !== "ignored";
}

/** The event type, where a signature covers it. */
function covered(
  signature: Verified["signature"] | Report["signature"],
  type: string | undefined,
): string | undefined {
  return signature.status === "verified" && signature.uncovered?.includes("type") !== true ? type : undefined;
}

/** What an accepted delivery says of itself in logs: ids and a digest. */
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

function settings<R>(hook: { maxBytes: number; provider: string }, options: ReceiverOptions<R>): Settings<R> {
  const mistake = optionMistake("receiver", options, OPTIONS);
  if (mistake !== undefined) throw new TypeError(mistake);
  const given = options ?? {};
  const name = nameOf(given.name, hook.provider);
  const wait = (name: "bodyTimeout" | "storeTimeout" | "handlerTimeout", fallback: number) =>
    checkTimerMs(name, given[name] ?? fallback);
  return {
    name,
    store: storeOf(given.store),
    maxBytes: checkBytes("maxBytes", given.maxBytes ?? hook.maxBytes),
    changed: oneOf("changed", given.changed, ["handle", "refuse"]),
    replayed: oneOf("replayed", given.replayed, ["ignore", "handle"]),
    unknownEvents: oneOf("unknownEvents", given.unknownEvents, ["handle", "ignore"]),
    onStoreError: oneOf("onStoreError", given.onStoreError, ["refuse", "accept"]),
    bodyTimeout: wait("bodyTimeout", 10_000),
    storeTimeout: wait("storeTimeout", 5_000),
    ...(given.handlerTimeout === undefined ? {} : { handlerTimeout: wait("handlerTimeout", 0) }),
    encodings: encodings(given.encodings),
    success: oneOf("success", given.success, [200, 204]),
    ...(given.url === undefined ? {} : { url: urlOption(given.url) }),
    ...(given.onEvent === undefined ? {} : { onEvent: checkFunction("onEvent", given.onEvent) }),
    log: logOf(given.log),
    ...(given.onRejected === undefined ? {} : { onRejected: checkFunction("onRejected", given.onRejected) }),
    onError:
      given.onError === undefined
        ? (error, source) => logError(error, source, { name, provider: hook.provider })
        : checkFunction("onError", given.onError),
  };
}

/** What would forge lines of a log, or turn their direction. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function nameOf(name: string | undefined, fallback: string): string {
  if (name === undefined) return fallback;
  if (typeof name === "string" && name.length > 0 && name.length <= 200 && !UNPRINTABLE.test(name))
    return name;
  throw optionError("name", "a text of 1 to 200 characters, none of them a control character");
}

function checkFunction<F>(option: string, value: F): F {
  if (typeof value === "function") return value;
  throw optionError(option, "a function");
}

function urlOption<R>(url: NonNullable<ReceiverOptions<R>["url"]>): NonNullable<ReceiverOptions<R>["url"]> {
  if (typeof url === "string" || typeof url === "function") return url;
  throw optionError("url", "a text, or a function that is given the request");
}

function logOf(log: ReceiverOptions["log"]): NonNullable<ReceiverOptions["log"]> {
  if (log === undefined) return (text) => console.error(text);
  if (log === false || typeof log === "function") return log;
  throw optionError("log", "false, or a function that is given each line");
}

function storeOf(store: DeliveryStore | undefined): DeliveryStore {
  if (store === undefined) return memoryStore();
  const whole = ["claim", "done", "release"] as const;
  if (whole.every((name) => typeof store?.[name] === "function")) return store;
  throw optionError("store", "an object with claim, done and release");
}

function encodings(given: readonly BodyEncoding[] = []): readonly BodyEncoding[] {
  if (!Array.isArray(given) || !given.every((one) => one === "gzip" || one === "deflate"))
    throw optionError("encodings", 'a list of "gzip" and "deflate"');
  if (given.every(supportsEncoding)) return [...given];
  throw new TypeError(
    "This runtime has no DecompressionStream, which the option `encodings` of a receiver needs.",
  );
}

function oneOf<T extends string | number>(
  option: string,
  value: T | undefined,
  values: readonly [T, ...T[]],
): T {
  if (value === undefined) return values[0];
  if (values.includes(value)) return value;
  throw optionError(option, values.map((one) => JSON.stringify(one)).join(" or "));
}

function checkBytes(option: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw optionError(option, "a number of bytes");
}

/** A time that timers can wait: longer ones they take for none. */
function checkTimerMs(option: string, value: number): number {
  if (typeof value === "number" && value > 0 && value < 2 ** 31) return value;
  throw optionError(option, "a time in milliseconds");
}

function optionError(option: string, expected: string): TypeError {
  return new TypeError(`The option \`${option}\` of a receiver has to be ${expected}.`);
}
