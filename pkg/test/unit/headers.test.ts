// Headers in every container and letter case: the same delivery has the same result.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type HeadersLike, painchek, webhook } from "../../src/index.ts";
import { bytesOf, codes, errorOf, oracle, SECRET } from "../support/fixtures.ts";

const body = bytesOf("providers/painchek/samples/assessment_add.painchek.json");
const hook = painchek({ secrets: [SECRET] });
const signature = `sha256=${oracle("sha256", SECRET, body)}`;
const pairs: [string, string][] = [
  ["Content-Type", "application/json; charset=utf-8"],
  ["X-PainChek-WH-Signature", signature],
  ["X-PainChek-Webhook-Id", "webhook 1"],
  ["X-PainChek-WH-Delivery-Id", "delivery 1"],
];
const lower = pairs.map(([name, value]): [string, string] => [name.toLowerCase(), value]);

function* generated() {
  yield* pairs;
}

const containers: Record<string, () => HeadersLike> = {
  "a fetch Headers": () => new Headers(pairs),
  "a plain object as vendors spell the names": () => Object.fromEntries(pairs),
  "a plain object in lower case, as Node has it": () => Object.fromEntries(lower),
  "a plain object in upper case": () =>
    Object.fromEntries(pairs.map(([name, value]) => [name.toUpperCase(), value])),
  "an object without a prototype": () => Object.assign(Object.create(null), Object.fromEntries(lower)),
  "an object whose values are arrays": () =>
    Object.fromEntries(lower.map(([name, value]) => [name, [value]])),
  "an object with undefined values": () => ({ ...Object.fromEntries(lower), "x-other": undefined }),
  "an object with empty arrays": () => ({ ...Object.fromEntries(lower), "x-other": [] }),
  "an object with a number, as Node allows for headers that are sent": () =>
    ({ ...Object.fromEntries(lower), "content-length": body.length }) as unknown as HeadersLike,
  "Node's rawHeaders": () => pairs.flat(),
  "a Map": () => new Map(pairs),
  "an array of pairs": () => pairs,
  "an array of frozen pairs": () => Object.freeze(pairs.map((pair) => Object.freeze(pair))),
  "a generator of pairs": generated,
  "a URLSearchParams, which is an iterable of pairs like any other": () => new URLSearchParams(pairs),
  "a hundred headers before and after": () => {
    const others = Array.from({ length: 100 }, (_, n): [string, string] => [`X-Other-${n}`, `value ${n}`]);
    return [...others.slice(0, 50), ...pairs, ...others.slice(50)];
  },
  "white space around the values": () =>
    Object.fromEntries(pairs.map(([name, value]) => [name, ` \t${value} \t `])),
  "HTTP/2's pseudo-headers among them": () => ({
    ":method": "POST",
    ":path": "/hook",
    ...Object.fromEntries(lower),
  }),
  "a name or value of no interest with characters no header can have": () => ({
    "x-\x1e\x1fodd": "a\x1eb\x1fc\r\nd\0",
    "x-text": "é漢\ud800",
    ...Object.fromEntries(lower),
  }),
};

describe("headers", () => {
  for (const [name, make] of Object.entries(containers)) {
    it(`are accepted as ${name}`, () => {
      const { type, webhookId, deliveryId, signature, issues } = hook.verify({ headers: make(), body });
      assert.equal(type, "assessment_add");
      assert.equal(webhookId, "webhook 1");
      assert.equal(deliveryId, "delivery 1");
      assert.deepEqual(signature, { status: "verified", algorithm: "sha256", secret: 0, covers: "body" });
      assert.deepEqual(issues, []);
      const report = hook.inspect({ headers: make(), body });
      assert.equal(report.verdict, "verified");
      assert.deepEqual([report.webhookId, report.deliveryId], ["webhook 1", "delivery 1"]);
    });

    it(`without the signature are rejected in ${name}`, () => {
      const without = [...iterate(make())].filter(([name]) => !/signature/i.test(name));
      const error = errorOf(() => hook.verify({ headers: without, body }));
      assert.equal(error.code, "signature-missing");
    });
  }

  it("with the same name are two, in any letter case and container", () => {
    const other = `sha256=${oracle("sha256", "another secret", body)}`;
    const twice: Record<string, HeadersLike> = {
      "letter cases": { "X-PainChek-WH-Signature": other, "x-painchek-wh-signature": signature },
      "an array": { "x-painchek-wh-signature": [other, signature] },
      rawHeaders: ["X-PainChek-WH-Signature", other, "X-PainChek-WH-Signature", signature],
      pairs: [
        ["X-PainChek-WH-Signature", other],
        ["X-PAINCHEK-WH-SIGNATURE", signature],
      ],
      Headers: new Headers([
        ["X-PainChek-WH-Signature", other],
        ["X-PainChek-WH-Signature", signature],
      ]),
    };
    const results = Object.entries(twice).map(([name, headers]) => {
      const result = hook.check({ headers, body });
      const report = hook.inspect({ headers, body });
      assert.equal(result.ok, report.verdict === "verified", name);
      return result.ok;
    });
    assert.deepEqual(new Set(results).size, 1, `${Object.keys(twice)}: ${results}`);
  });

  it("with the same name have the first one as the id, and not a list of both", () => {
    const headers = [...pairs, ["X-PainChek-Webhook-Id", "webhook 2"] as [string, string]];
    assert.equal(hook.verify({ headers, body }).webhookId, "webhook 1");
    assert.equal(hook.inspect({ headers, body }).webhookId, "webhook 1");
  });

  it("with control characters hide no signature", () => {
    for (const value of [
      `${signature}\x1e`,
      `${signature}\x1f`,
      `x\x1ex-painchek-wh-signature\x1f${signature}`,
    ]) {
      for (const name of ["X-PainChek-WH-Signature", "X-Other", "Content-Type", "X-PainChek-Webhook-Id"]) {
        const result = hook.check({ headers: { [name]: value }, body });
        assert.equal(result.ok, false, JSON.stringify([name, value]));
      }
    }
  });

  it("with white space in the name are other headers", () => {
    for (const name of [" X-PainChek-WH-Signature", "X-PainChek-WH-Signature "]) {
      const delivery = { headers: { [name]: signature }, body };
      assert.equal(errorOf(() => hook.verify(delivery)).code, "signature-missing");
      assert.equal(hook.inspect(delivery).signature.status, "missing");
    }
  });

  it("in no supported container are an error with that reason", () => {
    const wrong: unknown[] = [
      undefined,
      null,
      1,
      "X-PainChek-WH-Signature: sha256=00",
      Symbol("headers"),
      () => pairs,
      ["X-PainChek-WH-Signature"],
      ["a", "b", "c"],
      new Set(["a", "b"]),
      [["only a name"]],
      [{ name: "a", value: "b" }],
      { "x-painchek-wh-signature": { toString: () => signature } },
      { "x-painchek-wh-signature": Symbol("a") },
      { "x-painchek-wh-signature": [[signature]] },
      { "content-type": Object.create(null) },
      [[Symbol("name"), "value"]],
      new Map([[{}, "value"]]),
    ];
    for (const headers of wrong) {
      const result = hook.check({ headers: headers as HeadersLike, body });
      assert.ok(!result.ok);
      assert.deepEqual([result.error.code, result.error.status], ["option-invalid", 500]);
      assert.match(
        result.error.message,
        /fetch Headers, a plain object, an iterable of pairs, or Node's rawHeaders/,
      );
      const report = hook.inspect({ headers: headers as HeadersLike, body });
      assert.equal(report.verdict, "rejected");
      assert.deepEqual(codes(report.issues), ["option-invalid"]);
    }
  });

  it("that throw while they are read throw their own error", () => {
    const failing = (function* (): Generator<[string, string]> {
      yield ["a", "b"];
      throw new RangeError("the stream is gone");
    })();
    assert.throws(() => hook.check({ headers: failing, body }), {
      name: "RangeError",
      message: "the stream is gone",
    });
  });

  it("may call the package while they are read", () => {
    const nested = (function* (): Generator<[string, string]> {
      for (const pair of pairs) {
        hook.verify({ headers: pairs, body });
        yield pair;
      }
    })();
    assert.equal(hook.verify({ headers: nested, body }).deliveryId, "delivery 1");
  });

  it("are not required for a provider without signatures", () => {
    const unsigned = webhook("xon", { unsigned: "allow" });
    const body = bytesOf("providers/xon/samples/calls.user.create.json");
    for (const headers of [{}, [], new Headers(), new Map()]) {
      assert.equal(unsigned.verify({ headers, body }).type, "calls.user.create");
    }
  });
});

function* iterate(headers: HeadersLike): Iterable<[string, string]> {
  if (Array.isArray(headers) && typeof headers[0] === "string") {
    for (let n = 0; n < headers.length; n += 2) yield [headers[n], headers[n + 1]];
  } else if (Symbol.iterator in headers) yield* headers as Iterable<[string, string]>;
  else for (const [name, value] of Object.entries(headers)) yield [name, value as string];
}
