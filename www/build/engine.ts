/** `virtual:engine`: the worker's source as text. The worker is created from a blob, which inherits the page's policy. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transformSync } from "esbuild";
import { minify } from "terser";
import type { Plugin } from "vite";
import { constants } from "../../pkg/scripts/constants.mjs";
import { path as core } from "./core.ts";
import { MINIFIED } from "./minified.ts";
import { EXAMPLE_PROVIDERS, samplesModule } from "./samples.ts";

/** The sources of the package. Its library has them in chunks, and the page replaces single files. */
const src = fileURLToPath(new URL("../../pkg/src/", import.meta.url));
const REPLACED: Readonly<Record<string, string>> = {
  "hookseal/slim": "slim.ts",
  "../runtime.js": "runtime.ts",
};
/** What the page uses of the package's own files. The library has all of it in one chunk. */
const INTERNALS = `export * from "./core.ts";
export { addPublicKeyModule } from "./modules.ts";
export { encodeHead } from "./headers.ts";`;

/**
 * Files of the package whose exports the page never needs: TypeScript checks the options of its calls, the body is always
 * bytes or a text, it shows no HTTP status, it reads no file, no browser has Node's hash, and it inspects deliveries, so that
 * no object of a verified delivery is made.
 */
const UNUSED =
  /[\\/]pkg[\\/]src[\\/](?:options|event|verified|body-not-raw|package-file|native-hash|generated[\\/]codes)\.ts$/;

/** A file with the same exports, which do nothing. */
function withoutCode(path: string): string {
  const { code } = transformSync(readFileSync(path, "utf8"), { loader: "ts" });
  const names = [...code.matchAll(/^export (?:const|function|class) (\w+)/gm)].map(
    ([, name]) => name as string,
  );
  return names.map((name) => `export const ${name} = () => undefined;`).join("\n");
}

/** The package's check of the runtime names Node.js and servers. This one is for users of the page. */
const RUNTIME = `export const { TextDecoder, TextEncoder } = globalThis;
export const checkRuntime = () => {
  if (globalThis.WebAssembly === undefined)
    throw new Error("This browser has no WebAssembly. Safari: turn off Lockdown Mode for this page.");
};
export const compileError = (cause) => new Error("The core cannot be compiled. Update the browser.", { cause });`;

/** The compiled providers of the examples. The full module has all others. */
function catalogOfExamples(path: string): string {
  const all = readFileSync(path, "utf8");
  const texts = EXAMPLE_PROVIDERS.map((id) => {
    const [declaration] = new RegExp(`^export const ${id}: string =\\s+"[^\\n]*;$`, "m").exec(all) ?? [];
    if (declaration === undefined) throw new Error(`${path} has no text of ${id}.`);
    return declaration;
  });
  return [
    ...texts,
    `export const CATALOG: Record<string, string> = { ${EXAMPLE_PROVIDERS.join(", ")} };`,
  ].join("\n");
}

const ID = "virtual:engine";
const entry = fileURLToPath(new URL("../src/engine/worker.ts", import.meta.url));

export function engine(): Plugin {
  return {
    name: "hookseal-engine",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    async load(id) {
      if (id !== `\0${ID}`) return;
      const { outputFiles, metafile } = await build({
        entryPoints: [entry],
        bundle: true,
        write: false,
        metafile: true,
        format: "iife",
        target: "es2022",
        platform: "browser",
        minify: true,
        legalComments: "none",
        logLevel: "warning",
        plugins: [
          {
            name: "package",
            setup({ onResolve, onLoad }) {
              onResolve({ filter: /^hookseal\/slim$|[\\/]runtime\.js$/ }, ({ path }) =>
                path in REPLACED ? { path: join(src, REPLACED[path] as string) } : undefined,
              );
              onResolve({ filter: /[\\/]pkg[\\/]dist[\\/]esm[\\/]core\.js$/ }, () => ({
                path: "internals",
                namespace: "internals",
              }));
              onLoad({ filter: /.*/, namespace: "internals" }, () => ({
                contents: INTERNALS,
                resolveDir: src,
              }));
              // The page's core has more calls than the package's.
              onLoad({ filter: /[\\/]pkg[\\/]src[\\/]generated[\\/]glue\.js$/ }, () => ({
                contents: readFileSync(join(dirname(core), "glue.js"), "utf8"),
              }));
              onLoad({ filter: /[\\/]pkg[\\/]src[\\/]runtime\.ts$/ }, () => ({ contents: RUNTIME }));
              onLoad({ filter: /[\\/]pkg[\\/]src[\\/]generated[\\/]catalog\.ts$/ }, ({ path }) => ({
                contents: catalogOfExamples(path),
                loader: "ts",
              }));
              onLoad({ filter: UNUSED }, ({ path }) => ({ contents: withoutCode(path) }));
            },
          },
          constants(src),
          {
            name: "samples",
            setup({ onResolve, onLoad }) {
              onResolve({ filter: /^virtual:samples$/ }, ({ path }) => ({ path, namespace: "samples" }));
              onLoad({ filter: /.*/, namespace: "samples" }, () => ({ contents: samplesModule() }));
            },
          },
        ],
      });
      for (const path of Object.keys(metafile.inputs)) {
        if (!/^(?:samples|internals):/.test(path)) this.addWatchFile(path);
      }
      const { code } = await minify(outputFiles[0]?.text ?? "", MINIFIED);
      return `export default ${JSON.stringify(code)};`;
    },
  };
}
