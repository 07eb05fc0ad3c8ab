/** Provider definitions, and the webhooks that are made of them. */
import { names, summaries } from "virtual:samples";
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

/** A definition without its schemas, which needs no full module. */
export type ProviderSummary = Pick<
  ProviderDefinition,
  "id" | "title" | "signature" | "envelope" | "headers" | "sensitive" | "immutable"
> & { events: Record<string, { revisions?: { name?: string }[] }> };

const definitions = new Map<string, ProviderDefinition>();

/** Sets or replaces the custom provider. */
export function setCustomProvider(definition: ProviderDefinition): void {
  definitions.set(CUSTOM_PROVIDER, definition);
  webhooks.clear();
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
  const [title, encoding] =
    id !== CUSTOM_PROVIDER && Object.hasOwn(names, id) ? (names[id] ?? []) : customNames(id);
  return { id, title: title ?? id, signs: encoding !== undefined, encoding: encoding ?? "utf8" };
}

/** SECURITY: the title of a custom provider may come from a stranger's link, so it is marked and never passes for a built-in one. */
function customNames(id: string): [title: string, encoding?: string] {
  const { title, signature } = getDefinition(id);
  const name = `${title ?? id} (custom)`;
  return signature === undefined ? [name] : [name, [signature].flat()[0]?.secret ?? "utf8"];
}

/** The secret format of a provider, such as `utf8` or `whsec_{base64}`. */
export const getEncoding = (id: string): string => providerEntry(id).encoding;

/** The sample secret in the secret format of a provider. */
export function sampleSecret(id: string): string {
  if (getEncoding(id) === "user:password") return `user:${SAMPLE_SECRET}`;
  const format = /^(.*?)\{?(utf8|base64|hex)\}?$/.exec(getEncoding(id));
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

/**
 * Returns the webhook for these settings, and makes it only if it is not one of the last ones. Without a secret, deliveries
 * are inspected as unsigned, which is never shown as valid. With `explainOnly`, a secret may have any format.
 */
export function getWebhook(
  { secret, secondSecret, encoding, profile }: Omit<InspectInput, "delivery" | "provider">,
  id: string,
  { algorithm, explainOnly = false }: { algorithm?: string | undefined; explainOnly?: boolean } = {},
): Webhook {
  const key = JSON.stringify([id, secret, secondSecret, encoding, profile, algorithm, explainOnly]);
  const settings = { secret, secondSecret, encoding, profile };
  const hook = webhooks.get(key) ?? makeWebhook(settings, id, algorithm, explainOnly);
  // A Map keeps insertion order: the first key is the least recently used one.
  webhooks.delete(key);
  webhooks.set(key, hook);
  for (const oldest of webhooks.keys()) {
    if (webhooks.size <= MAX_WEBHOOKS) break;
    webhooks.delete(oldest);
  }
  return hook;
}

/** The definition with another format of the secret. */
function withEncoding(id: string, encoding: string): ProviderDefinition {
  const definition = getDefinition(id);
  return { ...definition, signature: { ...definition.signature, secret: encoding } } as ProviderDefinition;
}

function makeWebhook(
  { secret, secondSecret = "", encoding, profile }: Omit<InspectInput, "delivery" | "provider">,
  id: string,
  algorithm: string | undefined,
  explainOnly: boolean,
): Webhook {
  const { signs } = providerEntry(id);
  const isUnchanged = encoding === "provider" || !signs || encoding === getEncoding(id);
  const provider =
    isUnchanged && id !== CUSTOM_PROVIDER ? id : isUnchanged ? getDefinition(id) : withEncoding(id, encoding);
  const secrets = [secret, secondSecret].filter((value) => value !== "");
  return webhook(provider as string, {
    profile,
    maxBytes: MAX_BODY_BYTES,
    explainOnly,
    ...(signs && secrets.length > 0 ? { secrets } : { unsigned: "allow" as const }),
    algorithms: algorithm === undefined ? undefined : [algorithm as "sha256"],
  });
}
