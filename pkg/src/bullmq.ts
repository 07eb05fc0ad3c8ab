/** Sending that survives crashes and runs on many machines: the attempts of `send` as BullMQ jobs in Redis. */
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
import { timedAttempt } from "./send/attempt.js";
import { checkOptions, SendError } from "./send/error.js";
import { type Attempt, SEND_OPTIONS, type SendOptions } from "./send/options.js";
import { headersForAttempt, type PreparedDelivery, prepareDelivery, sendPolicy } from "./send/policy.js";
import { parseDuration } from "./send/schedule.js";
import { isSecretHeader } from "./send/secret-headers.js";
import { checkFunction, checkValues, valueError } from "./send/values.js";
import type { Delivery } from "./types.js";

export { SendError, type SendErrorCode } from "./send/error.js";
export type { Attempt } from "./send/options.js";

/** The options of a queue of deliveries: most options of `send`, and those of the queue. */
export interface BullmqSenderOptions
  extends Omit<
    SendOptions,
    "signal" | "sleep" | "onAttempt" | "maxResponseBytes" | "parameters" | "secretHeaders"
  > {
  /** The connection to Redis, in the form of BullMQ. */
  connection: ConnectionOptions;
  /** The queue's name. Default: `"hookseal"`. */
  queue?: string | undefined;
  /** The prefix of BullMQ's keys. Default: `"bull"`. Redis Cluster needs a prefix in braces: `"{hookseal}"`. */
  prefix?: string | undefined;
  /**
   * Returns headers that are secrets, such as `Authorization`. The worker calls it for each attempt, and it has to return within
   * `timeout`. The headers are never stored, and not sent to another origin by a redirect. `add` throws for a delivery with a
   * header whose name or value shows that it is a secret (`X-Api-Key`, `Bearer ...`), even with a `cipher`.
   */
  secretHeaders?: ((url: string) => Record<string, string> | Promise<Record<string, string>>) | undefined;
  /**
   * Encrypts and decrypts what is stored. Bodies may hold health data: without a cipher, everyone with access to Redis can read
   * the bodies of pending deliveries and dead letters.
   */
  cipher?:
    | {
        encrypt(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
        decrypt(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
      }
    | undefined;
  /** The time after which another worker takes over the deliveries of a worker that died. Default: 30 s. */
  stalledAfter?: number | string | undefined;
  /** Called after each attempt of this process's worker. Errors that it throws are ignored. */
  onAttempt?: ((attempt: Attempt & { id: string }) => unknown) | undefined;
  /**
   * Called with errors of BullMQ, such as a lost connection to Redis, and with those that `secretHeaders` and `cipher` throw.
   * Default: prints the error's name and code with `console.error`.
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

/** A delivery that used up its attempts. */
export interface DeadLetter {
  /** The id that `add` returned. */
  id: string;
  /** The number of attempts. */
  attempts: number;
  /** The outcome of the last attempt: a status or a code, and never a value of the payload. */
  reason: string;
  /** The time of the last attempt, in milliseconds since 1970. */
  lastAttemptAt: number;
}

/** A durable queue of deliveries. */
export interface BullmqSender {
  /**
   * Stores a delivery that workers then send. When the promise is fulfilled, the delivery is in Redis. `id`: a delivery is ignored
   * while another one with the same id is pending or a dead letter.
   *
   * @throws SendError where the call is wrong, as `send` does, and for headers that are secrets.
   */
  add(
    url: string,
    delivery: Delivery,
    options?: { id?: string; parameters?: SendOptions["parameters"] },
  ): Promise<string>;
  /** Starts a worker in this process that sends this many deliveries at a time. Default: 10. */
  start(concurrency?: number): void;
  /** Deliveries that used up their attempts, the latest first. They are kept until they are resent or discarded. */
  deadLetters(first?: number, last?: number): Promise<DeadLetter[]>;
  /**
   * Sends a dead letter again, with the same bytes and ids: once, as PainChek's manual resend, or with `{ retries: true }` on
   * the whole schedule.
   */
  resend(id: string, options?: { retries?: boolean }): Promise<void>;
  /** Deletes a dead letter, its body included. */
  discard(id: string): Promise<void>;
  /** Waits for the attempts in progress, and closes the connections. */
  close(): Promise<void>;
}

/** A delivery as Redis stores it. */
type StoredDelivery = { v: 1; plain: string } | { v: 1; encrypted: string };

/** A failed attempt with the delay before the next one. BullMQ stores the message. */
class RetryableError extends Error {
  override readonly name = "RetryableError";
  readonly delayMs: number | undefined;

  constructor(message: string, delayMs: number | undefined) {
    super(message);
    this.delayMs = delayMs;
    withoutStack(this);
  }
}

/** Waits for a value until a timeout, so that a token service that hangs does not block a worker for good. */
async function withTimeout<T>(timeoutMs: number, value: T | Promise<T>): Promise<T> {
  const settled = new AbortController();
  const timeout = timer(timeoutMs, undefined, { signal: settled.signal }).then(() => {
    throw Object.assign(new Error(`No value within ${timeoutMs} ms.`), { name: "TimeoutError" });
  });
  try {
    return await Promise.race([value, timeout]);
  } finally {
    settled.abort();
  }
}

/** Removes the stack of an error: BullMQ stores it, and it shows paths of this machine. */
function withoutStack<E extends Error>(error: E): E {
  error.stack = error.message;
  return error;
}

/** The part of a key that Redis Cluster hashes instead of the whole key: the first braces that are not empty. */
const CLUSTER_HASH_TAG = /^[^{]*\{[^}]+\}/;
/** The delay for a delivery that was added with a longer schedule than the current one: one hour. */
const FALLBACK_DELAY_MS = 3_600_000;

/**
 * A durable queue of deliveries in Redis, by BullMQ. Schedule, success range, address checks, bytes and ids are those of `send`.
 * A worker that is killed loses nothing, since another one takes over its deliveries. A receiver may then get a delivery that
 * it has handled already, and has to recognize duplicates, as with every sender.
 *
 * No secret is stored: deliveries are signed before they are added, or by the worker if the signature covers the time. The body
 * is stored until the delivery is delivered; see `cipher`.
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
  readonly #queue: Queue<StoredDelivery>;
  #worker: Worker<StoredDelivery> | undefined;

  constructor(options: BullmqSenderOptions) {
    checkOptions("bullmqSender", options, OPTIONS);
    if (typeof options?.connection !== "object" || options.connection === null) {
      throw new SendError(
        "option-invalid",
        "Missing option `connection`: pass the connection to Redis in the form of BullMQ.",
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
        'Redis Cluster needs a `prefix` in braces, such as "{hookseal}": the scripts of BullMQ need all keys of a queue on one node.',
      );
    }
    this.#options = options;
    // Wrong options throw now, and not at the first delivery.
    sendPolicy(options, undefined);
    parseDuration("stalledAfter", options.stalledAfter ?? "30s");
    this.#queue = new Queue<StoredDelivery>(queue, this.#connectionOptions());
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
      throw valueError("id", "a non-empty string");
    const policy = sendPolicy(this.#options, delivery);
    const prepared = prepareDelivery(url, delivery, policy, parameters);
    const secret = prepared.headers.find(([name, value]) =>
      isSecretHeader(name, value, prepared.secrets, policy.providerPolicy),
    );
    if (secret !== undefined) {
      throw new SendError(
        "header-invalid",
        `The header ${secret[0]} of the delivery looks like a secret, and secrets are not stored in Redis. Remove it, and return it from the option \`secretHeaders\`.`,
      );
    }
    // A signature that cannot be renewed throws now, and not at the first attempt.
    headersForAttempt(policy.signer, prepared, Date.now());
    let attempts = 1;
    while (policy.delayAfter(attempts) !== undefined) attempts += 1;
    // Hashed: BullMQ allows no colon in an id, and the id of an event may identify a patient's record.
    const jobId = id === undefined ? randomUUID() : idHash(id);
    const jobOptions: JobsOptions = {
      jobId,
      attempts,
      backoff: { type: "custom" },
      // The body of a delivered job is deleted. A dead letter is kept for a person to resend or discard.
      removeOnComplete: true,
      removeOnFail: false,
      stackTraceLimit: 20,
    };
    await this.#queue.add("delivery", await this.#serialize(prepared), jobOptions);
    return jobId;
  }

  start(concurrency = 10): void {
    if (this.#worker !== undefined) throw new SendError("option-invalid", "This sender was started already.");
    if (!Number.isSafeInteger(concurrency) || concurrency < 1)
      throw valueError("concurrency", "a whole number, 1 or more");
    const stalledAfter = Math.max(100, parseDuration("stalledAfter", this.#options.stalledAfter ?? "30s"));
    this.#worker = new Worker<StoredDelivery>(this.#queue.name, (job) => this.#attempt(job), {
      ...this.#connectionOptions(),
      concurrency,
      lockDuration: stalledAfter,
      stalledInterval: stalledAfter,
      // The pause after an error of Redis.
      runRetryDelay: 1000,
      // The death of a worker does not count against the delivery.
      maxStalledCount: 1_000_000,
      settings: {
        backoffStrategy: (attempts, _type, error) => {
          const delayMs = error instanceof RetryableError ? error.delayMs : undefined;
          return delayMs ?? sendPolicy(this.#options, undefined).delayAfter(attempts) ?? FALLBACK_DELAY_MS;
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
      lastAttemptAt: job.finishedOn ?? 0,
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
      // Without Redis, BullMQ would wait for the connection. Another worker takes over an attempt that is cut off.
      const closeTimeoutMs = sendPolicy(this.#options, undefined).transport.timeoutMs + 1000;
      const closed = new AbortController();
      const disconnected = timer(closeTimeoutMs, undefined, { signal: closed.signal, ref: false }).then(
        () => worker.disconnect(),
        () => {},
      );
      await Promise.race([worker.close(), disconnected]);
      closed.abort();
    }
    await this.#queue.close();
  }

  async #find(id: string): Promise<Job<StoredDelivery>> {
    const job = await this.#queue.getJob(id);
    if (job === undefined || (await job.getState()) !== "failed")
      throw new SendError("option-invalid", "No dead letter has this id.");
    return job;
  }

  async #attempt(job: Job<StoredDelivery>): Promise<void> {
    const stored = await this.#runLocally("The stored delivery cannot be read", () =>
      this.#deserialize(job.data),
    );
    const policy = sendPolicy(this.#options, { headers: stored.headers, body: "" });
    const secrets = await this.#runLocally("`secretHeaders` failed", async () => {
      const headers = this.#options.secretHeaders?.(stored.url.href);
      return Object.entries((await withTimeout(policy.transport.timeoutMs, headers)) ?? {});
    });
    const names = new Set(secrets.map(([name]) => name.toLowerCase()));
    const headers = [...stored.headers.filter(([name]) => !names.has(name.toLowerCase())), ...secrets];
    const { now = Date.now } = this.#options;
    const maxAttempts = job.opts.attempts ?? 1;
    const { result, verdict, nextDelayMs } = await timedAttempt(
      policy,
      { ...stored, headers, secrets: names },
      job.attemptsMade + 1,
      now,
      (attempts) =>
        attempts >= maxAttempts ? undefined : (policy.delayAfter(attempts) ?? FALLBACK_DELAY_MS),
    );
    try {
      await this.#options.onAttempt?.({ id: job.id ?? "", ...result });
    } catch {
      // Ignored: a failed report is not a failed delivery.
    }
    if (verdict === "delivered") return;
    const { status, code, message } = result;
    const reason = status === undefined ? `${code}: ${message}` : `status ${status}`;
    if (verdict === "give-up") throw withoutStack(new UnrecoverableError(reason));
    throw new RetryableError(reason, nextDelayMs);
  }

  /** Runs code of the caller. Its error goes to `onError`; BullMQ stores only the name, which holds no value. */
  async #runLocally<T>(failure: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const thrown =
        error instanceof Error ? error : new Error("The thrown value is not an Error.", { cause: error });
      this.#report(thrown);
      const name = /^\w{1,50}$/.test(thrown.name) ? thrown.name : "Error";
      throw new RetryableError(
        `${failure}: ${thrown instanceof SendError ? thrown.message : name}`,
        undefined,
      );
    }
  }

  async #serialize({ url, headers, body }: PreparedDelivery): Promise<StoredDelivery> {
    const text = JSON.stringify({ url: url.href, headers, body: Buffer.from(body).toString("base64") });
    const { cipher } = this.#options;
    if (cipher === undefined) return { v: 1, plain: text };
    return { v: 1, encrypted: Buffer.from(await cipher.encrypt(Buffer.from(text))).toString("base64") };
  }

  async #deserialize(stored: StoredDelivery): Promise<PreparedDelivery> {
    let text: string;
    if ("encrypted" in stored) {
      const { cipher } = this.#options;
      if (cipher === undefined)
        throw new SendError("option-invalid", "The stored delivery is encrypted. Pass the option `cipher`.");
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
        // Ignored: an error of the error handler has no other receiver.
      }
    } else console.error(`hookseal/bullmq: ${error.name} ${(error as { code?: string }).code ?? ""}`);
  }
}
