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
            name: "glue",
            setup({ onLoad }) {
              // The page's core has more calls than the package's.
              onLoad({ filter: /[\\/]pkg[\\/]dist[\\/]esm[\\/]generated[\\/]glue\.js$/ }, () => ({
                contents: readFileSync(join(dirname(core), "glue.js"), "utf8"),
              }));
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
