/** Options of a webhook's verbs: checked, and converted to numbers for the core. */
import { callCore, core } from "./core.js";
import { checkOptions, type ErrorData, HooksealError } from "./error.js";
import { ProfileNumber } from "./generated/layout.js";
import type { OptionNames } from "./options.js";
import { randomBytes } from "./random.js";
import type { CompareOptions, ExplainOptions, SignOptions, VerifyOptions, WebhookOptions } from "./types.js";

/** The options of one call as numbers. NaN, or the default profile, selects the webhook's own option. */
export interface EncodedOptions {
  now: number;
  profile: number;
  maxBytes: number;
  tolerance: number;
}

/** The options of every call without any: the same object, so that they are not checked again. */
export const NO_OPTIONS = Object.freeze({});

const VERIFY_OPTIONS = {
  now: true,
  profile: true,
  maxBytes: true,
  tolerance: true,
  digest: true,
  keys: true,
} satisfies Record<keyof VerifyOptions, true>;

/** The options of `explain` and `signedBody`. */
export const EXPLAIN_OPTIONS = { ...VERIFY_OPTIONS, maxCombinations: true } satisfies Record<
  keyof ExplainOptions,
  true
>;

/** The options of `compare`. */
export const COMPARE_OPTIONS = { maxBytes: true } satisfies Record<keyof CompareOptions, true>;

export const SIGN_OPTIONS = {
  now: true,
  id: true,
  webhookId: true,
  type: true,
  url: true,
  privateKey: true,
} satisfies Record<keyof SignOptions, true>;

/** The options of a webhook. */
export const WEBHOOK_OPTIONS = {
  secrets: true,
  unsigned: true,
  explainOnly: true,
  settings: true,
  algorithms: true,
  profile: true,
  maxBytes: true,
  tolerance: true,
} satisfies Record<keyof WebhookOptions, true>;

/** Converts the options of one call. */
export function encodeOptions(
  options: VerifyOptions,
  call: string,
  names: OptionNames = VERIFY_OPTIONS,
): EncodedOptions {
  if (options !== NO_OPTIONS) checkOptions(call, options, names);
  const { now, profile, maxBytes, tolerance, digest } = options ?? NO_OPTIONS;
  if (digest !== undefined && typeof digest !== "boolean") throw invalidOption("digest");
  return {
    now: encodeTime(now),
    profile: profile === undefined ? ProfileNumber.default : encodeProfile(profile),
    maxBytes: encodeAmount("maxBytes", maxBytes),
    tolerance: encodeAmount("tolerance", tolerance),
  };
}

function encodeProfile(profile: unknown): number {
  if (profile === "lenient") return ProfileNumber.lenient;
  if (profile === "strict") return ProfileNumber.strict;
  throw invalidOption("profile");
}

/** Converts a number that is 0 or more; NaN for an option that is absent. */
export function encodeAmount(option: string, value: number | undefined): number {
  if (value === undefined) return Number.NaN;
  if (typeof value === "number" && value >= 0) return value;
  throw invalidOption(option);
}

/** Converts a time to milliseconds. */
export function encodeTime(now: Date | number | undefined): number {
  if (now === undefined) return Date.now();
  const value = typeof now === "number" || now instanceof Date ? Number(now) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw invalidOption("now");
}

/** The core's error for an option with an invalid value. */
function invalidOption(name: string): HooksealError {
  const { invalid_option } = core();
  return new HooksealError(callCore(() => invalid_option(name) as ErrorData));
}

/** Converts the options of `sign` and `create`. The core checks the strings. */
export function signParams(options: SignOptions, call: string) {
  if (options !== NO_OPTIONS) checkOptions(call, options, SIGN_OPTIONS);
  const { now, id, webhookId, type, url, privateKey } = options ?? NO_OPTIONS;
  const hasPrivateKey = privateKey !== undefined;
  return { now: encodeTime(now), random: randomBytes(32), id, webhookId, type, url, hasPrivateKey };
}

/** The settings as names and values in turn, without those that are undefined. The core checks the values. */
export function settingList(settings: WebhookOptions["settings"]): unknown {
  if (typeof settings !== "object") return settings;
  return Object.entries(settings ?? {})
    .filter(([, value]) => value !== undefined)
    .flat();
}

/**
 * The secrets as a list, and those with the names of schemes as pairs. One that is undefined, such as an environment variable
 * that is not set, is an empty one to the core.
 */
export function secretLists(secrets: WebhookOptions["secrets"]): {
  secrets: string[];
  namedSecrets?: string[];
} {
  if (secrets === undefined || secrets === null) return { secrets: [] };
  const isNamed = typeof secrets === "object" && !Array.isArray(secrets);
  if (!isNamed) return { secrets: listOf(secrets as readonly (string | undefined)[]) };
  const pairs = Object.entries(secrets).flatMap(([name, list]) =>
    listOf(list).flatMap((secret) => [name, secret]),
  );
  return { secrets: [], namedSecrets: pairs };
}

function listOf(secrets: readonly (string | undefined)[]): string[] {
  const list = Array.isArray(secrets) ? secrets : [secrets];
  return list.map((secret) => secret ?? "");
}
