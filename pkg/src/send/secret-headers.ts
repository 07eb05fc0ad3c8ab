/** Headers that are secrets: never stored, and never sent to an origin other than the one that they are meant for. */
import type { ProviderSendPolicy } from "../results.js";
import { valueError } from "./values.js";

/** Names that contain a word for a secret: `Authorization`, `X-Auth-Token`, `apikey`, `Ocp-Apim-Subscription-Key`. */
const SECRET_NAME =
  /auth(?!or(?!i[sz]))|cookie|token|secret|passw|passcode|passphrase|passkey|pwd|credential|session|jwt|bearer|csrf|xsrf|oidc|saml|(?:api|app|access|account|client|license|master|private|shared|ssh|user)[-_]?key|(?:^|[-_])keys?$/i;
/** Short words that mean a secret only as a whole word: `X-PAT`, but not `X-Path`. */
const SECRET_WORD = /(?:^|[-_])(?:pat|pass|pw|pin|otp|totp|mfa|sid|sess|sas|creds?)(?=$|[-_])/i;
/** Keys that grant no access. */
const ORDINARY_KEY =
  /(?:^|[-_])(?:idempotency|idempotence|routing|partition|ordering|surrogate|cache|public)[-_]?key$/i;
/** Values with an authentication scheme of HTTP (RFC 9110, section 11). */
const SECRET_VALUE = /^(?:basic|bearer|digest|token|apikey|negotiate)\s/i;

/**
 * Whether a header is a secret. SECURITY: in doubt it is. The provider's own headers are none, whatever their names: a
 * signature belongs to one body, and reveals nothing of the secret. A token is the secret, whatever its header is called.
 *
 * @param names Names in lower case that the caller lists as secrets.
 * @param policy Names of the headers that the provider itself puts on a delivery, and of those with a token.
 */
export function isSecretHeader(
  name: string,
  value: string,
  names: ReadonlySet<string>,
  policy: Pick<ProviderSendPolicy, "ownHeaders" | "tokenHeaders"> = { ownHeaders: [], tokenHeaders: [] },
): boolean {
  const lower = name.toLowerCase();
  const isIn = (headers: string[]) => headers.some((own) => own.toLowerCase() === lower);
  if (names.has(lower) || isIn(policy.tokenHeaders)) return true;
  if (isIn(policy.ownHeaders)) return false;
  return (
    ((SECRET_NAME.test(name) || SECRET_WORD.test(name)) && !ORDINARY_KEY.test(name)) ||
    SECRET_VALUE.test(value)
  );
}

/** The names in the option `secretHeaders` of `send`, in lower case. */
export function secretNames(names: readonly string[] = []): ReadonlySet<string> {
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
    throw valueError("secretHeaders", 'a list of header names such as ["X-Acme"], without values');
  return new Set(names.map((name) => name.toLowerCase()));
}
