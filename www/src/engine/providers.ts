/** Provider definitions, and the webhooks that are made of them. */
import { facts, summaries } from "virtual:samples";
import { CUSTOM_PROVIDER } from "./calls.ts";
import {
  isFullMissing,
  type ProviderDefinition,
  providerDefinition,
  providers,
  type Webhook,
  webhook,
} from "./core.ts";
import { describedProperties } from "./descriptions.ts";
import { SAMPLE_SECRET } from "./examples.ts";
import type { FullTexts, InspectInput, ProviderEntry } from "./protocol.ts";
import { hasOwnFormat, providerFacts, type SecretSlot } from "./provider-entry.ts";

/** A definition without its schemas, which needs no full module. */
export type ProviderSummary = Pick<
  ProviderDefinition,
  "id" | "title" | "signature" | "body" | "envelope" | "headers" | "sensitive" | "immutable"
> & { events: Record<string, { revisions?: { name?: string }[] }> };

const definitions = new Map<string, ProviderDefinition>();

const listeners: (() => void)[] = [];

/** Calls back when the custom provider is replaced. */
export function onCustomProvider(listener: () => void): void {
  listeners.push(listener);
}

/** Sets or replaces the custom provider. */
export function setCustomProvider(definition: ProviderDefinition): void {
  definitions.set(CUSTOM_PROVIDER, definition);
  webhooks.clear();
  for (const listener of listeners) listener();
}

/** The definition of a built-in provider or of the custom one. */
export function getDefinition(id: string): ProviderDefinition {
  const definition = definitions.get(id) ?? (id === CUSTOM_PROVIDER ? undefined : providerDefinition(id));
  if (definition === undefined) throw new Error(`Unknown provider "${id}".`);
  if (!definitions.has(id)) addDescriptions(definition);
  definitions.set(id, definition);
  return definition;
}

/** The definition, or undefined if it needs the full module, which is not loaded. */
export function findDefinition(id: string): ProviderDefinition | undefined {
  try {
    return getDefinition(id);
  } catch (error) {
    if (isFullMissing(error)) return undefined;
    throw error;
  }
}

/** The definition without its schemas. That of a provider without an example needs the full module. */
export function getSummary(id: string): ProviderSummary {
  return id !== CUSTOM_PROVIDER && Object.hasOwn(summaries, id)
    ? (summaries[id] as ProviderSummary)
    : (getDefinition(id) as unknown as ProviderSummary);
}

let fullTexts: FullTexts = { descriptions: {}, others: [] };

/** Sets the texts that are loaded with the full module. */
export function setFullTexts(texts: FullTexts): void {
  fullTexts = texts;
}

/** The samples that are loaded with the full module. Needs it. */
export function listOtherSamples(): FullTexts["others"] {
  // Throws without the full module.
  providerDefinition(providers()[0] as string);
  return fullTexts.others;
}

/** Adds the field descriptions, which the package leaves out for size. */
function addDescriptions({ id, events }: ProviderDefinition): void {
  const { descriptions } = fullTexts;
  const texts = Object.hasOwn(descriptions, id) ? descriptions[id] : undefined;
  if (texts === undefined) return;
  let index = 0;
  for (const property of describedProperties(events)) {
    const text = texts[index++];
    if (text) property.description = text;
  }
}

export const getTitle = (id: string): string => providerEntry(id).title;

export const listProviders = (): ProviderEntry[] => providers().map(providerEntry);

export function providerEntry(id: string): ProviderEntry {
  const known = id !== CUSTOM_PROVIDER && Object.hasOwn(facts, id) ? facts[id] : customFacts(id);
  const entry = { ...(known ?? customFacts(id)), id };
  return { ...entry, signs: entry.secrets.length > 0 };
}

/** SECURITY: the title of a custom provider may come from a stranger's link, so it is marked and never passes for a built-in one. */
function customFacts(id: string) {
  const known = providerFacts(getDefinition(id) as Parameters<typeof providerFacts>[0]);
  return { ...known, title: `${known.title} (custom)` };
}

/** The sample secret in a secret format. */
export function sampleSecret({ encoding, kind }: SecretSlot): string {
  // Only a key pair has a public key, and its private key would have to be in this page.
  if (kind === "public-key") return "";
  if (encoding === "user:password") return `user:${SAMPLE_SECRET}`;
  const format = /^(.*?)\{?(utf8|base64|hex)\}?$/.exec(encoding);
  const hex = Array.from(SAMPLE_SECRET, (letter) => letter.charCodeAt(0).toString(16)).join("");
  return `${format?.[1] ?? ""}${format?.[2] === "base64" ? btoa(SAMPLE_SECRET) : format?.[2] === "hex" ? hex : SAMPLE_SECRET}`;
}

/**
 * Webhooks kept for reuse: an inspection needs three, one that verifies, one that signs to compute the expected signature, and
 * one that explains. Making one takes longer than inspecting a delivery.
 */
const MAX_WEBHOOKS = 3;
const webhooks = new Map<string, Webhook>();

/** Larger bodies are not inspected. The editor gets slow before this size. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The settings of a webhook that do not depend on the delivery. */
export type WebhookSettings = Omit<InspectInput, "delivery" | "provider">;

/**
 * Returns the webhook for these settings, and makes it only if it is not one of the last ones. Without a secret, deliveries
 * are inspected as unsigned, which is never shown as valid. With `explainOnly`, a secret may have any format.
 */
export function getWebhook(
  { secret, secondSecret, schemeSecrets, settings, encoding, profile }: WebhookSettings,
  id: string,
  { algorithm, explainOnly = false }: { algorithm?: string | undefined; explainOnly?: boolean } = {},
): Webhook {
  const used: WebhookSettings = { secret, secondSecret, schemeSecrets, settings, encoding, profile };
  const key = JSON.stringify([id, used, algorithm, explainOnly]);
  const hook = webhooks.get(key) ?? makeWebhook(used, id, algorithm, explainOnly);
  // A Map keeps insertion order: the first key is the least recently used one.
  webhooks.delete(key);
  webhooks.set(key, hook);
  for (const oldest of webhooks.keys()) {
    if (webhooks.size <= MAX_WEBHOOKS) break;
    webhooks.delete(oldest);
  }
  return hook;
}

/** The definition with another format of the first scheme's secret. */
function withEncoding(id: string, encoding: string): ProviderDefinition {
  const definition = getDefinition(id);
  const schemes = [definition.signature].flat() as { name?: string }[];
  const changed = schemes.map((scheme) =>
    scheme.name === schemes[0]?.name ? { ...scheme, secret: encoding } : scheme,
  );
  const signature = Array.isArray(definition.signature) ? changed : changed[0];
  return { ...definition, signature } as ProviderDefinition;
}

/** The secrets by scheme: a list of those of the first one if there are no others. */
export function secretsOf(
  { secret, secondSecret = "", schemeSecrets = {} }: WebhookSettings,
  slots: readonly SecretSlot[],
): string[] | Record<string, string[]> {
  const own = [secret, secondSecret].filter((value) => value !== "");
  const others = slots
    .slice(1)
    .flatMap(({ name = "" }) => (schemeSecrets[name] ? [[name, [schemeSecrets[name]]] as const] : []));
  if (others.length === 0) return own;
  const [first] = slots;
  return Object.fromEntries(own.length === 0 ? others : [[first?.name ?? "", own], ...others]);
}

function makeWebhook(
  input: WebhookSettings,
  id: string,
  algorithm: string | undefined,
  explainOnly: boolean,
): Webhook {
  const { encoding, profile, settings = {} } = input;
  // Throws where the provider needs the full module, which is not loaded.
  getSummary(id);
  const entry = providerEntry(id);
  const [first] = entry.secrets;
  const isUnchanged =
    encoding === "provider" || first === undefined || hasOwnFormat(first) || encoding === first.encoding;
  const provider =
    isUnchanged && id !== CUSTOM_PROVIDER ? id : isUnchanged ? getDefinition(id) : withEncoding(id, encoding);
  const secrets = secretsOf(input, entry.secrets);
  const isSigned = entry.signs && Object.keys(secrets).length > 0;
  const used = Object.entries(settings).filter(
    ([name, value]) => value !== "" && Object.hasOwn(entry.settings, name),
  );
  return webhook(provider as string, {
    profile,
    maxBytes: MAX_BODY_BYTES,
    explainOnly,
    ...(isSigned ? { secrets } : { unsigned: "allow" as const }),
    ...(used.length > 0 ? { settings: Object.fromEntries(used) } : {}),
    algorithms: algorithm === undefined ? undefined : [algorithm as "sha256"],
  });
}
