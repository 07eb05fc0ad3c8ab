// Replays with changed unsigned headers: with the store in memory, and with stores that fail.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import {
  type ClaimState,
  type DeliveryStore,
  memoryStore,
  type ProviderDefinition,
  painchek,
  webhook,
} from "../../src/index.ts";
import type { ReceiverOptions } from "../../src/receive/options.ts";
import { receiving, soon } from "../support/receiving.ts";
import { captured, ignoresReplays } from "../support/replays.ts";

describe("a receiver with a store in memory", () => {
  ignoresReplays(async () => {
    const store = memoryStore();
    return [store, store];
  });
});

/** A store with scripted results for each verb and kind of key. */
function failing(script: Record<string, () => Promise<unknown>>) {
  const store = memoryStore();
  const counts: Record<string, number> = {};
  const storeCalls: string[] = [];
  const call =
    (verb: keyof DeliveryStore) =>
    (...values: [string, string]) => {
      counts[verb] = (counts[verb] ?? 0) + 1;
      const kind = JSON.parse(values[0]).length === 3 ? "body" : "id";
      storeCalls.push(`${verb} ${kind}`);
      const own = script[`${verb} ${kind}`];
      return (own === undefined ? store[verb](...values) : own()) as never;
    };
  return {
    store: { claim: call("claim"), done: call("done"), release: call("release") } as DeliveryStore,
    storeCalls,
  };
}

const fails = () => Promise.reject(new Error("the store is away"));

describe("the claim of a body", () => {
  const { hook, fresh, forged } = captured("github");

  it("ends with the claim of the id", async () => {
    for (const [handler, end] of [
      [() => {}, "done"],
      [() => Promise.reject(new Error("x")), "release"],
    ] as const) {
      const { store, storeCalls } = failing({});
      await receiving(hook, handler, { store }).outcomeOf(fresh());
      assert.deepEqual(storeCalls, ["claim body", "claim id", `${end} id`, `${end} body`]);
    }
  });

  it("is released if the id cannot be claimed", async () => {
    const { store, storeCalls } = failing({ "claim id": fails });
    const { outcomeOf, calls, errors } = receiving(hook, undefined, { store });
    assert.equal(await outcomeOf(fresh()), "503 store-unavailable");
    await soon(1);
    assert.deepEqual(storeCalls, ["claim body", "claim id", "release body"]);
    assert.deepEqual([calls.length, errors[0]?.[0]], [0, "store"]);
  });

  it("is released if the id is claimed by another delivery, and blocks nothing", async () => {
    for (const [state, response] of [
      ["in-progress", "409 in-progress"],
      ["done", "200 duplicate"],
    ] as [ClaimState, string][]) {
      const { store, storeCalls } = failing({ "claim id": () => Promise.resolve(state) });
      const { outcomeOf, calls } = receiving(hook, undefined, { store });
      assert.equal(await outcomeOf(fresh()), response);
      assert.deepEqual(storeCalls, ["claim body", "claim id", "release body"]);
      assert.equal(calls.length, 0);
    }
  });

  it('is handled without a claim under `onStoreError: "accept"` while the store is unavailable', async () => {
    for (const script of [{ "claim body": fails }, { "claim id": fails }]) {
      const { store, storeCalls } = failing(script);
      const { outcomeOf, calls, events } = receiving(hook, undefined, { store, onStoreError: "accept" });
      assert.equal(await outcomeOf(fresh()), "200 handled");
      await soon(1);
      assert.deepEqual([calls.length, events[0]?.storeFailed], [1, "claim"]);
      assert.ok(!storeCalls.some((one) => one.startsWith("done")), `${storeCalls}`);
    }
  });

  it("is released if it succeeded after the timeout, like the claim of an id", async () => {
    for (const key of ["body", "id"]) {
      let grant = (_: ClaimState) => {};
      const late = () =>
        new Promise<ClaimState>((resolve) => {
          grant = resolve;
        });
      const { store, storeCalls } = failing({ [`claim ${key}`]: late });
      const { outcomeOf } = receiving(hook, undefined, { store, storeTimeout: 20 });
      assert.equal(await outcomeOf(fresh()), "503 store-unavailable");
      grant("new");
      await soon(1);
      assert.ok(
        storeCalls.includes(`release ${key}`) && storeCalls.includes("release body"),
        `${storeCalls}`,
      );
    }
  });

  it("lasts while a handler runs beyond its timeout", async () => {
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { outcomeOf, calls } = receiving(hook, () => gate, { handlerTimeout: 20 });
    const delivery = fresh();
    assert.equal(await outcomeOf(delivery), "503 handler-timeout");
    assert.equal(await outcomeOf(delivery), "409 in-progress");
    assert.equal(await outcomeOf(delivery, forged(1)), "200 duplicate");
    finish();
    await soon();
    assert.equal(await outcomeOf(delivery), "200 duplicate");
    assert.equal(await outcomeOf(delivery, forged(2)), "200 duplicate");
    assert.equal(calls.length, 1);
  });

  it("is not made if a signature covers id and type, or nothing is signed", async () => {
    const uuid = "5e0c6b3a-91d2-4c7f-8a46-000000000001";
    const care = painchek({ secrets: ["a secret"], unsigned: "allow" });
    const made = care.create("assessment_add", { uuid, patient: uuid });
    const { hook: signing } = captured("github");
    const open = webhook("github", { unsigned: "allow" });
    for (const [one, delivery] of [
      [care, made],
      [care, { ...made, headers: { "content-type": "application/json" } }],
      [open, signing.sign('{"zen":"unsigned"}', { type: "push" })],
    ] as const) {
      const { store, storeCalls } = failing({});
      assert.equal(await receiving(one, undefined, { store }).outcomeOf(delivery), "200 handled");
      assert.deepEqual(storeCalls, ["claim id", "done id"]);
    }
  });

  it("contains no id", async () => {
    const digests: string[] = [];
    const store = memoryStore();
    const recording: DeliveryStore = {
      claim: (key, digest, name) => {
        digests.push(digest);
        return store.claim(key, digest, name);
      },
      done: (key, name) => store.done(key, name),
      release: (key, name) => store.release(key, name),
    };
    await receiving(hook, undefined, { store: recording }).outcomeOf(fresh());
    assert.match(digests[0] as string, /^[0-9a-f]{64}$/);
  });
});

describe("a delivery without an idempotency key", () => {
  const sha = (body: string) =>
    createHmac("sha256", "a secret of the subscription").update(body).digest("hex");
  const none = (dedupe: string[], type = "/type") =>
    webhook(
      {
        id: "mine",
        signature: { header: "X-Sig", format: "{hex}", algorithms: ["sha256"] },
        envelope: { type },
        dedupe,
        events: { "*": { schema: true } },
      } as unknown as ProviderDefinition,
      { secrets: ["a secret of the subscription"] },
    );
  const body = '{"type":"a","n":1}';
  const delivery = (text = body) => ({
    headers: { "content-type": "application/json", "x-sig": sha(text) },
    body: new TextEncoder().encode(text),
  });
  const outcomes = async (
    hook: ReturnType<typeof none>,
    more: Record<string, string>[],
    options: ReceiverOptions = {},
  ) => {
    const { outcomeOf, events, calls } = receiving(hook, undefined, options);
    for (const one of more) await outcomeOf(delivery(), one);
    return { outcomes: events.map(({ outcome }) => outcome), calls };
  };

  it("is handled each time if only the body identifies it", async () => {
    const { store, storeCalls } = failing({});
    const result = await outcomes(none(["none"]), [{}, {}, {}], { store });
    assert.deepEqual(result.outcomes, ["handled", "handled", "handled"]);
    assert.deepEqual([storeCalls, result.calls.map(({ key }) => key)], [[], ["", "", ""]]);
  });

  it("is handled once if an unsigned header may contain the key", async () => {
    for (const dedupe of [
      ["header:X-Id", "none"],
      ["pointer:/nowhere", "header:X-Id", "none"],
      ["pointer:/nowhere", "header:X-Id"],
    ]) {
      for (const [first, then] of [
        [{ "x-id": "1" }, {}],
        [{}, { "x-id": "1" }],
      ] as Record<string, string>[][]) {
        const result = await outcomes(none(dedupe), [first, then, then, { "x-id": "2" }, first] as never);
        const expected = ["handled", "replayed", "replayed", "replayed", "duplicate"];
        assert.deepEqual(result.outcomes, expected, `${dedupe} ${JSON.stringify(first)}`);
        assert.notEqual(result.calls[0]?.key, "");
      }
    }
    // Another body is another event.
    const { outcomeOf, calls } = receiving(none(["header:X-Id", "none"]));
    for (const text of [body, '{"type":"a","n":2}', body]) await outcomeOf(delivery(text));
    assert.equal(calls.length, 2);
  });

  it("is handled again if its handler failed, with a key or without", async () => {
    for (const [dedupe, type] of [
      [["header:X-Id", "none"], "/type"],
      [["none"], "header:X-Event"],
    ] as const) {
      let fails = true;
      const { outcomeOf, calls } = receiving(none([...dedupe], type), () => {
        if (fails) throw new Error("x");
      });
      assert.equal(await outcomeOf(delivery(), { "x-event": "a" }), "500 handler-failed");
      fails = false;
      assert.equal(await outcomeOf(delivery(), { "x-event": "a" }), "200 handled");
      assert.equal(await outcomeOf(delivery(), { "x-event": "b", "x-id": "b" }), "200 duplicate");
      assert.equal(calls.length, 2);
    }
  });

  it("is handled under one type, and each time, if the type alone is not signed", async () => {
    const [a, b] = [{ "x-event": "a" }, { "x-event": "b" }];
    const hook = none(["none"], "header:X-Event");
    const result = await outcomes(hook, [a, a, b, a, b]);
    assert.deepEqual(result.outcomes, ["handled", "handled", "replayed", "handled", "replayed"]);
    assert.deepEqual(
      result.calls.map(({ key, type }) => [key, type]),
      Array(3).fill(["", "a"]),
    );
    const both = await outcomes(hook, [a, b, b], { replayed: "handle" });
    assert.deepEqual(
      both.calls.map(({ replayed }) => replayed),
      [false, true, true],
    );
  });

  it("has no key while the store is unavailable, either", async () => {
    const { store } = failing({ "claim body": fails });
    const options: ReceiverOptions = { store, onStoreError: "accept" };
    const result = await outcomes(none(["none"], "header:X-Event"), [{ "x-event": "a" }], options);
    assert.deepEqual([result.outcomes, result.calls[0]?.key], [["handled"], ""]);
    const refused = await outcomes(none(["none"], "header:X-Event"), [{ "x-event": "a" }], { store });
    assert.deepEqual([refused.outcomes, refused.calls.length], [["unavailable"], 0]);
  });

  it("binds its body to its type even if an equal, simultaneous delivery fails", async () => {
    const ends: ((error?: Error) => void)[] = [];
    const { outcomeOf, calls } = receiving(none(["none"], "header:X-Event"), () =>
      ends.length === 2
        ? undefined
        : new Promise<void>((resolve, reject) => {
            ends.push((error) => (error === undefined ? resolve() : reject(error)));
          }),
    );
    const first = outcomeOf(delivery(), { "x-event": "a" });
    await soon();
    const second = outcomeOf(delivery(), { "x-event": "a" });
    await soon();
    ends[0]?.(new Error("x"));
    assert.equal(await first, "500 handler-failed");
    ends[1]?.();
    assert.equal(await second, "200 handled");
    assert.equal(await outcomeOf(delivery(), { "x-event": "b" }), "200 duplicate");
    assert.equal(await outcomeOf(delivery(), { "x-event": "a" }), "200 handled");
    assert.equal(calls.length, 3);
  });
});

describe('a replay under `replayed: "handle"`', () => {
  it("is handled once under each id, with a warning", async () => {
    const { hook, fresh, forged } = captured("shopify");
    const { outcomeOf, calls, events } = receiving(hook, undefined, { replayed: "handle" });
    const delivery = fresh();
    for (const more of [{}, forged(1), forged(1), {}]) await outcomeOf(delivery, more);
    assert.deepEqual(
      calls.map(({ replayed, issues }) => [replayed, issues.includes("replayed")]),
      [
        [false, false],
        [true, true],
      ],
    );
    assert.deepEqual(
      events.map(({ outcome, replayed }) => [outcome, replayed]),
      [
        ["handled", undefined],
        ["handled", true],
        ["duplicate", true],
        ["duplicate", undefined],
      ],
    );
  });

  it("is the only other value", () => {
    const { hook } = captured("github");
    assert.throws(() => receiving(hook, undefined, { replayed: "refuse" as never }), /`replayed`/);
  });
});
