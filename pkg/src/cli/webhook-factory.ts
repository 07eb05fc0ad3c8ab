/** The webhook of a command: of the provider that --provider names, or of the detected one. */
import { readFileSync } from "node:fs";
import {
  type Delivery,
  detectProvider,
  detectProviders,
  HooksealError,
  type Issue,
  type Profile,
  type ProviderDefinition,
  providerDefinition,
  providers,
  type Webhook,
  type WebhookOptions,
  webhook,
} from "../index.js";
import { displayName, warnAboutRounding } from "./input.js";
import { printError, sanitize } from "./output.js";
import {
  type NamedSecret,
  promptSecret,
  readKeys,
  readSecrets,
  readSettings,
  type SecretOptions,
} from "./secrets.js";
import { describeError, UsageError } from "./usage.js";

export interface HookOptions extends SecretOptions {
  provider?: string;
  unsigned?: boolean;
  profile?: Profile;
  maxBytes?: number;
  tolerance?: number;
}

/** Reads the provider definition file that --provider names. */
function readDefinitionFile(path: string): ProviderDefinition {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `The value of --provider is neither a built-in provider nor a readable file: ${describeError(error)}.`,
      `To list the ${providers().length} built-in providers: hookseal providers. Or name a provider definition: --provider mine.json`,
    );
  }
  let definition: ProviderDefinition;
  try {
    definition = JSON.parse(text);
  } catch {
    throw new UsageError(
      "The provider definition is not valid JSON.",
      `To find the error: echo true > any.json; hookseal schema any.json --check ${displayName(path)}`,
    );
  }
  warnAboutRounding(path, text);
  // Validated here once, so that later code can rely on its structure.
  return asUsageError(() => webhook(definition, { unsigned: "allow" })).definition;
}

/** Makes a webhook. Its error becomes a usage error: the options are those of the command line. */
function asUsageError(work: () => Webhook): Webhook {
  try {
    return work();
  } catch (error) {
    if (error instanceof HooksealError) throw new UsageError(error.message, hintOf(error));
    throw error;
  }
}

/** What to change after an error of a webhook. Its own hint names options of a program, where the command has others. */
export function hintOf({ code, message, issues }: HooksealError): string | undefined {
  const [, setting] = (code === "setting-missing" && /`(\w+)`/.exec(message)) || [];
  return setting === undefined ? issues[0]?.hint : `Pass it: --setting-env ${setting}=NAME`;
}

/** The definition of a built-in provider, or of a file. */
export function findDefinition(provider: string): ProviderDefinition {
  return providerDefinition(provider) ?? readDefinitionFile(provider);
}

/**
 * How signatures are treated. `verify`: a provider without signatures needs `--unsigned`. `report`: unsigned deliveries are
 * reported, not rejected. `explain`: the same for a provider without signatures. `none`: signatures are not checked, and
 * no secret is needed.
 */
export type HookMode = "verify" | "report" | "explain" | "none";

/** Makes the webhook of each provider when a delivery needs it, once. */
export class WebhookFactory {
  readonly #options: HookOptions;
  readonly #mode: HookMode;
  readonly #webhooks = new Map<string, Promise<Webhook>>();
  readonly #definitions = new Map<string, ProviderDefinition>();
  /** The secrets of the webhooks that were made, also those of a prompt: what must not be shown. */
  readonly secrets: string[] = [];

  /** The public keys of --keys-file, for deliveries of providers that change their keys. */
  readonly keys: readonly string[];

  constructor(options: HookOptions, mode: HookMode) {
    this.#options = options;
    this.#mode = mode;
    this.keys = mode === "none" ? [] : readKeys(options);
  }

  /** The provider of --provider, or the detected one; undefined if none is detected. */
  detect(delivery: Delivery): string | undefined {
    return this.#options.provider ?? detectProvider(delivery);
  }

  /** Like `detect`, but throws a usage error if no provider is detected. */
  providerOf(delivery: Delivery): string {
    const provider = this.detect(delivery);
    if (provider !== undefined) return provider;
    const fitting = detectProviders(delivery);
    if (fitting.length > 1) {
      throw new UsageError(
        `Provider not detected: the delivery can be from ${fitting.join(" or ")}.`,
        `Pass --provider with one of them: --provider ${fitting[0]}`,
      );
    }
    throw new UsageError(
      "Provider not detected: neither the headers nor the event type are those of a built-in provider.",
      `Pass --provider with one of the ${providers().length} built-in providers (hookseal providers lists them), or with a definition: --provider mine.json`,
    );
  }

  forDelivery(delivery: Delivery): Promise<Webhook> {
    return this.byId(this.providerOf(delivery));
  }

  definition(provider: string): ProviderDefinition {
    const definition = this.#definitions.get(provider) ?? findDefinition(provider);
    this.#definitions.set(provider, definition);
    return definition;
  }

  byId(provider: string): Promise<Webhook> {
    const hook = this.#webhooks.get(provider) ?? this.#make(provider);
    this.#webhooks.set(provider, hook);
    return hook;
  }

  /**
   * The webhook that explains a delivery, and the one that gives its verdict: the error for a secret that the provider does
   * not have, which only the first one takes.
   */
  async forExplain(delivery: Delivery): Promise<{ explainer: Webhook; verifier: Webhook | HooksealError }> {
    const [provider, options] = await this.#settings(this.providerOf(delivery));
    const explainer = asUsageError(() => webhook(provider as string, { ...options, explainOnly: true }));
    try {
      return { explainer, verifier: webhook(provider as string, options) };
    } catch (error) {
      if (error instanceof HooksealError) return { explainer, verifier: error };
      throw error;
    }
  }

  /** Throws if a file of --keys-file has no key: that is wrong usage, and no verdict on a delivery. */
  rejectInvalidKeys(issues: readonly Issue[]): void {
    const issue = issues.find(({ code }) => code === "key-invalid");
    if (issue === undefined || this.keys.length === 0) return;
    throw new UsageError(`The file that --keys-file names has no key: ${issue.message}`, issue.hint);
  }

  async #make(provider: string): Promise<Webhook> {
    const [source, options] = await this.#settings(provider);
    return asUsageError(() => webhook(source as string, options));
  }

  /** The provider and the options of a webhook. Prompts for a secret that is needed and not passed. */
  async #settings(provider: string): Promise<[provider: string | ProviderDefinition, WebhookOptions]> {
    const { profile, maxBytes, tolerance } = this.#options;
    const definition = this.definition(provider);
    const title = definition.title ?? definition.id;
    const signs = definition.signature !== undefined && definition.signature !== null;
    const secrets = this.#mode === "none" ? [] : readSecrets(this.#options);
    const unsigned =
      this.#options.unsigned === true ||
      this.#mode === "none" ||
      (!signs && (this.#mode === "report" || this.#mode === "explain"));
    if (this.#options.privateKeyFile !== undefined && !hasPublicKeys(definition))
      throw new UsageError(
        `${title} does not sign with a private key.`,
        "Pass its secret in place of --private-key-file: --secret-env NAME (an environment variable) or --secret-file FILE.",
      );
    if (this.keys.length > 0 && definition.keys === undefined) {
      secrets.push(...keysAsSecrets(definition, this.keys));
      // One of several providers of an archive may have no public keys.
      if (secrets.length === 0 && this.#mode !== "report")
        throw new UsageError(
          `${title} has no public keys.`,
          "Pass its secret: --secret-env NAME (an environment variable) or --secret-file FILE.",
        );
      if (!hasPublicKeys(definition) && (this.#mode !== "report" || this.#options.provider !== undefined))
        printError(`--keys-file is not used: ${sanitize(title)} has no public keys.`);
    }
    const hasKeys = definition.keys !== undefined && (this.keys.length > 0 || hasKnownKeys(definition));
    if (signs && !unsigned && !hasKeys && secrets.length === 0) {
      // A key has many lines, which a prompt does not take.
      if (definition.keys !== undefined)
        throw new UsageError(
          `No public key configured for ${title}.`,
          "Pass it: --keys-file FILE (a key, a certificate or a set of JSON Web Keys). Or pass --unsigned.",
        );
      secrets.push({ scheme: undefined, secret: await promptSecret(title, hasPublicKeys(definition)) });
    }
    this.secrets.push(...secrets.map(({ secret }) => secret));
    if (!signs && !unsigned) {
      throw new UsageError(
        `${title} does not sign its webhooks, so the sender cannot be authenticated.`,
        "Pass --unsigned to accept unsigned deliveries.",
      );
    }
    const options: WebhookOptions = {
      // The secret options of `inspect` apply to all its deliveries. A provider without signatures takes no secret.
      secrets: signs ? secretsOf(definition, secrets) : [],
      settings: readSettings(this.#options),
      unsigned: unsigned ? "allow" : "refuse",
      profile,
      maxBytes,
      tolerance,
    };
    return [providerDefinition(provider) === undefined ? definition : provider, options];
  }
}

/** The public keys of --keys-file as secrets, for a provider whose keys do not come with a delivery. */
export function keysAsSecrets(definition: ProviderDefinition, keys: readonly string[]): NamedSecret[] {
  if (definition.keys !== undefined || !hasPublicKeys(definition)) return [];
  return keys.map((secret) => ({ scheme: undefined, secret }));
}

/** Whether a signature scheme of a provider has public keys. */
export function hasPublicKeys({ signature }: ProviderDefinition): boolean {
  return [signature].flat().some((scheme) => {
    const isToken = scheme?.kind === "jwt" && scheme.algorithms?.some((name) => !name.startsWith("HS"));
    return scheme?.kind === "public-key" || isToken === true;
  });
}

/** Whether the definition itself has public keys of the provider. */
const hasKnownKeys = ({ keys }: ProviderDefinition) =>
  keys !== undefined && "known" in keys && keys.known !== undefined;

/** The secrets as the option of a webhook: by the names of schemes where one is named. */
export function secretsOf(
  { signature }: ProviderDefinition,
  secrets: NamedSecret[],
): WebhookOptions["secrets"] {
  if (secrets.every(({ scheme }) => scheme === undefined)) return secrets.map(({ secret }) => secret);
  const first = [signature].flat()[0]?.name;
  const lists: Record<string, string[]> = {};
  for (const { scheme = first ?? "", secret } of secrets) lists[scheme] = [...(lists[scheme] ?? []), secret];
  return lists;
}
