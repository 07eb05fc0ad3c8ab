// Keys of claims: no delivery of one receiver is a duplicate of another receiver's.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { receiver } from "../../src/fetch.ts";
import {
  memoryStore,
  type ProviderDefinition,
  painchek,
  type WebhookOptions,
  webhook,
  xon,
} from "../../src/index.ts";
import type { ReceiverOptions } from "../../src/receive/options.ts";
import { redisStore } from "../../src/redis.ts";
import { receiving } from "../support/receiving.ts";

const HANDLED = "200 handled";
const DUPLICATE = "200 duplicate";

/** A provider with any types and ids. */
const definition = (id: string, signs = true, immutable = false) => ({
  id,
  ...(signs ? { signature: { header: "X-Sig", format: "{hex}", algorithms: ["sha256"] } } : {}),
  envelope: { type: "/type", id: "/id" },
  dedupe: ["pointer:/id"],
  immutable,
  events: { "*": { schema: true } },
});
const own = (id: string, options: WebhookOptions, immutable = false) =>
  webhook(definition(id, options.secrets !== undefined, immutable) as ProviderDefinition, options);
const unsignedBody = (value: object) => ({
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(value)),
});

describe("a claim's key", () => {
  it("distinguishes every type and id", async () => {
    const hook = own("mine", { secrets: ["a secret"] });
    const { outcomeOf, calls } = receiving(hook);
    const pairs = [
      ["t:1", "2"],
      ["t", "1:2"],
      ["t", '1","2'],
      ["t,1", "2"],
      ['t","1', "2"],
      ["t#", "1"],
      ["t", "#1"],
    ];
    for (const [type, id] of pairs)
      assert.equal(await outcomeOf(hook.sign(JSON.stringify({ type, id }))), HANDLED);
    for (const [type, id] of pairs)
      assert.equal(await outcomeOf(hook.sign(JSON.stringify({ type, id }))), DUPLICATE);
    assert.equal(new Set(calls.map(({ key }) => key)).size, pairs.length);
    assert.equal(calls[0]?.key, '["mine","verified","t:1","2"]');
    assert.equal(calls[0]?.id, "t:1:2");
  });

  it("distinguishes a changed retry from an event with a similar id", async () => {
    const hook = own("mine", { secrets: ["a secret"] }, true);
    const { outcomeOf, calls } = receiving(hook);
    const send = (value: object) => outcomeOf(hook.sign(JSON.stringify(value)));
    assert.equal(await send({ type: "t", id: "1" }), HANDLED);
    assert.equal(await send({ type: "t", id: "1", n: 2 }), HANDLED);
    const digest = JSON.parse(calls[1]?.key ?? "").at(-1);
    assert.match(digest, /^[0-9a-f]{64}$/);
    assert.deepEqual(JSON.parse(calls[1]?.key ?? ""), ["mine", "verified", "t", "1", digest]);
    assert.equal(await send({ type: "t", id: `1#${digest}` }), HANDLED);
    assert.equal(await send({ type: "t", id: "1", n: 2 }), DUPLICATE);
  });

  it("keeps unsigned deliveries apart from signed ones", async () => {
    const hook = own("mine", { secrets: ["a secret"], unsigned: "allow" });
    const { outcomeOf, calls } = receiving(hook);
    const event = { type: "invoice.paid", id: "1001", amount: 0 };
    assert.equal(await outcomeOf(unsignedBody(event)), HANDLED);
    assert.equal(await outcomeOf(hook.sign(JSON.stringify({ ...event, amount: 500 }))), HANDLED);
    assert.equal(await outcomeOf(unsignedBody(event)), DUPLICATE);
    assert.deepEqual(
      calls.map(({ key }) => JSON.parse(key)[1]),
      ["unsigned", "verified"],
    );
  });

  it("keeps providers on one store apart, and an unsigned webhook from a signed one", async () => {
    const store = memoryStore();
    const open = own("forms", { unsigned: "allow" });
    const signing = own("payments", { secrets: ["a secret"] });
    const forms = receiving(open, undefined, { store });
    const payments = receiving(signing, undefined, { store });
    const event = { type: "invoice.paid", id: "1001" };
    assert.equal(await forms.outcomeOf(unsignedBody(event)), HANDLED);
    assert.equal(await payments.outcomeOf(signing.sign(JSON.stringify(event))), HANDLED);
    assert.equal(await payments.outcomeOf(signing.sign(JSON.stringify(event))), DUPLICATE);
  });

  it("keeps two subscriptions on one store apart by their names", async () => {
    const store = memoryStore();
    const [first, second] = [painchek({ secrets: ["first"] }), painchek({ secrets: ["second"] })];
    const uuid = "3b0c6a3e-0000-4000-8000-000000000001";
    const { body } = first.create("assessment_add", { uuid, patient: uuid });
    const record = receiving(first, undefined, { store, name: "record" });
    const family = receiving(second, undefined, { store, name: "family" });
    assert.equal(await record.outcomeOf(first.sign(body)), HANDLED);
    assert.equal(await family.outcomeOf(second.sign(body)), HANDLED);
    assert.equal(await family.outcomeOf(second.sign(body)), DUPLICATE);
    assert.deepEqual([record.calls[0]?.id, record.events[0]?.receiver], [`assessment_add:${uuid}`, "record"]);
    assert.equal(family.calls[0]?.key, `["family","verified","assessment_add","${uuid}"]`);
  });
});

describe("receivers on one store", () => {
  const make = (hook: object, options: ReceiverOptions) => receiver(hook as never, () => {}, options);
  const refusal = /"painchek".*no secret in common.*`name`/;
  const care = (...secrets: string[]) => painchek({ secrets });

  it("are rejected if two subscriptions of one provider have no name", () => {
    const store = memoryStore();
    make(care("first"), { store });
    assert.throws(() => make(care("second"), { store }), refusal);
    // A rejected receiver does not block others.
    make(care("second"), { store, name: "second" });
    make(care("first"), { store });
    assert.throws(() => make(painchek({ unsigned: "allow" }), { store }), refusal);
    // The default name of another receiver counts as no name.
    assert.throws(() => make(care("second"), { store, name: "painchek" }), refusal);
    make(care("second"), { store: memoryStore() });
    make(care("second"), {});
  });

  it("are rejected if two webhooks without secrets have no name", () => {
    const store = memoryStore();
    const hook = xon({ unsigned: "allow" });
    make(hook, { store });
    make(hook, { store });
    assert.throws(() => make(xon({ unsigned: "allow" }), { store }), /"xon"/);
  });

  it("are accepted with the same webhook, a common secret, different names, or the same name on purpose", () => {
    const store = memoryStore();
    const hook = care("old");
    for (const one of [hook, hook, care("old"), care("new", "old"), care("new")]) make(one, { store });
    for (const name of ["a", "b", "b"]) make(care(`of ${name}`), { store, name });
    make(care("another"), { store, name: "b" });
    make(xon({ unsigned: "allow" }), { store });
  });

  it("are accepted if the webhooks are mocks", () => {
    const store = memoryStore();
    const mock = () => ({
      check: () => ({}),
      provider: "mock",
      maxBytes: 1,
      immutable: true,
      contentType: "",
    });
    make(mock(), { store });
    make(mock(), { store });
  });

  it("are rejected on two stores with the same client and prefix", () => {
    const client = () => ({ evalsha: async () => 0, eval: async () => 0 });
    const one = client();
    make(care("first"), { store: redisStore(one) });
    assert.throws(() => make(care("second"), { store: redisStore(one, { retention: 1000 }) }), refusal);
    make(care("first"), { store: redisStore(one) });
    make(care("second"), { store: redisStore(one), name: "second" });
    make(care("second"), { store: redisStore(one, { prefix: "second:" }) });
    make(care("second"), { store: redisStore(client()) });
    // The published entry points may contain copies of their own.
    const made = redisStore(one) as unknown as Record<symbol, unknown>;
    const identity = Symbol.for("hookseal.storeIdentity");
    assert.equal(made[identity], (redisStore(one) as unknown as Record<symbol, unknown>)[identity]);
  });

  it("can be created again any number of times", () => {
    const store = memoryStore();
    for (let time = 0; time < 500; time++) make(care("same"), { store });
  });

  it("require strings as names", () => {
    for (const name of ["", "x".repeat(201), 1, null, "\n", "a\0", "a\u009bb", "a\u2028b", "a\u202eb"])
      assert.throws(() => make(care("first"), { name } as never), /`name`.*1 to 200/);
  });
});

describe("the functions that a receiver calls", () => {
  it("are checked when it is made", () => {
    const hook = painchek({ secrets: ["a secret"] });
    for (const name of ["onEvent", "onRejected", "onError", "url"]) {
      for (const value of [null, 5, true, {}, ["a"], new URL("https://h/")]) {
        const message = new RegExp(`\`${name}\`.*a function`);
        const options = { [name]: value } as ReceiverOptions;
        assert.throws(() => receiver(hook, () => {}, options), { name: "TypeError", message });
      }
      receiver(hook, () => {}, { [name]: undefined });
      receiver(hook, () => {}, { [name]: () => "https://h/" });
    }
    receiver(hook, () => {}, { url: "https://h/" });
    assert.throws(() => receiver(hook, () => {}, { onEvent: "log" } as never), /`onEvent`/);
  });
});
