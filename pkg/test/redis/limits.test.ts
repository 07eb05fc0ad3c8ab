// `redisStore` at its limits: hostile ids, full memory, closed clients, read-only nodes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { type RedisClientLike, type RedisStoreOptions, redisStore } from "../../src/redis.ts";
import { RedisServer, until } from "./server.ts";

let server: RedisServer;
const servers: RedisServer[] = [];
const open: (() => unknown)[] = [];
async function redis(...more: string[]): Promise<RedisServer> {
  const one = await RedisServer.start(...more);
  servers.push(one);
  return one;
}
before(async () => {
  server = await redis();
});
after(async () => {
  await Promise.allSettled(open.map(async (close) => close()));
  await Promise.all(servers.map((one) => one.stop()));
});

function client(url = server.url): Redis {
  const made = new Redis(url);
  made.on("error", () => {});
  open.push(() => made.disconnect());
  return made;
}
const store = (options?: RedisStoreOptions, url = server.url) => redisStore(client(url), options);
let last = 0;
const fresh = () => `assessment_add:${++last}`;
const failed = (cause: RegExp) => (error: { code?: string; cause?: { message?: string } }) =>
  error.code === "store-failed" && cause.test(error.cause?.message ?? "");

describe("ids of any kind", () => {
  const IDS = {
    "an empty one": "",
    "one with NUL": "a\0b",
    "the other half of it": "b",
    "line breaks, as a protocol has them": "a\r\n*1\r\n$8\r\nFLUSHALL\r\n",
    "braces, as a cluster hashes them": "{a}",
    "an emoji": "\u{1f480}",
    composed: "\u00e9",
    decomposed: "e\u0301",
    "the replacement character": "\ufffd",
    "half of a surrogate pair": "\ud83d",
    "another half": "\ud83e",
    "the other half": "\udc80",
    "bytes as text": Array.from({ length: 256 }, (_, at) => String.fromCharCode(at)).join(""),
    "a megabyte": "x".repeat(1 << 20),
    "a megabyte and one": "x".repeat((1 << 20) + 1),
    __proto__: "__proto__",
  };

  it("are kept apart, with a token or without", async () => {
    for (const name of [undefined, "a"]) {
      const one = store({ prefix: `${name}:` });
      for (const [what, id] of Object.entries(IDS)) assert.equal(await one.claim(id, "a", name), "new", what);
      for (const [what, id] of Object.entries(IDS)) {
        assert.equal(await one.claim(id, "a", "another"), "in-progress", what);
        assert.equal(await one.claim(id, "b", "another"), "changed", what);
        await one.done(id, name);
        assert.equal(await one.claim(id, "a", "another"), "done", what);
      }
    }
  });
});

describe("claims of one process", () => {
  it("are kept apart by token and id, at any boundary between the two", async () => {
    const one = store({ prefix: "slots:" });
    const pairs: [id: string, name?: string][] = [["n\0x"], ["x", "n"], ["1:nx"], ["\0y"], ["y", ""]];
    for (const [id, name] of pairs) assert.equal(await one.claim(id, "a", name), "new");
    for (const [id, name] of pairs) await one.done(id, name);
    for (const [id] of pairs) assert.equal(await one.claim(id, "a", "another"), "done");
  });

  it("outlive a claim of the same id that got no reply", async () => {
    const { like, turn } = unsteady();
    const one = redisStore(like, { timeout: 100 });
    const id = fresh();
    assert.equal(await one.claim(id, "a"), "new");
    turn("hangs");
    await assert.rejects(one.claim(id, "a"), { code: "store-timeout" });
    turn("works");
    await one.done(id);
    assert.equal(await store().claim(id, "a"), "done");
  });

  it("that another caller owned when Redis was back are reported, and errors of the callback change nothing", async () => {
    const { like, turn } = unsteady();
    const lost: string[] = [];
    const onClaimLost = (id: string) => {
      lost.push(id);
      throw new Error("of the callback");
    };
    const one = redisStore(like, { claimTtl: 300, onClaimLost: onClaimLost });
    const [late, now] = [fresh(), fresh()];
    for (const id of [late, now]) assert.equal(await one.claim(id, "a", "first"), "new");
    turn("fails");
    await assert.rejects(one.done(late, "first"), failed(/away/));
    const two = store();
    for (const id of [late, now]) {
      await until("the claim has ended", async () => (await two.claim(id, "a", "second")) === "new");
    }
    turn("works");
    await one.done(now, "first");
    await until("both are reported", () => lost.length === 2);
    assert.deepEqual(lost, [now, late]);
    assert.equal(await two.claim(late, "a", "third"), "in-progress");
  });
});

describe("a claim after its timeout", () => {
  it("is not made when Redis says that it does not know the script", async () => {
    const texts: string[] = [];
    let failCommand: ((error: Error) => void) | undefined;
    const one = redisStore(
      {
        evalsha: () =>
          new Promise((_, reject) => {
            failCommand = reject;
          }),
        eval: async (text: string) => {
          texts.push(text);
          return 1;
        },
      },
      { timeout: 50 },
    );
    await assert.rejects(one.claim("x", "a"), { code: "store-timeout" });
    failCommand?.(new Error("NOSCRIPT No matching script."));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      texts.map((text) => /'DEL'/.test(text)),
      [true],
      "it was only released",
    );
  });
});

describe("a report of an earlier claim", () => {
  it("that is late does not end the later claim", async () => {
    const tokens: unknown[] = [];
    let report: ((reply: number) => void) | undefined;
    let fails = false;
    const one = redisStore(
      {
        evalsha: async (_sha, _keys, ...words) => {
          if (fails) throw new Error("Redis is away");
          tokens.push(words);
          return words.length === 4 && words[3] === "60" ? 0 : 1;
        },
        // A background call sends the script as text.
        eval: () =>
          new Promise((resolve) => {
            report = resolve;
          }),
      },
      { claimTtl: 60, retention: 70 },
    );
    assert.equal(await one.claim("x", "a"), "new");
    fails = true;
    await assert.rejects(one.done("x"));
    await until("it is reported", () => report !== undefined);
    fails = false;
    assert.equal(await one.claim("x", "a"), "new");
    report?.(0);
    await new Promise((resolve) => setImmediate(resolve));
    await one.done("x");
    const [, later, done] = tokens as string[][];
    assert.equal(done?.[1], later?.[2], "it is done by the token of its own claim");
  });
});

describe("a Redis whose memory is full", () => {
  it("rejects new claims, and renews, completes and releases the others", async () => {
    const full = await redis();
    const admin = client(full.url);
    const one = store({ claimTtl: 1500, prefix: "" }, full.url);
    const [handled, failedOne, running] = [fresh(), fresh(), fresh()];
    for (const id of [handled, failedOne, running]) assert.equal(await one.claim(id, "a"), "new");
    await admin.config("SET", "maxmemory", "1");
    await assert.rejects(one.claim(fresh(), "a"), failed(/OOM/));
    await one.done(handled);
    assert.equal(await one.claim(handled, "a"), "done");
    await one.release(failedOne);
    const key = createHash("sha256").update(running).digest("base64url");
    let before = Number.POSITIVE_INFINITY;
    await until("the claim is renewed", async () => {
      const left = await admin.pttl(key);
      const renewed = left > before;
      before = left;
      return renewed;
    });
    assert.equal(await store({ prefix: "" }, full.url).claim(running, "a"), "in-progress");
    await one.done(running);
    await admin.config("SET", "maxmemory", "0");
    assert.equal(await one.claim(running, "a"), "done");
    assert.equal(await one.claim(failedOne, "a"), "new");
  });

  it("loses completed and pending ids if its policy evicts", async () => {
    for (const policy of ["allkeys-lru", "volatile-ttl"]) {
      const full = await redis();
      const admin = client(full.url);
      await admin.config("SET", "maxmemory-policy", policy);
      const one = store({}, full.url);
      const [handled, running] = [fresh(), fresh()];
      for (const id of [handled, running]) assert.equal(await one.claim(id, "a"), "new");
      await one.done(handled);
      await admin.config("SET", "maxmemory", "1");
      await assert.rejects(one.claim(fresh(), "a"), failed(/OOM/), "there is nothing left to evict");
      await admin.config("SET", "maxmemory", "0");
      assert.equal(await one.claim(handled, "a", "second"), "new", policy);
      assert.equal(await one.claim(running, "a", "second"), "new", policy);
    }
  });
});

describe("a replica", () => {
  it("rejects writes, and accepts them after its promotion", async () => {
    const master = await redis("--repl-diskless-sync-delay", "0");
    const replica = await redis("--replicaof", "127.0.0.1", `${master.port}`);
    const [first, second] = [store({}, master.url), store({}, replica.url)];
    const [running, finished] = [fresh(), fresh()];
    for (const id of [running, finished]) assert.equal(await first.claim(id, "a", "first"), "new");
    await first.done(finished, "first");
    await until(
      "the replica has it",
      async () => (await second.claim(finished, "a").catch(() => "")) === "done",
    );
    assert.equal(await second.claim(running, "a"), "in-progress");
    const other = fresh();
    await assert.rejects(second.claim(other, "a"), failed(/READONLY/));
    await assert.rejects(second.done(running, "first"), failed(/READONLY/));
    await assert.rejects(second.release(running, "first"), failed(/READONLY/));
    await replica.ask("REPLICAOF", "NO", "ONE");
    assert.equal(await second.claim(other, "a"), "new");
    await second.done(running, "first");
    assert.equal(await second.claim(running, "a"), "done");
  });
});

describe("a client", () => {
  it("that was closed is an error at once", async () => {
    const ours = new Redis(server.url);
    const theirs = await createClient({ url: server.url }).connect();
    const cases: [RedisClientLike, () => unknown][] = [
      [ours, () => ours.disconnect()],
      [theirs, () => theirs.destroy()],
    ];
    for (const [like, close] of cases) {
      const one = redisStore(like, { timeout: 120_000 });
      const id = fresh();
      assert.equal(await one.claim(id, "a"), "new");
      close();
      await assert.rejects(one.claim(fresh(), "a"), failed(/closed/));
      await assert.rejects(one.done(id), failed(/closed/));
      await assert.rejects(one.release(id), failed(/closed/));
    }
  });

  it("with a timeout of its own leaves no orphaned claim", async () => {
    const slow = await redis();
    const impatient = new Redis(slow.url, { commandTimeout: 100 });
    impatient.on("error", () => {});
    open.push(() => impatient.disconnect());
    const one = redisStore(impatient);
    assert.equal(await one.claim(fresh(), "a"), "new");
    await slow.ask("CLIENT", "PAUSE", "1000", "ALL");
    const id = fresh();
    await assert.rejects(one.claim(id, "a"), failed(/timed out/));
    const two = store({ timeout: 30_000 }, slow.url);
    await until("the claim was released", async () => (await two.claim(id, "b")) === "new");
  });
});

describe("a timeout beyond the range of timers", () => {
  it("is rejected as `timeout`, and does not change the renewal of a claim", async () => {
    assert.throws(() => store({ timeout: 2 ** 31 }), /`timeout`.*2147483647/);
    let calls = 0;
    const evalsha = async () => {
      calls += 1;
      return 0;
    };
    const one = redisStore({ evalsha, eval: evalsha }, { claimTtl: 2 ** 40 });
    await one.claim("x", "a");
    const start = performance.now();
    await until("a timer of a millisecond would have fired", () => performance.now() - start > 100);
    assert.equal(calls, 1);
  });
});

describe("a process", () => {
  it("ends while its claims are open and its client gets no reply", async () => {
    const script = `
      import { redisStore } from ${JSON.stringify(new URL("../../src/redis.ts", import.meta.url).href)};
      const busy = setInterval(() => {}, 1000);
      let calls = 0;
      const evalsha = async () => {
        calls += 1;
        if (calls === 1) return 0;
        clearInterval(busy);
        return new Promise(() => {});
      };
      const store = redisStore({ evalsha, eval: evalsha }, { claimTtl: 60, timeout: 120_000 });
      console.log(await store.claim("x", "a"));
    `;
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd,
      stdio: ["ignore", "pipe", "inherit"],
    });
    open.push(() => child.kill("SIGKILL"));
    let output = "";
    child.stdout.on("data", (part) => {
      output += part;
    });
    await until("it has ended", () => child.exitCode !== null);
    assert.equal(child.exitCode, 0);
    assert.equal(output, "new\n");
  });
});

/** A client that can hang or fail on demand. */
function unsteady() {
  const real = client();
  let how: "works" | "hangs" | "fails" = "works";
  const call =
    (verb: "evalsha" | "eval") =>
    async (text: string, keys: number, ...words: string[]): Promise<unknown> => {
      if (how === "hangs") return new Promise(() => {});
      if (how === "fails") throw new Error("Redis is away");
      return real[verb](text, keys, ...words);
    };
  const like: RedisClientLike = { evalsha: call("evalsha"), eval: call("eval") };
  return {
    like,
    turn: (next: typeof how) => {
      how = next;
    },
  };
}
