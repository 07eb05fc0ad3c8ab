// A core that traps is replaced, and all objects of the old core keep working.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { receiver } from "../../src/fetch.ts";
import {
  compileSchema,
  detectProvider,
  exportDelivery,
  HooksealError,
  hmac,
  importDeliveries,
  importStream,
  init,
  type ProviderDefinition,
  painchek,
  webhook,
} from "../../src/slim.ts";
import { limited } from "../support/limited.ts";

const SECRET = "s3cr3t-of-the-subscription";
const DEFINITION = {
  id: "own",
  signature: { header: "X-Own", format: "{hex}", algorithms: ["sha256"], signedContent: "{body}" },
  envelope: { type: "/type" },
  events: { any: { schema: { type: "object", required: ["type"] } } },
} satisfies ProviderDefinition as ProviderDefinition;

/** More bytes than the core of this file can allocate. */
const HUGE = 12 << 20;

before(async () => {
  const module = readFileSync(new URL("../../src/generated/full.wasm", import.meta.url));
  // 8 MiB: enough for every delivery of this file, and too little for the huge ones.
  await init(new Uint8Array(limited(module, 128)));
});

function errorOf(call: () => unknown): HooksealError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof HooksealError, `not a HooksealError: ${error}`);
    return error;
  }
  assert.fail("nothing was thrown");
}

/** Every call whose arguments can exceed the memory. */
const huge = () => new Uint8Array(HUGE).fill(0x20);
const CALLS: Record<string, () => unknown> = {
  "hmac.sign": () => hmac.sign("sha256", "key", huge()),
  "hmac.verify": () => hmac.verify("sha256", "key", huge(), "tag"),
  "Schema.check": () => compileSchema(true).check(huge()),
  "Schema.check of a text": () => compileSchema(true).check(" ".repeat(HUGE)),
  compileSchema: () => compileSchema({ title: "x".repeat(HUGE) }),
  webhook: () => webhook({ ...DEFINITION, title: "x".repeat(HUGE) } as never, { secrets: [SECRET] }),
  "Webhook.sign": () => painchek({ secrets: [SECRET] }).sign(huge()),
  "Webhook.sign, which traps at its second copy": () =>
    painchek({ secrets: [SECRET] }).sign(new Uint8Array(3 << 20).fill(0x20)),
  "Webhook.create": () =>
    painchek({ secrets: [SECRET] }).create("assessment_add", { uuid: "x".repeat(HUGE), patient: "" }),
  "Webhook.explain": () => open().explain({ headers: {}, body: huge() }),
  "Webhook.signedBody": () => open().signedBody({ headers: {}, body: huge() }),
  "Webhook.compare": () => open().compare({ headers: {}, body: huge() }, { headers: {}, body: huge() }),
  "Webhook.verify": () => open().verify({ headers: {}, body: huge() }),
  importDeliveries: () => importDeliveries(huge()),
  exportDelivery: () => exportDelivery({ headers: {}, body: huge() }, "http"),
  detectProvider: () => detectProvider({ headers: {}, body: huge() }),
};

function open() {
  return painchek({ secrets: [SECRET], maxBytes: Number.POSITIVE_INFINITY });
}

/** Makes the core trap. */
function trap(): void {
  assert.equal(errorOf(CALLS["hmac.sign"] as () => unknown).code, "out-of-memory");
}

describe("a core that runs out of memory", () => {
  for (const [name, call] of Object.entries(CALLS)) {
    it(`reports it, and works at the next call: ${name}`, () => {
      const hook = painchek({ secrets: [SECRET] });
      const own = webhook(DEFINITION, { secrets: [SECRET] });
      const schema = compileSchema({ type: "array" });
      const delivery = hook.create("assessment_add", {
        uuid: crypto.randomUUID(),
        patient: crypto.randomUUID(),
      });
      const signed = own.sign('{"type":"any"}');
      detectProvider(delivery);
      const error = errorOf(call);
      assert.equal(error.code, "out-of-memory");
      assert.equal(error.status, 503);
      assert.ok(!`${error.message}${error.stack}`.includes(SECRET));
      assert.equal(hook.check(delivery).ok, true);
      assert.equal(own.check(signed).ok, true);
      assert.equal(own.check({ ...signed, body: '{"type":"any"} ' }).ok, false);
      assert.deepEqual(schema.check("[]"), []);
      assert.equal(schema.check("{}").length, 1);
      assert.equal(detectProvider(delivery), "painchek");
      assert.equal(importDeliveries("POST / HTTP/1.1\r\n\r\n{}").deliveries.length, 1);
      assert.equal(hmac.verify("sha256", "key", "message", hmac.sign("sha256", "key", "message")), true);
    });
  }

  it("rejects the delivery that was too large, and does not throw", () => {
    const checked = open().check({ headers: {}, body: huge() });
    assert.equal(!checked.ok && checked.error.code, "out-of-memory");
    assert.equal(!checked.ok && checked.error.status, 503);
    const report = open().inspect({ headers: {}, body: huge() });
    assert.equal(report.verdict, "rejected");
    assert.deepEqual(
      report.issues.map(({ code }) => code),
      ["out-of-memory"],
    );
  });

  it("does not change the lazy values of accepted deliveries", () => {
    const hook = painchek({ secrets: [SECRET] });
    const data = { uuid: crypto.randomUUID(), patient: crypto.randomUUID() };
    const delivery = hook.create("assessment_add", data);
    const expected = JSON.parse(new TextDecoder().decode(delivery.body));
    for (const meanwhile of [() => {}, () => painchek({ secrets: ["another secret"] }).sign("[1,2,3]")]) {
      const verified = hook.verify(delivery);
      const { digest } = hook.verify(delivery);
      trap();
      meanwhile();
      assert.deepEqual(verified.event, expected);
      assert.equal(verified.digest, digest);
      assert.deepEqual(verified.issues, hook.verify(delivery).issues);
    }
  });

  it("responds to the next request of a receiver as to any other", async () => {
    const hook = open();
    const receive = receiver(hook, () => {});
    const post = async (body: Uint8Array, headers: Record<string, string>) =>
      (await receive(new Request("https://h/", { method: "POST", headers, body: body.slice() }))).status;
    const delivery = () =>
      hook.create("assessment_add", { uuid: crypto.randomUUID(), patient: crypto.randomUUID() });
    const [first, second] = [delivery(), delivery()];
    assert.equal(await post(first.body, first.headers), 200);
    assert.equal(await post(huge(), first.headers), 503);
    assert.equal(await post(second.body, second.headers), 200);
  });

  it("ends the running import, and no other", async () => {
    const line = new TextEncoder().encode('{"headers":{},"body":"{}"}\n');
    const run = async (meanwhile: () => void) => {
      let seen = 0;
      for await (const { delivery } of importStream([line, line, line], { format: "ndjson" })) {
        if (delivery !== undefined) seen += 1;
        if (seen === 1) meanwhile();
      }
      return seen;
    };
    await assert.rejects(run(trap), (error: HooksealError) => error.code === "internal");
    assert.equal(await run(() => {}), 3);
  });

  it("frees no memory of the old core in the new one", async () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    const delivery = painchek({ secrets: [SECRET] }).create("assessment_add", {
      uuid: crypto.randomUUID(),
      patient: crypto.randomUUID(),
    });
    for (let round = 0; round < 5; round++) {
      for (let made = 0; made < 20; made++) webhook(DEFINITION, { secrets: [SECRET] });
      trap();
      const hooks = Array.from({ length: 20 }, () => painchek({ secrets: [SECRET] }));
      gc();
      await turn();
      await turn();
      // Freed memory would be allocated again.
      for (let made = 0; made < 20; made++) webhook(DEFINITION, { secrets: [`${SECRET}${made}`] });
      for (const hook of hooks) assert.equal(hook.check(delivery).ok, true);
    }
  });
});

describe("a core that is called at the end of the stack", () => {
  it("works again when there is stack", () => {
    const hook = painchek({ secrets: [SECRET] });
    const delivery = hook.create("assessment_add", {
      uuid: crypto.randomUUID(),
      patient: crypto.randomUUID(),
    });
    let failed = 0;
    let left = 400;
    const deep = (): void => {
      try {
        deep();
      } catch (error) {
        // At every depth on the way back: in some of these calls, the stack ends in the core.
        if (left > 0) {
          left -= 1;
          try {
            if (!hook.check(delivery).ok) failed += 1;
          } catch {
            failed += 1;
          }
        }
        throw error;
      }
    };
    assert.throws(deep, RangeError);
    assert.ok(failed > 0);
    assert.equal(hook.check(delivery).ok, true);
    assert.equal(hook.check({ ...delivery, body: "{}" }).ok, false);
  });
});
