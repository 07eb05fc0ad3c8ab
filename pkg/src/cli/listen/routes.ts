/** Which provider's receiver a delivery of `listen` gets: that of `--provider`, or of the detected provider. */
import {
  type Delivery,
  detectProviders,
  HooksealError,
  type ProviderDefinition,
  providerDefinition,
  type Webhook,
  webhook,
} from "../../index.js";
import { samplesOf } from "../samples.js";
import { type NamedSecret, readKeys, readSecrets, readSettings } from "../secrets.js";
import { UsageError } from "../usage.js";
import {
  findDefinition,
  type HookOptions,
  hasPublicKeys,
  hintOf,
  keysAsSecrets,
  secretsOf,
  WebhookFactory,
} from "../webhook-factory.js";
import { isUnrouted, type Unrouted } from "./unrouted.js";

export interface RouteOptions extends Omit<HookOptions, "provider"> {
  provider?: string[];
}

/** The receiver of a delivery without a provider checks the bytes, the size and the JSON alone. */
const ANY_DEFINITION: ProviderDefinition = {
  id: "undetected",
  envelope: { type: "header:Host" },
  body: [
    // Amazon SNS sends its JSON so. Every type of JSON is accepted, too.
    { type: "text/plain" },
    { type: "application/x-www-form-urlencoded", as: "form" },
  ],
  dedupe: ["none"],
  events: { "*": { schema: true } },
};

/** A secret, and the provider that it is for; undefined for every provider that has none of its own. */
interface ProviderSecret extends NamedSecret {
  provider: string | undefined;
}

/** A provider that a delivery can be from. */
interface Candidate {
  id: string;
  source: string | ProviderDefinition;
  definition: ProviderDefinition;
}

export class Routes {
  /** The webhook of the only provider that is configured. */
  readonly only: Webhook | undefined;
  /** The webhook of deliveries whose provider is not detected: it accepts any JSON. */
  readonly fallback: Webhook;
  /** The public keys of --keys-file. */
  readonly keys: readonly string[];
  /** The providers of `--provider`; empty for every built-in one. */
  readonly #configured: Candidate[];
  readonly #secrets: ProviderSecret[];
  readonly #settings: Record<string, string>;
  readonly #options: RouteOptions;
  readonly #hooks = new Map<string, Webhook | Unrouted>();

  /** All secrets and settings: what must not be shown. */
  readonly hidden: string[];

  private constructor(
    options: RouteOptions,
    configured: Candidate[],
    only: Webhook | undefined,
    secrets: string[] = [],
  ) {
    this.#options = options;
    this.#configured = configured;
    this.only = only;
    this.keys = readKeys(options);
    this.fallback = webhook(ANY_DEFINITION, { unsigned: "allow", maxBytes: options.maxBytes });
    this.#secrets =
      only === undefined
        ? readSecrets(options).map(({ scheme: name, secret }) => {
            const [provider, scheme] = name?.split(":") ?? [];
            return { provider, scheme, secret };
          })
        : [];
    this.#settings = only === undefined ? (readSettings(options) ?? {}) : {};
    const settings = Object.values(readSettings(options) ?? {});
    this.hidden = [...secrets, ...this.#secrets.map(({ secret }) => secret), ...settings];
    if (only !== undefined) return;
    for (const { provider } of this.#secrets) {
      // SECURITY: the name is not printed: it may be a secret by mistake.
      if (provider !== undefined && this.#candidate(provider) === undefined)
        throw new UsageError(
          "A name before `=` in --secret-env or --secret-file is not a provider that can be detected.",
          "Example: --secret-env stripe=STRIPE_SECRET. For one of several schemes: stripe:SCHEME=STRIPE_SECRET",
        );
    }
    // A wrong secret is wrong usage now, and not with the first delivery.
    for (const { id } of configured) {
      const hook = this.#hook(id);
      if (!isUnrouted(hook)) continue;
      throw new UsageError(hook.message, hook.hint);
    }
  }

  /** Reads the secrets and settings. Prompts for a secret if there is one provider, and the terminal can prompt. */
  static async read(options: RouteOptions): Promise<Routes> {
    const ids = [...new Set(options.provider ?? [])];
    const configured = ids.map(toCandidate);
    const [id] = ids;
    if (id === undefined || ids.length > 1) return new Routes(options, configured, undefined);
    const own = withoutProvider(options, configured[0]?.definition.id ?? id);
    const factory = new WebhookFactory({ ...own, provider: id }, "verify");
    return new Routes(options, configured, await factory.byId(id), factory.secrets);
  }

  /** The providers in words, for the first line. */
  get title(): string {
    return this.#options.provider?.join(", ") ?? "every built-in provider";
  }

  /** The names of the variables and files that have the secrets, without the provider in front. */
  get secretNames(): string[] {
    const { secretEnv = [], secretFile = [] } = this.#options;
    return [...secretEnv, ...secretFile].map((name) => name.replace(/^[^=]*=/, ""));
  }

  /** A command that sends a sample of the only provider. */
  exampleCommand(url: string): string | undefined {
    const [provider = ""] = this.#options.provider ?? [];
    const events = Object.keys(this.only?.definition.events ?? {});
    const [sample] = this.only === undefined ? [] : samplesOf(provider, events);
    if (sample === undefined) return undefined;
    const { secretEnv = [], secretFile = [] } = this.#options;
    const option = secretEnv.length > 0 ? " --secret-env" : secretFile.length > 0 ? " --secret-file" : "";
    const [name = ""] = this.secretNames;
    const source = option === "" ? "" : `${option} ${/^[\w./-]+$/.test(name) ? name : JSON.stringify(name)}`;
    return `hookseal send ${url} --provider ${provider}${source} --event ${sample.type}`;
  }

  /** Whether no delivery can be accepted: there is neither a secret nor a key, and unsigned deliveries are rejected. */
  get acceptsNothing(): boolean {
    const hasKey = this.#secrets.length + this.keys.length > 0;
    return this.only === undefined && !hasKey && this.#options.unsigned !== true;
  }

  /** The webhook that checks a delivery, or why there is none. */
  route(delivery: Delivery): Webhook | Unrouted {
    if (this.only !== undefined) return this.only;
    const handshake = this.#handshake(delivery);
    if (handshake !== undefined) return handshake;
    const builtIn = detectProviders(delivery);
    const ids = this.#configured.map(({ definition }) => definition.id);
    const candidates = ids.length === 0 ? builtIn : builtIn.filter((id) => ids.includes(id));
    // A definition of the user's is not among those that are detected.
    const own = this.#configured.filter(({ source }) => typeof source !== "string").map(({ id }) => id);
    const [first, second] = candidates;
    if (second !== undefined || own.length > 0) {
      const hooks = [...candidates, ...own].map((id) => this.#hook(id));
      const chosen = choose(
        hooks.filter((hook): hook is Webhook => !isUnrouted(hook)),
        delivery,
        this.keys,
      );
      if (chosen !== undefined) return chosen;
    }
    if (first !== undefined && second === undefined) return this.#hook(first);
    return first === undefined
      ? {
          status: 400,
          code: "provider-unknown",
          message:
            "Provider not detected: neither the headers nor the event type are those of an expected provider.",
          hint: "Pass the provider, or a definition of it, with --provider. `hookseal explain` of the saved file names what looks like a signature.",
        }
      : {
          status: 400,
          code: "provider-unknown",
          message: `Provider not detected: the delivery can be from ${candidates.join(" or ")}.`,
          hint: `Pass --provider with one of them: --provider ${first}`,
        };
  }

  /** The configured provider that a handshake by GET is of: such a request has nothing by which it is detected. */
  #handshake(delivery: Delivery): Webhook | undefined {
    const { method = "POST" } = delivery;
    if (method === "POST") return undefined;
    return this.#configured
      .map(({ id }) => this.#hook(id))
      .find(
        (hook): hook is Webhook =>
          !isUnrouted(hook) &&
          hook.handshakes?.includes(method) === true &&
          hook.handshake(delivery) !== undefined,
      );
  }

  /** The webhook of a provider, by its id; undefined if its secret is missing. */
  hookOf(id: string | undefined): Webhook | undefined {
    if (id === undefined) return undefined;
    if (this.only !== undefined) return this.only;
    const candidate = this.#candidate(id);
    const hook = candidate && this.#hook(candidate.id);
    return hook === undefined || isUnrouted(hook) ? undefined : hook;
  }

  #candidate(id: string): Candidate | undefined {
    if (this.#configured.length > 0)
      return this.#configured.find((candidate) => candidate.id === id || candidate.definition.id === id);
    const definition = providerDefinition(id);
    return definition === undefined ? undefined : { id, source: id, definition };
  }

  /** The webhook of a provider with its secrets, made once. */
  #hook(id: string): Webhook | Unrouted {
    const known = this.#hooks.get(id);
    if (known !== undefined) return known;
    const { source, definition } = this.#candidate(id) as Candidate;
    const hook = this.#make(source, definition);
    this.#hooks.set(id, hook);
    return hook;
  }

  #make(source: string | ProviderDefinition, definition: ProviderDefinition): Webhook | Unrouted {
    const { profile, maxBytes, tolerance, unsigned } = this.#options;
    const own = this.#secrets.filter(({ provider }) => provider === definition.id);
    const secrets = own.length > 0 ? own : this.#secrets.filter(({ provider }) => provider === undefined);
    const signs = definition.signature !== undefined;
    const settings = Object.entries(this.#settings).filter(([name]) => name in (definition.settings ?? {}));
    try {
      const hook = webhook(source as string, {
        secrets: signs ? secretsOf(definition, [...secrets, ...keysAsSecrets(definition, this.keys)]) : [],
        settings: Object.fromEntries(settings),
        unsigned: unsigned === true ? "allow" : "refuse",
        profile,
        maxBytes,
        tolerance,
      });
      const isKeyMissing = hook.needsKeys && this.keys.length === 0 && unsigned !== true;
      return isKeyMissing ? secretMissing(definition) : hook;
    } catch (error) {
      if (!(error instanceof HooksealError)) throw error;
      if (error.code === "secret-missing") return secretMissing(definition);
      const hint = hintOf(error);
      return {
        provider: definition.id,
        status: 500,
        code: error.code,
        message: error.message,
        ...(hint === undefined ? {} : { hint }),
      };
    }
  }
}

/** A provider whose secret or public key is not configured, or one that has none. */
function secretMissing(definition: ProviderDefinition): Unrouted {
  const { id, title = id, signature } = definition;
  const base = { provider: id, status: 500, code: "secret-missing" };
  if (signature === undefined) {
    return {
      ...base,
      message: `${title} does not sign its webhooks, so the sender cannot be authenticated.`,
      hint: "Pass --unsigned to accept unsigned deliveries.",
    };
  }
  if (!hasPublicKeys(definition)) {
    return {
      ...base,
      message: `No signing secret configured for ${title}.`,
      hint: `Pass it: --secret-env ${id}=NAME`,
    };
  }
  return {
    ...base,
    message: `No public key configured for ${title}.`,
    hint: `Pass it: --keys-file FILE, or --secret-env ${id}=NAME`,
  };
}

/** The provider of several that a delivery can be from: the one whose secret verifies; or the only one whose signature is there. */
function choose(hooks: Webhook[], delivery: Delivery, keys: readonly string[]): Webhook | undefined {
  const reports = hooks.map((hook) => ({ hook, report: hook.inspect(delivery, { keys }) }));
  const verified = reports.find(({ report }) => ["verified", "token"].includes(report.signature.status));
  const signed = reports.filter(({ report }) => !["missing", "unsigned"].includes(report.signature.status));
  const accepted = reports.filter(({ report }) => report.verdict !== "rejected");
  const [chosen, another] = verified !== undefined ? [verified] : signed.length > 0 ? signed : accepted;
  return another === undefined ? chosen?.hook : undefined;
}

function toCandidate(id: string): Candidate {
  const definition = findDefinition(id);
  return { id, source: providerDefinition(id) === undefined ? definition : id, definition };
}

/** The secret options of the only provider, without its name in front: `painchek=NAME` is `NAME`. */
function withoutProvider({ provider: _, ...options }: RouteOptions, id: string): HookOptions {
  const strip = (values: string[] = []) =>
    values.map((value) =>
      value.startsWith(`${id}=`) || value.startsWith(`${id}:`) ? value.slice(id.length + 1) : value,
    );
  return { ...options, secretEnv: strip(options.secretEnv), secretFile: strip(options.secretFile) };
}
