/** The receiver that every adapter stands on: takes a request apart, asks the core, keeps each delivery to one handling. */
import type { HeadersLike } from "../headers.js";
import { memoryStore } from "../memory-store.js";
import { type OptionNames, optionMistake } from "../options.js";
import { randomId } from "../random.js";
import type { ClaimState, DeliveryStore } from "../store.js";
import type { Verified } from "../types.js";
import type { VerifiedOf, Webhook } from "../webhook.js";
import { type Answer, problem, Refusal, replied, success } from "./answer.js";
import { decompress, decompresses } from "./body.js";
import { checkContentLength, checkContentType, encodingOf, type Lookup } from "./headers.js";
import type {
  BodyEncoding,
  Context,
  Durations,
  ErrorSource,
  Handler,
  ReceiverEvent,
  ReceiverOptions,
} from "./options.js";
import { changedRetry, report } from "./report.js";

/** A request as an adapter hands it over. */
export interface Incoming<R> {
  /** What the handler finds in its context. */
  request: R;
  method: string;
  /** The URL as the request says it. */
  url(): string | undefined;
  headers: HeadersLike;
  header: Lookup;
  /** Whether something has read the body and undone its Content-Encoding. */
  isDecoded?(): boolean;
  /** Reads the body: not more than `most` bytes, and not longer than `patience` milliseconds. */
  read(most: number, patience: number): Promise<Uint8Array>;
}

/** What has no default. */
type Open = "url" | "onEvent" | "handlerTimeout";

/** Every option with its default. */
type Settings<R> = {
  [Name in Exclude<keyof ReceiverOptions<R>, Open>]-?: NonNullable<ReceiverOptions<R>[Name]>;
} & Pick<ReceiverOptions<R>, Open>;

/** What is known of a request as far as it got. */
interface Trace {
  start: number;
  event: Omit<ReceiverEvent, "outcome" | "status">;
  durations: Durations;
  /** What the handler wants to be answered. */
  reply?: Answer;
}

/** A delivery that is this receiver's to handle. */
interface Claim {
  key: string;
  /** The name of the claim; nothing where the store was away and it is handled without one. */
  name: string | undefined;
  retryChanged: boolean;
}

export class Receiver<Events, R> {
  readonly #hook: Webhook<Events>;
  readonly #handler: Handler<Events, R>;
  readonly #settings: Settings<R>;
  #prefix: string | undefined;
  #claims = 0;

  constructor(hook: Webhook<Events>, handler: Handler<Events, R>, options: ReceiverOptions<R> = {}) {
    if (typeof hook?.check !== "function")
      throw new TypeError("A receiver is made of a webhook and a handler: receiver(hook, handler).");
    if (typeof handler !== "function")
      throw new TypeError("A receiver needs a handler: receiver(hook, async (delivery) => { ... }).");
    this.#hook = hook;
    this.#handler = handler;
    this.#settings = settings(hook, options);
  }

  /** Handles one request. It never rejects. */
  async answer(incoming: Incoming<R>): Promise<Answer> {
    const durations: Durations = { total: 0 };
    const trace: Trace = {
      start: performance.now(),
      event: { provider: this.#hook.provider, startedAt: Date.now(), durations },
      durations,
    };
    let outcome: ReceiverEvent["outcome"];
    let answer: Answer;
    try {
      outcome = await this.#receive(incoming, trace);
      answer = trace.reply ?? success(this.#settings.success, outcome as "handled" | "duplicate");
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) this.#report(thrown, "receiver");
      const refusal =
        thrown instanceof Refusal ? thrown : new Refusal(500, "internal", { outcome: "failed" });
      outcome = refusal.outcome;
      trace.event.code = refusal.code;
      answer = problem(refusal);
    }
    durations.total = performance.now() - trace.start;
    const event = { ...trace.event, durations: { ...durations }, outcome, status: answer.status };
    this.#tell(event, incoming.request);
    return answer;
  }

  async #receive(incoming: Incoming<R>, trace: Trace): Promise<"handled" | "duplicate"> {
    const { maxBytes, bodyTimeout, encodings, url } = this.#settings;
    const { method, header, headers, request } = incoming;
    if (method !== "POST") {
      const detail = "A delivery comes by POST.";
      throw new Refusal(405, "method-not-allowed", { detail, headers: { allow: "POST" } });
    }
    checkContentType(header, this.#hook.contentType);
    const encoding = incoming.isDecoded?.() ? undefined : encodingOf(header, encodings);
    checkContentLength(header, maxBytes);
    const reading = performance.now();
    const raw = await incoming.read(maxBytes, bodyTimeout);
    const body = encoding === undefined ? raw : await decompress(raw, encoding, maxBytes);
    trace.durations.read = performance.now() - reading;
    trace.event.bytes = body.length;

    const checking = performance.now();
    const address = typeof url === "function" ? url(request) : (url ?? incoming.url());
    const checked = this.#hook.check({ headers, body, method, url: address }, { maxBytes });
    trace.durations.check = performance.now() - checking;
    if (!checked.ok) {
      const { status, code } = checked.error;
      throw new Refusal(status, code, { outcome: status < 500 ? "rejected" : "failed" });
    }
    const delivery = checked.value;
    note(trace.event, delivery);
    const claim = await this.#claim(delivery, trace);
    if (claim === undefined) return "duplicate";
    if (claim.retryChanged) {
      trace.event.retryChanged = true;
      changedRetry(delivery);
    }
    await this.#handle(delivery, request, claim, trace);
    return "handled";
  }

  /** Asks the store for a delivery. Nothing: it was handled before. */
  async #claim(delivery: VerifiedOf<Events>, trace: Trace): Promise<Claim | undefined> {
    const start = performance.now();
    this.#prefix ??= randomId();
    this.#claims += 1;
    const name = `${this.#prefix}-${this.#claims}`;
    const digest = delivery.digest;
    let key = delivery.id;
    let retryChanged = false;
    let state: ClaimState;
    try {
      // Where payloads may change, the id alone says what is a retry.
      state = await this.#ask(key, this.#hook.immutable ? digest : ANY, name);
      if (state === "changed") {
        if (this.#settings.changed === "refuse") {
          const detail = "The same id came before with another payload.";
          throw new Refusal(409, "retry-changed", { outcome: "refused", detail });
        }
        retryChanged = true;
        key = `${key}#${digest}`;
        state = await this.#ask(key, digest, name);
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      this.#report(error, "store");
      trace.event.storeFailed = "claim";
      if (this.#settings.onStoreError === "accept") return { key, name: undefined, retryChanged };
      const detail = "What remembers deliveries does not answer.";
      throw new Refusal(503, "store-unavailable", {
        outcome: "unavailable",
        detail,
        headers: { "retry-after": "30" },
      });
    } finally {
      trace.durations.claim = performance.now() - start;
    }
    if (state === "new") return { key, name, retryChanged };
    if (retryChanged) trace.event.retryChanged = true;
    if (state === "done") return undefined;
    const detail = "The same delivery is being handled at this moment.";
    throw new Refusal(409, "in-progress", {
      outcome: "in-progress",
      detail,
      headers: { "retry-after": "30" },
    });
  }

  /** A claim with a deadline. One that is granted behind it is given back: nobody is there to handle it. */
  async #ask(key: string, digest: string, name: string): Promise<ClaimState> {
    const { store, storeTimeout } = this.#settings;
    const asked = call(() => store.claim(key, digest, name));
    const state = await within(storeTimeout, asked);
    if (state !== undefined) {
      if (STATES.has(state)) return state;
      throw new TypeError(`The store answered a claim with none of: ${[...STATES].join(", ")}.`);
    }
    asked.then((late) => (late === "new" ? store.release(key, name) : undefined)).catch(() => {});
    throw new Error(`The store did not answer a claim within ${storeTimeout} ms.`);
  }

  async #handle(delivery: VerifiedOf<Events>, request: R, claim: Claim, trace: Trace): Promise<void> {
    const { handlerTimeout } = this.#settings;
    const { key, name, retryChanged } = claim;
    const reply = (body: string, contentType = "text/plain; charset=utf-8") => {
      trace.reply = replied(body, contentType);
    };
    const context: Context<R> = { request, key, retryChanged, reply };
    const start = performance.now();
    const handled = call(() => this.#handler(delivery, context))
      .then(
        () => true,
        (error: unknown) => {
          this.#report(error, "handler");
          return false;
        },
      )
      .then(async (succeeded) => {
        trace.durations.handle = performance.now() - start;
        if (name !== undefined) await this.#settle(succeeded ? "done" : "release", key, name, trace);
        return succeeded;
      });
    const succeeded = handlerTimeout === undefined ? await handled : await within(handlerTimeout, handled);
    if (succeeded === true) return;
    if (succeeded === false) {
      throw new Refusal(500, "handler-failed", {
        outcome: "failed",
        detail: "The delivery could not be handled.",
      });
    }
    const detail = "The delivery is still being handled.";
    throw new Refusal(503, "handler-timeout", {
      outcome: "unavailable",
      detail,
      headers: { "retry-after": "30" },
    });
  }

  /**
   * Tells the store how it ended. What it cannot be told, twice, changes nothing of the answer: the handler has done
   * what it did, and the claim ends by itself.
   */
  async #settle(how: "done" | "release", key: string, name: string, trace: Trace): Promise<void> {
    const { store, storeTimeout } = this.#settings;
    for (let attempt = 1; attempt <= 2; attempt++) {
      try {
        const told = call(() => store[how](key, name)).then(() => true);
        if ((await within(storeTimeout, told)) === true) return;
        throw new Error(`The store did not answer within ${storeTimeout} ms.`);
      } catch (error) {
        if (attempt === 2) {
          trace.event.storeFailed = how;
          this.#report(error, "store");
        }
      }
    }
  }

  #tell(event: ReceiverEvent, request: R): void {
    const { onEvent } = this.#settings;
    if (onEvent === undefined) return;
    call(() => onEvent(event, request)).catch((error: unknown) => this.#report(error, "onEvent"));
  }

  #report(error: unknown, source: ErrorSource): void {
    // Whoever is told of errors and throws one has nobody left to be told of it.
    call(() => this.#settings.onError(error, source)).catch(() => {});
  }
}

/** The digest of every payload of a provider that may change them. */
const ANY = "any";

const STATES: ReadonlySet<unknown> = new Set<ClaimState>(["new", "in-progress", "done", "changed"]);

/** A call whose error is always a rejection, however it comes. */
async function call<T>(work: () => T | PromiseLike<T>): Promise<T> {
  return await work();
}

/** What a promise is fulfilled with, or nothing after so many milliseconds. */
function within<T>(patience: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), patience);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What an accepted delivery says of itself in logs: ids and a digest. */
function note(event: Trace["event"], delivery: Verified): void {
  const { type, id, webhookId, deliveryId, digest, signature } = delivery;
  event.type = type;
  event.id = id;
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
} satisfies Record<keyof ReceiverOptions, true>;

function settings<R>(hook: { maxBytes: number; provider: string }, options: ReceiverOptions<R>): Settings<R> {
  const mistake = optionMistake("receiver", options, OPTIONS);
  if (mistake !== undefined) throw new TypeError(mistake);
  const given = options ?? {};
  const wait = (name: "bodyTimeout" | "storeTimeout" | "handlerTimeout", fallback: number) =>
    within32(name, given[name] ?? fallback);
  return {
    store: storeOf(given.store),
    maxBytes: amount("maxBytes", given.maxBytes ?? hook.maxBytes),
    changed: oneOf("changed", given.changed, ["handle", "refuse"]),
    onStoreError: oneOf("onStoreError", given.onStoreError, ["refuse", "accept"]),
    bodyTimeout: wait("bodyTimeout", 10_000),
    storeTimeout: wait("storeTimeout", 5_000),
    ...(given.handlerTimeout === undefined ? {} : { handlerTimeout: wait("handlerTimeout", 0) }),
    encodings: encodings(given.encodings),
    success: oneOf("success", given.success, [200, 204]),
    ...(given.url === undefined ? {} : { url: given.url }),
    ...(given.onEvent === undefined ? {} : { onEvent: given.onEvent }),
    onError: given.onError ?? ((error, source) => report(error, source, hook.provider)),
  };
}

function storeOf(store: DeliveryStore | undefined): DeliveryStore {
  if (store === undefined) return memoryStore();
  const whole = ["claim", "done", "release"] as const;
  if (whole.every((name) => typeof store?.[name] === "function")) return store;
  throw wrong("store", "an object with claim, done and release");
}

function encodings(given: readonly BodyEncoding[] = []): readonly BodyEncoding[] {
  if (!Array.isArray(given) || !given.every((one) => one === "gzip" || one === "deflate"))
    throw wrong("encodings", 'a list of "gzip" and "deflate"');
  if (given.every(decompresses)) return [...given];
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
  throw wrong(option, values.map((one) => JSON.stringify(one)).join(" or "));
}

function amount(option: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw wrong(option, "a number of bytes");
}

/** A time that timers can wait: longer ones they take for none. */
function within32(option: string, value: number): number {
  if (typeof value === "number" && value > 0 && value < 2 ** 31) return value;
  throw wrong(option, "a time in milliseconds");
}

function wrong(option: string, expected: string): TypeError {
  return new TypeError(`The option \`${option}\` of a receiver has to be ${expected}.`);
}
