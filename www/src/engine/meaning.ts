/** What a contract says of a field, read from the provider's definition: descriptions and types, for people. */
import type { ProviderDefinition, Report } from "./core.ts";
import type { Meaning } from "./protocol.ts";

export type Schema = { [keyword: string]: unknown };

/** The contract that a report speaks of. */
export function contractOf({ events }: ProviderDefinition, { type, revision }: Report): Schema | undefined {
  if (type === undefined) return undefined;
  const event = (Object.hasOwn(events, type) ? events[type] : (events["*"] ?? {})) as unknown as {
    schema?: unknown;
    revisions?: { name?: string; schema?: unknown }[];
  };
  const schema =
    event.schema ?? (event.revisions?.find(({ name }) => name === revision) ?? event.revisions?.[0])?.schema;
  return isSchema(schema) ? schema : undefined;
}

/** What stands at the end of a path. */
export function meaningOf(
  root: Schema | undefined,
  path: readonly (string | number)[],
  sensitive: readonly string[],
): Meaning | undefined {
  if (root === undefined || path.length === 0) return undefined;
  let schemas: Schema[] = [root];
  let required = false;
  let description: string | undefined;
  for (const step of path) {
    const parents = schemas.flatMap((schema) => spread(root, schema));
    required = parents.some(({ required }) => Array.isArray(required) && required.includes(step));
    const next = parents.map((schema) => below(schema, step)).filter(isSchema);
    if (next.length === 0) return undefined;
    description = next.map(({ description }) => description).find((text) => typeof text === "string") as
      | string
      | undefined;
    schemas = next;
  }
  const all = schemas.flatMap((schema) => spread(root, schema));
  description ??= all.map(({ description }) => description).find((text) => typeof text === "string") as
    | string
    | undefined;
  return {
    ...(description === undefined ? {} : { description }),
    expected: expected(all),
    required,
    sensitive: sensitive.some((pattern) => covers(pattern, path)),
  };
}

export function below(schema: Schema, step: string | number): unknown {
  if (typeof step === "number") {
    const prefix = schema.prefixItems;
    return (Array.isArray(prefix) ? prefix[step] : undefined) ?? schema.items;
  }
  const properties = schema.properties;
  return isSchema(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined;
}

/** A schema with what it refers to and combines, a few floors deep. */
export function spread(root: Schema, schema: Schema, depth = 0): Schema[] {
  if (depth > 8) return [schema];
  const parts: Schema[] = [schema];
  const reference = schema.$ref;
  if (typeof reference === "string") {
    const target = resolve(root, reference);
    if (target !== undefined) parts.push(...spread(root, target, depth + 1));
  }
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    for (const one of list) if (isSchema(one)) parts.push(...spread(root, one, depth + 1));
  }
  return parts;
}

function resolve(root: Schema, reference: string): Schema | undefined {
  if (!reference.startsWith("#")) return undefined;
  let at: unknown = root;
  for (const token of reference.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isSchema(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return isSchema(at) ? at : undefined;
}

export function expected(schemas: readonly Schema[]): string {
  const words = new Set<string>();
  for (const schema of schemas) {
    const { type, format, enum: values, const: constant } = schema;
    if (typeof schema["x-expected"] === "string") words.add(schema["x-expected"]);
    if (constant !== undefined) words.add(JSON.stringify(constant));
    else if (Array.isArray(values))
      words.add(`one of ${values.map((value) => JSON.stringify(value)).join(", ")}`);
    else if (typeof format === "string") words.add(format);
    else for (const one of [type].flat()) if (typeof one === "string") words.add(one);
    const { minimum, maximum } = schema;
    if (minimum !== undefined || maximum !== undefined) words.add(`${minimum ?? "…"} to ${maximum ?? "…"}`);
  }
  if (words.size > 1 && ["date-time", "uuid", "uri"].some((format) => words.has(format)))
    words.delete("string");
  return [...words].join(" · ");
}

/** Whether a pointer with `*` for any one step leads to a path, or above it. */
export function covers(pattern: string, path: readonly (string | number)[]): boolean {
  const tokens = pattern.split("/").slice(1);
  return (
    tokens.length <= path.length &&
    tokens.every((token, index) => token === "*" || token === String(path[index]))
  );
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
