/** Field descriptions and types from a provider's schemas, for display. The core alone validates. */
import type { ProviderDefinition, Report } from "./core.ts";
import { parsePointer } from "./pointer.ts";
import type { FieldInfo } from "./protocol.ts";

export type Schema = { [keyword: string]: unknown };

/** The schema of the event type and revision of a report. */
export function findSchema({ events }: ProviderDefinition, { type, revision }: Report): Schema | undefined {
  if (type === undefined) return undefined;
  const event = (Object.hasOwn(events, type) ? events[type] : (events["*"] ?? {})) as unknown as {
    schema?: unknown;
    revisions?: { name?: string; schema?: unknown }[];
  };
  const schema =
    event.schema ?? (event.revisions?.find(({ name }) => name === revision) ?? event.revisions?.[0])?.schema;
  return isSchema(schema) ? schema : undefined;
}

/** Describes the field at a path; undefined if the schema does not declare it. */
export function fieldInfo(
  root: Schema | undefined,
  path: readonly (string | number)[],
): Omit<FieldInfo, "sensitive"> | undefined {
  if (root === undefined || path.length === 0) return undefined;
  let schemas: Schema[] = [root];
  let required = false;
  let description: string | undefined;
  for (const segment of path) {
    const parents = schemas.flatMap((schema) => expandSchema(root, schema));
    required = parents.some(({ required }) => Array.isArray(required) && required.includes(segment));
    const next = parents.map((schema) => subschema(schema, segment)).filter(isSchema);
    if (next.length === 0) return undefined;
    description = next.map(({ description }) => description).find((text) => typeof text === "string") as
      | string
      | undefined;
    schemas = next;
  }
  const all = schemas.flatMap((schema) => expandSchema(root, schema));
  description ??= all.map(({ description }) => description).find((text) => typeof text === "string") as
    | string
    | undefined;
  return {
    ...(description === undefined ? {} : { description }),
    expected: describeExpected(all),
    required,
  };
}

/** The subschema of one property or item. */
export function subschema(schema: Schema, segment: string | number): unknown {
  if (typeof segment === "number") {
    const prefix = schema.prefixItems;
    return (Array.isArray(prefix) ? prefix[segment] : undefined) ?? schema.items;
  }
  const properties = schema.properties;
  return isSchema(properties) && Object.hasOwn(properties, segment) ? properties[segment] : undefined;
}

/** A schema with the targets of its `$ref`, `allOf`, `anyOf` and `oneOf`, up to a depth that ends recursive schemas. */
export function expandSchema(root: Schema, schema: Schema, depth = 0): Schema[] {
  if (depth > 8) return [schema];
  const parts: Schema[] = [schema];
  const reference = schema.$ref;
  if (typeof reference === "string") {
    const target = resolve(root, reference);
    if (target !== undefined) parts.push(...expandSchema(root, target, depth + 1));
  }
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    for (const part of list) if (isSchema(part)) parts.push(...expandSchema(root, part, depth + 1));
  }
  return parts;
}

function resolve(root: Schema, reference: string): Schema | undefined {
  if (!reference.startsWith("#")) return undefined;
  let value: unknown = root;
  for (const key of parsePointer(decodeURIComponent(reference.slice(1)))) {
    value = isSchema(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return isSchema(value) ? value : undefined;
}

/** Expected types and values in one line, such as `string · one of "a", "b"`. */

export function describeExpected(schemas: readonly Schema[]): string {
  const parts = new Set<string>();
  for (const schema of schemas) {
    const { type, format, enum: values, const: constant } = schema;
    if (typeof schema["x-expected"] === "string") parts.add(schema["x-expected"]);
    if (constant !== undefined) parts.add(JSON.stringify(constant));
    else if (Array.isArray(values))
      parts.add(`one of ${values.map((value) => JSON.stringify(value)).join(", ")}`);
    else if (typeof format === "string") parts.add(format);
    else for (const name of [type].flat()) if (typeof name === "string") parts.add(name);
    const { minimum, maximum } = schema;
    if (minimum !== undefined || maximum !== undefined) parts.add(`${minimum ?? "…"} to ${maximum ?? "…"}`);
  }
  if (parts.size > 1 && ["date-time", "uuid", "uri"].some((format) => parts.has(format)))
    parts.delete("string");
  return [...parts].join(" · ");
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
