/** What one call of a webhook may say differently: its options, looked at and made into numbers for the core. */
import { callError, checkOptions } from "./error.js";
import type { OptionNames } from "./options.js";
import { randomBytes } from "./random.js";
import type { CompareOptions, ExplainOptions, SignOptions, VerifyOptions, WebhookOptions } from "./types.js";

/** `now` in milliseconds; the others NaN or 0 where the webhook's own apply. */
export interface Limits {
  now: number;
  profile: number;
  maxBytes: number;
  tolerance: number;
}

/** The same object for every call without options, which are not looked at then. */
export const NO_OPTIONS = Object.freeze({});

const VERIFY_OPTIONS = {
  now: true,
  profile: true,
  maxBytes: true,
  tolerance: true,
} satisfies Record<keyof VerifyOptions, true>;

/** The options of `explain` and `signedBody`. */
export const EXPLAIN_OPTIONS = { ...VERIFY_OPTIONS, maxCombinations: true } satisfies Record<
  keyof ExplainOptions,
  true
>;

/** The options of `compare`. */
export const COMPARE_OPTIONS = { maxBytes: true } satisfies Record<keyof CompareOptions, true>;

const SIGN_OPTIONS = {
  now: true,
  id: true,
  webhookId: true,
  type: true,
  url: true,
} satisfies Record<keyof SignOptions, true>;

/** The options of a webhook. */
export const WEBHOOK_OPTIONS = {
  secrets: true,
  unsigned: true,
  algorithms: true,
  profile: true,
  maxBytes: true,
  tolerance: true,
} satisfies Record<keyof WebhookOptions, true>;

/** The limits of a call. Its options are looked at where it has a name and any options. */
export function limitsOf(options: VerifyOptions, call?: string, names: OptionNames = VERIFY_OPTIONS): Limits {
  if (call !== undefined && options !== NO_OPTIONS) checkOptions(call, options, names);
  const { now, profile, maxBytes, tolerance } = options ?? NO_OPTIONS;
  return {
    now: millis(now),
    profile:
      profile === undefined ? 0 : profile === "lenient" ? 1 : profile === "strict" ? 2 : wrong("profile"),
    maxBytes: amount("maxBytes", maxBytes),
    tolerance: amount("tolerance", tolerance),
  };
}

/** A number from 0; NaN stands for none. */
export function amount(option: string, value: number | undefined): number {
  if (value === undefined) return Number.NaN;
  return typeof value === "number" && value >= 0 ? value : wrong(option);
}

function millis(now: Date | number | undefined): number {
  if (now === undefined) return Date.now();
  const value = typeof now === "number" || now instanceof Date ? Number(now) : Number.NaN;
  return Number.isFinite(value) ? value : wrong("now");
}

/** Refuses the value of an option. */
export function wrong(option: string): never {
  const message = `The option \`${option}\` has a value that means nothing.`;
  throw callError("option-invalid", message);
}

/** What a new delivery is made with. */
export function fresh(options: SignOptions, call: string) {
  if (options !== NO_OPTIONS) checkOptions(call, options, SIGN_OPTIONS);
  const { now, id, webhookId, type, url } = options ?? NO_OPTIONS;
  for (const [name, value] of Object.entries({ id, webhookId, type, url }))
    if (value !== undefined && value !== null && typeof value !== "string") wrong(name);
  return { now: millis(now), random: randomBytes(32), id, webhookId, type, url };
}
