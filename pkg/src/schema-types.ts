/** The TypeScript type of what a JSON Schema accepts, as far as TypeScript can say it. */

/**
 * The type of the values that a JSON Schema accepts in the lenient profile, if TypeScript knows the schema literally. What
 * TypeScript cannot say, such as `pattern`, is left out; for a schema that says nothing, the type is `unknown`.
 */
export type SchemaType<Schema, Root = Schema> = Schema extends false
  ? never
  : Schema extends object
    ? TypePart<Schema, Root> & RefPart<Schema, Root> & AllPart<Schema, Root> & AnyPart<Schema, Root>
    : unknown;

/** The keywords whose violation is no error in the lenient profile. */
type Lenient<Schema> = Schema extends { "x-lenient": infer Severities }
  ? { [Key in keyof Severities]: Severities[Key] extends "error" ? never : Key }[keyof Severities]
  : never;

/** A keyword whose violation is an error; `undefined` if there is none. */
type Keyword<Schema, Name extends string> =
  Name extends Lenient<Schema>
    ? undefined
    : Schema extends { readonly [Key in Name]: infer Value }
      ? Value
      : undefined;

/** `const`, `enum` or `type`. */
type TypePart<Schema, Root> = Schema extends { readonly const: infer Value }
  ? "const" extends Lenient<Schema>
    ? unknown
    : Value
  : Keyword<Schema, "enum"> extends readonly (infer Value)[]
    ? Value
    : Keyword<Schema, "type"> extends infer Type
      ? Type extends string
        ? OfType<Type, Schema, Root>
        : Type extends readonly (infer Name)[]
          ? OfType<Name, Schema, Root>
          : unknown
      : never;

/** A value of one type of JSON. Distributes over several. */
type OfType<Type, Schema, Root> = Type extends "object"
  ? ObjectOf<Schema, Root>
  : Type extends "array"
    ? Schema extends { readonly items: infer Items }
      ? SchemaType<Items, Root>[]
      : unknown[]
    : Type extends "string"
      ? string
      : Type extends "number" | "integer"
        ? number
        : Type extends "boolean"
          ? boolean
          : Type extends "null"
            ? null
            : unknown;

type ObjectOf<Schema, Root> = Schema extends { readonly properties: infer Properties }
  ? Flat<
      {
        -readonly [Key in keyof Properties as Key extends RequiredOf<Schema> ? Key : never]: SchemaType<
          Properties[Key],
          Root
        >;
      } & {
        -readonly [Key in keyof Properties as Key extends RequiredOf<Schema> ? never : Key]?: SchemaType<
          Properties[Key],
          Root
        >;
      }
    >
  : Schema extends { readonly additionalProperties: infer Values extends object }
    ? { [key: string]: SchemaType<Values, Root> }
    : { [key: string]: unknown };

type RequiredOf<Schema> = Keyword<Schema, "required"> extends readonly (infer Name)[] ? Name : never;

type RefPart<Schema, Root> = Schema extends { readonly $ref: infer Ref }
  ? Ref extends `#/$defs/${infer Name}`
    ? Named<Root, "$defs", Name>
    : Ref extends `#/definitions/${infer Name}`
      ? Named<Root, "definitions", Name>
      : unknown
  : unknown;

/** The type of a named schema. A name with a slash, or an escaped one, says nothing. */
type Named<Root, Section extends string, Name extends string> = Root extends {
  readonly [Key in Section]: { readonly [Key in Name]: infer Schema };
}
  ? SchemaType<Schema, Root>
  : unknown;

type AllPart<Schema, Root> = Schema extends { readonly allOf: readonly [infer First, ...infer Rest] }
  ? SchemaType<First, Root> & AllPart<{ readonly allOf: Rest }, Root>
  : unknown;

type AnyPart<Schema, Root> =
  Keyword<Schema, "anyOf"> extends readonly (infer Branch)[]
    ? Each<Branch, Root>
    : Keyword<Schema, "oneOf"> extends readonly (infer Branch)[]
      ? Each<Branch, Root>
      : unknown;

type Each<Branch, Root> = Branch extends unknown ? SchemaType<Branch, Root> : never;

/** An intersection as one object. */
type Flat<T> = { [Key in keyof T]: T[Key] };
