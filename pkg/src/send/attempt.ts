/** One attempt with its redirects, and its verdict: delivered, retry after a delay, or give up. */
import type { Attempt, AttemptCode } from "./options.js";
import { headersForAttempt, type PreparedDelivery, type SendPolicy } from "./policy.js";
import { AttemptError, post, type RawResponse } from "./post.js";
import { parseRetryAfter, type Schedule } from "./schedule.js";
import { isSecretHeader } from "./secret-headers.js";

/** The outcome of one attempt. */
interface AttemptOutcome {
  status?: number;
  code?: AttemptCode;
  message?: string;
  response?: RawResponse;
  verdict: "delivered" | "retry" | "give-up" | "aborted";
  /** The shortest delay that the receiver requests. */
  retryAfterMs?: number;
}

/** Failures that every later attempt would repeat. */
const PERMANENT_FAILURES = new Set<AttemptCode>(["address-blocked", "http-blocked", "redirect-blocked"]);

/** Makes one attempt. Failures of the receiver or the network are outcomes; the promise is not rejected for them. */
async function attempt(
  policy: SendPolicy,
  delivery: PreparedDelivery,
  now: () => number,
): Promise<AttemptOutcome> {
  let response: RawResponse;
  try {
    response = await postWithRedirects(policy, delivery, headersForAttempt(policy.signer, delivery, now()));
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error;
    const { code, message } = error;
    const verdict = code === "aborted" ? "aborted" : PERMANENT_FAILURES.has(code) ? "give-up" : "retry";
    return { code, message, verdict };
  }
  const { status, headers } = response;
  if (policy.isSuccess(status)) return { status, response, verdict: "delivered" };
  if (policy.stopOn.has(status)) return { status, response, verdict: "give-up" };
  const retryAfterMs = parseRetryAfter(headers["retry-after"], headers.date, now());
  return {
    status,
    response,
    verdict: "retry",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.min(retryAfterMs, policy.maxRetryAfterMs) }),
  };
}

/** Sends the delivery, and follows as many redirects as the policy allows. */
async function postWithRedirects(
  policy: SendPolicy,
  delivery: PreparedDelivery,
  headers: [string, string][],
): Promise<RawResponse> {
  let { url } = delivery;
  let currentHeaders = headers;
  let { transport } = policy;
  // SECURITY: messages name the first host only. A receiver may put what it received into the host of a redirect.
  const { hostname } = url;
  const host = () => (url === delivery.url ? hostname : `${hostname} (redirected)`);
  // One deadline for the whole attempt, redirects included.
  const deadline = performance.now() + transport.timeoutMs;
  for (let remaining = policy.redirects; ; remaining--) {
    const response = await post(url, currentHeaders, delivery.body, transport, { host: host(), deadline });
    const { location } = response.headers;
    const isRedirect = (response.status === 307 || response.status === 308) && location !== undefined;
    if (remaining === 0 || !isRedirect) return response;
    const next = redirectTarget(location, url, hostname);
    if (next.origin !== url.origin) {
      // SECURITY: secrets were meant for the first origin. The provider's own headers go along: the signature belongs to
      // these bytes, and the next receiver has to verify it.
      currentHeaders = currentHeaders.filter(
        ([name, value]) => !isSecretHeader(name, value, delivery.secrets, policy.providerPolicy),
      );
      transport = { ...transport, tls: { ca: transport.tls.ca } };
    }
    url = next;
  }
}

/** The URL that a redirect leads to. */
function redirectTarget(location: string, from: URL, host: string): URL {
  let next: URL;
  try {
    next = new URL(location, from);
  } catch {
    throw new AttemptError("redirect-blocked", `Blocked: ${host} redirects to an invalid URL.`);
  }
  if (next.protocol !== "https:" && (next.protocol !== "http:" || from.protocol === "https:"))
    throw new AttemptError("redirect-blocked", `Blocked: ${host} redirects to a scheme other than https.`);
  if (next.username !== "" || next.password !== "")
    throw new AttemptError(
      "redirect-blocked",
      `Blocked: ${host} redirects to a URL with a user name or password.`,
    );
  return next;
}

/** An attempt with its times, as it is reported. */
export interface TimedAttempt {
  result: Attempt;
  response: RawResponse | undefined;
  verdict: AttemptOutcome["verdict"];
  nextDelayMs: number | undefined;
}

/**
 * Makes one attempt, measures it, and works out the delay before the next one: the scheduled delay, or the longer one that the
 * receiver requests.
 */
export async function timedAttempt(
  policy: SendPolicy,
  delivery: PreparedDelivery,
  number: number,
  now: () => number,
  delayAfter: Schedule = policy.delayAfter,
): Promise<TimedAttempt> {
  const startedAt = now();
  const start = performance.now();
  const { status, code, message, response, verdict, retryAfterMs = 0 } = await attempt(policy, delivery, now);
  const scheduled = verdict === "retry" ? delayAfter(number) : undefined;
  const nextDelayMs = scheduled === undefined ? undefined : Math.max(scheduled, retryAfterMs);
  const result: Attempt = {
    number,
    startedAt,
    durationMs: Math.round(performance.now() - start),
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(nextDelayMs === undefined ? {} : { nextDelayMs }),
  };
  return { result, response, verdict, nextDelayMs };
}
