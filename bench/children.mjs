// Programs of their own processes, and the folder where they find the packages.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The path of a file of the workspace. @param {string} path */
export const inRoot = (path) => join(root, path);

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** The default of the longest run of one program. */
const DEFAULT_MAX_MS = 5 * 60_000;

/**
 * Starts a program. It is killed when this process ends.
 * @param {string} command @param {string[]} args @param {{ stdin?: "ignore" | "pipe" }} [options]
 */
export function start(command, args, { stdin = "ignore" } = {}) {
  const child = spawn(command, args, { cwd: root, stdio: [stdin, "pipe", "pipe"] });
  children.add(child);
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (part) => {
    output.stdout += part;
  });
  child.stderr?.on("data", (part) => {
    output.stderr += part;
  });
  /** @type {Promise<number | string>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      children.delete(child);
      resolve(code ?? signal ?? "no status");
    });
  });
  return { child, output, ended };
}

/**
 * Runs a program of this folder to its end. The last line of its output is JSON.
 * @param {string} script @param {unknown} input its argument, as JSON
 * @param {{ command?: string, flags?: string[], maxMs?: number }} [options]
 * @returns {Promise<any>}
 */
export async function program(
  script,
  input,
  { command = process.execPath, flags = [], maxMs = DEFAULT_MAX_MS } = {},
) {
  const file = inRoot(`bench/programs/${script}`);
  const { child, output, ended } = start(command, [...flags, file, JSON.stringify(input)]);
  const timer = setTimeout(() => child.kill("SIGKILL"), maxMs);
  const code = await ended;
  clearTimeout(timer);
  const lines = output.stdout.trim().split("\n");
  // Node prints the source line of an error. In a bundle that line is the whole program.
  const reason = () =>
    /^.*(?:Error|error).*$/m.exec(output.stderr)?.[0].slice(0, 300) ?? output.stderr.slice(0, 300);
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${reason()}`);
  return JSON.parse(lines.at(-1) ?? "");
}

/**
 * A folder outside of the workspace, whose programs find the packages of the workspace as a user's find theirs.
 * @template T
 * @param {(folder: string) => Promise<T>} use
 */
export async function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "hookseal-bench-"));
  try {
    symlinkSync(inRoot("node_modules"), join(folder, "node_modules"), "dir");
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
