/** Sending from one process: the same bytes until a receiver takes them, on the provider's schedule. */
/// <reference types="node" />
import { setTimeout as timer } from "node:timers/promises";
import { attempt, nextDelay } from "./send/attempt.js";
import { checkOptions } from "./send/error.js";
import { type Attempt, SEND_OPTIONS, type SendOptions, type SendResult } from "./send/options.js";
import { outgoing, policy } from "./send/plan.js";
import type { RawResponse } from "./send/post.js";
import { secretNames } from "./send/secret-headers.js";
import type { Delivery } from "./types.js";

export { SendError, type SendErrorCode } from "./send/error.js";
export type {
  Address,
  Attempt,
  AttemptCode,
  SendOptions,
  SendResult as Sent,
  TlsOptions,
} from "./send/options.js";
export type { Duration as Span, ExponentialBackoff as Exponential } from "./send/schedule.js";
export type { Parameter } from "./send/url.js";

/**
 * Posts a delivery until an answer is success, and says what became of it.
 *
 * Every attempt sends the same bytes with the same ids. It waits as the provider does (PainChek: ten retries within 72
 * hours), and no less than a receiver asks for by `Retry-After`. Only public addresses are sent to, whatever the URL's name
 * resolves to, and no redirect is followed unless that is asked for. It lives as long as the process: what has to outlive a
 * crash is for `bullmqSender` of `hookseal/bullmq`.
 *
 * `{patient_external_id}` and `{data.face.score}` in the URL are filled from the event's data and percent-encoded.
 *
 * @example
 * ```ts
 * const hook = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
 * const { ok, attempts } = await send("https://example.org/webhook", hook.create("assessment_add", data), {
 *   provider: hook,
 *   onAttempt: ({ number, status, code, nextDelayMs }) => console.log(number, status ?? code, nextDelayMs),
 * });
 * ```
 * @throws SendError where the call is wrong: a URL, a parameter that the payload does not have, an option.
 */
export async function send(url: string, delivery: Delivery, options: SendOptions = {}): Promise<SendResult> {
  checkOptions("send", options, SEND_OPTIONS);
  const rules = policy(options ?? {}, delivery);
  const going = outgoing(
    url,
    delivery,
    options?.parameters,
    rules.definition,
    secretNames(options?.secretHeaders),
  );
  const { now = Date.now, signal, sleep = delay } = options ?? {};
  const attempts: Attempt[] = [];
  for (let number = 1; ; number++) {
    const at = now();
    const start = performance.now();
    const { status, code, message, answer, verdict, retryAfterMs: asked } = await attempt(rules, going, now);
    const wait = verdict === "again" ? nextDelay(rules, number, asked) : undefined;
    const one: Attempt = {
      number,
      startedAt: at,
      durationMs: Math.round(performance.now() - start),
      ...(status === undefined ? {} : { status }),
      ...(code === undefined ? {} : { code }),
      ...(message === undefined ? {} : { message }),
      ...(wait === undefined ? {} : { nextDelayMs: wait }),
    };
    attempts.push(one);
    await notify(options?.onAttempt, one);
    const end = (outcome: SendResult["outcome"]): SendResult => ({
      ok: outcome === "delivered",
      outcome,
      ...(status === undefined ? {} : { status }),
      attempts,
      ...(answer === undefined || rules.wire.maxKeptBytes === 0 ? {} : { response: shown(answer) }),
    });
    if (verdict === "delivered" || verdict === "aborted") return end(verdict);
    if (verdict === "stop") return end("stopped");
    if (wait === undefined) return end("exhausted");
    try {
      if (!isAborted(signal)) await sleep(wait, signal);
    } catch (error) {
      if (!isAborted(signal)) throw error;
    }
    if (isAborted(signal)) return end("aborted");
  }
}

const shown = ({ status: _, ...answer }: RawResponse) => answer;

/** What is thrown by who is told changes nothing. */
async function notify(onAttempt: SendOptions["onAttempt"], one: Attempt): Promise<void> {
  try {
    await onAttempt?.({ ...one });
  } catch {
    // A report that fails is no delivery that fails.
  }
}

const isAborted = (signal: AbortSignal | undefined) => signal?.aborted === true;

const delay = (ms: number, signal: AbortSignal | undefined) =>
  timer(ms, undefined, signal === undefined ? {} : { signal });
