/** When the next attempt starts: by a list of delays or exponential backoff, and by the receiver's `Retry-After`. */
import { checkOptions, coreOption } from "./error.js";
import { valueError } from "./values.js";

/** A duration in milliseconds, or in the notation of definitions: `"30s"`, `"5m"`, `"2h"`, `"7d"`. */
export type Duration = number | string;

/** Growing delays with full jitter: after attempt n a random delay up to `baseDelay` times 2^(n-1), `maxDelay` at most. */
export interface ExponentialBackoff {
  /** The largest number of attempts, the first one included. Default: 12. */
  maxAttempts?: number;
  /** The upper bound of the first delay. Default: 30 s. */
  baseDelay?: Duration;
  /** The upper bound of every delay. Default: 12 h. */
  maxDelay?: Duration;
}

const BACKOFF_OPTIONS = { maxAttempts: true, baseDelay: true, maxDelay: true } satisfies Record<
  keyof ExponentialBackoff,
  true
>;

/** The delay in milliseconds after this many attempts; undefined after the last one. */
export type Schedule = (attempts: number) => number | undefined;

/** A duration in milliseconds. */
export function parseDuration(option: string, value: Duration): number {
  return coreOption((core) => core.duration_option(option, value));
}

/** The schedule of a list of delays, or of exponential backoff. */
export function schedule(retries: readonly Duration[] | ExponentialBackoff, random: () => number): Schedule {
  if (Array.isArray(retries)) {
    const delays = retries.map((delay) => parseDuration("retries", delay));
    return (attempts) => delays[attempts - 1];
  }
  if (typeof retries !== "object" || retries === null)
    throw valueError(
      "retries",
      'a list of delays such as ["10s", "5m"], or { maxAttempts, baseDelay, maxDelay }',
    );
  checkOptions("retries", retries, BACKOFF_OPTIONS);
  const { maxAttempts = 12, baseDelay = "30s", maxDelay = "12h" } = retries as ExponentialBackoff;
  if (!(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 1000))
    throw valueError("retries.maxAttempts", "a whole number from 1 to 1000");
  const baseMs = parseDuration("retries.baseDelay", baseDelay);
  const maxMs = parseDuration("retries.maxDelay", maxDelay);
  // Full jitter spreads the retries of senders that failed at the same moment.
  return (attempts) =>
    attempts >= maxAttempts
      ? undefined
      : Math.floor(random() * Math.min(maxMs, baseMs * 2 ** (attempts - 1)));
}

// RFC 9110, section 5.6.7: the current format, and the two obsolete ones that a recipient has to accept.
const DATE_FORMATS = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * Parses `Retry-After` into milliseconds (RFC 9110, section 10.2.3). A date is compared with the receiver's own clock where
 * the response shows it (`Date`), so a clock that differs from the sender's changes nothing.
 */
export function parseRetryAfter(
  header: string | undefined,
  date: string | undefined,
  now: number,
): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  const until = parseHttpDate(text);
  return until === undefined ? undefined : Math.max(0, until - (parseHttpDate(date?.trim() ?? "") ?? now));
}

function parseHttpDate(text: string): number | undefined {
  const format = DATE_FORMATS.findIndex((pattern) => pattern.test(text));
  if (format === -1) return undefined;
  const time = Date.parse(format === 2 ? `${text} GMT` : text);
  return Number.isNaN(time) ? undefined : time;
}
