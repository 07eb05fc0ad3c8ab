/** Programs that run to their end, and the tarball of the package. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The folder of the workspace. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

export const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** Runs a program to its end, and returns its output. An error contains the output of a failed program. */
export function run(
  program: string,
  args: string[],
  cwd: string,
  environment: Record<string, string | undefined> = {},
): string {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  if (error !== undefined) throw error;
  assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

/** What `npm pack` makes of the package, in a folder. */
export function pack(folder: string): string {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  return join(folder, JSON.parse(run(npm, args, join(root, "pkg")))[0].filename);
}
