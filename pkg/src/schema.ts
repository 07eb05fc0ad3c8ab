/** Compiles JSON Schemas in the core. */
import { type BodyLike, rawBody, writeBody } from "./body.js";
import { asBytes } from "./bytes.js";
import { CoreHandle, callCore, fullCore, writeText } from "./core.js";
import { checkOptions, optionError, SchemaError } from "./error.js";
import { DialectNumber } from "./generated/layout.js";
import { isTooDeep, jsonText } from "./json.js";
import { TextDecoder } from "./runtime.js";
import type { StandardSchemaV1 } from "./standard-schema.js";
import type { Issue } from "./types.js";

/** Options of `compileSchema`. */
export interface CompileOptions {
  /** Reject keywords and formats that the specification does not define, instead of treating them as annotations. */
  strict?: boolean | undefined;
  /** The dialect of a schema without `$schema`. Default: 2020-12. */
  dialect?: "draft-07" | "2020-12" | undefined;
}

const COMPILE_OPTIONS = { strict: true, dialect: true } satisfies Record<keyof CompileOptions, true>;
const DIALECTS: Record<string, number> = {
  "draft-07": DialectNumber.draft07,
  "2020-12": DialectNumber.draft202012,
};

/** A compiled schema. */
export interface Schema extends StandardSchemaV1<unknown, unknown> {
  /**
   * Checks a JSON text in one pass: syntax, duplicate keys and schema. An empty list means valid without warnings. A valid
   * text can have a `warning`: a number that JavaScript would change, or a lone surrogate.
   */
  check(text: BodyLike): Issue[];
}

/**
 * Compiles a JSON Schema (2020-12 or draft-07).
 *
 * @example
 * ```ts
 * const schema = compileSchema({ type: "object", required: ["id"] });
 * schema.check('{"id": 1}'); // []
 * schema.check("{}"); // [{ code: "required", pointer: "", ... }]
 * ```
 * @throws SchemaError for a keyword of the specification that is not supported, and for an invalid schema.
 */
export function compileSchema(schema: object | boolean, options: CompileOptions = {}): Schema {
  checkOptions("compileSchema", options, COMPILE_OPTIONS);
  const { strict = false, dialect: name } = options ?? {};
  if (typeof strict !== "boolean") throw optionError("strict", "true or false");
  const dialect =
    name === undefined ? DialectNumber.declared : Object.hasOwn(DIALECTS, name) ? DIALECTS[name] : undefined;
  if (dialect === undefined) throw optionError("dialect", '"2020-12" or "draft-07"');
  const text = jsonText(schema);
  if (text === undefined) {
    const message = isTooDeep(schema)
      ? "The schema is nested too deeply. Move nested schemas into `$defs`, and refer to them."
      : "Expected a schema as an object or a boolean.";
    throw new SchemaError({ keyword: "", pointer: "", message });
  }
  fullCore();
  let schemaHandle: CoreHandle<InstanceType<ReturnType<typeof fullCore>["SchemaHandle"]>>;
  try {
    schemaHandle = callCore(
      () => new CoreHandle(() => new (fullCore().SchemaHandle)(writeText(text), strict, dialect)),
    );
  } catch (thrown) {
    if (typeof thrown === "object" && thrown !== null && "keyword" in thrown) {
      throw new SchemaError(thrown as { keyword: string; pointer: string; message: string });
    }
    throw thrown;
  }
  const check = (body: BodyLike): Issue[] => {
    const raw = rawBody(body);
    return callCore(() => {
      // Before the body is written: compiling again after a trap overwrites the scratch buffer.
      const compiled = schemaHandle.get();
      return (compiled.check(writeBody(raw, 0, Number.POSITIVE_INFINITY)) as Issue[] | undefined) ?? [];
    });
  };
  return {
    check,
    "~standard": {
      version: 1,
      vendor: "hookseal",
      // Bytes are a JSON text. Other tools pass values.
      validate(value: unknown) {
        const raw = asBytes(value);
        const text = raw ?? jsonText(value);
        if (text === undefined) {
          const message = isTooDeep(value)
            ? "The value is nested too deeply."
            : "Expected a value that JSON can represent.";
          return { issues: [{ message, path: [] }] };
        }
        const errors = check(text).filter((issue) => issue.severity === "error");
        if (errors.length > 0) return { issues: errors };
        return { value: raw === undefined ? value : JSON.parse(new TextDecoder().decode(raw)) };
      },
    },
  };
}
