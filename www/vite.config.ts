/** How the page is built: relative paths for any static host, no request but for its own files, a policy that says so. */
import { defineConfig } from "vite";
import { core } from "./build/core.ts";
import { editor } from "./build/editor.ts";
import { engine } from "./build/engine.ts";
import { minify } from "./build/minify.ts";
import { page } from "./build/page.ts";
import { unusedMembers } from "./build/unused.ts";

export default defineConfig({
  base: "./",
  plugins: [core(), editor(), engine(), unusedMembers(), minify(), page()],
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // The polyfill would fetch, which the policy forbids.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { chunkFileNames: ({ name }) => `assets/${name.replace("_virtual_", "")}-[hash].js` },
    },
  },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1", port: 4173 },
});
