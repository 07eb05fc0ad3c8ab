/** `providers` and `schema`: lists the built-in providers, prints schemas, and validates payloads against them. */
import { existsSync } from "node:fs";
import {
  compileSchema,
  type ProviderDefinition,
  providerDefinition,
  providers,
  SchemaError,
  webhook,
} from "../index.js";
import { readJsonFile } from "./create.js";
import { displayName, readBytes } from "./input.js";
import { print, sanitize, showIssue, style, table } from "./output.js";
import { summary } from "./report.js";
import { listEvents } from "./samples.js";
import { EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";
import { findDefinition } from "./webhook-factory.js";

/** Lists the built-in providers: all, or those that a word names by id, title or signature header. */
export function listProviders(word: string | undefined, options: { json?: boolean }): number {
  const definitions = providers()
    .map((id) => providerDefinition(id) as ProviderDefinition)
    .filter((definition) => word === undefined || isNamed(definition, word.toLowerCase()));
  if (options.json === true) {
    const rows = definitions.map(({ id, title, documentation, confirmed, signature, events }) => ({
      id,
      title,
      documentation,
      signs: signature !== undefined,
      ...(signature === undefined ? {} : { ...strongest(signature), uncovered: uncoveredOf(id), confirmed }),
      events: Object.keys(events ?? {}),
    }));
    print(JSON.stringify(rows));
    return EXIT_VALID;
  }
  if (definitions.length === 0) {
    throw new UsageError(
      "No built-in provider has this word in its id, its title or its signature header.",
      "List all: hookseal providers. Or write a definition of your own: docs/providers.md",
    );
  }
  table(
    ["provider", "title", "signature", "signed content", "not signed", "confirmed", "events"],
    definitions.map(({ id, title, confirmed, signature, events }) => [
      id,
      title ?? id,
      listOf(
        schemesOf(signature).map(
          ({ header, algorithms = ["token"] }) => `${[header].flat().join(", ")} (${algorithms.join(", ")})`,
        ),
      ) || "none",
      schemesOf(signature)
        .map(({ kind, signedContent }) =>
          kind === "token" ? "nothing" : kind === "jwt" ? "its claims" : templateOf(signedContent),
        )
        .join(", "),
      signature === undefined ? "everything" : uncoveredOf(id).join(", "),
      confirmed ?? "",
      listEvents(Object.keys(events ?? {})),
    ]),
  );
  return EXIT_VALID;
}

/** Texts as a list, each once: several schemes can have one header. */
const listOf = (texts: string[]) => [...new Set(texts)].join(", ");

/** The signed content as one text, with a condition as `{if:SOURCE}text{end}`. */
const templateOf = (
  content: string | readonly (string | { if: string; text: string })[] = "{body}",
): string =>
  [content]
    .flat()
    .map((part) => (typeof part === "string" ? part : `{if:${part.if}}${part.text}{end}`))
    .join("");

const isNamed = ({ id, title, signature }: ProviderDefinition, word: string): boolean =>
  [id, title, ...schemesOf(signature).flatMap(({ header }) => header)].some((name) =>
    name?.toLowerCase().includes(word),
  );

/** The signature schemes, the strongest first. */
const schemesOf = (signature: ProviderDefinition["signature"]) =>
  signature === undefined ? [] : [signature].flat();

/** The header, the algorithms and the signed content of the strongest scheme. */
function strongest(signature: ProviderDefinition["signature"]): {
  header?: string | string[];
  algorithms?: string[];
  signedContent?: string;
} {
  const { kind, header, algorithms, signedContent } = schemesOf(signature)[0] ?? {};
  return {
    ...(header === undefined ? {} : { header }),
    ...(algorithms === undefined ? {} : { algorithms }),
    ...(kind === "token" || kind === "jwt" ? {} : { signedContent: templateOf(signedContent) }),
  };
}

/** Fields that a receiver uses and that the signature does not cover. */
const uncoveredOf = (id: string) => webhook(id, { unsigned: "allow" }).uncovered;

export interface SchemaOptions {
  revision?: string;
  check?: string;
  profile?: string;
  json?: boolean;
  redact?: boolean;
}

/** Prints a schema, or validates a payload against it. */
export async function schema(
  source: string,
  event: string | undefined,
  options: SchemaOptions,
): Promise<number> {
  const document =
    event === undefined && providerDefinition(source) === undefined && existsSync(source)
      ? (readJsonFile(source) as object)
      : findSchema(source, event, options);
  if (options.check === undefined) {
    print(JSON.stringify(document, null, 2));
    return EXIT_VALID;
  }
  const bytes = await readBytes(options.check);
  let issues: ReturnType<ReturnType<typeof compileSchema>["check"]>;
  try {
    issues = compileSchema(document).check(bytes);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new UsageError(
      `Invalid schema: ${error.message}`,
      error.pointer === "" ? undefined : `Location: ${error.pointer}`,
    );
  }
  const valid = issues.every(({ severity }) => severity !== "error");
  if (options.json === true) print(JSON.stringify({ ok: valid, issues }));
  else {
    print(`${valid ? style.green("valid") : style.red("invalid")} ${displayName(options.check)}`);
    for (const issue of issues) showIssue(issue, bytes, options.redact === true);
    print(summary(issues));
  }
  return valid ? EXIT_VALID : EXIT_REJECTED;
}

/** An own property. Names come from the command line, and may be those of inherited members. */
const ownEntry = <T>(object: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

function findSchema(provider: string, event: string | undefined, { revision }: SchemaOptions): object {
  const { events = {} } = findDefinition(provider);
  const names = Object.keys(events);
  const name = event ?? (names.length === 1 ? names[0] : undefined);
  const definition = name === undefined ? undefined : (ownEntry(events, name) ?? ownEntry(events, "*"));
  if (definition === undefined) {
    throw new UsageError(
      name === undefined ? "Missing argument: the event." : "Unknown event of this provider.",
      `Events: ${listEvents(names)}`,
    );
  }
  const { revisions } = definition as { revisions?: { name?: string; schema: object }[] };
  if (revisions === undefined) return (definition as { schema: object }).schema;
  const chosen = revisions.find(({ name }) => name === revision);
  if (chosen !== undefined) return chosen.schema;
  const list = revisions.map(({ name }) => name).join(", ");
  throw new UsageError(
    revision === undefined ? "This event has several revisions." : "Unknown revision of this event.",
    `Select one with --revision: ${sanitize(list)}`,
  );
}
