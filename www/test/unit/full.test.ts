/** The page before and after the full module is loaded: the same results, and which calls wait for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { handlers, loadFull } from "../../build/in-process.ts";
import type { InspectInput, Inspection } from "../../src/engine/protocol.ts";

const { isFullMissing, providerDefinition } = await import("../../src/engine/core.ts");
const { findDefinition, getSummary } = await import("../../src/engine/providers.ts");
const { download } = await import("../../src/engine/full.ts");

const NOW = Date.UTC(2026, 0, 31);
const PAIRS = ["same", "changed", "rewritten", "other"];

function inspect(delivery: InspectInput["delivery"], provider: string, secret: string): Inspection {
  const settings = { encoding: "provider", profile: "lenient", now: NOW } as const;
  const result = handlers.inspect({ delivery, provider, secret, ...settings });
  assert.ok(!("isUndetected" in result));
  return result;
}

test("results without the full module are those with it", async (t) => {
  const { examples, providers } = handlers.start({});
  const made = examples.map(({ id }) => ({ id, ...handlers.makeExample({ id }) }));
  // Without the full module the provider of an example is known while it is one of the last ones.
  const inspections = made.map(({ id, secret, delivery: first }) => {
    const { delivery } = handlers.makeExample({ id });
    assert.deepEqual(delivery.text, first.text);
    return { id, secret, delivery, result: inspect(delivery, "auto", secret) };
  });
  const comparisons = PAIRS.map((id) => {
    const sides = handlers.makePair({ id });
    return { id, sides, result: handlers.compare({ sides, provider: "auto" }) };
  });
  const [example] = inspections;
  assert.ok(example !== undefined);

  await t.test("calls that need it say so", () => {
    const { delivery, secret } = example;
    const input = {
      delivery,
      secret,
      provider: "painchek",
      encoding: "provider",
      profile: "lenient",
    } as const;
    const calls = [
      () => handlers.importText({ bytes: new TextEncoder().encode("{}") }),
      () => handlers.explain(input),
      () => handlers.inspect({ ...input, provider: "auto", delivery: { headers: [], text: '{"a":1}' } }),
      () => handlers.inspect({ ...input, encoding: "hex" }),
      () => handlers.listSignChoices({}),
      () => handlers.defineProvider({ definition: "{}", schemas: [], sample: "" }),
      () => handlers.formatReport({ input, level: "types", includesIds: false, explanation: undefined }),
      () => handlers.redactDelivery(input),
    ];
    for (const call of calls) assert.throws(call, isFullMissing, call.toString());
  });

  await t.test("values have no descriptions yet", () => {
    inspect(example.delivery, "painchek", example.secret);
    assert.ok(handlers.listChildren({ node: 0, from: 0, count: 9 }).every(({ info }) => info === undefined));
  });

  await loadFull();

  await t.test("values get their descriptions without another inspection", () => {
    assert.ok(handlers.listChildren({ node: 0, from: 0, count: 9 }).some(({ info }) => info !== undefined));
  });
  for (const { id, delivery, secret, result } of inspections)
    await t.test(`example ${id}`, () => assert.deepEqual(inspect(delivery, "auto", secret), result));
  for (const { id, sides, result } of comparisons)
    await t.test(`pair ${id}`, () => assert.deepEqual(handlers.compare({ sides, provider: "auto" }), result));
  await t.test("providers", () => assert.deepEqual(handlers.start({}).providers, providers));

  await t.test("summaries are those of the definitions", () => {
    for (const { id } of providers) {
      const { events, ...summary } = getSummary(id);
      const definition = providerDefinition(id) as unknown as Record<string, unknown>;
      assert.ok(findDefinition(id) !== undefined);
      for (const key of ["id", "title", "signature", "envelope", "headers", "sensitive", "immutable"])
        assert.deepEqual(summary[key as keyof typeof summary], definition[key], `${id} ${key}`);
      const names = Object.entries(definition.events as typeof events).map(([type, { revisions }]) => [
        type,
        revisions?.map(({ name }) => name),
      ]);
      assert.deepEqual(
        Object.entries(events).map(([type, { revisions }]) => [type, revisions?.map(({ name }) => name)]),
        names,
      );
    }
  });
});

test("a failed download rejects, and the next one makes a new element", async () => {
  const scripts: { onload(): void; onerror(): void; remove(): void }[] = [];
  const document = {
    createElement: () => ({ remove: () => void 0 }),
    head: { append: (script: (typeof scripts)[number]) => scripts.push(script) },
  };
  Object.assign(globalThis, { document });
  const failed = download("full");
  scripts[0]?.onerror();
  await assert.rejects(failed, /The download .* failed/);
  const empty = download("full");
  scripts[1]?.onload();
  await assert.rejects(empty, /The download .* failed/);
  const loaded = download("full");
  Object.assign(globalThis, { hooksealFull: { length: 1 } });
  scripts[2]?.onload();
  assert.deepEqual(await loaded, { length: 1 });
  assert.equal("hooksealFull" in globalThis, false);
  const keys = download("publicKey");
  scripts[3]?.onerror();
  await assert.rejects(keys, /The download of the module that verifies with public keys failed/);
  assert.equal(new Set(scripts).size, 4);
});
