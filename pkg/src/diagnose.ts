/** What can be said of a delivery whose provider is unknown. */
import { callCore, fullCore } from "./core.js";
import { NO_LIMIT, partsOf, writeDelivery } from "./delivery.js";
import { encodeAmount, encodeTime, NO_OPTIONS } from "./encoded-options.js";
import { checkOptions, optionError } from "./error.js";
import type { ProviderDefinition } from "./generated/definition.js";
import type { Algorithm, Cause, Delivery, Issue } from "./types.js";

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** Secrets that may be the sender's, as shown. Without one, signatures are named and not searched. */
  secrets?: readonly string[] | undefined;
  /** The time of the check, as a `Date` or in milliseconds. Default: now. */
  now?: Date | number | undefined;
  /** The largest body that is searched, in bytes. Default: 1 MiB. */
  maxBytes?: number | undefined;
  /** Maximum number of combinations to compute. Default: 4096. */
  maxCombinations?: number | undefined;
}

/** What can be said of a delivery whose provider is unknown. Not a verdict. */
export interface Diagnosis {
  /** What is wrong with the body as bytes and as JSON. */
  issues: Issue[];
  /** The headers that may hold a signature. */
  signatures: SignatureCandidate[];
  /** The signature schemes by which a secret makes a received signature, at most one for each header: proof. */
  matches: SchemeMatch[];
  /** Where no scheme matches the delivery as it is: the change to body or secret with which the usual schemes do. Proof, too. */
  causes: Cause[];
  /** How many combinations of secret, format and signed content were computed. */
  tried: number;
}

/** A header that may hold a signature. */
export interface SignatureCandidate {
  /** The name of the header, as received. */
  header: string;
  /** What the header may hold: a signature that a shared secret makes, a JSON Web Token, a secret that was passed, or something else. */
  kind: "hmac" | "jwt" | "token" | "other";
  /** What the header has, in a sentence. It quotes no character of the value. */
  message: string;
}

/** A signature scheme by which a secret makes the received signature. */
export interface SchemeMatch {
  /** The header of the signature, as received. */
  header: string;
  /** The algorithm. */
  algorithm: Algorithm;
  /** The template of the signed content. */
  signedContent: string;
  /** Index of the secret. */
  secret: number;
  /** The format of the secret, as definitions have it: `utf8`. */
  secretFormat: "utf8" | "base64" | "hex";
  /** The match in a sentence. */
  message: string;
  /** A provider definition with this scheme, for `webhook`. The delivery verifies by it, unless its time is over. */
  definition: ProviderDefinition;
}

const DIAGNOSE_OPTIONS = {
  secrets: true,
  now: true,
  maxBytes: true,
  maxCombinations: true,
} satisfies Record<keyof DiagnoseOptions, true>;

/**
 * Examines a delivery whose provider is unknown: its bytes and its JSON, the headers that may hold a signature, and with a
 * secret the usual signature schemes. A scheme that makes the received signature is returned as a provider definition.
 *
 * Costs as much as thousands of verifications: for debugging, never for every delivery.
 *
 * @example
 * ```ts
 * const { signatures, matches } = diagnose({ headers: request.headers, body: rawBody }, { secrets: [secret] });
 * if (matches[0]) console.log(matches[0].message, JSON.stringify(matches[0].definition, null, 2));
 * ```
 * @throws HooksealError `option-invalid` for a wrong option, `body-not-raw` where the body is neither bytes nor a string.
 */
export function diagnose(delivery: Delivery, options: DiagnoseOptions = NO_OPTIONS): Diagnosis {
  checkOptions("diagnose", options, DIAGNOSE_OPTIONS);
  const { secrets = [], now, maxBytes, maxCombinations } = options ?? NO_OPTIONS;
  if (!Array.isArray(secrets) || secrets.some((secret) => typeof secret !== "string"))
    throw optionError("secrets", "a list of texts");
  const limits = [
    encodeAmount("maxBytes", maxBytes),
    encodeAmount("maxCombinations", maxCombinations),
  ] as const;
  const time = encodeTime(now);
  const { head, body } = partsOf(delivery);
  const core = fullCore();
  const diagnosis = callCore(() =>
    core.diagnose(...writeDelivery(head, body, NO_LIMIT), time, [...secrets], ...limits),
  ) as Diagnosis & { matches: { definition: unknown }[] };
  for (const match of diagnosis.matches)
    match.definition = JSON.parse(match.definition as unknown as string) as ProviderDefinition;
  return diagnosis;
}
