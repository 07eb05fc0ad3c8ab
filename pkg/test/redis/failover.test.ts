// `redisStore` during the failover of a primary: the claims that its replica has, by each kind of client.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Redis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import { type IoredisLike, type RedisClientLike, redisStore } from "../../src/redis.ts";
import { RedisCluster } from "./cluster.ts";
import { RedisPair } from "./pair.ts";
import { RedisServer, until } from "./server.ts";

const open: (() => unknown)[] = [];
const servers: { stop(): Promise<void> }[] = [];
after(async () => {
  await Promise.allSettled(open.map(async (close) => close()));
  await Promise.all(servers.map((one) => one.stop()));
});
async function pair(...more: [string, string][]): Promise<RedisPair> {
  const made = await RedisPair.start(...more);
  servers.push(made);
  return made;
}
function ioredis(port: number): Redis {
  const client = new Redis(port, "127.0.0.1");
  client.on("error", () => {});
  open.push(() => client.disconnect());
  return client;
}
async function nodeRedis(port: number) {
  const client = createClient({ url: `redis://127.0.0.1:${port}` }).on("error", () => {});
  open.push(() => client.destroy());
  return client.connect();
}
let last = 0;
const fresh = () => `assessment_add:${++last}`;
const many = (count: number) => Array.from({ length: count }, fresh);
/** Retries until Redis is available again, and returns the result. */
async function retryUntilAvailable<T>(what: string, ask: () => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await until(what, async () => {
    result = await ask().then(
      (value) => ({ value }),
      () => undefined,
    );
    return result !== undefined;
  });
  return (result as unknown as { value: T }).value;
}

const CLIENTS: Record<string, (port: number) => Promise<RedisClientLike>> = {
  ioredis: async (port) => ioredis(port),
  "node-redis": nodeRedis,
};
for (const [kind, connect] of Object.entries(CLIENTS)) {
  describe(`a replica after its promotion, by ${kind}`, () => {
    it("has the replicated claims, and works without the scripts", async () => {
      const two = await pair();
      const [one, another] = [redisStore(await connect(two.port)), redisStore(await connect(two.port))];
      const [finished, running] = [many(50), many(50)];
      for (const id of [...finished, ...running]) assert.equal(await one.claim(id, "a"), "new");
      await Promise.all(finished.map((id) => one.done(id)));
      await two.copied();
      await two.failOver();
      for (const id of finished) {
        assert.equal(await retryUntilAvailable("it is back", () => another.claim(id, "a")), "done");
      }
      for (const id of running) {
        assert.equal(await retryUntilAvailable("it is back", () => another.claim(id, "a")), "in-progress");
        await retryUntilAvailable("it is back", () => one.done(id));
        assert.equal(await another.claim(id, "b"), "changed");
      }
    });

    it("lacks what was not replicated, except claims that a running process renews or completes", async () => {
      const two = await pair();
      const one = redisStore(await connect(two.port), { claimTtl: 900, timeout: 500 });
      const another = redisStore(await connect(two.port));
      two.cutOff();
      const [finished, running, unreported] = [fresh(), fresh(), fresh()];
      for (const id of [finished, running, unreported]) assert.equal(await one.claim(id, "a"), "new");
      await one.done(finished);
      await two.primary.kill();
      await assert.rejects(one.done(unreported), { name: "RedisStoreError" });
      await two.failOver();
      assert.equal(await retryUntilAvailable("it is back", () => another.claim(finished, "a")), "new");
      // By a command without a claim.
      const admin = ioredis(two.replica.port);
      await until(
        "the claim is made anew, and the report has come",
        async () => (await admin.dbsize()) === 3,
      );
      assert.equal(await another.claim(running, "a"), "in-progress");
      assert.equal(await another.claim(unreported, "a"), "done");
    });
  });
}

describe("a claim whose process died with the primary", () => {
  it("expires on the replica", async () => {
    const two = await pair();
    const mine = ioredis(two.port);
    const one = redisStore(mine, { claimTtl: 1000 });
    const id = fresh();
    assert.equal(await one.claim(id, "a"), "new");
    await two.copied();
    mine.disconnect();
    await two.failOver();
    const another = redisStore(ioredis(two.port));
    await until("the claim has ended", () =>
      another.claim(id, "a").then(
        (state) => state === "new",
        () => false,
      ),
    );
  });
});

describe("a primary without its replica", () => {
  it("rejects claims by `min-replicas-to-write`, once the replica is missing", async () => {
    const two = await pair(["min-replicas-to-write", "1"], ["min-replicas-max-lag", "1"]);
    const one = redisStore(ioredis(two.port));
    // On a busy machine a running replica may count as missing, too.
    assert.equal(await retryUntilAvailable("it takes claims", () => one.claim(fresh(), "a")), "new");
    two.cutOff();
    await until("it refuses", () =>
      one.claim(fresh(), "a").then(
        () => false,
        (error) => /NOREPLICAS/.test(error.cause.message),
      ),
    );
  });

  it("grants no claim to a client that waits for the replication of each", async () => {
    const two = await pair();
    const client = ioredis(two.port);
    let patience = 20_000;
    const copied = async (reply: Promise<unknown>) => {
      const [result, replicas] = await Promise.all([reply, client.wait(1, patience)]);
      if (replicas < 1) throw new Error("no replica has it");
      return result;
    };
    const waiting: IoredisLike = {
      evalsha: (sha, keys, ...words) => copied(client.evalsha(sha, keys, ...words)),
      eval: (text, keys, ...words) => copied(client.eval(text, keys, ...words)),
    };
    const one = redisStore(waiting, { timeout: 30_000 });
    const [before, late] = [fresh(), fresh()];
    assert.equal(await one.claim(before, "a"), "new");
    await one.done(before);
    two.cutOff();
    patience = 300;
    await assert.rejects(one.claim(late, "a"), { code: "store-failed" });
    await two.failOver();
    const another = redisStore(ioredis(two.port));
    assert.equal(await retryUntilAvailable("it is back", () => another.claim(before, "a")), "done");
    assert.equal(await another.claim(late, "a"), "new");
  });
});

describe("a primary that Sentinel watches", () => {
  it("fails over to its replica with both clients", async () => {
    const primary = await RedisServer.start("--repl-diskless-sync-delay", "0");
    const replica = await RedisServer.start("--replicaof", "127.0.0.1", `${primary.port}`);
    servers.push(primary, replica);
    await until("the replica follows", async () =>
      (await replica.ask("INFO", "replication")).includes("master_link_status:up"),
    );
    const sentinel = await RedisServer.configured(
      [`sentinel monitor ours 127.0.0.1 ${primary.port} 1`, "sentinel down-after-milliseconds ours 500"],
      "--sentinel",
    );
    servers.push(sentinel);
    await until(
      "Sentinel knows the replica",
      async () =>
        (await sentinel.ask("INFO", "sentinel")).includes("status=ok,address=127.0.0.1:") &&
        (await sentinel.ask("INFO", "sentinel")).includes("slaves=1"),
    );
    const nodes = [{ host: "127.0.0.1", port: sentinel.port }];
    const ours = new Redis({ sentinels: nodes, name: "ours", sentinelRetryStrategy: () => 100 });
    ours.on("error", () => {});
    open.push(() => ours.disconnect());
    const theirs = createSentinel({ name: "ours", sentinelRootNodes: nodes });
    theirs.on("error", () => {});
    open.push(() => theirs.destroy());
    await theirs.connect();
    const stores = [redisStore(ours), redisStore(theirs)];
    const ids = many(20);
    for (const [at, id] of ids.entries()) assert.equal(await stores[at % 2]?.claim(id, "a"), "new");
    const end = /master_repl_offset:(\d+)/.exec(await primary.ask("INFO", "replication"))?.[1];
    await until("the replica has it all", async () => {
      const has = /slave_repl_offset:(\d+)/.exec(await replica.ask("INFO", "replication"))?.[1];
      return Number(has) >= Number(end);
    });
    await primary.kill();
    for (const [at, id] of ids.entries()) {
      await retryUntilAvailable("it is back", async () => stores[at % 2]?.done(id));
      assert.equal(
        await retryUntilAvailable("it is back", async () => stores[(at + 1) % 2]?.claim(id, "a")),
        "done",
      );
    }
    assert.match(await replica.ask("INFO", "replication"), /role:master/);
  });
});

describe("a cluster after the death of a master", () => {
  it("has the replicated claims, by both clients", async () => {
    const cluster = await RedisCluster.start(3, 1);
    servers.push(cluster);
    const theirs = createCluster({
      rootNodes: cluster.roots.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
    });
    theirs.on("error", () => {});
    open.push(() => theirs.destroy());
    await theirs.connect();
    const ours = new Redis.Cluster(cluster.roots);
    ours.on("error", () => {});
    open.push(() => ours.disconnect());
    const stores = [redisStore(ours), redisStore(theirs)];
    const ids = many(90);
    for (const [at, id] of ids.entries()) {
      assert.equal(await stores[at % 2]?.claim(id, "a"), "new");
      if (at % 3 > 0) await stores[at % 2]?.done(id);
    }
    await cluster.stalledAfter(0);
    for (const [at, id] of ids.entries()) {
      for (const one of stores) {
        const state = await retryUntilAvailable("the cluster is back", () => one.claim(id, "a"));
        assert.equal(state, at % 3 > 0 ? "done" : "in-progress");
      }
      if (at % 3 === 0)
        await retryUntilAvailable("the cluster is back", async () => stores[at % 2]?.done(id));
      assert.equal(await stores[0]?.claim(id, "a"), "done");
    }
  });
});
