/**
 * The source of `virtual:samples`: the payloads of the examples, their definitions without the schemas, and facts about all
 * providers. And what the page loads with the full module: the descriptions that the package leaves out, and the samples of other providers.
 */
import { readdirSync, readFileSync } from "node:fs";
import { readDefinition } from "../../pkg/scripts/definition.mjs";
import { describedProperties } from "../src/engine/descriptions.ts";
import { type ProviderFacts, providerFacts } from "../src/engine/provider-entry.ts";

const seeds = new URL("../../tests/vectors/seeds/", import.meta.url);
const providers = new URL("../../providers/", import.meta.url);

/** The providers of the examples: those that the page knows before it has the full module. */
export const EXAMPLE_PROVIDERS: readonly string[] = ["painchek", "xon"];

/** The payloads of the examples. */
const SAMPLES = {
  painchek: new URL("painchek.json", seeds),
  painchekPrinted: new URL("painchek-as-printed.txt", seeds),
  xon: new URL("xon.json", seeds),
  severe: new URL("painchek/samples/assessment_add.severe.json", providers),
  nrs: new URL("painchek/samples/assessment_add.nrs.json", providers),
  xonR6: new URL("xon/samples/file-request.files.update.R6.json", providers),
  callsCreate: new URL("xon/samples/calls.user.create.json", providers),
  callsDelete: new URL("xon/samples/calls.user.delete.json", providers),
  caller: new URL("xon/samples/user.caller-details.update.json", providers),
  xonLatest: new URL("xon/samples/file-request.files.update.R9.json", providers),
};

/** One sample of each provider without a sample above, with its event type; preferably of a type that the wildcard covers. */
export function others(): [provider: string, type: string, text: string][] {
  return readdirSync(providers).flatMap((provider) => {
    const folder = new URL(`${provider}/samples/`, providers);
    if (Object.values(SAMPLES).some(({ href }) => href.startsWith(folder.href))) return [];
    const { events } = readDefinition(provider);
    const names = readdirSync(folder).sort();
    const typeOf = (name: string) => decodeURIComponent(name.replace(/\.json$/, ""));
    const name = names.find((name) => !Object.hasOwn(events, typeOf(name))) ?? names[0];
    if (name === undefined) return [];
    return [[provider, typeOf(name), readFileSync(new URL(encodeURIComponent(name), folder), "utf8")]];
  });
}

/** The descriptions of schema properties by provider, which the package leaves out for size. */
export function descriptions(): Record<string, string[]> {
  return Object.fromEntries(
    readdirSync(providers).map((provider) => {
      const folder = new URL(`${provider}/`, providers);
      // With the schemas inlined, as in the package.
      const { events } = JSON.parse(JSON.stringify(readDefinition(provider)), (key, value: unknown) =>
        key === "schema" && typeof value === "string"
          ? JSON.parse(readFileSync(new URL(value, folder), "utf8"))
          : value,
      ) as { events: object };
      return [provider, Array.from(describedProperties(events), ({ description }) => description ?? "")];
    }),
  );
}

/** Members of a definition that the page shows or uses without its schemas. */
const SUMMARY = ["id", "title", "signature", "body", "envelope", "headers", "sensitive", "immutable"];

/** The facts of each built-in provider. */
function facts(): Record<string, ProviderFacts> {
  return Object.fromEntries(
    readdirSync(providers).map((provider) => [provider, providerFacts(readDefinition(provider))]),
  );
}

/** The definitions of the providers of the examples, without their schemas and rules. */
function summaries(): Record<string, object> {
  return Object.fromEntries(
    EXAMPLE_PROVIDERS.map((provider) => {
      const definition: Record<string, unknown> = readDefinition(provider);
      const events = Object.entries(definition.events as Record<string, { revisions?: { name?: string }[] }>);
      return [
        provider,
        {
          ...Object.fromEntries(
            SUMMARY.filter((key) => key in definition).map((key) => [key, definition[key]]),
          ),
          events: Object.fromEntries(
            events.map(([type, { revisions }]) => [
              type,
              revisions === undefined ? {} : { revisions: revisions.map(({ name }) => ({ name })) },
            ]),
          ),
        },
      ];
    }),
  );
}

/** The module's source. */
export function samplesModule(): string {
  return [
    ...Object.entries(SAMPLES).map(
      ([name, url]) => `export const ${name} = ${JSON.stringify(readFileSync(url, "utf8"))};`,
    ),
    `export const facts = ${JSON.stringify(facts())};`,
    `export const summaries = ${JSON.stringify(summaries())};`,
  ].join("\n");
}
