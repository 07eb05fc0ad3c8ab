/** Whether a text contains a secret that was entered. SECURITY: such a text is neither shared nor stored. */
import type { State } from "./state.ts";

type Secrets = Pick<State, "secret" | "secondSecret" | "schemeSecrets" | "settings">;

/** Shorter secrets would be found in any text. */
const MIN_CHARS = 4;

export function containsSecret(text: string, state: Readonly<Secrets>): boolean {
  const { secret, secondSecret, schemeSecrets, settings } = state;
  const secrets = [secret, secondSecret, ...Object.values(schemeSecrets), ...Object.values(settings)];
  return secrets.some((value) => {
    const escaped = JSON.stringify(value.trim()).slice(1, -1);
    return escaped.length >= MIN_CHARS && containsEscaped(text, escaped);
  });
}

/** Also finds text inside of JSON strings that contain JSON, where each level escapes it again. */
function containsEscaped(text: string, escaped: string): boolean {
  let variant = escaped;
  for (let level = 0; level < 4; level++) {
    if (text.includes(variant)) return true;
    variant = JSON.stringify(variant).slice(1, -1);
  }
  return false;
}
