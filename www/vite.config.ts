/** The build of the page: relative paths for any static host, and requests for its own files only. */
import { defineConfig } from "vite";
import { core } from "./build/core.ts";
import { engine } from "./build/engine.ts";
import { firstVisit } from "./build/first-visit.ts";
import { MINIFIED } from "./build/minified.ts";
import { page } from "./build/page.ts";

/** CodeMirror with its parts, and what the page adds to it. */
const EDITOR = /[\\/](?:@codemirror|@lezer|@marijn|crelt|style-mod|w3c-keyname|www[\\/]src[\\/]editor)[\\/]/;

/** The name of a chunk: that of a generated module, of a mode's folder, or of its first file. */
function nameOf({ name, facadeModuleId }: { name: string; facadeModuleId?: string | null }): string {
  const [, mode] = /[\\/]views[\\/]([^\\/]+)[\\/]index\.ts$/.exec(facadeModuleId ?? "") ?? [];
  return mode ?? name.replace("_virtual_", "");
}

export default defineConfig({
  base: "./",
  plugins: [core(), engine(), firstVisit(), page()],
  // CodeMirror's EditContext support, which only Chromium on Android uses and does not need.
  define: { "window.EditContext": "undefined" },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // The polyfill would fetch, which the policy forbids.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    // Its several passes are worth a hundredth over Vite's own.
    minify: "terser",
    terserOptions: MINIFIED,
    rolldownOptions: {
      // CodeMirror's syntax commands depend on a parser. The page uses none of them.
      treeshake: { moduleSideEffects: (id) => !/@lezer|@codemirror\/(?:language|commands)/.test(id) },
      output: {
        entryFileNames: "assets/page-[hash].js",
        chunkFileNames: (chunk) => `assets/${nameOf(chunk)}-[hash].js`,
        // All editors share one chunk, and what the first view loads is another.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: "editor", test: EDITOR },
            { name: "page", tags: ["$initial"] },
          ],
        },
      },
    },
  },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1", port: 4173 },
});
