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
import { schemesOf, showProvider, showTemplate, signedContentOf, templateOf } from "./provider-page.js";
import { summary } from "./report.js";
import { listEvents } from "./samples.js";
import { EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";
import { findDefinition } from "./webhook-factory.js";

/** Lists the built-in providers: all, or those that a word names by id, title or signature header. An id shows all about one. */
export function listProviders(word: string | undefined, options: { json?: boolean; new?: boolean }): number {
  if (options.new === true) {
    const id = word ?? "acme";
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(id) || providerDefinition(id) !== undefined)
      throw new UsageError(
        "The id of a new provider has lower-case letters, digits and hyphens, and is not that of a built-in one.",
        "Example: hookseal providers acme --new > acme.json",
      );
    showTemplate(id);
    return EXIT_VALID;
  }
  const one =
    word === undefined || options.json === true ? undefined : providerDefinition(word.toLowerCase());
  if (one !== undefined) {
    showProvider(one);
    return EXIT_VALID;
  }
  const definitions = providers()
    .map((id) => providerDefinition(id) as ProviderDefinition)
    .filter((definition) => word === undefined || isNamed(definition, word.toLowerCase()));
  if (options.json === true) {
    const rows = definitions.map(({ id, title, documentation, confirmed, signature, events }) => ({
      id,
      title,
      documentation,
      signs: signature !== undefined,
      ...(signature === undefined
        ? {}
        : {
            ...strongest(signature),
            ...(isTimeChecked(signature) ? {} : { tolerance: null }),
            uncovered: uncoveredOf(id),
            confirmed,
          }),
      events: Object.keys(events ?? {}),
    }));
    print(JSON.stringify(rows));
    return EXIT_VALID;
  }
  if (definitions.length === 0) {
    throw new UsageError(
      "No built-in provider has this word in its id, its title or its signature header.",
      "List all: hookseal providers. Or begin with a definition of your own: hookseal providers --new",
    );
  }
  table(
    ["provider", "title", "signature", "signed content", "not signed", "confirmed", "events"],
    definitions.map(({ id, title, confirmed, signature, events }) => [
      id,
      title ?? id,
      cut(
        listOf(
          schemesOf(signature).map(
            ({ header, from, algorithms = ["token"] }) =>
              `${[header ?? from ?? []].flat().join(", ")} (${algorithms.join(", ")})`,
          ),
        ) || "none",
      ),
      cut(listOf(schemesOf(signature).map(signedContentOf))) +
        (isTimeChecked(signature) ? "" : " (time not checked)"),
      signature === undefined ? "everything" : uncoveredOf(id).join(", "),
      confirmed ?? "",
      listEvents(Object.keys(events ?? {})),
    ]),
  );
  return EXIT_VALID;
}

/** Longer cells are cut, so that one provider does not widen the column of all: `providers ID` has the whole text. */
const MAX_CELL_CHARS = 50;

const cut = (text: string) => (text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS - 1)}…` : text);

/** Texts as a list, each once: several schemes can have one header. */
const listOf = (texts: string[]) => [...new Set(texts)].join(", ");

const isNamed = ({ id, title, signature }: ProviderDefinition, word: string): boolean =>
  [id, title, ...schemesOf(signature).flatMap(({ header }) => header)].some((name) =>
    name?.toLowerCase().includes(word),
  );

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

/** Whether a signed time is checked, if there is one: of some senders, retries have that of the first attempt. */
const isTimeChecked = (signature: ProviderDefinition["signature"]) =>
  schemesOf(signature).every(({ tolerance }) => tolerance !== null);

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
  const bytes = options.check === undefined ? undefined : await readBytes(options.check);
  const isSchema = providerDefinition(source) === undefined && event === undefined && isSchemaFile(source);
  const { document, chosen } = isSchema
    ? { document: readJsonFile(source) as object, chosen: {} }
    : findSchema(source, event, options, bytes);
  if (bytes === undefined) {
    print(JSON.stringify(document, null, 2));
    return EXIT_VALID;
  }
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
  if (options.json === true) print(JSON.stringify({ ok: valid, ...chosen, issues }));
  else {
    const { event, revision } = chosen;
    const parts = [event, revision && `revision ${revision}`].filter((part) => part !== undefined);
    const by = parts.length === 0 ? "" : ` ${style.dim(`by ${sanitize(parts.join(", "))}`)}`;
    print(
      `${valid ? style.green("valid") : style.red("invalid")} ${displayName(options.check as string)}${by}`,
    );
    for (const issue of issues) showIssue(issue, bytes, options.redact === true);
    print(summary(issues));
  }
  return valid ? EXIT_VALID : EXIT_REJECTED;
}

/** An own property. Names come from the command line, and may be those of inherited members. */
const ownEntry = <T>(object: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** Whether a file is a schema, and not a provider definition. */
function isSchemaFile(path: string): boolean {
  if (!existsSync(path)) return false;
  const document = readJsonFile(path);
  const isObject = typeof document === "object" && document !== null;
  return !(isObject && "id" in document && ("events" in document || "extends" in document));
}

/** The schema of an event, and what of its name the payload decided. */
interface FoundSchema {
  document: object;
  chosen: { event?: string; revision?: string };
}

/** Finds the schema of an event. The core says which event and which revision `body` is, where the arguments do not. */
function findSchema(
  provider: string,
  event: string | undefined,
  { revision }: SchemaOptions,
  body: Uint8Array | undefined,
): FoundSchema {
  const source = findDefinition(provider);
  const { events = {} } = source;
  const names = Object.keys(events);
  const report =
    body === undefined ? undefined : webhook(source, { unsigned: "allow" }).inspect({ headers: {}, body });
  const chosen: FoundSchema["chosen"] = {};
  let name = event ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined && report?.type !== undefined) {
    name = report.type;
    chosen.event = name;
  }
  const definition = name === undefined ? undefined : (ownEntry(events, name) ?? ownEntry(events, "*"));
  if (definition === undefined) {
    throw new UsageError(
      name === undefined ? "Missing argument: the event." : "Unknown event of this provider.",
      `Events: ${listEvents(names)}`,
    );
  }
  const { revisions } = definition as { revisions?: { name?: string; schema: object }[] };
  if (revisions === undefined) return { document: (definition as { schema: object }).schema, chosen };
  const detected = revision === undefined && report?.type === name ? report?.revision : undefined;
  if (detected !== undefined) chosen.revision = detected;
  const found = revisions.find(({ name }) => name === (revision ?? detected));
  if (found !== undefined) return { document: found.schema, chosen };
  const list = revisions.map(({ name }) => name).join(", ");
  throw new UsageError(
    revision === undefined ? "This event has several revisions." : "Unknown revision of this event.",
    `Select one with --revision: ${sanitize(list)}`,
  );
}
