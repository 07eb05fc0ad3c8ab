/** The setup of a fault: receivers and a Redis that can be killed, and the ledger of what happened. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { painchek } from "../../src/index.ts";
import { type SendOptions, type SendResult, send } from "../../src/send.ts";
import { freePort, RedisServer, until } from "../redis/server.ts";

/** The webhook that both sides share. */
export const hook = painchek({ secrets: ["a secret of this run"] });

/** The outcome of the events of one fault. */
export interface Count {
  events: number;
  /** Events whose handler never finished. */
  lost: number;
  /** Handlers that started after their event was done. */
  afterDone: number;
  /** All handlers that started: more than events if a handler was killed. */
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
  readonly #args: string[];

  constructor(redis: { port: number }, ledger: string, work: number, jump: number) {
    this.#args = [`${redis.port}`, "", ledger, `${work}`, `${jump}`];
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  async start(): Promise<this> {
    this.port ||= await freePort();
    this.#args[1] = `${this.port}`;
    const script = fileURLToPath(new URL("receiver.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, ...this.#args], {
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

/** The Redis that the receivers use. */
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

  /** The lines of the ledger, in order. */
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

  /** Events whose claims were completed in the store. */
  done(): Set<string> {
    return new Set(this.lines().flatMap(([what, id]) => (what === "done" ? [id] : [])));
  }

  /** Events whose handler started again after they were done. */
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

/** New events, each with its idempotency key. */
export function events(count: number) {
  return Array.from({ length: count }, () => {
    const uuid = crypto.randomUUID();
    const delivery = hook.create("assessment_add", { uuid, patient: crypto.randomUUID() });
    return { id: `assessment_add:${uuid}`, delivery };
  });
}

/** Calls a function for every item, at most `concurrency` at a time. */
export async function wave<T, R>(
  list: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < list.length; index = next++)
      results[index] = await work(list[index] as T, index);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return results;
}

/** Sends an event until it is delivered, with short delays. */
export function deliver(
  url: string,
  { delivery }: ReturnType<typeof events>[number],
  more: SendOptions = {},
): Promise<SendResult> {
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
