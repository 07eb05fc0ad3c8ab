/** New projects with the packed tarball, as a user has them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

/** The folder of the workspace. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

const folder = mkdtempSync(join(tmpdir(), "hookseal-"));
after(() => rmSync(folder, { recursive: true, force: true }));

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

const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** What `npm pack` makes of the package. */
export const tarball = join(
  folder,
  JSON.parse(
    run(npm, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], join(root, "pkg")),
  )[0].filename as string,
);

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
