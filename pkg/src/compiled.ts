/** Compiled providers: definitions that the core reads without its schema compiler. */
import { callCore, fullCore } from "./core.js";
import { callError, rethrow } from "./error.js";
import type { ExtendedDefinition, ProviderDefinition } from "./generated/definition.js";
import { isTooDeep, jsonText } from "./json.js";

/** A compiled provider: what `hookseal compile` writes. The same version of the package reads it. */
export interface CompiledProvider<Id extends string = string> {
  /** The version of the package that compiled the provider. */
  readonly hookseal: string;
  /** The provider's id. */
  readonly id: Id;
  /** The provider in printable ASCII. */
  readonly compiled: string;
}

/**
 * Compiles a provider definition, as `hookseal compile` does.
 *
 * @example
 * ```ts
 * writeFileSync("mine.json", JSON.stringify(compileProvider(definition)));
 * ```
 * @throws HooksealError `definition-invalid` with every mistake in the definition.
 */
export function compileProvider(definition: ProviderDefinition | ExtendedDefinition): CompiledProvider {
  const text = definitionText(definition);
  const { compile_provider } = fullCore();
  try {
    return JSON.parse(callCore(() => compile_provider(text)));
  } catch (thrown) {
    rethrow(thrown);
  }
}

/** Returns the text of a compiled provider; undefined for a definition. */
export function compiledText(provider: object): string | undefined {
  const { compiled } = (provider ?? {}) as Partial<CompiledProvider>;
  return typeof compiled === "string" ? compiled : undefined;
}

/** Returns the text of a definition. */
export function definitionText(definition: object): string {
  const text = jsonText(definition);
  if (text !== undefined) return text;
  if (isTooDeep(definition))
    throw callError("definition-invalid", "The provider definition is nested too deeply.");
  throw callError(
    "definition-invalid",
    "Expected a provider as the id of a built-in one, or as a definition that JSON can represent.",
  );
}
