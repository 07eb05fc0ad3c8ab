// The store in memory: claims, retention and eviction.
import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { type MemoryStoreOptions, memoryStore } from "../../src/index.ts";
import { STORE_AT_ONCE, type StoreAtOnce } from "../../src/store.ts";

const HOUR = 60 * 60 * 1000;

/** A store with a clock that the test sets. */
function clocked(options: MemoryStoreOptions = {}) {
  let time = 1_700_000_000_000;
  const store = memoryStore({ ...options, now: () => time });
  return {
    store,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

describe("a memory store", () => {
  it("makes one of many simultaneous claims of an id new", async () => {
    const { store } = clocked();
    const states = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store.claim("a", "d", `${index}`)),
    );
    assert.deepEqual(states, ["new", ...Array(49).fill("in-progress")]);
    assert.equal(await store.claim("b", "d"), "new");
  });

  it("does not depend on the clock of the machine", async () => {
    const clock = Date.now;
    let days = 0;
    Date.now = () => clock() + days * 24 * HOUR;
    try {
      const store = memoryStore();
      for (const id of ["finished", "running"]) assert.equal(await store.claim(id, "d"), "new");
      await store.done("finished");
      for (days of [8, -8]) {
        assert.equal(await store.claim("finished", "d"), "done");
        assert.equal(await store.claim("running", "d"), "in-progress");
      }
    } finally {
      Date.now = clock;
    }
  });

  it("distinguishes completed, pending and changed ids, and accepts released ones again", async () => {
    const { store } = clocked();
    assert.equal(await store.claim("a", "1"), "new");
    assert.equal(await store.claim("a", "2"), "changed");
    await store.release("a");
    assert.equal(await store.claim("a", "2"), "new");
    await store.done("a");
    assert.equal(await store.claim("a", "2"), "done");
    assert.equal(await store.claim("a", "1"), "changed");
    // A completed id is not released.
    await store.release("a");
    assert.equal(await store.claim("a", "2"), "done");
  });

  it("keeps ids longer than PainChek retries and users resend by hand, and then removes them", async () => {
    const { store, pass } = clocked();
    await store.claim("a", "d");
    await store.done("a");
    pass(72 * HOUR + 24 * HOUR);
    assert.equal(await store.claim("a", "d"), "done");
    pass(72 * HOUR + 1);
    assert.equal(await store.claim("a", "d"), "new");
  });

  it("frees a claim that was neither completed nor released", async () => {
    const { store, pass } = clocked({ claimTtl: 1000 });
    await store.claim("a", "d");
    pass(999);
    assert.equal(await store.claim("a", "d"), "in-progress");
    pass(1);
    assert.equal(await store.claim("a", "d"), "new");
  });

  it("does not let an expired claim end another caller's", async () => {
    const { store, pass } = clocked({ claimTtl: 1000 });
    assert.equal(await store.claim("a", "d", "first"), "new");
    pass(1000);
    assert.equal(await store.claim("a", "d", "second"), "new");
    await store.done("a", "first");
    assert.equal(await store.claim("a", "d", "third"), "in-progress");
    await store.release("a", "first");
    assert.equal(await store.claim("a", "d", "third"), "in-progress");
    await store.done("a", "second");
    assert.equal(await store.claim("a", "d", "third"), "done");
  });

  it("completes an expired claim that no other caller has taken over", async () => {
    const { store, pass } = clocked({ claimTtl: 1000 });
    await store.claim("a", "d", "first");
    pass(5000);
    await store.done("a", "first");
    assert.equal(await store.claim("a", "d", "second"), "done");
  });

  it("evicts the oldest completed ids, counts them, and evicts no claim", async () => {
    const { store } = clocked({ maxEntries: 3 });
    for (const id of ["a", "b"]) {
      await store.claim(id, "d");
      await store.done(id);
    }
    await store.claim("running", "d");
    assert.deepEqual([store.size, store.evicted], [3, 0]);
    await store.claim("c", "d");
    assert.deepEqual([store.size, store.evicted], [3, 1]);
    assert.equal(await store.claim("b", "d"), "done");
    assert.equal(await store.claim("running", "d"), "in-progress");
    await store.claim("e", "d");
    await assert.rejects(store.claim("f", "d"), /The memory store is full: 3 deliveries are in progress/);
    for (const id of ["running", "c", "e"]) assert.equal(await store.claim(id, "d"), "in-progress");
    await store.release("c");
    assert.equal(await store.claim("f", "d"), "new");
  });

  it("evicts expired claims before it rejects a new one", async () => {
    const { store, pass } = clocked({ maxEntries: 2, claimTtl: 1000 });
    await store.claim("a", "d");
    await store.claim("b", "d");
    pass(1000);
    assert.equal(await store.claim("c", "d"), "new");
  });

  it("removes expired ids", async () => {
    const { store, pass } = clocked({ retention: 10 });
    for (let index = 0; index < 10_000; index++) {
      await store.claim(`${index}`, "d");
      await store.done(`${index}`);
      pass(1);
    }
    assert.ok(store.size < 20, `${store.size}`);
    assert.equal(store.evicted, 0);
  });

  it("takes no longer when it is full", async () => {
    const { store } = clocked({ maxEntries: 66_000 });
    let number = 0;
    /** The processor time of so many deliveries. */
    const timeOf = async (deliveries: number): Promise<number> => {
      const start = process.cpuUsage();
      for (let count = 0; count < deliveries; count++) {
        await store.claim(`${++number}`, "d");
        await store.done(`${number}`);
      }
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    // The engine optimizes the code meanwhile.
    await timeOf(20_000);
    const before = await timeOf(46_000);
    const after = await timeOf(46_000);
    assert.deepEqual([store.size, store.evicted], [66_000, 46_000]);
    assert.ok(after < 3.5 * before, `${after / before}`);
  });

  it("offers its calls without promises, unless a program has replaced one", async () => {
    const { store } = clocked();
    const calls = (store as { [STORE_AT_ONCE]?: StoreAtOnce })[STORE_AT_ONCE];
    assert.equal(calls?.claim("a", "d", "t"), "new");
    assert.equal(await store.claim("a", "d", "u"), "in-progress");
    calls?.release("a", "u");
    calls?.done("a", "t");
    assert.equal(await store.claim("a", "d", "u"), "done");
    assert.equal(calls?.claim("b", "d", "t"), "new");
    calls?.release("b", "t");
    assert.equal(await store.claim("b", "d", "u"), "new");
    store.done = async () => {};
    assert.equal((store as { [STORE_AT_ONCE]?: StoreAtOnce })[STORE_AT_ONCE], undefined);
  });

  it("accepts any string as an id", async () => {
    const { store } = clocked();
    for (const id of ["__proto__", "constructor", "", "\u0000"]) {
      assert.equal(await store.claim(id, "d"), "new");
      await store.done(id);
      assert.equal(await store.claim(id, "d"), "done");
    }
  });

  it("rejects invalid options", () => {
    for (const options of [{ retention: 0 }, { claimTtl: Number.NaN }, { maxEntries: -1 }]) {
      assert.throws(() => memoryStore(options), TypeError);
    }
    assert.throws(() => memoryStore({ retention: "7d" as unknown as number }), /`retention`/);
    for (const now of [5, null, Date.now()])
      assert.throws(() => memoryStore({ now } as never), { name: "TypeError", message: /`now`.*a function/ });
  });
});
