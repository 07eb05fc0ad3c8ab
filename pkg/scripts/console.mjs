// The page of `hookseal listen --ui`: one script and one stylesheet, with parts of the playground.
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** @param {string} root @returns {import("esbuild").BuildOptions} */
const options = (root) => ({
  absWorkingDir: root,
  entryPoints: { console: join(root, "www/live/main.ts") },
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
});

/** What the page has besides the parts of the playground: its script and its stylesheet. @param {string} root */
export async function ownParts(root) {
  const { outputFiles } = await build({
    ...options(root),
    outdir: root,
    write: false,
    plugins: [
      {
        name: "playground",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\.\/src\// }, ({ path }) => ({ path, external: true })),
      },
    ],
  });
  return outputFiles.map(({ contents }) => contents);
}

/** Builds the page into a folder. @param {string} root @param {string} folder */
export async function consolePage(root, folder) {
  mkdirSync(folder, { recursive: true });
  await build({ ...options(root), outdir: folder });
  cpSync(join(root, "www/live/index.html"), join(folder, "index.html"));
  cpSync(join(root, "www/public/icon.svg"), join(folder, "icon.svg"));
}
