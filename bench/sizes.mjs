// Bytes that a library adds to a user's bundle: one minified file, raw and compressed with brotli.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

/** @param {Uint8Array} bytes */
function weigh(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { raw: bytes.length, brotli: brotliCompressSync(bytes, { params }).length };
}

/** @param {string} contents */
async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL(".", import.meta.url).pathname },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    write: false,
  });
  return weigh(outputFiles[0]?.contents ?? new Uint8Array());
}

/** @returns {Promise<{ name: string, raw: number, brotli: number }[]>} */
export async function sizes() {
  const module = readFileSync(new URL(import.meta.resolve("hookseal/core.wasm")));
  return [
    { name: "hookseal, core.wasm alone", ...weigh(module) },
    { name: "hookseal, all of it in one file", ...(await bundled(`export * from "hookseal";`)) },
    {
      name: "ajv and ajv-formats",
      ...(await bundled(`export * from "ajv/dist/2020.js"; export { default as f } from "ajv-formats";`)),
    },
    { name: "zod, what an object schema needs", ...(await bundled(`export { object, string } from "zod";`)) },
  ];
}
