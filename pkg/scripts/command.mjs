// How the command is bundled: its own code and the library it parses arguments with in one file. The core, the sender, the receiver
// and the providers' samples it shares with the package's CommonJS entries, in the same folder.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The script with the samples, in `dist`. */
export const SAMPLES = "cjs/generated/samples.js";

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

/**
 * The script that stores the samples as a property of the global object, and the expression that reads them. As the texts of the
 * modules, it runs as CommonJS and as an ES module, so the package contains the samples once.
 * @param {string} root
 */
export function samplesScript(root) {
  const json = JSON.stringify(samples(root));
  const hash = createHash("sha256").update(json).digest("hex").slice(0, 16);
  const value = `globalThis[Symbol.for("hookseal.samples.${hash}")]`;
  return { code: `${value} = ${json};\n`, value };
}

/** Takes the samples from their script. @param {string} root @param {string} path of the script @returns {import("esbuild").Plugin} */
export function sharedSamples(root, path) {
  return {
    name: "samples",
    setup(build) {
      build.onResolve({ filter: /^hookseal:samples$/ }, () => ({ path: "samples", namespace: "hookseal" }));
      build.onResolve({ filter: /^hookseal:script$/ }, () => ({ path, external: true, sideEffects: true }));
      build.onLoad({ filter: /.*/, namespace: "hookseal" }, () => ({
        contents: `import "hookseal:script";\nexport const SAMPLES = ${samplesScript(root).value};`,
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
      sharedSamples(root, `./${SAMPLES}`),
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
