/** The form of a payload: the fields of its contract in their order, with what stands in the text; then the others. */
import { below, expected, isSchema, type Schema, spread } from "./meaning.ts";
import type { Outline } from "./outline.ts";
import type { Field } from "./protocol.ts";

/** So many fields, and so many of one list; the rest is edited in the text. */
const MOST = 800;
const ITEMS = 50;
const DEEPEST = 16;

export function fieldsOf(outline: Outline, contract: Schema | undefined): Field {
  let number = 0;

  function field(
    path: (string | number)[],
    node: number | undefined,
    schemas: Schema[],
    required: boolean,
  ): Field {
    number += 1;
    const all = schemas.flatMap((schema) => spread(contract as Schema, schema));
    const { control, options, nullable } = controlOf(
      all,
      node === undefined ? undefined : outline.kind(node),
    );
    const description = all.map((schema) => schema.description).find((text) => typeof text === "string");
    const raw = node === undefined ? undefined : outline.text.slice(outline.start(node), outline.end(node));
    const kind = node === undefined ? undefined : outline.kind(node);
    const made: Field = {
      path,
      pointer: path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
      control,
      options,
      nullable,
      required,
      expected: expected(all),
      value: kind === "string" && control !== "choice" ? (JSON.parse(raw as string) as string) : raw,
      isNull: kind === "null",
    };
    if (typeof description === "string") made.description = description;
    if (node === undefined || (kind !== "object" && kind !== "array")) return made;
    made.value = "";
    made.children = [];
    const steps = outline.children(node, 0, kind === "array" ? ITEMS : MOST);
    const there = new Map(steps.map((child) => [outline.key(child) as string | number, child]));
    const wanted = kind === "array" ? [] : all.flatMap(({ properties }) => Object.keys(properties ?? {}));
    for (const key of new Set([...wanted, ...there.keys()])) {
      if (number >= MOST || path.length >= DEEPEST) break;
      const next = all.map((schema) => below(schema, key)).filter(isSchema);
      const must = all.some(({ required }) => Array.isArray(required) && required.includes(key));
      made.children.push(field([...path, key], there.get(key), next, must));
    }
    made.more = made.children.length < Math.max(outline.count(node), there.size);
    return made;
  }

  return field([], 0, contract === undefined ? [] : [contract], true);
}

/** What edits a value: by the contract, or where that says nothing or something else stands there, by the value. */
function controlOf(
  all: readonly Schema[],
  kind: string | undefined,
): Pick<Field, "control" | "options" | "nullable"> {
  const types = new Set(all.flatMap(({ type }) => [type].flat()).filter((type) => typeof type === "string"));
  const values = all.flatMap((schema) =>
    schema.const === undefined ? (Array.isArray(schema.enum) ? schema.enum : []) : [schema.const],
  );
  const nullable = types.has("null") || values.includes(null);
  const container = kind === "object" || kind === "array" ? kind : undefined;
  if (container !== undefined) return { control: container, options: [], nullable };
  if (values.length > 0 || types.has("boolean") || (kind === "boolean" && types.size === 0)) {
    const offered = values.length > 0 ? values : [true, false];
    const options = [...new Set(nullable ? [...offered, null] : offered)].map((one) => JSON.stringify(one));
    return { control: "choice", options, nullable };
  }
  const control =
    types.has("object") || all.some(({ properties }) => properties !== undefined)
      ? "object"
      : types.has("array")
        ? "array"
        : types.has("integer") || types.has("number") || (kind === "number" && types.size === 0)
          ? "number"
          : "text";
  return { control, options: [], nullable };
}
