/** `virtual:engine`: the worker's source as text. The worker is created from a blob, which inherits the page's policy. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";
import type { Plugin } from "vite";
import { path as core } from "./core.ts";
import { MINIFIED } from "./minified.ts";
import { samplesModule } from "./samples.ts";

/**
 * Files of the package whose exports the page never needs: TypeScript checks the options of its calls, the body is always
 * bytes or a text, it shows no HTTP status, and it inspects deliveries, so that no object of a verified delivery is made.
 */
const UNUSED =
  /[\\/]pkg[\\/]dist[\\/]esm[\\/](?:options|event|verified|body-not-raw|generated[\\/]codes)\.js$/;

/** A file with the same exports, which do nothing. */
function withoutCode(path: string): string {
  const names = /^export \{([^}]*)\};?$/m.exec(readFileSync(path, "utf8"))?.[1]?.split(",") ?? [];
  return names.map((name) => `export const ${name.trim()} = () => undefined;`).join("\n");
}

/** The package's check of the runtime names Node.js and servers. This one is for users of the page. */
const RUNTIME = `export const { TextDecoder, TextEncoder } = globalThis;
export const checkRuntime = () => {
  if (globalThis.WebAssembly === undefined)
    throw new Error("This browser has no WebAssembly. Safari: turn off Lockdown Mode for this page.");
};
export const compileError = (cause) => new Error("The core cannot be compiled. Update the browser.", { cause });`;

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
            setup({ onLoad }) {
              // The page's core has more calls than the package's.
              onLoad({ filter: /[\\/]pkg[\\/]dist[\\/]esm[\\/]generated[\\/]glue\.js$/ }, () => ({
                contents: readFileSync(join(dirname(core), "glue.js"), "utf8"),
              }));
              onLoad({ filter: /[\\/]pkg[\\/]dist[\\/]esm[\\/]runtime\.js$/ }, () => ({ contents: RUNTIME }));
              onLoad({ filter: UNUSED }, ({ path }) => ({ contents: withoutCode(path) }));
            },
          },
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
        if (!path.startsWith("samples:")) this.addWatchFile(path);
      }
      const { code } = await minify(outputFiles[0]?.text ?? "", MINIFIED);
      return `export default ${JSON.stringify(code)};`;
    },
  };
}
