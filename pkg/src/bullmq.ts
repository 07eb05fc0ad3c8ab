/** Sending that outlives crashes and runs on many machines: the attempts of `send` as jobs of BullMQ over Redis. */
/// <reference types="node" />
import { randomUUID } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import {
  type ConnectionOptions,
  type Job,
  type JobsOptions,
  Queue,
  UnrecoverableError,
  Worker,
} from "bullmq";
import { idHash } from "./id-hash.js";
import { attempt, nextDelay } from "./send/attempt.js";
import { checkOptions, SendError } from "./send/error.js";
import { type Attempt, SEND_OPTIONS, type SendOptions } from "./send/options.js";
import { type Outgoing, outgoing, policy } from "./send/plan.js";
import { parseDuration } from "./send/schedule.js";
import { isSecretHeader } from "./send/secret-headers.js";
import { checkFunction, checkValues, valueError } from "./send/values.js";
import type { Delivery } from "./types.js";

export { SendError, type SendErrorCode } from "./send/error.js";
export type { Attempt } from "./send/options.js";

/** What a queue of deliveries may be told, beside what `send` may be told. */
export interface BullmqSenderOptions
  extends Omit<
    SendOptions,
    "signal" | "sleep" | "onAttempt" | "maxResponseBytes" | "parameters" | "secretHeaders"
  > {
  /** The connection to Redis, as BullMQ takes it. */
  connection: ConnectionOptions;
  /** The queue's name. Default: `"hookseal"`. */
  queue?: string | undefined;
  /** What BullMQ's keys begin with. Default: `"bull"`. On Redis Cluster it has to stand in braces: `"{hookseal}"`. */
  prefix?: string | undefined;
  /**
   * Headers that are secrets, such as `Authorization`: made by the worker for each attempt, within `timeout`, never stored, and not sent on where
   * a redirect leads to another origin. A delivery that holds a header whose name or value says that it is a secret
   * (`X-Api-Key`, `Bearer ...`) is refused when it is added, with a `cipher`, too.
   */
  secretHeaders?: ((url: string) => Record<string, string> | Promise<Record<string, string>>) | undefined;
  /**
   * Encrypts what is stored, which holds the body and so health data; and decrypts it again. Without it, whoever reads Redis
   * reads the bodies of deliveries that are under way or dead.
   */
  cipher?:
    | {
        encrypt(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
        decrypt(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
      }
    | undefined;
  /** How long after the death of a worker its deliveries are taken by another. Default: 30 s. */
  stalledAfter?: number | string | undefined;
  /** Is told of each attempt of this process's worker. What it throws changes nothing. */
  onAttempt?: ((attempt: Attempt & { id: string }) => unknown) | undefined;
  /**
   * Is given what BullMQ could not do, such as reach Redis, and what `secretHeaders` and `cipher` threw. Default: its name on
   * `console.error`.
   */
  onError?: ((error: Error) => unknown) | undefined;
}

const OPTIONS = (() => {
  const { signal, sleep, maxResponseBytes, parameters, ...shared } = SEND_OPTIONS;
  const own = {
    connection: true,
    queue: true,
    prefix: true,
    secretHeaders: true,
    cipher: true,
    stalledAfter: true,
    onError: true,
  } as const;
  return { ...shared, ...own } satisfies Record<keyof BullmqSenderOptions, true>;
})();

/** A delivery whose attempts are over, and that nobody took. */
export interface DeadLetter {
  /** What `add` returned. */
  id: string;
  /** How many attempts there were. */
  attempts: number;
  /** What the last one came to: a status or a code, and never a value. */
  reason: string;
  /** When it was given up, in milliseconds since 1970. */
  at: number;
}

/** A durable queue of deliveries. */
export interface BullmqSender {
  /**
   * Stores a delivery, to be sent until it is taken. When this returns, Redis has it. `id`: of two deliveries that are added
   * with one id, the second is ignored while the first is under way or dead.
   *
   * @throws SendError where the call is wrong, as `send` does; and for headers that are secrets.
   */
  add(
    url: string,
    delivery: Delivery,
    options?: { id?: string; parameters?: SendOptions["parameters"] },
  ): Promise<string>;
  /** Begins to send in this process: this many at a time. Default: 10. */
  start(concurrency?: number): void;
  /** Deliveries that were given up, the last one first. They are kept until they are resent or discarded. */
  deadLetters(first?: number, last?: number): Promise<DeadLetter[]>;
  /**
   * Sends a dead delivery again: the same bytes with the same ids. Once, as PainChek's manual resend; or with
   * `{ retries: true }` on the whole schedule.
   */
  resend(id: string, options?: { retries?: boolean }): Promise<void>;
  /** Forgets a dead delivery, its body included. */
  discard(id: string): Promise<void>;
  /** Ends the attempts that are under way, and the connections. */
  close(): Promise<void>;
}

/** What stands in Redis. */
type Stored = { v: 1; plain: string } | { v: 1; encrypted: string };

/** An attempt that failed, and how long to wait. BullMQ stores its message. */
class RetryableError extends Error {
  override readonly name = "Again";
  readonly wait: number | undefined;

  constructor(message: string, wait: number | undefined) {
    super(message);
    this.wait = wait;
    withoutPlaces(this);
  }
}

/** What comes in time; a service for tokens that hangs would keep a worker for good. */
async function within<T>(ms: number, value: T | Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = timer(ms, undefined, { signal: over.signal }).then(() => {
    throw Object.assign(new Error(`No value within ${ms} ms.`), { name: "TimeoutError" });
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    over.abort();
  }
}

/** What BullMQ stores of an error shows no paths of this machine. */
function withoutPlaces<E extends Error>(error: E): E {
  error.stack = error.message;
  return error;
}

/** Where Redis Cluster hashes a part of a key and not the whole: the first braces count, unless they are empty. */
const CLUSTER_HASH_TAG = /^[^{]*\{[^}]+\}/;
/** Where a delivery was added by a version with a longer schedule than this one's. */
const FALLBACK_DELAY_MS = 3_600_000;

/**
 * A queue of deliveries on Redis, by BullMQ. Its rules are those of `send`: schedule, success, checked addresses, the same
 * bytes and ids at every attempt. A worker that is killed loses nothing: another takes its deliveries over. So a receiver may
 * get a delivery once more than it answered, and has to tell duplicates, as with any sender.
 *
 * No secret is stored: signatures are made before, or by the worker where they cover the time. The body is, until the delivery was
 * taken: see `cipher`.
 *
 * @example
 * ```ts
 * const sender = bullmqSender({ connection: { host: "localhost" }, provider: hook });
 * sender.start();
 * await sender.add("https://example.org/webhook", hook.create("assessment_add", data));
 * ```
 */
export function bullmqSender(options: BullmqSenderOptions): BullmqSender {
  return new Sender(options);
}

class Sender implements BullmqSender {
  readonly #options: BullmqSenderOptions;
  readonly #queue: Queue<Stored>;
  #worker: Worker<Stored> | undefined;

  constructor(options: BullmqSenderOptions) {
    checkOptions("bullmqSender", options, OPTIONS);
    if (typeof options?.connection !== "object" || options.connection === null) {
      throw new SendError(
        "option-invalid",
        "The option `connection` is missing: the connection to Redis, as BullMQ takes it.",
      );
    }
    checkValues(options);
    checkFunction("secretHeaders", options.secretHeaders);
    const { prefix = "bull", queue = "hookseal" } = options;
    if (
      (options.connection as { isCluster?: boolean }).isCluster === true &&
      !CLUSTER_HASH_TAG.test(`${prefix}:${queue}`)
    ) {
      throw new SendError(
        "option-invalid",
        'On Redis Cluster the option `prefix` has to stand in braces, such as "{hookseal}": the scripts of BullMQ need all keys of a queue on one node.',
      );
    }
    this.#options = options;
    // Wrong options are told here, and not at the first delivery.
    policy(options, undefined);
    parseDuration("stalledAfter", options.stalledAfter ?? "30s");
    this.#queue = new Queue<Stored>(queue, this.#connectionOptions());
    this.#queue.on("error", (error) => this.#report(error));
  }

  async add(
    url: string,
    delivery: Delivery,
    options: { id?: string; parameters?: SendOptions["parameters"] } = {},
  ): Promise<string> {
    checkOptions("add", options, { id: true, parameters: true });
    const { id, parameters } = options ?? {};
    checkValues({ parameters });
    if (id !== undefined && (typeof id !== "string" || id === ""))
      throw valueError("id", "a text that is not empty");
    const rules = policy(this.#options, delivery);
    const going = outgoing(url, delivery, parameters, rules.definition);
    const secret = going.headers.find(([name, value]) =>
      isSecretHeader(name, value, going.secrets, rules.definition),
    );
    if (secret !== undefined) {
      throw new SendError(
        "header-invalid",
        `The header ${secret[0]} of the delivery looks like a secret, and secrets are not stored in Redis. Leave it out, and return it from the option \`secretHeaders\` of the worker.`,
      );
    }
    let attempts = 1;
    while (rules.wait(attempts) !== undefined) attempts += 1;
    // BullMQ takes no colon in ids, and ids of events may be those of records.
    const jobId = id === undefined ? randomUUID() : idHash(id);
    const how: JobsOptions = {
      jobId,
      attempts,
      backoff: { type: "custom" },
      // The body goes with the delivery; a dead one is kept for people.
      removeOnComplete: true,
      removeOnFail: false,
      stackTraceLimit: 20,
    };
    await this.#queue.add("delivery", await this.#serialize(going), how);
    return jobId;
  }

  start(concurrency = 10): void {
    if (this.#worker !== undefined) throw new SendError("option-invalid", "This sender is at work already.");
    if (!Number.isSafeInteger(concurrency) || concurrency < 1)
      throw valueError("concurrency", "a whole number, 1 or more");
    const stalledAfter = Math.max(100, parseDuration("stalledAfter", this.#options.stalledAfter ?? "30s"));
    this.#worker = new Worker<Stored>(this.#queue.name, (job) => this.#attempt(job), {
      ...this.#connectionOptions(),
      concurrency,
      lockDuration: stalledAfter,
      stalledInterval: stalledAfter,
      // After an error of Redis.
      runRetryDelay: 1000,
      // A worker that dies is no fault of the delivery.
      maxStalledCount: 1_000_000,
      settings: {
        backoffStrategy: (made, _type, error) => {
          const planned = error instanceof RetryableError ? error.wait : undefined;
          return planned ?? policy(this.#options, undefined).wait(made) ?? FALLBACK_DELAY_MS;
        },
      },
    });
    this.#worker.on("error", (error) => this.#report(error));
  }

  async deadLetters(first = 0, last = 99): Promise<DeadLetter[]> {
    const jobs = await this.#queue.getJobs(["failed"], first, last);
    return jobs.map((job) => ({
      id: job.id ?? "",
      attempts: job.attemptsMade,
      reason: job.failedReason,
      at: job.finishedOn ?? 0,
    }));
  }

  async resend(id: string, options: { retries?: boolean } = {}): Promise<void> {
    checkOptions("resend", options, { retries: true });
    const { retries = false } = options ?? {};
    await (await this.#find(id)).retry("failed", { resetAttemptsMade: retries });
  }

  async discard(id: string): Promise<void> {
    await (await this.#find(id)).remove();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker !== undefined) {
      // Redis may be away: then BullMQ would wait for it. An attempt that is cut off is taken over by another worker.
      const closeTimeoutMs = policy(this.#options, undefined).wire.timeout + 1000;
      const over = new AbortController();
      const waited = timer(closeTimeoutMs, undefined, { signal: over.signal, ref: false }).then(
        () => worker.disconnect(),
        () => {},
      );
      await Promise.race([worker.close(), waited]);
      over.abort();
    }
    await this.#queue.close();
  }

  async #find(id: string): Promise<Job<Stored>> {
    const job = await this.#queue.getJob(id);
    if (job === undefined || (await job.getState()) !== "failed")
      throw new SendError("option-invalid", "No dead delivery has this id.");
    return job;
  }

  async #attempt(job: Job<Stored>): Promise<void> {
    const going = await this.#runLocally("what is stored cannot be read", () => this.#deserialize(job.data));
    const rules = policy(this.#options, { headers: going.headers, body: "" });
    const secrets = await this.#runLocally("`secretHeaders` failed", async () =>
      Object.entries((await within(rules.wire.timeout, this.#options.secretHeaders?.(going.url.href))) ?? {}),
    );
    const names = new Set(secrets.map(([name]) => name.toLowerCase()));
    const headers = [...going.headers.filter(([name]) => !names.has(name.toLowerCase())), ...secrets];
    const { now = Date.now } = this.#options;
    const at = now();
    const start = performance.now();
    const number = job.attemptsMade + 1;
    const {
      status,
      code,
      message,
      verdict,
      retryAfterMs: asked,
    } = await attempt(rules, { ...going, headers, secrets: names }, now);
    const last = verdict !== "again" || number >= (job.opts.attempts ?? 1);
    const wait = last ? undefined : (nextDelay(rules, number, asked) ?? FALLBACK_DELAY_MS);
    const ms = Math.round(performance.now() - start);
    const said = {
      ...(status === undefined ? {} : { status }),
      ...(code === undefined ? {} : { code }),
      ...(message === undefined ? {} : { message }),
      ...(wait === undefined ? {} : { nextDelayMs: wait }),
    };
    try {
      await this.#options.onAttempt?.({ id: job.id ?? "", number, startedAt: at, durationMs: ms, ...said });
    } catch {
      // A report that fails is no delivery that fails.
    }
    if (verdict === "delivered") return;
    const reason = status === undefined ? `${code}: ${message}` : `status ${status}`;
    if (verdict === "stop") throw withoutPlaces(new UnrecoverableError(reason));
    throw new RetryableError(reason, wait);
  }

  /** What fails in this worker is told in this worker. BullMQ stores of it what holds no value. */
  async #runLocally<T>(what: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const told =
        error instanceof Error ? error : new Error("What was thrown is no Error.", { cause: error });
      this.#report(told);
      const name = /^\w{1,50}$/.test(told.name) ? told.name : "Error";
      throw new RetryableError(`${what}: ${told instanceof SendError ? told.message : name}`, undefined);
    }
  }

  async #serialize({ url, headers, body }: Outgoing): Promise<Stored> {
    const text = JSON.stringify({ url: url.href, headers, body: Buffer.from(body).toString("base64") });
    const { cipher } = this.#options;
    if (cipher === undefined) return { v: 1, plain: text };
    return { v: 1, encrypted: Buffer.from(await cipher.encrypt(Buffer.from(text))).toString("base64") };
  }

  async #deserialize(stored: Stored): Promise<Outgoing> {
    let text: string;
    if ("encrypted" in stored) {
      const { cipher } = this.#options;
      if (cipher === undefined)
        throw new SendError("option-invalid", "The delivery is encrypted, and this worker has no `cipher`.");
      text = Buffer.from(await cipher.decrypt(Buffer.from(stored.encrypted, "base64"))).toString();
    } else text = stored.plain;
    const { url, headers, body } = JSON.parse(text);
    return {
      url: new URL(url),
      headers,
      body: new Uint8Array(Buffer.from(body, "base64")),
      secrets: new Set<string>(),
    };
  }

  #connectionOptions() {
    const { connection, prefix } = this.#options;
    return { connection, ...(prefix === undefined ? {} : { prefix }) };
  }

  #report(error: Error): void {
    const { onError } = this.#options;
    if (onError !== undefined) {
      try {
        onError(error);
      } catch {
        // Nobody is left to be told of it.
      }
    } else console.error(`hookseal/bullmq: ${error.name} ${(error as { code?: string }).code ?? ""}`);
  }
}
