// The page of `hookseal listen --ui`: one script and one stylesheet, with parts of the playground.
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Builds the page into a folder. @param {string} root @param {string} folder */
export async function consolePage(root, folder) {
  mkdirSync(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: { console: join(root, "www/live/main.ts") },
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
  });
  cpSync(join(root, "www/live/index.html"), join(folder, "index.html"));
  cpSync(join(root, "www/public/icon.svg"), join(folder, "icon.svg"));
}
