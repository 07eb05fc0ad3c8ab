/** The providers: their definitions, and a webhook for each way of judging. */
import { descriptions } from "virtual:samples";
import { OWN } from "./calls.ts";
import { type ProviderDefinition, providerDefinition, providers, type Webhook, webhook } from "./core.ts";
import { described } from "./described.ts";
import { SECRET } from "./examples.ts";
import type { InspectInput, ProviderEntry } from "./protocol.ts";

const definitions = new Map<string, ProviderDefinition>();

/** Takes the provider of one's own, or its newer text. */
export function setOwn(given: ProviderDefinition): void {
  definitions.set(OWN, given);
  last = undefined;
}

/** The definition of a provider: a built-in one, or one's own. */
export function definition(id: string): ProviderDefinition {
  const known = definitions.get(id) ?? (id === OWN ? undefined : providerDefinition(id));
  if (known === undefined) throw new Error(`There is no provider ${id}.`);
  if (!definitions.has(id)) describe(known);
  definitions.set(id, known);
  return known;
}

/** Gives contracts back what they say of their fields. */
function describe({ id, events }: ProviderDefinition): void {
  const words = Object.hasOwn(descriptions, id) ? descriptions[id] : undefined;
  if (words === undefined) return;
  let index = 0;
  for (const property of described(events)) {
    const said = words[index++];
    if (said) property.description = said;
  }
}

/** A provider's name. That of one's own may be a stranger's: it never passes for a built-in one. */
export function titleOf(id: string): string {
  const given = definition(id);
  return `${given.title ?? given.id}${id === OWN ? " (own)" : ""}`;
}

export function entries(): ProviderEntry[] {
  return providers().map(entry);
}

export function entry(id: string): ProviderEntry {
  return {
    id,
    title: titleOf(id),
    signs: definition(id).signature !== undefined,
    encoding: encodingOf(id),
  };
}

/** How the provider writes its secrets. */
export function encodingOf(id: string): string {
  return definition(id).signature?.secret ?? "utf8";
}

/** A secret for this page only, in the form in which the provider writes its own. */
export function madeUp(id: string): string {
  const form = /^(.*?)\{?(utf8|base64|hex)\}?$/.exec(encodingOf(id));
  const hex = Array.from(SECRET, (letter) => letter.charCodeAt(0).toString(16)).join("");
  return `${form?.[1] ?? ""}${form?.[2] === "base64" ? btoa(SECRET) : form?.[2] === "hex" ? hex : SECRET}`;
}

let last: { key: string; hook: Webhook } | undefined;

/**
 * The webhook of an input, kept as long as nothing but the delivery changes. Without a secret deliveries are looked
 * at as unsigned, which is never shown as valid.
 */
export function hookOf(
  { secret, second, encoding, profile }: Omit<InspectInput, "delivery" | "provider">,
  id: string,
  algorithm?: string,
): Webhook {
  const key = JSON.stringify([id, secret, second, encoding, profile, algorithm]);
  if (last?.key === key) return last.hook;
  const given = definition(id);
  const signs = given.signature !== undefined;
  const changed =
    encoding === "provider" || !signs || encoding === encodingOf(id)
      ? id === OWN
        ? given
        : id
      : ({ ...given, signature: { ...given.signature, secret: encoding } } as ProviderDefinition);
  const secrets = [secret, second ?? ""].filter((one) => one !== "");
  const hook = webhook(changed as string, {
    profile,
    maxBytes: MOST,
    ...(signs && secrets.length > 0 ? { secrets } : { unsigned: "allow" as const }),
    algorithms: algorithm === undefined ? undefined : [algorithm as "sha256"],
  });
  last = { key, hook };
  return hook;
}

/** The largest body that the page looks at. */
const MOST = 16 * 1024 * 1024;
