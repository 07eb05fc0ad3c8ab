// The built command as a process: what it prints, what it says, how it ends.
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

/** A folder that is gone afterwards. */
export const folder = mkdtempSync(join(tmpdir(), "hookseal-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file, and says where it stands. */
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

interface Given {
  input?: string | Uint8Array;
  env?: Record<string, string>;
  node?: string[];
}

const environment = (env: Record<string, string> = {}): NodeJS.ProcessEnv => {
  const { NO_COLOR: _, FORCE_COLOR: __, ...rest } = process.env;
  return { ...rest, HOOK_SECRET: SECRET, ...env };
};

/** Runs the command to its end. No secret shows in what it prints, whatever it does. */
export function run(args: string[], { input = "", env, node = [] }: Given = {}): Ended {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [...node, COMMAND, ...args], {
    cwd: folder,
    env: environment(env),
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  assert.ok(!`${stdout}${stderr}`.includes(SECRET), "the secret shows");
  return { code: status ?? -1, out: stdout, err: stderr };
}

/** The same for what has to be rejected as wrong usage: the sentence, and what to do. */
export function refused(args: string[], given?: Given): string {
  const { code, err } = run(args, given);
  assert.equal(code, 2, err);
  return err;
}

/** Runs the command on a pseudo-terminal, and types into it. */
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

/** Starts the command, and waits until it has said this. */
export async function start(
  args: string[],
  until: RegExp,
): Promise<{ child: ChildProcess; said: RegExpExecArray; ended: Promise<Ended> }> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder, env: environment() });
  let [out, err] = ["", ""];
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code: code ?? -1, out, err }));
  });
  const said = await new Promise<RegExpExecArray>((resolve, reject) => {
    const clock = setTimeout(() => reject(new Error(`it did not say ${until}: ${out}${err}`)), 20_000);
    const look = () => {
      const found = until.exec(out + err);
      if (found === null) return;
      clearTimeout(clock);
      resolve(found);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      look();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
      look();
    });
  });
  return { child, said, ended };
}

/** Options of a webhook of PainChek whose secret everybody here knows. */
export const TRUST = ["--provider", "painchek", "--secret-env", "HOOK_SECRET"];
