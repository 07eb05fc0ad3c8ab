/** The webhook a command works with: by --provider, or by what a delivery looks like. */
import { readFileSync } from "node:fs";
import {
  type Delivery,
  detectProvider,
  HooksealError,
  type Profile,
  type ProviderDefinition,
  providerDefinition,
  providers,
  type Webhook,
  webhook,
} from "../index.js";
import { displayName } from "./input.js";
import { promptSecret, readSecrets, type SecretOptions } from "./secrets.js";
import { describeError, UsageError } from "./usage.js";

export interface HookOptions extends SecretOptions {
  provider?: string;
  unsigned?: boolean;
  profile?: Profile;
  maxBytes?: number;
  tolerance?: number;
}

/** A definition of one's own, as --provider names it. */
function readDefinitionFile(path: string): ProviderDefinition {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `What --provider names is no built-in provider, and cannot be read as a file: ${describeError(error)}.`,
      `Built in are ${providers().join(", ")}; your own is a JSON file.`,
    );
  }
  let definition: ProviderDefinition;
  try {
    definition = JSON.parse(text);
  } catch {
    throw new UsageError(
      "The provider definition is no JSON.",
      `Where: echo true > any.json; hookseal schema any.json --check ${displayName(path)}`,
    );
  }
  // Everybody who looks into it can rely on its form from here on.
  make(() => webhook(definition, { unsigned: "allow" }));
  return definition;
}

/** A webhook; what speaks against it is wrong usage. */
function make(work: () => Webhook): Webhook {
  try {
    return work();
  } catch (error) {
    if (error instanceof HooksealError) throw new UsageError(error.message, error.issues[0]?.hint);
    throw error;
  }
}

/** The definition that --provider names. */
export function findDefinition(provider: string): ProviderDefinition {
  return providerDefinition(provider) ?? readDefinitionFile(provider);
}

/** Makes webhooks as they are needed, one for each provider. */
export class WebhookFactory {
  readonly #options: HookOptions;
  /** `sign`: what signs nothing is not excused. `look`: reports say that it is unsigned. `none`: no signature is looked at. */
  readonly #mode: "trust" | "look" | "none";
  readonly #made = new Map<string, Promise<Webhook>>();
  readonly #definitions = new Map<string, ProviderDefinition>();

  constructor(options: HookOptions, need: "trust" | "look" | "none") {
    this.#options = options;
    this.#mode = need;
  }

  /** The name of the provider of a delivery; an error that says what to give where it cannot be told. */
  name(delivery: Delivery): string {
    const name = this.#options.provider ?? detectProvider(delivery);
    if (name !== undefined) return name;
    throw new UsageError(
      "Neither its headers nor its event tell which provider sent this.",
      `Say --provider with one of ${providers().join(", ")}, or name a definition: --provider mine.json`,
    );
  }

  /** Whether the provider of a delivery can be told. */
  knows(delivery: Delivery): boolean {
    return this.#options.provider !== undefined || detectProvider(delivery) !== undefined;
  }

  of(delivery: Delivery): Promise<Webhook> {
    return this.named(this.name(delivery));
  }

  definition(name: string): ProviderDefinition {
    const known = this.#definitions.get(name) ?? findDefinition(name);
    this.#definitions.set(name, known);
    return known;
  }

  named(name: string): Promise<Webhook> {
    const made = this.#made.get(name) ?? this.#make(name);
    this.#made.set(name, made);
    return made;
  }

  async #make(name: string): Promise<Webhook> {
    const { profile, maxBytes, tolerance } = this.#options;
    const definition = this.definition(name);
    const signs = definition.signature !== undefined && definition.signature !== null;
    const secrets = this.#mode === "none" ? [] : readSecrets(this.#options);
    const unsigned =
      this.#options.unsigned === true || this.#mode === "none" || (this.#mode === "look" && !signs);
    if (signs && !unsigned && secrets.length === 0) {
      secrets.push(await promptSecret(definition.title ?? definition.id));
    }
    if (!signs && !unsigned) {
      throw new UsageError(
        `${definition.title ?? definition.id} signs nothing: anybody who knows the URL can send such a delivery.`,
        "Say --unsigned if that is what you expect.",
      );
    }
    return make(() =>
      webhook(providerDefinition(name) === undefined ? definition : name, {
        // A provider that signs nothing has no use for a secret that is there for another one.
        secrets: signs ? secrets : [],
        unsigned: unsigned ? "allow" : "refuse",
        profile,
        maxBytes,
        tolerance,
      }),
    );
  }
}
