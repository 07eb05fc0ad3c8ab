/** A small project of a user: its files, the packed tarball with packages of the registry, and the programs that it starts. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { npm } from "../support/pack.ts";

/** What is shared by the projects of one run. */
export interface Workshop {
  folder: string;
  tarball: string;
}

/** Versions of packages that a project installs, such as `vite@8`. */
export type Packages = readonly string[];

/** How many characters are printed of each end of the output of a failed program. */
const MAX_OUTPUT = 2_000;

interface StartOptions {
  cwd?: string | undefined;
  env?: Record<string, string> | undefined;
}

export class Project {
  readonly folder: string;
  readonly #workshop: Workshop;
  readonly #signal: AbortSignal;
  readonly #children = new Set<ChildProcess>();
  readonly #cleanups: (() => Promise<void> | void)[] = [];
  /** Folders of programs that come before those of the machine. */
  readonly #path: string[] = [];

  /** Programs that still run when the signal aborts are killed. */
  constructor(name: string, workshop: Workshop, signal: AbortSignal) {
    this.folder = join(workshop.folder, name);
    this.#workshop = workshop;
    this.#signal = signal;
    mkdirSync(this.folder, { recursive: true });
    signal.addEventListener("abort", () => this.#kill());
  }

  /** Writes files. Folders are created. */
  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** Installs the tarball, and packages of the registry. Nothing runs while they are installed. */
  async install(packages: Packages = []): Promise<void> {
    if (!existsSync(join(this.folder, "package.json"))) {
      this.write({ "package.json": '{ "name": "project", "private": true, "type": "module" }\n' });
    }
    const args = [
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
      "--loglevel=error",
    ];
    await this.run(npm, [...args, this.#workshop.tarball, ...packages]);
  }

  /** The version of an installed package. */
  version(name: string): string {
    return JSON.parse(this.read(`node_modules/${name}/package.json`)).version;
  }

  /** Installs a release of Node.js from the registry, once in a run, and uses it for the programs of this project. */
  async useNode(major: number): Promise<string> {
    const folder = join(this.#workshop.folder, `node-${major}`);
    const name = `node-${process.platform}-${process.arch}`;
    if (!existsSync(join(folder, "node_modules", name, "package.json"))) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
      const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
      await this.run(npm, [...args, `${name}@${major}`], { cwd: folder });
    }
    this.#path.unshift(join(folder, "node_modules", name, "bin"));
    return (await this.run("node", ["--version"])).trim().slice(1);
  }

  /** Runs a program to its end, and returns its output. */
  async run(program: string, args: string[], options: StartOptions = {}): Promise<string> {
    const child = this.#start(program, args, options);
    let output = "";
    let errors = "";
    child.stdout?.on("data", (part) => {
      output += part;
    });
    child.stderr?.on("data", (part) => {
      errors += part;
    });
    const code = await new Promise<number | string | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? signal));
    });
    this.#children.delete(child);
    this.#signal.throwIfAborted();
    if (code !== 0) {
      throw new Error(`${[program, ...args].join(" ")} (${code})\n${excerpt(`${output}\n${errors}`)}`);
    }
    return output;
  }

  /** Runs a command of an installed package. */
  async command(name: string, args: string[] = [], env: Record<string, string> = {}): Promise<string> {
    return await this.run(join(this.folder, "node_modules/.bin", name), args, { env });
  }

  /** Starts a server of an installed package, or Node with a script, and waits until it prints its address. */
  async serve(
    program: string,
    args: string[],
    { says = /(https?:\/\/[\w.[\]:]+:\d+)/, ...options }: StartOptions & { says?: RegExp } = {},
  ): Promise<string> {
    const isInstalled = existsSync(join(this.folder, "node_modules/.bin", program));
    const child = this.#start(
      isInstalled ? join(this.folder, "node_modules/.bin", program) : program,
      args,
      options,
    );
    return await new Promise<string>((resolve, reject) => {
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (part) => {
          output += part;
          const [, url] = says.exec(stripColors(output)) ?? [];
          if (url !== undefined) resolve(url);
        });
      }
      child.once("error", reject);
      child.once("close", (code) => reject(new Error(`${program} ended with ${code}\n${excerpt(output)}`)));
    });
  }

  /** Starts a program that runs until the project ends. */
  background(program: string, args: string[], env: Record<string, string>): void {
    this.#start(program, args, { env });
  }

  /** Calls a function when the project has ended. */
  onEnd(cleanup: () => Promise<void> | void): void {
    this.#cleanups.unshift(cleanup);
  }

  /** Ends all programs of the project. */
  async end(): Promise<void> {
    for (const cleanup of this.#cleanups) await cleanup();
    this.#kill();
  }

  #start(program: string, args: string[], { cwd, env }: StartOptions): ChildProcess {
    this.#signal.throwIfAborted();
    const child = spawn(program, args, {
      cwd: cwd ?? this.folder,
      env: {
        ...process.env,
        // A project is no part of the run that started it.
        NODE_OPTIONS: "",
        NODE_TEST_CONTEXT: undefined,
        CI: "1",
        NO_COLOR: "1",
        ...TELEMETRY,
        ...env,
        PATH: [...this.#path, process.env.PATH].join(delimiter),
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that what it started ends with it.
      detached: true,
    });
    this.#children.add(child);
    return child;
  }

  #kill(): void {
    for (const { pid } of this.#children) {
      try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
    this.#children.clear();
  }
}

/** No framework reports what it does here. */
const TELEMETRY = {
  ASTRO_TELEMETRY_DISABLED: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  NUXT_TELEMETRY_DISABLED: "1",
  PARCEL_TELEMETRY_DISABLED: "1",
  WRANGLER_SEND_METRICS: "false",
};

/** The beginning and the end of a long output. */
function excerpt(output: string): string {
  if (output.length <= 2 * MAX_OUTPUT) return output;
  return `${output.slice(0, MAX_OUTPUT)}\n[…]\n${output.slice(-MAX_OUTPUT)}`;
}

function stripColors(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of a terminal
  return text.replace(/\u001b\[[\d;]*m/g, "");
}
