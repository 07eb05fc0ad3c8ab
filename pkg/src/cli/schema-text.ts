/** The TypeScript type of a JSON Schema as text: the same type as `SchemaType` of the package. */

type Schema = Readonly<Record<string, unknown>>;

/** Names for the schemas that `$ref` refers to, and their types. */
export interface NamedTypes {
  /** The name of the type of a schema, which is added when it is first used. */
  use(name: string, schema: unknown, text: () => string): string;
}

/** The type of the values that a schema accepts in the lenient profile. `root` is the schema that `$ref` refers to. */
export function schemaText(schema: unknown, root: unknown, named: NamedTypes, indent = ""): string {
  if (schema === false) return "never";
  if (!isObject(schema)) return "unknown";
  const branch = (item: unknown) => schemaText(item, root, named, indent);
  const choices = listOf(schema, "anyOf") ?? listOf(schema, "oneOf");
  const parts = [
    typeText(schema, root, named, indent),
    refText(schema, root, named),
    ...(Array.isArray(schema.allOf) ? schema.allOf.map(branch) : []),
    choices === undefined ? "unknown" : union(choices.map(branch)),
  ].filter((part) => part !== "unknown");
  if (parts.length === 0) return "unknown";
  return parts.length === 1 ? (parts[0] as string) : parts.map(group).join(" & ");
}

/** Whether a violation of a keyword is an error in the lenient profile. */
function isError(schema: Schema, keyword: string): boolean {
  const severities = schema["x-lenient"];
  return !isObject(severities) || !(keyword in severities) || severities[keyword] === "error";
}

/** The value of a keyword whose violation is an error. */
function keyword(schema: Schema, name: string): unknown {
  return isError(schema, name) ? schema[name] : undefined;
}

function listOf(schema: Schema, name: string): unknown[] | undefined {
  const value = keyword(schema, name);
  return Array.isArray(value) ? value : undefined;
}

/** `const`, `enum` or `type`. */
function typeText(schema: Schema, root: unknown, named: NamedTypes, indent: string): string {
  if ("const" in schema) return isError(schema, "const") ? literal(schema.const) : "unknown";
  const values = listOf(schema, "enum");
  if (values !== undefined) return union(values.map(literal));
  const type = keyword(schema, "type");
  const types = Array.isArray(type) ? type : [type];
  return union(types.map((name) => ofType(name, schema, root, named, indent)));
}

function ofType(type: unknown, schema: Schema, root: unknown, named: NamedTypes, indent: string): string {
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return `${group("items" in schema ? schemaText(schema.items, root, named, indent) : "unknown")}[]`;
    case "object":
      return objectText(schema, root, named, indent);
    default:
      return "unknown";
  }
}

function objectText(schema: Schema, root: unknown, named: NamedTypes, indent: string): string {
  const { properties, additionalProperties } = schema;
  if (!isObject(properties)) {
    const values = isObject(additionalProperties)
      ? schemaText(additionalProperties, root, named, indent)
      : "unknown";
    return `{ [key: string]: ${values} }`;
  }
  const required = listOf(schema, "required") ?? [];
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([key, value]) => {
    const mark = required.includes(key) ? "" : "?";
    return `${comment(value, inner)}${inner}${propertyName(key)}${mark}: ${schemaText(value, root, named, inner)};\n`;
  });
  return `{\n${members.join("")}${indent}}`;
}

function refText({ $ref }: Schema, root: unknown, named: NamedTypes): string {
  const [, section, name] = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(`${$ref}`) ?? [];
  if (section === undefined || name === undefined || !isObject(root)) return "unknown";
  const schemas = root[section];
  if (!isObject(schemas) || !Object.hasOwn(schemas, name)) return "unknown";
  const schema = schemas[name];
  return named.use(name, schema, () => schemaText(schema, root, named));
}

/** The description of a schema as a comment before a member or a type. */
export function comment(schema: unknown, indent = ""): string {
  const text = isObject(schema) && typeof schema.description === "string" ? schema.description : "";
  const line = text.replace(/\s+/g, " ").replaceAll("*/", "*\\/").trim();
  return line === "" ? "" : `${indent}/** ${line} */\n`;
}

export function propertyName(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function literal(value: unknown): string {
  return typeof value === "object" && value !== null ? "unknown" : JSON.stringify(value);
}

function union(types: string[]): string {
  const different = [...new Set(types)];
  if (different.includes("unknown")) return "unknown";
  const known = different.filter((type) => type !== "never");
  if (known.length === 0) return "never";
  return known.length === 1 ? (known[0] as string) : known.map(group).join(" | ");
}

/** A type in parentheses, if it has an operator. */
function group(type: string): string {
  return /^(?:\{[^{}]*\}|[\w.]+|"(?:[^"\\]|\\.)*")(?:\[\])*$/.test(type) ? type : `(${type})`;
}

export function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
