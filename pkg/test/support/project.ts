/** New projects with the packed tarball, as a user has them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { npm, pack, root, run } from "./pack.ts";

export { root, run };

const folder = mkdtempSync(join(tmpdir(), "hookseal-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What `npm pack` makes of the package. */
export const tarball = pack(folder);

/** A project of its own with nothing but the tarball installed, and these files. */
export function project(name: string, files: Record<string, string>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  // Offline: the package has no dependency that would have to come from anywhere.
  run(npm, ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", tarball], path);
  return path;
}

/** The script of a program in the node_modules of the workspace. */
export function tool(script: string): string {
  return join(root, "node_modules", script);
}
