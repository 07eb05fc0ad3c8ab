/** `types`: writes the TypeScript types of the events of a provider definition. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { HooksealError, type ProviderDefinition, webhook } from "../index.js";
import { readDefinition } from "./definition.js";
import { displayName } from "./input.js";
import { printError, style } from "./output.js";
import { comment, isObject, type NamedTypes, propertyName, schemaText } from "./schema-text.js";
import { describeError, EXIT_VALID, UsageError } from "./usage.js";

export interface TypesCommandOptions {
  out?: string;
}

export function types(file: string, { out }: TypesCommandOptions): number {
  if (out !== undefined && resolve(out) === resolve(file))
    throw new UsageError("The value of --out is the definition itself.", "Name another file.");
  if (out !== undefined && !/\.[cm]?ts$/.test(out))
    throw new UsageError(
      "The value of --out does not end with .ts.",
      "Expected a name such as mine.events.d.ts.",
    );
  let definition: ProviderDefinition;
  try {
    // With the keys of the provider that the definition extends. Throws at every mistake.
    definition = webhook(readDefinition(file), { unsigned: "allow" }).definition;
  } catch (error) {
    if (error instanceof HooksealError) throw new UsageError(error.message, error.issues[0]?.hint);
    throw error;
  }
  const text = typesText(definition);
  if (out === undefined) {
    process.stdout.write(text);
    return EXIT_VALID;
  }
  try {
    writeFileSync(out, text);
  } catch (error) {
    throw new UsageError(`${displayName(out)} cannot be written: ${describeError(error)}.`);
  }
  printError(style.dim(`${displayName(out)} written, ${Buffer.byteLength(text)} bytes.`));
  return EXIT_VALID;
}

/** The declarations of a file, each with a name of its own. */
class Declarations {
  readonly #names = new Set<string>();
  readonly #texts: string[] = [];

  /** A name that no other declaration has. */
  reserve(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#names.has(name); number++) name = `${wanted}${number}`;
    this.#names.add(name);
    return name;
  }

  add(text: string): void {
    this.#texts.push(text);
  }

  toString(): string {
    return this.#texts.join("\n");
  }
}

function typesText(definition: ProviderDefinition): string {
  const name = pascal(definition.id);
  // A name does not begin with a digit.
  const provider = /^\d/.test(name) ? `Provider${name}` : name;
  const declarations = new Declarations();
  const map = declarations.reserve(`${provider}Events`);
  const anyEvent = declarations.reserve(`${provider}Event`);
  const items = declarations.reserve(`${provider}Items`);
  const members: string[] = [];
  const all: string[] = [];
  const { envelope = {}, batch } = definition as {
    envelope?: Record<string, unknown>;
    batch?: { schema: unknown };
  };
  const isBatch = envelope.items !== undefined;
  const sources = isBatch && isObject(envelope.item) ? envelope.item : envelope;
  for (const [event, { schema, revisions }] of Object.entries(definition.events ?? {})) {
    const base = provider + pascal(event === "*" ? "other" : event);
    const names = (revisions ?? [{ name: "", schema }]).map((revision) => {
      const name = declarations.reserve(base + pascal(revision.name));
      const body = schemaText(revision.schema, revision.schema, namedTypes(name, declarations));
      const data = dataText(revision.schema, sources, name);
      const info = `EventInfo<${data}${revisions === undefined ? "" : `, ${JSON.stringify(revision.name)}`}>`;
      declarations.add(`${comment(revision.schema)}export type ${name}Body = ${body};\n`);
      declarations.add(`export type ${name} = ${name}Body & ${info};\n`);
      return name;
    });
    all.push(...names);
    members.push(
      event === "*"
        ? `  [type: string]: ${[...new Set(all)].join(" | ")};\n`
        : `  ${propertyName(event)}: ${names.join(" | ")};\n`,
    );
  }
  const listed = `{\n${members.join("")}}`;
  if (isBatch) {
    const body =
      batch === undefined
        ? "unknown"
        : schemaText(batch.schema, batch.schema, namedTypes(`${provider}Batch`, declarations));
    declarations.add(`export interface ${items} ${listed}\n`);
    declarations.add(`export type ${map} = BatchEvents<${items}, ${body}>;\n`);
  } else declarations.add(`export interface ${map} ${listed}\n`);
  const from = isBatch ? items : map;
  declarations.add(`export type ${anyEvent} = ${from}[keyof ${from}];\n`);
  const used = ["BatchEvents", "CreateData", "EventInfo"].filter((name) =>
    `${declarations}`.includes(`${name}<`),
  );
  const imports = used.length === 0 ? "" : `import type { ${used.join(", ")} } from "hookseal";\n`;
  return `// Written by \`hookseal types\`. Write it again when the definition changes.\n${imports}\n${declarations}`;
}

/** The data that `create` takes. If the event type is in the data, `create` also makes type, id and time. */
function dataText(
  schema: unknown,
  { data, ...sources }: Readonly<Record<string, unknown>>,
  name: string,
): string {
  const [, key] = /^\/([^/~]+)$/.exec(`${data}`) ?? [];
  const properties = isObject(schema) && isObject(schema.properties) ? schema.properties : {};
  const required = isObject(schema) && Array.isArray(schema.required) ? schema.required : [];
  if (key === undefined || !required.includes(key) || !isObject(properties[key])) return "object";
  const keyOf = (pointer: unknown) =>
    typeof pointer === "string" && pointer.startsWith(`/${key}/`) ? [pointer.slice(key.length + 2)] : [];
  const { type, id, createdAt } = sources;
  const made = keyOf(type).length === 0 ? [] : [type, id, createdAt].flatMap(keyOf);
  const member = `${name}Body[${JSON.stringify(key)}]`;
  return made.length === 0
    ? member
    : `CreateData<${member}, ${made.map((part) => JSON.stringify(part)).join(" | ")}>`;
}

/** Declares the types of the schemas that a schema refers to. */
function namedTypes(prefix: string, declarations: Declarations): NamedTypes {
  const names = new Map<unknown, string>();
  return {
    use(wanted, schema, text) {
      const known = names.get(schema);
      if (known !== undefined) return known;
      const name = declarations.reserve(prefix + pascal(wanted));
      names.set(schema, name);
      declarations.add(`${comment(schema)}export type ${name} = ${text()};\n`);
      return name;
    },
  };
}

/** `order.paid` as a part of the name of a type. */
function pascal(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
