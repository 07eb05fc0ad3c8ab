/** The form of a payload: the fields of its schema in order with the values of the text, then all other values. */
import { describeExpected, expandSchema, isSchema, type Schema, subschema } from "./field-info.ts";
import type { Outline } from "./outline.ts";
import { formatPointer } from "./pointer.ts";
import type { FormField } from "./protocol.ts";

/** Limits of the form: more fields make it slow to draw and hard to use. Anything beyond is edited as text. */
const MAX_FIELDS = 800;
const MAX_ITEMS = 50;
const MAX_DEPTH = 16;

export function buildFields(outline: Outline, schema: Schema | undefined): FormField {
  let fieldCount = 0;

  function field(
    path: (string | number)[],
    node: number | undefined,
    schemas: Schema[],
    required: boolean,
  ): FormField {
    fieldCount += 1;
    const all = schemas.flatMap((part) => expandSchema(schema as Schema, part));
    const { control, options, nullable } = chooseControl(
      all,
      node === undefined ? undefined : outline.kind(node),
    );
    const description = all.map((schema) => schema.description).find((text) => typeof text === "string");
    const raw = node === undefined ? undefined : outline.raw(node);
    const kind = node === undefined ? undefined : outline.kind(node);
    const result: FormField = {
      path,
      pointer: formatPointer(path),
      control,
      options,
      nullable,
      required,
      expected: describeExpected(all),
      value: kind === "string" && control !== "choice" ? (JSON.parse(raw as string) as string) : raw,
      isNull: kind === "null",
    };
    if (typeof description === "string") result.description = description;
    if (node === undefined || (kind !== "object" && kind !== "array")) return result;
    result.value = "";
    result.children = [];
    const nodes = outline.children(node, 0, kind === "array" ? MAX_ITEMS : MAX_FIELDS);
    const present = new Map(nodes.map((child) => [outline.key(child) as string | number, child]));
    const declared = kind === "array" ? [] : all.flatMap(({ properties }) => Object.keys(properties ?? {}));
    for (const key of new Set([...declared, ...present.keys()])) {
      if (fieldCount >= MAX_FIELDS || path.length >= MAX_DEPTH) break;
      const next = all.map((schema) => subschema(schema, key)).filter(isSchema);
      const isRequired = all.some(({ required }) => Array.isArray(required) && required.includes(key));
      result.children.push(field([...path, key], present.get(key), next, isRequired));
    }
    result.hasMore = result.children.length < Math.max(outline.count(node), present.size);
    return result;
  }

  return field([], 0, schema === undefined ? [] : [schema], true);
}

/** Chooses the control for a value by its schema; without a type in the schema, or for a container, by the value. */
function chooseControl(
  all: readonly Schema[],
  kind: string | undefined,
): Pick<FormField, "control" | "options" | "nullable"> {
  const types = new Set(all.flatMap(({ type }) => [type].flat()).filter((type) => typeof type === "string"));
  const values = all.flatMap((schema) =>
    schema.const === undefined ? (Array.isArray(schema.enum) ? schema.enum : []) : [schema.const],
  );
  const nullable = types.has("null") || values.includes(null);
  const container = kind === "object" || kind === "array" ? kind : undefined;
  if (container !== undefined) return { control: container, options: [], nullable };
  if (values.length > 0 || types.has("boolean") || (kind === "boolean" && types.size === 0)) {
    const offered = values.length > 0 ? values : [true, false];
    const options = [...new Set(nullable ? [...offered, null] : offered)].map((value) =>
      JSON.stringify(value),
    );
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
