/** Sending from one process: the same bytes at every attempt, on the provider's retry schedule. */
/// <reference types="node" />
import { setTimeout as timer } from "node:timers/promises";
import { timedAttempt } from "./send/attempt.js";
import { checkOptions } from "./send/error.js";
import { type Attempt, SEND_OPTIONS, type SendOptions, type SendResult } from "./send/options.js";
import { prepareDelivery, sendPolicy } from "./send/policy.js";
import type { RawResponse } from "./send/post.js";
import { secretNames } from "./send/secret-headers.js";
import type { Delivery } from "./types.js";

export { SendError, type SendErrorCode } from "./send/error.js";
export type {
  Address,
  Attempt,
  AttemptCode,
  SendOptions,
  SendResult,
  TlsOptions,
} from "./send/options.js";
export type { Duration, ExponentialBackoff } from "./send/schedule.js";
export type { Parameter } from "./send/url.js";

/**
 * Posts a delivery until a response has a success status, and returns the outcome.
 *
 * Every attempt sends the same bytes with the same ids. The delays between attempts are the provider's (PainChek: ten retries
 * within 72 hours), or longer where a receiver requests it by `Retry-After`. Connections go to public addresses only, and no
 * redirect is followed unless an option allows it. Retries end with the process: use `bullmqSender` of `hookseal/bullmq` for
 * deliveries that have to survive a crash.
 *
 * `{patient_external_id}` and `{data.face.score}` in the URL are replaced by percent-encoded values of the event's data.
 *
 * @example
 * ```ts
 * const hook = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
 * const { ok, attempts } = await send("https://example.org/webhook", hook.create("assessment_add", data), {
 *   provider: hook,
 *   onAttempt: ({ number, status, code, nextDelayMs }) => console.log(number, status ?? code, nextDelayMs),
 * });
 * ```
 * @throws SendError where the call is wrong: an invalid URL, a parameter that the payload lacks, an invalid option.
 */
export async function send(url: string, delivery: Delivery, options: SendOptions = {}): Promise<SendResult> {
  checkOptions("send", options, SEND_OPTIONS);
  const policy = sendPolicy(options ?? {}, delivery);
  const prepared = prepareDelivery(
    url,
    delivery,
    policy,
    options?.parameters,
    secretNames(options?.secretHeaders),
  );
  const { now = Date.now, signal, sleep = delay } = options ?? {};
  const attempts: Attempt[] = [];
  for (let number = 1; ; number++) {
    const { result, response, verdict, nextDelayMs } = await timedAttempt(policy, prepared, number, now);
    attempts.push(result);
    await notify(options?.onAttempt, result);
    const { status } = result;
    const end = (outcome: SendResult["outcome"]): SendResult => ({
      ok: outcome === "delivered",
      outcome,
      ...(status === undefined ? {} : { status }),
      attempts,
      ...(response === undefined || policy.transport.maxKeptBytes === 0
        ? {}
        : { response: withoutStatus(response) }),
    });
    if (verdict === "delivered" || verdict === "aborted") return end(verdict);
    if (verdict === "give-up") return end("stopped");
    if (nextDelayMs === undefined) return end("exhausted");
    try {
      if (!isAborted(signal)) await sleep(nextDelayMs, signal);
    } catch (error) {
      if (!isAborted(signal)) throw error;
    }
    if (isAborted(signal)) return end("aborted");
  }
}

const withoutStatus = ({ status: _, ...response }: RawResponse) => response;

/** Reports an attempt. */
async function notify(onAttempt: SendOptions["onAttempt"], result: Attempt): Promise<void> {
  try {
    await onAttempt?.({ ...result });
  } catch {
    // Ignored: a failed report is not a failed delivery.
  }
}

const isAborted = (signal: AbortSignal | undefined) => signal?.aborted === true;

const delay = (ms: number, signal: AbortSignal | undefined) =>
  timer(ms, undefined, signal === undefined ? {} : { signal });
