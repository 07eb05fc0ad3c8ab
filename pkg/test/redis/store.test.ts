// `redisStore` on a real Redis, with every supported client.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis as Ioredis } from "ioredis";
import { Redis as Ioredis5 } from "ioredis5";
import { createClient, createClientPool } from "redis";
import { createClient as createClient4 } from "redis4";
import { createClient as createClient5 } from "redis5";
import { type RedisClientLike, type RedisStoreOptions, redisStore } from "../../src/redis.ts";
import { RedisServer, until } from "./server.ts";

const CLIENTS: Record<string, (url: string) => Promise<RedisClientLike & { close(): unknown }>> = {
  "ioredis 6": async (url) => closing(new Ioredis(url), (client) => client.disconnect()),
  "ioredis 5": async (url) => closing(new Ioredis5(url), (client) => client.disconnect()),
  "redis 6": async (url) => closing(await createClient({ url }).connect(), (client) => client.destroy()),
  "redis 6, a pool": async (url) => {
    const pool = createClientPool({ url });
    await pool.connect();
    return closing(pool, (client) => client.destroy());
  },
  "redis 5": async (url) => closing(await createClient5({ url }).connect(), (client) => client.destroy()),
  "redis 4": async (url) => closing(await createClient4({ url }).connect(), (client) => client.disconnect()),
};

function closing<C extends RedisClientLike>(client: C, close: (client: C) => unknown) {
  (client as unknown as { on?(event: string, listener: () => void): void }).on?.("error", () => {});
  open.push(() => close(client));
  return client as C & { close(): unknown };
}

const open: (() => unknown)[] = [];
let server: RedisServer;
const others: RedisServer[] = [];
before(async () => {
  server = await RedisServer.start();
});
after(async () => {
  await Promise.allSettled(open.map(async (close) => close()));
  // Servers end after their clients: a client that reconnects never ends.
  await Promise.all([server, ...others].map((one) => one.stop()));
});

let last = 0;
/** A unique id. */
const fresh = () => `assessment_add:${++last}`;
const store = async (options?: RedisStoreOptions, kind = "ioredis 6", url = server.url) =>
  redisStore(await (CLIENTS[kind] as (typeof CLIENTS)[string])(url), options);
const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected;

for (const kind of Object.keys(CLIENTS)) {
  describe(`a store on ${kind}`, () => {
    it("distinguishes claims by id and digest", async () => {
      const [one, two] = [await store({}, kind), await store({}, kind)];
      const id = fresh();
      assert.equal(await one.claim(id, "a"), "new");
      assert.equal(await two.claim(id, "a"), "in-progress");
      assert.equal(await two.claim(id, "b"), "changed");
      await one.done(id);
      assert.equal(await one.claim(id, "a"), "done");
      assert.equal(await two.claim(id, "a"), "done");
      assert.equal(await two.claim(id, "b"), "changed");
      await one.release(id);
      assert.equal(await two.claim(id, "a"), "done", "what is done stays done");
    });

    it("accepts released ids again", async () => {
      const [one, two] = [await store({}, kind), await store({}, kind)];
      const id = fresh();
      assert.equal(await one.claim(id, "a"), "new");
      await one.release(id);
      assert.equal(await two.claim(id, "b"), "new");
    });

    it("makes exactly one claim new of ten thousand at once", async () => {
      const [one, two] = [await store({ timeout: 60_000 }, kind), await store({ timeout: 60_000 }, kind)];
      const id = fresh();
      const claims = Array.from({ length: 10_000 }, (_, at) => (at % 2 === 0 ? one : two).claim(id, "a"));
      const states = await Promise.all(claims);
      assert.equal(states.filter((state) => state === "new").length, 1);
      assert.equal(states.filter((state) => state === "in-progress").length, 9999);
    });

    it("works with a Redis without its scripts, and one that has lost them", async () => {
      const one = await store({}, kind);
      for (let turn = 0; turn < 2; turn++) {
        assert.match(await server.ask("SCRIPT", "FLUSH"), /^\+OK/);
        const id = fresh();
        assert.equal(await one.claim(id, "a"), "new");
        await one.done(id);
        assert.equal(await one.claim(id, "a"), "done");
      }
    });
  });
}

describe("a claim", () => {
  it("expires after its process was killed, and not before", async () => {
    const id = fresh();
    const child = await worker(["claim", id]);
    const one = await store({});
    assert.equal(await one.claim(id, "a"), "in-progress");
    child.kill("SIGKILL");
    await once(child, "exit");
    await until("the claim has ended", async () => (await one.claim(id, "a")) === "new");
  });

  it("is renewed while its handler runs", async () => {
    const one = await store({ claimTtl: 1500 });
    const two = await store({});
    const id = fresh();
    assert.equal(await one.claim(id, "a"), "new");
    await sleep(4000);
    assert.equal(await two.claim(id, "a"), "in-progress");
    await one.done(id);
    assert.equal(await two.claim(id, "a"), "done");
  });

  it("is not renewed forever", async () => {
    const one = await store({ claimTtl: 200, maxClaimTime: 400 });
    const two = await store({});
    const id = fresh();
    assert.equal(await one.claim(id, "a"), "new");
    await until("the claim has ended", async () => (await two.claim(id, "a")) === "new");
  });

  it("that has expired does not end the claim of another caller, and reports it", async () => {
    for (const name of [undefined, "the first of two names"]) {
      const lost: string[] = [];
      const one = await store({ claimTtl: 100, maxClaimTime: 1, onClaimLost: (id) => lost.push(id) });
      const two = await store({});
      const id = fresh();
      assert.equal(await one.claim(id, "a", name), "new");
      await until("the claim has ended", async () => (await two.claim(id, "a")) === "new");
      await one.release(id, name);
      assert.equal(await one.claim(id, "a", "another"), "in-progress");
      await one.done(id, name);
      assert.equal(await one.claim(id, "a", "another"), "in-progress");
      await two.done(id);
      assert.equal(await one.claim(id, "a", "another"), "done");
      assert.deepEqual(lost, [id, id]);
    }
  });

  it("that has expired and is not taken over can be completed", async () => {
    const one = await store({ claimTtl: 50, maxClaimTime: 200 });
    const id = fresh();
    assert.equal(await one.claim(id, "a", "mine"), "new");
    await until("the key is gone", async () => (await server.ask("DBSIZE")) !== "" && (await gone(id)));
    await one.done(id, "mine");
    const two = await store({});
    assert.equal(await two.claim(id, "a"), "done");
    assert.equal(await two.claim(id, "b"), "changed");
  });

  it("with the same token is the same claim, if a client has sent it twice", async () => {
    const one = await store({});
    const id = fresh();
    assert.equal(await one.claim(id, "a", "mine"), "new");
    assert.equal(await one.claim(id, "a", "mine"), "new");
    assert.equal(await one.claim(id, "a", "another"), "in-progress");
  });
});

describe("the stored data", () => {
  it("has one key for each delivery, with the prefix and without the id, and expires", async () => {
    const redis = new Ioredis(server.url);
    open.push(() => redis.disconnect());
    const one = redisStore(redis, { prefix: "ours:", retention: 5_000_000, claimTtl: 70_000 });
    assert.equal(await one.claim("assessment_add:a-patient's-record", "a"), "new");
    const [key, ...more] = await redis.keys("ours:*");
    assert.deepEqual(more, []);
    assert.match(key as string, /^ours:[\w-]{43}$/);
    const left = await redis.pttl(key as string);
    assert.ok(left > 60_000 && left <= 70_000, `${left}`);
    await one.done("assessment_add:a-patient's-record");
    const kept = await redis.pttl(key as string);
    assert.ok(kept > 4_900_000 && kept <= 5_000_000, `${kept}`);
    const values = JSON.stringify(await redis.hgetall(key as string));
    assert.ok(!values.includes("patient"), values);
  });

  it("is removed after its retention", async () => {
    const one = await store({ retention: 50 });
    const id = fresh();
    assert.equal(await one.claim(id, "a"), "new");
    await one.done(id);
    await until("it is forgotten", async () => (await one.claim(id, "b")) === "new");
  });

  it("is kept for 7 days by default, since PainChek's manual resends come after 72 hours", async () => {
    const redis = new Ioredis(server.url);
    open.push(() => redis.disconnect());
    const one = redisStore(redis, { prefix: "week:" });
    await one.claim("x", "a");
    await one.done("x");
    const [key] = await redis.keys("week:*");
    const days = (await redis.pttl(key as string)) / 86_400_000;
    assert.ok(days > 6.9 && days <= 7, `${days}`);
  });
});

describe("a Redis that fails", () => {
  it("throws an error within the timeout if it hangs", async () => {
    for (const kind of Object.keys(CLIENTS)) {
      const slow = await RedisServer.start();
      others.push(slow);
      const one = await store({ timeout: 300 }, kind, slow.url);
      const id = fresh();
      // A new connection may take longer than the timeout.
      await until(`${kind}: Redis replies`, () =>
        one.claim(fresh(), "a").then(
          () => true,
          () => false,
        ),
      );
      assert.match(await slow.ask("CLIENT", "PAUSE", "3000", "ALL"), /^\+OK/);
      await assert.rejects(one.claim(id, "a"), code("store-timeout"), kind);
      await assert.rejects(one.done(fresh()), code("store-timeout"), kind);
      await assert.rejects(one.release(fresh()), code("store-timeout"), kind);
      // The claim without a reply succeeds when Redis is back, and is then released.
      const two = await store({ timeout: 60_000 }, kind, slow.url);
      await until(`${kind}: the orphan is released`, async () => (await two.claim(id, "b")) === "new");
    }
  });

  it("keeps its claims when it is killed and started again", async () => {
    for (const kind of Object.keys(CLIENTS)) {
      const other = await RedisServer.start();
      others.push(other);
      const one = await store({ timeout: 500, claimTtl: 60_000 }, kind, other.url);
      const [finished, running] = [fresh(), fresh()];
      await one.claim(finished, "a");
      await one.done(finished);
      await one.claim(running, "a");
      await other.kill();
      await assert.rejects(one.claim(fresh(), "a"), /Redis/, kind);
      await other.start();
      await until(`${kind}: it is back`, () =>
        one.claim(finished, "a").then(
          (state) => state === "done",
          () => false,
        ),
      );
      const two = await store({}, kind, other.url);
      assert.equal(await two.claim(running, "a"), "in-progress", kind);
      // Other connections of a pool may take longer to reconnect.
      const done = () =>
        one.done(running).then(
          () => true,
          () => false,
        );
      await until(`${kind}: the claim is done`, done);
      assert.equal(await two.claim(running, "a"), "done", kind);
    }
  });

  it("records deliveries that were handled while it was unavailable, once it is back", async () => {
    const other = await RedisServer.start();
    others.push(other);
    const one = await store({ timeout: 300, claimTtl: 1000, maxClaimTime: 20_000 }, "ioredis 6", other.url);
    const id = fresh();
    assert.equal(await one.claim(id, "a"), "new");
    await other.kill();
    await assert.rejects(one.done(id), /Redis/);
    await other.start();
    const two = await store({ timeout: 5000 }, "ioredis 6", other.url);
    await until("it is done", async () => (await two.claim(id, "a", "another")) === "done");
  });

  it("rejects claims and evicts none when its memory is full", async () => {
    const small = await RedisServer.start("--maxmemory", "1kb");
    others.push(small);
    const one = await store({}, "ioredis 6", small.url);
    await assert.rejects(one.claim(fresh(), "a"), code("store-failed"));
  });

  it("never throws an error with an id", async () => {
    const one = redisStore({ evalsha: async () => "OK", eval: async () => "OK" });
    await assert.rejects(one.claim("a-patient", "a"), (error: Error) => !error.message.includes("a-patient"));
  });
});

describe("two processes on one store", () => {
  it("divide a thousand deliveries, each handled by one of them", async () => {
    const group = fresh();
    const children = await Promise.all([0, 1].map(() => worker(["share", group, "1000"])));
    const handled = await Promise.all(
      children.map(
        (child) =>
          new Promise<number[]>((resolve) => {
            child.once("message", (message) => resolve(message as number[]));
            child.send("go");
          }),
      ),
    );
    assert.deepEqual(
      handled.flat().sort((a, b) => a - b),
      Array.from({ length: 1000 }, (_, at) => at),
    );
    for (const child of children) child.kill();
  });
});

describe("onClaimLost", () => {
  it("is a function", () => {
    const client = { evalsha: async () => 0, eval: async () => 0 };
    for (const onClaimLost of [5, null, "log"])
      assert.throws(() => redisStore(client, { onClaimLost } as never), /`onClaimLost`.*a function/);
  });
});

describe("an invalid call", () => {
  it("reports the expected value", () => {
    for (const client of [undefined, null, {}, { get: () => {} }] as unknown as RedisClientLike[]) {
      assert.throws(
        () => redisStore(client),
        /Expected a Redis client as the first argument: `new Redis\(\.\.\.\)` of ioredis/,
      );
    }
    const client = { evalsha: async () => 0, eval: async () => 0 };
    for (const [name, value] of Object.entries({
      claimTtl: 0,
      maxClaimTime: 1.5,
      retention: Number.NaN,
      timeout: -1,
    })) {
      assert.throws(
        () => redisStore(client, { [name]: value }),
        new RegExp(`\`${name}\` .* whole number of milliseconds`),
      );
    }
  });
});

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** Starts a process, and waits until it is ready. */
async function worker(words: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", WORKER, server.url, ...words], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  open.push(() => child.kill("SIGKILL"));
  const [ready] = await once(child, "message");
  assert.equal(ready, "ready");
  return child;
}

/** Checks that no key of this id is left. */
async function gone(id: string): Promise<boolean> {
  const { createHash } = await import("node:crypto");
  const key = `hookseal:${createHash("sha256").update(id).digest("base64url")}`;
  return (await server.ask("EXISTS", key)).startsWith(":0");
}
