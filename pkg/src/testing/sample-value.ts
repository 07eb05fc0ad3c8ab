/** A value that a JSON Schema accepts, as far as its keywords say how to make one. `create` validates the result. */

type Schema = Readonly<Record<string, unknown>>;

/** Schemas that refer to themselves end here. */
const MAX_DEPTH = 32;

const TEXTS: Record<string, string> = {
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  time: "00:00:00Z",
  duration: "PT1M",
  email: "person@example.com",
  hostname: "example.com",
  ipv4: "203.0.113.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  "uri-reference": "/",
  uuid: "5e0c6b3a-91d2-4c7f-8a46-0d3b9e1f7a25",
};

/** Makes a value of a schema: only what is required. `root` is the schema that `$ref` refers to. */
export function sampleValue(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return {};
  const all = expand(schema, root, depth);
  if ("const" in all) return all.const;
  for (const list of [all.examples, all.enum]) if (Array.isArray(list) && list.length > 0) return list[0];
  if ("default" in all) return all.default;
  const [type] = [
    all.type ?? (all.properties === undefined && all.required === undefined ? "null" : "object"),
  ].flat();
  switch (type) {
    case "object":
      return objectOf(all, root, depth);
    case "array":
      return Array.from({ length: numberOr(all.minItems, 0) }, () => sampleValue(all.items, root, depth + 1));
    case "string":
      return TEXTS[`${all.format}`] ?? "a".repeat(Math.max(1, numberOr(all.minLength, 1)));
    case "integer":
    case "number":
      return numberOr(all.minimum, numberOr(all.exclusiveMinimum, -1) + 1);
    case "boolean":
      return true;
    default:
      return type === "null" && all.type === undefined ? {} : null;
  }
}

function objectOf(schema: Schema, root: unknown, depth: number): object {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  return Object.fromEntries(
    required.map((name) => [name, sampleValue(properties[name] ?? {}, root, depth + 1)]),
  );
}

/** A schema with the keywords of what it refers to, of all of `allOf`, and of the first of `anyOf` and `oneOf`. */
function expand(schema: Schema, root: unknown, depth: number): Schema {
  const [first] = [schema.anyOf, schema.oneOf].filter(Array.isArray);
  const parts = [
    referredTo(schema.$ref, root),
    ...(Array.isArray(schema.allOf) ? schema.allOf : []),
    ...(first === undefined ? [] : [first[0]]),
  ].filter(isObject);
  if (depth > MAX_DEPTH) return schema;
  if (parts.length === 0) return schema;
  const all = [schema, ...parts.map((part) => expand(part, root, depth + 1))];
  // The schema's own keywords come first.
  const merged = Object.assign({}, ...[...all].reverse());
  const properties = Object.assign({}, ...all.map((part) => part.properties).reverse());
  const required = all.flatMap((part) => (Array.isArray(part.required) ? part.required : []));
  return { ...merged, ...(required.length > 0 ? { required, properties } : { properties }) };
}

function referredTo(ref: unknown, root: unknown): unknown {
  if (typeof ref !== "string" || !ref.startsWith("#")) return undefined;
  let value = root;
  for (const part of ref.split("/").slice(1)) {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    value = isObject(value) ? value[name] : undefined;
  }
  return value;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
