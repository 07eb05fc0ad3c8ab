/** Headers that are secrets: never stored, and never sent to another origin than the one they were meant for. */
import type { ProviderDefinition } from "../generated/definition.js";
import { SendError } from "./error.js";

/** Names that say so, whole or in part: `Authorization`, `X-Auth-Token`, `apikey`, `Ocp-Apim-Subscription-Key`. */
const SECRET_NAME =
  /auth(?!or(?!i[sz]))|cookie|token|secret|passw|passcode|passphrase|passkey|pwd|credential|session|jwt|bearer|csrf|xsrf|oidc|saml|(?:api|app|access|account|client|license|master|private|shared|ssh|user)[-_]?key|(?:^|[-_])keys?$/i;
/** Names that say so by a word of their own, which is a part of harmless ones: `X-PAT`, and not `X-Path`. */
const SECRET_WORD = /(?:^|[-_])(?:pat|pass|pw|pin|otp|totp|mfa|sid|sess|sas|creds?)(?=$|[-_])/i;
/** Keys that open nothing. */
const ORDINARY_KEY =
  /(?:^|[-_])(?:idempotency|idempotence|routing|partition|ordering|surrogate|cache|public)[-_]?key$/i;
/** Values that say so, by the schemes of HTTP (RFC 9110, section 11). */
const SECRET_VALUE = /^(?:basic|bearer|digest|token|apikey|negotiate)\s/i;

/**
 * Whether a header is a secret. SECURITY: in doubt it is one. The headers of the provider's own scheme are none, whatever
 * their names: a signature is made over this very body, and says nothing of the secret it was made with.
 *
 * @param names Names in lower case that are secrets because the caller says so.
 */
export function isSecretHeader(
  name: string,
  value: string,
  names: ReadonlySet<string>,
  definition: ProviderDefinition | undefined,
): boolean {
  const lower = name.toLowerCase();
  if (names.has(lower)) return true;
  const scheme = [definition?.signature?.header, ...Object.values(definition?.headers ?? {})];
  if (scheme.some((own) => typeof own === "string" && own.toLowerCase() === lower)) return false;
  return (
    ((SECRET_NAME.test(name) || SECRET_WORD.test(name)) && !ORDINARY_KEY.test(name)) ||
    SECRET_VALUE.test(value)
  );
}

/** The names that the option `secretHeaders` of `send` lists. */
export function secretNames(names: readonly string[] = []): ReadonlySet<string> {
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw new SendError(
      "option-invalid",
      'The option `secretHeaders` takes a list of names of headers, such as ["X-Acme"]: names, and not values.',
    );
  }
  return new Set(names.map((name) => name.toLowerCase()));
}
