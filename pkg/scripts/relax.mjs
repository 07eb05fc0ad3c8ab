// A contract as the lenient profile reads it: a keyword whose finding is not an error there says nothing
// about what a payload can be.

/** Keywords that hold one schema. */
const ONE = ["additionalItems", "contains", "else", "if", "items", "not", "propertyNames", "then"];
/** Keywords that hold a list of schemas. */
const MANY = ["allOf", "anyOf", "oneOf", "prefixItems"];
/** Keywords that hold schemas by name. */
const NAMED = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];
/** The types of JSON, and how TypeScript spells them. */
const SPELLED = {
  string: "string",
  number: "number",
  boolean: "boolean",
  null: "null",
  array: "unknown[]",
  object: "{ [key: string]: unknown }",
};
const TYPES = /** @type {(keyof typeof SPELLED)[]} */ (Object.keys(SPELLED));

/**
 * The schema without what the lenient profile only remarks on. Words of an open list stay as suggestions.
 * @param {any} schema
 * @returns {any}
 */
export function relax(schema) {
  if (Array.isArray(schema)) return schema.map(relax);
  if (schema === null || typeof schema !== "object") return schema;
  const { "x-lenient": lenient = {}, "x-strict": _, ...relaxed } = schema;
  for (const key of ONE) if (key in relaxed) relaxed[key] = relax(relaxed[key]);
  for (const key of MANY) if (key in relaxed) relaxed[key] = relax(relaxed[key]);
  for (const key of NAMED) {
    if (!(key in relaxed)) continue;
    relaxed[key] = Object.fromEntries(
      Object.entries(relaxed[key]).map(([name, value]) => [name, relax(value)]),
    );
  }
  if (typeof relaxed.additionalProperties === "object") {
    relaxed.additionalProperties = relax(relaxed.additionalProperties);
  }
  // A title names a type of its own, which is worth it for an object and noise for a yes or no.
  if (relaxed.title !== undefined && relaxed.properties === undefined) {
    relaxed.description ??= relaxed.title;
    delete relaxed.title;
  }
  for (const [keyword, severity] of Object.entries(lenient)) {
    if (keyword === "required") relaxed.required = required(relaxed.required ?? [], severity);
    else if (severity !== "error") loosen(relaxed, keyword);
  }
  return relaxed;
}

/** @param {string[]} names @param {string | Record<string, string>} severity */
function required(names, severity) {
  const of = (/** @type {string} */ name) =>
    typeof severity === "string" ? severity : (severity[name] ?? severity["*"] ?? "error");
  return names.filter((name) => of(name) === "error");
}

/** @param {any} schema @param {string} keyword */
function loosen(schema, keyword) {
  const words = keyword === "enum" ? schema.enum : keyword === "const" ? [schema.const] : undefined;
  // A type is not made from what TypeScript has no word for: only lists of words are.
  if (words?.every((/** @type {unknown} */ word) => word === null || typeof word === "string")) {
    const known = words.map((/** @type {unknown} */ word) => JSON.stringify(word));
    const types = [schema.type ?? "string"].flat();
    if (types.every((type) => type === "string" || type === "null")) {
      if (types.includes("string")) known.push("(string & {})");
      if (types.includes("null") && !words.includes(null)) known.push("null");
      schema.tsType = known.join(" | ");
    }
  }
  if (keyword === "type") {
    // Whatever is still excluded by name is excluded from the type, too.
    const excluded = [schema.not?.type ?? []].flat();
    const left = TYPES.filter((type) => !excluded.includes(type));
    schema.tsType = excluded.length === 0 ? "unknown" : left.map((type) => SPELLED[type]).join(" | ");
  }
  // An open object is typed by the keys it is known to have: the others are there for those who look.
  if (keyword !== "additionalProperties") delete schema[keyword];
}
