/** What the lists of the page show of a provider: made when the page is built, and of a custom definition. */

/** A place for secrets: the schemes of one name have the same ones. */
export interface SecretSlot {
  /** The name of the schemes, for a provider with several. */
  name?: string;
  /** Absent for an HMAC. */
  kind?: "token" | "public-key" | "jwt";
  /** The format of its secrets, such as `utf8` or `whsec_{base64}`. */
  encoding: string;
}

/** Whether the format of a secret cannot be chosen: a token is compared as it is, and a public key says how it is written. */
export const hasOwnFormat = ({ kind }: SecretSlot): boolean => kind === "token" || kind === "public-key";

/** A provider without its definition. */
export interface ProviderFacts {
  title: string;
  /** Empty for a provider that does not sign. */
  secrets: SecretSlot[];
  /** The settings of a webhook by name, with their descriptions. */
  settings: Record<string, string>;
  /** Whether nothing confirms how the provider signs. */
  isUnconfirmed?: true;
}

/** The members of a definition that are read here. A custom one may have anything in them. */
interface DefinitionFacts {
  id: string;
  title?: string;
  confirmed?: string;
  settings?: Record<string, { description: string }>;
  signature?: unknown;
}

interface SchemeFacts {
  name?: string;
  kind?: string;
  format?: string;
  secret?: string;
  algorithms?: string[];
}

/** Whether tokens are verified with a public key. */
const hasPublicKey = ({ kind, algorithms = [] }: SchemeFacts): boolean =>
  kind === "jwt" && algorithms.every((algorithm) => !algorithm.startsWith("HS"));

/** The secret format of a scheme. That of basic authentication is a user name and a password. */
const encodingOf = ({ format, secret }: SchemeFacts): string =>
  format === "Basic {base64}" ? "user:password" : (secret ?? "utf8");

export function providerFacts(definition: DefinitionFacts): ProviderFacts {
  const { id, title, confirmed, settings = {}, signature } = definition;
  const secrets: SecretSlot[] = [];
  for (const scheme of (signature === undefined ? [] : [signature].flat()) as SchemeFacts[]) {
    if (secrets.some(({ name }) => name === scheme.name)) continue;
    const { name } = scheme;
    const kind = hasPublicKey(scheme) ? "public-key" : (scheme.kind ?? "hmac");
    secrets.push({
      ...(name === undefined ? {} : { name }),
      ...(kind === "hmac" ? {} : { kind: kind as Required<SecretSlot>["kind"] }),
      encoding: encodingOf(scheme),
    });
  }
  return {
    title: title ?? id,
    secrets,
    settings: Object.fromEntries(
      Object.entries(settings).map(([name, { description }]) => [name, description]),
    ),
    ...(confirmed === "no" ? { isUnconfirmed: true } : {}),
  };
}
