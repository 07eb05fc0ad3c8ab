// What claims are keyed by: no delivery of one receiver is taken for a duplicate of another's.
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

/** A provider of one's own whose types and ids are anything. */
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
  it("tells every type and id from every other", async () => {
    const hook = own("mine", { secrets: ["a secret"] });
    const { said, calls } = receiving(hook);
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
      assert.equal(await said(hook.sign(JSON.stringify({ type, id }))), HANDLED);
    for (const [type, id] of pairs)
      assert.equal(await said(hook.sign(JSON.stringify({ type, id }))), DUPLICATE);
    assert.equal(new Set(calls.map(({ key }) => key)).size, pairs.length);
    assert.equal(calls[0]?.key, '["mine","verified","t:1","2"]');
    assert.equal(calls[0]?.id, "t:1:2");
  });

  it("tells a changed retry from an event whose id is spelled like one", async () => {
    const hook = own("mine", { secrets: ["a secret"] }, true);
    const { said, calls } = receiving(hook);
    const send = (value: object) => said(hook.sign(JSON.stringify(value)));
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
    const { said, calls } = receiving(hook);
    const event = { type: "invoice.paid", id: "1001", amount: 0 };
    assert.equal(await said(unsignedBody(event)), HANDLED);
    assert.equal(await said(hook.sign(JSON.stringify({ ...event, amount: 500 }))), HANDLED);
    assert.equal(await said(unsignedBody(event)), DUPLICATE);
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
    assert.equal(await forms.said(unsignedBody(event)), HANDLED);
    assert.equal(await payments.said(signing.sign(JSON.stringify(event))), HANDLED);
    assert.equal(await payments.said(signing.sign(JSON.stringify(event))), DUPLICATE);
  });

  it("keeps two subscriptions on one store apart by their names", async () => {
    const store = memoryStore();
    const [first, second] = [painchek({ secrets: ["first"] }), painchek({ secrets: ["second"] })];
    const uuid = "3b0c6a3e-0000-4000-8000-000000000001";
    const { body } = first.create("assessment_add", { uuid, patient: uuid });
    const record = receiving(first, undefined, { store, name: "record" });
    const family = receiving(second, undefined, { store, name: "family" });
    assert.equal(await record.said(first.sign(body)), HANDLED);
    assert.equal(await family.said(second.sign(body)), HANDLED);
    assert.equal(await family.said(second.sign(body)), DUPLICATE);
    assert.deepEqual([record.calls[0]?.id, record.events[0]?.receiver], [`assessment_add:${uuid}`, "record"]);
    assert.equal(family.calls[0]?.key, `["family","verified","assessment_add","${uuid}"]`);
  });
});

describe("receivers on one store", () => {
  const make = (hook: object, options: ReceiverOptions) => receiver(hook as never, () => {}, options);
  const refusal = /"painchek".*no secret in common.*`name`/;
  const care = (...secrets: string[]) => painchek({ secrets });

  it("are refused where two subscriptions of one provider have no name", () => {
    const store = memoryStore();
    make(care("first"), { store });
    assert.throws(() => make(care("second"), { store }), refusal);
    // Whoever is refused is not in the way of others.
    make(care("second"), { store, name: "second" });
    make(care("first"), { store });
    assert.throws(() => make(painchek({ unsigned: "allow" }), { store }), refusal);
    // A name that is another's default is none.
    assert.throws(() => make(care("second"), { store, name: "painchek" }), refusal);
    make(care("second"), { store: memoryStore() });
    make(care("second"), {});
  });

  it("are refused where two webhooks without any secret have no name", () => {
    const store = memoryStore();
    const hook = xon({ unsigned: "allow" });
    make(hook, { store });
    make(hook, { store });
    assert.throws(() => make(xon({ unsigned: "allow" }), { store }), /"xon"/);
  });

  it("are fine with the same webhook, a secret in common, other names or the same on purpose", () => {
    const store = memoryStore();
    const hook = care("old");
    for (const one of [hook, hook, care("old"), care("new", "old"), care("new")]) make(one, { store });
    for (const name of ["a", "b", "b"]) make(care(`of ${name}`), { store, name });
    make(care("another"), { store, name: "b" });
    make(xon({ unsigned: "allow" }), { store });
  });

  it("are fine where a webhook is no more than what a receiver asks of it", () => {
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

  it("are refused on stores that are one, by one client and prefix", () => {
    const client = () => ({ evalsha: async () => 0, eval: async () => 0 });
    const one = client();
    make(care("first"), { store: redisStore(one) });
    assert.throws(() => make(care("second"), { store: redisStore(one, { retention: 1000 }) }), refusal);
    make(care("first"), { store: redisStore(one) });
    make(care("second"), { store: redisStore(one), name: "second" });
    make(care("second"), { store: redisStore(one, { prefix: "second:" }) });
    make(care("second"), { store: redisStore(client()) });
    // By the published entry points, too, which may hold copies of their own.
    const made = redisStore(one) as unknown as Record<symbol, unknown>;
    const identity = Symbol.for("hookseal.storeIdentity");
    assert.equal(made[identity], (redisStore(one) as unknown as Record<symbol, unknown>)[identity]);
  });

  it("are made anew as often as one likes", () => {
    const store = memoryStore();
    for (let time = 0; time < 500; time++) make(care("same"), { store });
  });

  it("have names that are texts", () => {
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
