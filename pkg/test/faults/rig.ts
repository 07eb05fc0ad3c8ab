/** What the faults are made with: receivers that can be killed, a Redis that can, and the ledger that counts. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { painchek } from "../../src/index.ts";
import { type SendOptions, type Sent, send } from "../../src/send.ts";
import { freePort, RedisServer, until } from "../redis/server.ts";

/** The webhook that both sides share. */
export const hook = painchek({ secrets: ["a secret of this run"] });

/** What became of the events of one fault. */
export interface Count {
  events: number;
  /** Events that no handler finished. */
  lost: number;
  /** Handlers that began after their event was done. */
  afterDone: number;
  /** Handlers that began in all: more than events where one was killed or froze in its middle. */
  begun: number;
}

const alive = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/** One receiver's process. */
export class Receiver {
  port = 0;
  #child: ChildProcess | undefined;
  readonly #words: string[];

  constructor(redis: { port: number }, ledger: string, work: number, jump: number) {
    this.#words = [`${redis.port}`, "", ledger, `${work}`, `${jump}`];
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  async start(): Promise<this> {
    this.port ||= await freePort();
    this.#words[1] = `${this.port}`;
    const script = fileURLToPath(new URL("receiver.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, ...this.#words], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    alive.add(child);
    this.#child = child;
    await once(child, "message");
    return this;
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
    alive.delete(child);
  }
}

/** Where the receivers' deliveries are remembered. */
interface Store {
  readonly port: number;
  stop(): Promise<void>;
}

/** A Redis, its receivers and their ledger, for one fault. */
export class Rig<R extends Store = RedisServer> {
  readonly #folder = mkdtempSync(join(tmpdir(), "hookseal-faults-"));
  readonly ledger: string = join(this.#folder, "ledger");
  readonly receivers: Receiver[] = [];
  readonly redis: R;

  private constructor(redis: R) {
    this.redis = redis;
  }

  static start(receivers: number, work?: number, jump?: number): Promise<Rig>;
  static start<R extends Store>(receivers: number, work: number, jump: number, redis: R): Promise<Rig<R>>;
  static async start(receivers: number, work = 0, jump = 0, redis?: Store): Promise<Rig<Store>> {
    const rig = new Rig(redis ?? (await RedisServer.start()));
    for (let at = 0; at < receivers; at++) {
      rig.receivers.push(await new Receiver(rig.redis, rig.ledger, work, jump).start());
    }
    return rig;
  }

  /** What happened, in order. */
  lines(): [what: string, id: string][] {
    if (!existsSync(this.ledger)) return [];
    const text = readFileSync(this.ledger, "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(" ") as [string, string]);
  }

  /** How many lines of a kind there are. */
  noted(what: string): number {
    return this.lines().filter(([word]) => word === what).length;
  }

  /** Events that a receiver has told its store of, and was answered. */
  done(): Set<string> {
    return new Set(this.lines().flatMap(([what, id]) => (what === "done" ? [id] : [])));
  }

  /** Events that a handler began with after they were done. */
  again(): Set<string> {
    const done = new Set<string>();
    const again = new Set<string>();
    for (const [what, id] of this.lines()) {
      if (what === "done") done.add(id);
      if (what === "start" && done.has(id)) again.add(id);
    }
    return again;
  }

  count(ids: readonly string[]): Count {
    const done = new Set<string>();
    const handled = new Set<string>();
    let afterDone = 0;
    let begun = 0;
    for (const [what, id] of this.lines()) {
      if (what === "done") done.add(id);
      if (what === "end") handled.add(id);
      if (what !== "start") continue;
      begun += 1;
      if (done.has(id)) afterDone += 1;
    }
    return { events: ids.length, lost: ids.filter((id) => !handled.has(id)).length, afterDone, begun };
  }

  async stop(): Promise<void> {
    for (const receiver of this.receivers) await receiver.kill();
    await this.redis.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** New events, each with its id as a receiver tells it. */
export function events(count: number) {
  return Array.from({ length: count }, () => {
    const uuid = crypto.randomUUID();
    const delivery = hook.create("assessment_add", { uuid, patient: crypto.randomUUID() });
    return { id: `assessment_add:${uuid}`, delivery };
  });
}

/** Does it for all, so many at a time. */
export async function wave<T, R>(
  list: readonly T[],
  most: number,
  act: (one: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < list.length; at = next++) results[at] = await act(list[at] as T, at);
  };
  await Promise.all(Array.from({ length: most }, lane));
  return results;
}

/** Sends until it is taken, at waits that a run can bear. */
export function deliver(
  url: string,
  { delivery }: ReturnType<typeof events>[number],
  more: SendOptions = {},
): Promise<Sent> {
  const retries = Array.from({ length: 300 }, () => 100);
  return send(url, delivery, {
    allowAddresses: ["127.0.0.1"],
    success: "2xx",
    timeout: "5s",
    retries,
    maxRetryAfter: 100,
    ...more,
  });
}

export { until };
