/** When the next attempt comes: a list of waits, or exponential ones with jitter, and what the receiver asks for. */
import { checkOptions, SendError } from "./error.js";

/** A span in milliseconds, or as definitions write it: `"30s"`, `"5m"`, `"2h"`, `"7d"`. */
export type Duration = number | string;

/** Waits that grow: before attempt n+1 a random time up to `baseDelay` times 2^(n-1), and no longer than `maxDelay`. */
export interface ExponentialBackoff {
  /** How many attempts at most, the first one included. Default: 12. */
  maxAttempts?: number;
  /** The upper bound of the first wait. Default: 30 s. */
  baseDelay?: Duration;
  /** The upper bound of any wait. Default: 12 h. */
  maxDelay?: Duration;
}

const EXPONENTIAL = { maxAttempts: true, baseDelay: true, maxDelay: true } satisfies Record<
  keyof ExponentialBackoff,
  true
>;

/** The wait after a number of attempts; undefined where there is no further one. */
export type Schedule = (attempts: number) => number | undefined;

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** What a timer of JavaScript can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A span in milliseconds. */
export function parseDuration(option: string, value: Duration): number {
  const words = typeof value === "string" ? /^(\d{1,9})(ms|s|m|h|d)$/.exec(value) : null;
  const found = words === null ? value : Number(words[1]) * (UNITS[words[2] as string] as number);
  if (typeof found !== "number" || !(found >= 0 && found <= MAX_TIMER_MS)) {
    throw new SendError(
      "option-invalid",
      `The option \`${option}\` takes milliseconds, or a text such as "30s", "5m", "2h" or "7d"; 24 days at the most.`,
    );
  }
  return found;
}

/** The schedule of a list of waits, or of growing ones. */
export function schedule(retries: readonly Duration[] | ExponentialBackoff, random: () => number): Schedule {
  if (Array.isArray(retries)) {
    const delays = retries.map((wait) => parseDuration("retries", wait));
    return (attempts) => delays[attempts - 1];
  }
  if (typeof retries !== "object" || retries === null) {
    throw new SendError(
      "option-invalid",
      'The option `retries` takes a list of waits, such as ["10s", "5m"], or { maxAttempts, baseDelay, maxDelay }.',
    );
  }
  checkOptions("retries", retries, EXPONENTIAL);
  const { maxAttempts = 12, baseDelay = "30s", maxDelay = "12h" } = retries as ExponentialBackoff;
  if (!(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 1000))
    throw new SendError("option-invalid", "The option `retries.maxAttempts` takes a number from 1 to 1000.");
  const [first, longest] = [
    parseDuration("retries.baseDelay", baseDelay),
    parseDuration("retries.maxDelay", maxDelay),
  ];
  // Full jitter: senders that failed together do not come back together.
  return (attempts) =>
    attempts >= maxAttempts
      ? undefined
      : Math.floor(random() * Math.min(longest, first * 2 ** (attempts - 1)));
}

// RFC 9110, section 5.6.7: the form that is written today, and the two that a recipient has to accept.
const DATES = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * What a `Retry-After` asks for, in milliseconds (RFC 9110, section 10.2.3). A date is read by the receiver's own clock
 * where its answer shows it (`Date`), so that two clocks that disagree do no harm.
 */
export function retryAfter(
  header: string | undefined,
  date: string | undefined,
  now: number,
): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  const until = httpDate(text);
  return until === undefined ? undefined : Math.max(0, until - (httpDate(date?.trim() ?? "") ?? now));
}

function httpDate(text: string): number | undefined {
  const form = DATES.findIndex((date) => date.test(text));
  if (form === -1) return undefined;
  const time = Date.parse(form === 2 ? `${text} GMT` : text);
  return Number.isNaN(time) ? undefined : time;
}
