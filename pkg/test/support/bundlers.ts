/** The bundlers of the tests: each makes one file of a program. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

/** Bundles the program `entry` of a folder into the folder `out`, and returns the file. */
export type Bundler = (folder: string, entry: string, out: string) => Promise<string>;

const withEsbuild =
  (options: esbuild.BuildOptions): Bundler =>
  async (folder, entry, out) => {
    const outfile = join(out, options.format === "cjs" ? "bundle.cjs" : "bundle.mjs");
    const { warnings } = await esbuild.build({
      entryPoints: [entry],
      absWorkingDir: folder,
      bundle: true,
      minify: true,
      logLevel: "silent",
      outfile,
      ...options,
    });
    if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
    return outfile;
  };

/** Minifies a file, as a bundler's plugin would. */
async function minified(file: string, code: string): Promise<string> {
  writeFileSync(file, (await esbuild.transform(code, { minify: true, legalComments: "none" })).code);
  return file;
}

export const BUNDLERS: Record<string, Bundler> = {
  esbuild: withEsbuild({ format: "esm", platform: "neutral", mainFields: ["module", "main"] }),
  "esbuild as CommonJS": withEsbuild({ format: "cjs", platform: "node" }),
  "esbuild with conditions": withEsbuild({ format: "esm", platform: "node", conditions: ["custom"] }),
  async Rollup(folder, entry, out) {
    const warnings: string[] = [];
    const bundle = await rollup({
      input: join(folder, entry),
      plugins: [nodeResolve()],
      onwarn: ({ message }) => warnings.push(message),
    });
    const { output } = await bundle.generate({ format: "es" });
    if (output.length > 1 || warnings.length > 0) throw new Error(warnings.join("\n"));
    return await minified(join(out, "bundle.mjs"), output[0].code);
  },
  async webpack(folder, entry, out) {
    await new Promise<void>((resolve, reject) => {
      const configuration: webpack.Configuration = {
        mode: "production",
        target: "node20",
        context: folder,
        entry: `./${entry}`,
        output: { path: out, filename: "bundle.cjs" },
      };
      webpack(configuration, (error, stats) => {
        const problems = stats?.toJson({ errors: true, warnings: true });
        const messages = [...(problems?.errors ?? []), ...(problems?.warnings ?? [])].map(
          (one) => one.message,
        );
        if (error || messages.length > 0) reject(error ?? new Error(messages.join("\n")));
        else resolve();
      });
    });
    return join(out, "bundle.cjs");
  },
  async Vite(folder, entry, out) {
    await vite.build({
      root: folder,
      configFile: false,
      logLevel: "silent",
      build: {
        outDir: out,
        emptyOutDir: false,
        minify: true,
        target: "es2022",
        modulePreload: false,
        rollupOptions: { input: join(folder, entry), output: { entryFileNames: "bundle.mjs" } },
      },
    });
    return join(out, "bundle.mjs");
  },
};
