/** One attempt with its redirects, and what it means: delivered, to be tried again after a wait, or never again. */
import type { AttemptCode } from "./options.js";
import { headersForAttempt, type Outgoing, type Policy } from "./plan.js";
import { AttemptError, post, type RawResponse } from "./post.js";
import { retryAfter } from "./schedule.js";
import { isSecretHeader } from "./secret-headers.js";

/** What one attempt came to. */
export interface AttemptOutcome {
  status?: number;
  code?: AttemptCode;
  message?: string;
  answer?: RawResponse;
  verdict: "delivered" | "again" | "stop" | "aborted";
  /** What the receiver asked to wait at least. */
  retryAfterMs?: number;
}

/** Failures that are the same at every attempt. */
const PERMANENT_FAILURES = new Set<AttemptCode>(["address-refused", "http-refused", "redirect-refused"]);

/** Attempts it once. Never rejects for what a receiver or a network does. */
export async function attempt(policy: Policy, going: Outgoing, now: () => number): Promise<AttemptOutcome> {
  let answer: RawResponse;
  try {
    answer = await follow(policy, going, headersForAttempt(policy, going, now()));
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error;
    const { code, message } = error;
    return {
      code,
      message,
      verdict: code === "aborted" ? "aborted" : PERMANENT_FAILURES.has(code) ? "stop" : "again",
    };
  }
  const { status, headers } = answer;
  if (policy.success(status)) return { status, answer, verdict: "delivered" };
  if (policy.stopOn.has(status)) return { status, answer, verdict: "stop" };
  const retryAfterMs = retryAfter(headers["retry-after"], headers.date, now());
  return {
    status,
    answer,
    verdict: "again",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.min(retryAfterMs, policy.maxRetryAfter) }),
  };
}

async function follow(policy: Policy, going: Outgoing, headers: [string, string][]): Promise<RawResponse> {
  let { url } = going;
  let sent = headers;
  let { wire } = policy;
  // What is said of a redirect names only whose it is: a receiver may write whatever it got into the next host.
  const { hostname } = url;
  const host = () => (url === going.url ? hostname : `${hostname} (redirected)`);
  // The time is the attempt's, however many hops it has.
  const deadline = performance.now() + wire.timeout;
  for (let left = policy.redirects; ; left--) {
    const answer = await post(url, sent, going.body, wire, { host: host(), deadline });
    const { location } = answer.headers;
    if (left === 0 || (answer.status !== 307 && answer.status !== 308) || location === undefined)
      return answer;
    let next: URL;
    try {
      next = new URL(location, url);
    } catch {
      throw new AttemptError("redirect-refused", `${hostname} redirects to what is no URL.`);
    }
    if (next.protocol !== "https:" && (next.protocol !== "http:" || url.protocol === "https:")) {
      throw new AttemptError("redirect-refused", `${hostname} redirects to another scheme than https.`);
    }
    if (next.username !== "" || next.password !== "")
      throw new AttemptError("redirect-refused", `${hostname} redirects to a URL with a name or a password.`);
    if (next.origin !== url.origin) {
      // SECURITY: secrets were meant for the first origin. What the provider's scheme signed goes along, since it is made
      // over these bytes, and whoever is redirected to has to verify them.
      sent = sent.filter(([name, value]) => !isSecretHeader(name, value, going.secrets, policy.definition));
      wire = { ...wire, tls: { ca: wire.tls.ca } };
    }
    url = next;
  }
}

/** How long to wait: what the schedule says, and no less than the receiver asked for. */
export function nextDelay(
  policy: Policy,
  attempts: number,
  retryAfterMs: number | undefined,
): number | undefined {
  const planned = policy.wait(attempts);
  return planned === undefined ? undefined : Math.max(planned, retryAfterMs ?? 0);
}
