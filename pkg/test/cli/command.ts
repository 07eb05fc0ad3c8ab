// Runs the built command as a process, and returns its output and exit code.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { SECRET } from "../support/fixtures.ts";

/** The bundle that npm installs as `hookseal`. */
export const COMMAND = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** A temporary folder, removed after the tests. */
export const folder = mkdtempSync(join(tmpdir(), "hookseal-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file into the folder, and returns its path. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

export interface Ended {
  code: number;
  out: string;
  err: string;
}

interface RunOptions {
  input?: string | Uint8Array;
  env?: Record<string, string>;
  node?: string[];
}

const environment = (env: Record<string, string> = {}): NodeJS.ProcessEnv => {
  const { NO_COLOR: _, FORCE_COLOR: __, ...rest } = process.env;
  return { ...rest, HOOK_SECRET: SECRET, ...env };
};

/** Runs the command to its end. SECURITY: every run checks that the output contains no secret. */
export function run(args: string[], { input = "", env, node = [] }: RunOptions = {}): Ended {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [...node, COMMAND, ...args], {
    cwd: folder,
    env: environment(env),
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  assert.ok(!`${stdout}${stderr}`.includes(SECRET), "the output contains the secret");
  return { code: status ?? -1, out: stdout, err: stderr };
}

/** Runs the command, checks that it reports wrong usage, and returns the message and the hint. */
export function usageError(args: string[], options?: RunOptions): string {
  const { code, err } = run(args, options);
  assert.equal(code, 2, err);
  return err;
}

/** Runs the command on a pseudo-terminal, and types text after each prompt. */
export function onTerminal(args: string[], type: [string, string][] = [], env?: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(
    "python3",
    [fileURLToPath(new URL("terminal.py", import.meta.url))],
    {
      cwd: folder,
      env: environment({ TERM: "xterm", ...env }),
      input: JSON.stringify({ argv: [process.execPath, COMMAND, ...args], type }),
      encoding: "utf8",
      timeout: 90_000,
    },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as { output: string; code: number };
}

/** Starts the command, and waits until its output matches `until`. */
export async function start(
  args: string[],
  until: RegExp,
): Promise<{ child: ChildProcess; match: RegExpExecArray; ended: Promise<Ended> }> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder, env: environment() });
  let [out, err] = ["", ""];
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code: code ?? -1, out, err }));
  });
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const clock = setTimeout(
      () => reject(new Error(`the output does not match ${until}: ${out}${err}`)),
      20_000,
    );
    const search = () => {
      const found = until.exec(out + err);
      if (found === null) return;
      clearTimeout(clock);
      resolve(found);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      search();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
      search();
    });
  });
  return { child, match, ended };
}

/** Options of a PainChek webhook, with the secret of the tests. */
export const TRUST = ["--provider", "painchek", "--secret-env", "HOOK_SECRET"];
