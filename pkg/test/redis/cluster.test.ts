// `redisStore` and `bullmqSender` on a real Redis Cluster of three masters, while slots move between them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { Redis as Ioredis } from "ioredis";
import { Redis as Ioredis5 } from "ioredis5";
import { createCluster } from "redis";
import { createCluster as createCluster4 } from "redis4";
import { createCluster as createCluster5 } from "redis5";
import { type BullmqSenderOptions, bullmqSender } from "../../src/bullmq.ts";
import { painchek } from "../../src/index.ts";
import { type RedisClientLike, type RedisStoreOptions, redisStore } from "../../src/redis.ts";
import { bytesOf, SECRET } from "../support/fixtures.ts";
import { Migration, RedisCluster } from "./cluster.ts";
import { until } from "./server.ts";

let cluster: RedisCluster;
const open: (() => unknown)[] = [];
before(async () => {
  cluster = await RedisCluster.start(3);
});
after(async () => {
  await Promise.allSettled(open.map(async (close) => close()));
  await cluster.stop();
});

type Made = RedisClientLike & { on(event: "error", listener: () => void): unknown };
const made = <C extends Made>(client: C, close: (client: C) => unknown): RedisClientLike => {
  client.on("error", () => {});
  open.push(() => close(client));
  return client;
};
const rootNodes = () => cluster.masters.map(({ server }) => ({ url: server.url }));
const CLIENTS: Record<string, () => Promise<RedisClientLike>> = {
  "ioredis 6": async () => made(new Ioredis.Cluster(cluster.roots), (client) => client.disconnect()),
  "ioredis 5": async () => made(new Ioredis5.Cluster(cluster.roots), (client) => client.disconnect()),
  "ioredis 6, reading from replicas": async () =>
    made(new Ioredis.Cluster(cluster.roots, { scaleReads: "slave" }), (client) => client.disconnect()),
  "redis 6": async () => {
    const client = createCluster({ rootNodes: rootNodes() });
    const known = made(client as never as Made, () => client.destroy());
    await client.connect();
    return known;
  },
  "redis 5": async () => {
    const client = createCluster5({ rootNodes: rootNodes() });
    const known = made(client as never as Made, () => client.destroy());
    await client.connect();
    return known;
  },
};
const store = async (kind: string, options?: RedisStoreOptions) =>
  redisStore(await (CLIENTS[kind] as () => Promise<RedisClientLike>)(), { timeout: 20_000, ...options });

let last = 0;
const fresh = () => `assessment_add:${++last}`;
const many = (count: number) => Array.from({ length: count }, fresh);
const keyOf = (prefix: string, id: string) =>
  `${prefix}${createHash("sha256").update(id).digest("base64url")}`;
/** Checks that all results are equal to `expected`. */
async function all(what: string, results: Promise<unknown>[], expected: unknown): Promise<void> {
  assert.deepEqual(new Set(await Promise.all(results)), new Set([expected]), what);
}

for (const kind of Object.keys(CLIENTS)) {
  describe(`a store on a cluster, by ${kind}`, () => {
    it("claims, distinguishes, completes and releases, on all nodes", async () => {
      const prefix = `${kind}:`;
      const [one, two] = [await store(kind, { prefix }), await store(kind, { prefix })];
      const ids = many(300);
      await all(
        "claim",
        ids.map((id) => one.claim(id, "a")),
        "new",
      );
      await all(
        "again",
        ids.map((id) => two.claim(id, "a")),
        "in-progress",
      );
      await all(
        "other payload",
        ids.map((id) => two.claim(id, "b")),
        "changed",
      );
      const [finished, freed] = [ids.slice(0, 150), ids.slice(150)];
      await Promise.all([...finished.map((id) => one.done(id)), ...freed.map((id) => one.release(id))]);
      await all(
        "done",
        finished.map((id) => two.claim(id, "a")),
        "done",
      );
      await all(
        "freed",
        freed.map((id) => two.claim(id, "b")),
        "new",
      );
      for (const { admin } of cluster.masters) {
        assert.ok((await admin.keys(`${prefix}*`)).length > 50, "each node has its part");
      }
    });

    it("works while a slot moves, and after it", async () => {
      // All keys in one slot, by a hash tag.
      const prefix = `{${kind}}:`;
      const slot = await cluster.slotOf(prefix);
      const [one, two] = [
        await store(kind, { prefix, claimTtl: 30_000 }),
        await store(kind, { prefix, claimTtl: 30_000 }),
      ];
      const [finished, running, ended, freed] = [many(20), many(20), many(20), many(20)];
      const claimed = [...finished, ...running, ...ended, ...freed];
      await all(
        "before",
        claimed.map((id) => one.claim(id, "a")),
        "new",
      );
      await Promise.all(finished.map((id) => one.done(id)));

      const before = await cluster.redirections("ASK");
      const move = await Migration.begin(cluster, slot);
      const added: string[] = [];
      let moved = 0;
      for (let keys = await move.keys(20); keys > 0; keys = await move.keys(20)) {
        moved += keys;
        // Some keys are on the old node and some on the new one, where new keys are created.
        await all(
          "done",
          finished.map((id) => two.claim(id, "a")),
          "done",
        );
        await all(
          "in progress",
          running.map((id) => two.claim(id, "a")),
          "in-progress",
        );
        await all(
          "changed",
          running.map((id) => two.claim(id, "b")),
          "changed",
        );
        const [contested, more] = [fresh(), many(10)];
        const claims = Array.from({ length: 200 }, (_, at) => (at % 2 ? one : two).claim(contested, "a"));
        const states = await Promise.all(claims);
        assert.equal(states.filter((state) => state === "new").length, 1, "one claim is new");
        await all(
          "new",
          more.map((id) => one.claim(id, "a")),
          "new",
        );
        added.push(...more);
        if (moved === 40) {
          await Promise.all(ended.map((id) => one.done(id)));
          await Promise.all(freed.map((id) => one.release(id)));
        }
      }
      assert.ok(moved >= 80, `${moved} keys moved`);
      assert.ok((await cluster.redirections("ASK")) > before, "clients were redirected by ASK");

      const sent = await cluster.redirections("MOVED");
      await move.end();
      await all(
        "done",
        [...finished, ...ended].map((id) => two.claim(id, "a")),
        "done",
      );
      await all(
        "in progress",
        [...running, ...added].map((id) => two.claim(id, "a")),
        "in-progress",
      );
      await all(
        "freed",
        freed.map((id) => two.claim(id, "a")),
        "new",
      );
      await Promise.all(running.map((id) => one.done(id)));
      await all(
        "done",
        running.map((id) => two.claim(id, "a")),
        "done",
      );
      assert.ok((await cluster.redirections("MOVED")) > sent, "clients were sent on by MOVED");
    });

    it("renews its claims on all nodes, including those whose key has moved", async () => {
      const prefix = `renewed ${kind}:`;
      const one = await store(kind, { prefix, claimTtl: 1500 });
      const look = new Ioredis.Cluster(cluster.roots);
      open.push(() => look.disconnect());
      const ids = many(30);
      await all(
        "claim",
        ids.map((id) => one.claim(id, "a")),
        "new",
      );
      const keys = ids.map((id) => keyOf(prefix, id));
      const move = await Migration.begin(cluster, await cluster.slotOf(keys[0] as string));
      await move.end();
      const least = new Map(keys.map((key) => [key, Number.POSITIVE_INFINITY]));
      await until("each was renewed", async () => {
        for (const [key, before] of least) {
          const left = await look.pttl(key);
          assert.ok(left > 0, "no claim has ended");
          if (left > before) least.delete(key);
          else least.set(key, left);
        }
        return least.size === 0;
      });
    });

    it("works after one node has lost the scripts", async () => {
      const one = await store(kind);
      await all(
        "claim",
        many(50).map((id) => one.claim(id, "a")),
        "new",
      );
      await cluster.masters[1]?.admin.script("FLUSH");
      await all(
        "claim",
        many(50).map((id) => one.claim(id, "a")),
        "new",
      );
    });
  });
}

describe("the cluster of redis 4", () => {
  it("is rejected, because it sends scripts to any node", () => {
    const client = createCluster4({ rootNodes: rootNodes() });
    assert.throws(() => redisStore(client), /The cluster client of redis 4 .* redis 5 or newer/);
  });
});

describe("a sender on a cluster", () => {
  const hook = painchek({ secrets: [SECRET] });
  const SAMPLE = bytesOf("providers/painchek/samples/assessment_add.painchek.json");
  const sender = (options: Partial<BullmqSenderOptions>) => {
    const connection = new Ioredis.Cluster(cluster.roots, { redisOptions: { maxRetriesPerRequest: null } });
    connection.on("error", () => {});
    open.push(() => connection.disconnect());
    return bullmqSender({
      connection,
      provider: hook,
      allowAddresses: ["127.0.0.1"],
      retries: [10, 20],
      onError: () => {},
      ...options,
    });
  };

  it("sends, retries and stores dead letters, with a prefix in braces", async () => {
    let requests = 0;
    const target = createServer((request, response) => {
      requests += 1;
      request.resume().on("end", () => response.writeHead(requests <= 3 ? 500 : 200).end());
    }).listen(0, "127.0.0.1");
    open.push(() => target.close());
    await until("the receiver listens", () => target.listening);
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
    const one = sender({ prefix: "{hookseal}" });
    open.push(() => one.close());
    const id = await one.add(url, hook.sign(SAMPLE));
    one.start();
    await until("it is dead", async () => (await one.deadLetters()).length === 1);
    assert.equal(requests, 3);
    await one.resend(id);
    await until("it is taken", async () => requests === 4 && (await one.deadLetters()).length === 0);
    await one.close();
  });

  it("reports the missing braces if its keys would be on several nodes", async () => {
    for (const prefix of [undefined, "hookseal", "{}{hookseal}", "{hookseal"]) {
      assert.throws(() => sender(prefix === undefined ? {} : { prefix }), {
        code: "option-invalid",
        message: /`prefix`.*braces.*"\{hookseal\}"/,
      });
    }
    await sender({ queue: "{hookseal}" }).close();
  });
});
