// How the command is bundled: its own code, the library it parses arguments with, and the providers' samples in
// one file. The core, the sender and the receiver it shares with the package's CommonJS entries, in the same folder.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The samples of every provider by the names of their files, with the slash of a topic. @param {string} root */
function samples(root) {
  const providers = join(root, "providers");
  /** @type {Record<string, Record<string, string>>} */
  const all = {};
  for (const id of readdirSync(providers).sort()) {
    const folder = join(providers, id, "samples");
    all[id] = Object.fromEntries(
      readdirSync(folder)
        .sort()
        .map((name) => [decodeURIComponent(name), readFileSync(join(folder, name), "utf8")]),
    );
  }
  return all;
}

/** Inlines the samples. @param {string} root @returns {import("esbuild").Plugin} */
export function inlinedSamples(root) {
  return {
    name: "samples",
    setup(build) {
      build.onResolve({ filter: /^hookseal:samples$/ }, ({ path }) => ({ path, namespace: "hookseal" }));
      build.onLoad({ filter: /.*/, namespace: "hookseal" }, () => ({
        contents: `export const SAMPLES = ${JSON.stringify(samples(root))};`,
      }));
    },
  };
}

/** @param {string} root @returns {import("esbuild").BuildOptions} */
export function command(root) {
  const license = readFileSync(join(root, "node_modules/commander/LICENSE"), "utf8").trim();
  return {
    // The bundler names modules of CommonJS by their paths: from here, wherever the build was started and node_modules lies.
    absWorkingDir: root,
    preserveSymlinks: true,
    entryPoints: [join(root, "pkg/src/cli/main.ts")],
    outfile: join(root, "pkg/dist/cli.cjs"),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    // Names stay, so that a stack trace says something.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    banner: { js: `#!/usr/bin/env node\n/* This file contains commander.\n\n${license}\n*/` },
    plugins: [
      inlinedSamples(root),
      {
        name: "hookseal",
        setup(build) {
          build.onResolve({ filter: /^(\.\.\/)+(index|node|send)\.js$/ }, ({ path }) => ({
            path: path.replace(/^(\.\.\/)+/, "./cjs/"),
            external: true,
          }));
        },
      },
    ],
  };
}
