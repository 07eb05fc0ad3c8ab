/** How the page is built: relative paths for any static host, no request but for its own files, a policy that says so. */
import { defineConfig } from "vite";
import { core } from "./build/core.ts";
import { engine } from "./build/engine.ts";
import { MINIFIED } from "./build/minified.ts";
import { page } from "./build/page.ts";

export default defineConfig({
  base: "./",
  plugins: [core(), engine(), page()],
  // The editor's second way to take what is typed, which Chromium on Android alone would use, and could do without.
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
      // The editor's commands come with a parser for those of them that know of syntax; the page uses none of these.
      treeshake: { moduleSideEffects: (id) => !/@lezer|@codemirror\/(?:language|commands)/.test(id) },
      output: { chunkFileNames: ({ name }) => `assets/${name.replace("_virtual_", "")}-[hash].js` },
    },
  },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1", port: 4173 },
});
