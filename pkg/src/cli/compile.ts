/** `compile`: compiles a provider definition, so that a program needs no schema compiler when it runs. */
import { writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import process from "node:process";
import { type CompiledProvider, compileProvider, HooksealError } from "../index.js";
import { readDefinition } from "./definition.js";
import { displayName } from "./input.js";
import { printError, style } from "./output.js";
import { describeError, EXIT_VALID, UsageError } from "./usage.js";

/** What `compile` writes: a module of ECMAScript, a module of CommonJS, or JSON. */
export type CompiledFormat = "esm" | "cjs" | "json";

export interface CompileCommandOptions {
  as?: CompiledFormat;
  out?: string;
}

const FORMATS: Record<string, CompiledFormat> = {
  ".js": "esm",
  ".mjs": "esm",
  ".cjs": "cjs",
  ".json": "json",
};

export function compile(file: string, options: CompileCommandOptions): number {
  const { out } = options;
  if (out !== undefined && resolve(out) === resolve(file)) {
    throw new UsageError("The value of --out is the definition itself.", "Name another file.");
  }
  const format = options.as ?? (out === undefined ? "esm" : FORMATS[extname(out)]);
  if (format === undefined) {
    throw new UsageError(
      "The value of --out does not end with a known extension.",
      "Expected .js, .mjs, .cjs or .json. Or pass --as esm, --as cjs or --as json.",
    );
  }
  const text = print(compiled(file), format);
  if (out === undefined) {
    process.stdout.write(text);
    return EXIT_VALID;
  }
  try {
    writeFileSync(out, text);
  } catch (error) {
    throw new UsageError(`${displayName(out)} cannot be written: ${describeError(error)}.`);
  }
  printError(style.dim(`${displayName(out)} written, ${Buffer.byteLength(text)} bytes.`));
  return EXIT_VALID;
}

function compiled(file: string): CompiledProvider {
  try {
    return compileProvider(readDefinition(file));
  } catch (error) {
    if (error instanceof HooksealError) throw new UsageError(error.message, error.issues[0]?.hint);
    throw error;
  }
}

function print(provider: CompiledProvider, format: CompiledFormat): string {
  const json = JSON.stringify(provider, undefined, 2);
  if (format === "json") return `${json}\n`;
  const note = `// Written by \`hookseal compile\`. Compile the definition again when it changes, or with another version of hookseal.
/** @type {import("hookseal").CompiledProvider} */
`;
  return format === "cjs" ? `${note}module.exports = ${json};\n` : `${note}export default ${json};\n`;
}
