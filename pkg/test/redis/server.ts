/** A real Redis on a free port, with a folder of its own. It ends with the tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Returns a port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Polls a condition until it holds. The timeout only ends a run that would never end. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const started = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});

/** A Redis that can be killed and started again with its stored data. */
export class RedisServer {
  readonly folder: string = mkdtempSync(join(tmpdir(), "hookseal-redis-"));
  port = 0;
  /** The cluster bus port. Redis's default, 10 000 above `port`, may exceed the largest port. */
  busPort = 0;
  #child: ChildProcess | undefined;
  readonly #more: string[];

  private constructor(more: string[]) {
    this.#more = [...more];
  }

  /** Starts one; `more` are further settings, such as `--cluster-enabled yes`. */
  static async start(...more: string[]): Promise<RedisServer> {
    const server = new RedisServer(more);
    server.port = await freePort();
    if (more.includes("--cluster-enabled")) {
      server.busPort = await freePort();
      server.#more.push("--cluster-port", `${server.busPort}`);
    }
    await server.start();
    return server;
  }

  /** Starts one with a configuration file of these lines; `args` follow the file, such as `--sentinel`. */
  static async configured(lines: readonly string[], ...args: string[]): Promise<RedisServer> {
    const server = new RedisServer([]);
    server.port = await freePort();
    const file = join(server.folder, "redis.conf");
    writeFileSync(file, [`port ${server.port}`, "bind 127.0.0.1", ...lines, ""].join("\n"));
    await server.#run([file, ...args]);
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const settings = ["--port", `${this.port}`, "--bind", "127.0.0.1", "--dir", this.folder, "--save", ""];
    const kept = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];
    await this.#run([...settings, ...kept, ...this.#more]);
  }

  async #run(args: string[]): Promise<void> {
    const child = spawn("redis-server", args, { stdio: "ignore", cwd: this.folder });
    started.add(child);
    child.unref();
    let failure: unknown;
    child.once("error", (error) => {
      failure = error;
    });
    this.#child = child;
    await until("redis-server replies", async () => {
      if (failure !== undefined) throw failure;
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      return (await this.ask("PING")).startsWith("+PONG");
    });
  }

  /** Sends one inline command, and returns its (short) reply, or an empty string without a reply. */
  ask(...args: string[]): Promise<string> {
    return new Promise((resolve) => {
      let reply = "";
      const socket = connect(this.port, "127.0.0.1", () => socket.write(`${args.join(" ")}\r\n`));
      socket.setTimeout(5000, () => socket.destroy());
      socket.on("data", (part) => {
        reply += part;
        socket.destroy();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(reply));
    });
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    child.kill(signal);
    await once(child, "exit");
    started.delete(child);
  }

  /** Ends the server, and deletes its data. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
