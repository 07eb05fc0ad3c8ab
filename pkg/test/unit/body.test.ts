// Bodies in every container and of every size, and values that are not a raw body.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { type BodyLike, compileSchema, hmac, painchek, webhook, xon } from "../../src/index.ts";
import { bytesOf, codes, errorOf, oracle, SECRET, text, utf8 } from "../support/fixtures.ts";

const body = bytesOf("providers/painchek/samples/assessment_add.painchek.json");
const hook = painchek({ secrets: [SECRET] });
const headers = { "X-PainChek-WH-Signature": `sha256=${oracle("sha256", SECRET, body)}` };

/** A provider whose events may have any payload. */
const open = webhook(
  { id: "open", envelope: { type: "/type" }, events: { any: { schema: true } } },
  { unsigned: "allow" },
);

const shared = () => {
  const view = new Uint8Array(new SharedArrayBuffer(body.length + 5), 3, body.length);
  view.set(body);
  return view;
};

const containers: Record<string, () => BodyLike> = {
  "a Uint8Array": () => body.slice(),
  "a Uint8Array in the middle of its buffer": () => {
    const wide = new Uint8Array(body.length + 7).fill(0x7b);
    wide.set(body, 3);
    return wide.subarray(3, 3 + body.length);
  },
  "a Buffer": () => Buffer.from(body),
  "a slice of a pooled Buffer": () => {
    const pooled = Buffer.from(`xx${text.decode(body)}yy`).subarray(2, -2);
    assert.ok(pooled.byteOffset > 0);
    return pooled;
  },
  "an ArrayBuffer": () => body.slice().buffer,
  "a DataView with an offset": () => {
    const wide = new Uint8Array(body.length + 9);
    wide.set(body, 4);
    return new DataView(wide.buffer, 4, body.length);
  },
  "a string": () => text.decode(body),
  "a view of shared memory": shared,
  "a Uint8Array of another realm": () => runInNewContext("Uint8Array.from(bytes)", { bytes: [...body] }),
  "an ArrayBuffer of another realm": () =>
    runInNewContext("Uint8Array.from(bytes).buffer", { bytes: [...body] }),
  "an array of a class of one's own": () => class extends Uint8Array {}.from(body),
};

describe("a body", () => {
  for (const [name, make] of Object.entries(containers)) {
    it(`is accepted as ${name}, by every verb`, () => {
      const verified = hook.verify({ headers, body: make() });
      assert.deepEqual(verified.event, JSON.parse(text.decode(body)));
      assert.equal(verified.digest, createHash("sha256").update(body).digest("hex"));
      const report = hook.inspect({ headers, body: make() });
      assert.deepEqual([report.verdict, report.digest], ["verified", verified.digest]);
      const signed = hook.sign(make());
      assert.deepEqual(signed.body, body);
      assert.equal(signed.headers["X-PainChek-WH-Signature"], headers["X-PainChek-WH-Signature"]);
      assert.deepEqual(hook.compare({ headers, body: make() }, { headers, body }).same, true);
      assert.deepEqual(compileSchema(true).check(make()), []);
    });
  }

  it("as a string has the bytes of its UTF-8, with any characters", () => {
    for (const value of ["é", "漢字", "𝄞", "\u0000\u001f", "\u2028\u2029", "\u00ff", "\ufffd"]) {
      const body = JSON.stringify({ type: "any", value });
      const { event, digest } = open.verify({ headers: {}, body });
      assert.deepEqual(event, JSON.parse(body));
      assert.equal(digest, createHash("sha256").update(body).digest("hex"));
      assert.equal(open.verify({ headers: {}, body: utf8.encode(body) }).digest, digest);
    }
  });

  it("as a string with a lone surrogate has the bytes of TextEncoder", () => {
    const body = '{"type":"any","value":"\ud800"}';
    const bytes = utf8.encode(body);
    const first = open.verify({ headers: {}, body });
    const second = open.verify({ headers: {}, body: bytes });
    assert.equal(first.digest, second.digest);
    assert.equal(first.digest, createHash("sha256").update(bytes).digest("hex"));
    assert.deepEqual(first.event, { type: "any", value: "\ufffd" });
    assert.deepEqual(first.event, second.event);
  });

  it("that is parsed or missing is an error with the fix for every framework", () => {
    const wrong: [unknown, RegExp][] = [
      [{ event: "assessment_add" }, /an object: something has parsed it already/],
      [[], /an object/],
      [new Map(), /an object/],
      [undefined, /undefined: nothing was passed/],
      [null, /null: nothing was passed/],
      [7, /a number/],
      [true, /a boolean/],
      [7n, /a bigint/],
      [Symbol("body"), /a symbol/],
      [() => body, /a function/],
    ];
    for (const [body, what] of wrong) {
      const delivery = { headers, body: body as BodyLike };
      const result = hook.check(delivery);
      assert.ok(!result.ok);
      const { error } = result;
      assert.deepEqual([error.code, error.status], ["body-not-raw", 500]);
      assert.match(error.message, what);
      for (const name of ["Express", "Fastify", "Next.js", "Hono", "Lambda"])
        assert.ok(error.message.includes(name), name);
      for (const fix of [
        "express.raw(",
        "parseAs",
        "arrayBuffer()",
        "bodyParser: false",
        "isBase64Encoded",
      ]) {
        assert.ok(error.message.includes(fix), fix);
      }
      assert.deepEqual(codes(error.issues), ["body-not-raw"]);
      assert.equal(errorOf(() => hook.verify(delivery)).code, "body-not-raw");
      const report = hook.inspect(delivery);
      assert.deepEqual(
        [report.verdict, report.digest, codes(report.issues)],
        ["rejected", "", ["body-not-raw"]],
      );
      assert.equal(errorOf(() => hook.sign(body as BodyLike)).code, "body-not-raw");
      assert.equal(errorOf(() => hook.compare(delivery, delivery)).code, "body-not-raw");
    }
  });

  it("that is a request, a Blob or a stream is an error that says how to get its bytes", () => {
    const request = new Request("https://h/", { method: "POST", body: "{}" });
    const form = new FormData();
    const wrong: [unknown, string, string][] = [
      [Promise.resolve(body), "a Promise", "Await it"],
      [new Blob([body.slice()]), "a Blob", "await blob.arrayBuffer()"],
      [new File([body.slice()], "body"), "a File", "await file.arrayBuffer()"],
      [new SharedArrayBuffer(4), "a SharedArrayBuffer", "new Uint8Array(buffer)"],
      [request.body, "a ReadableStream", "await request.arrayBuffer()"],
      [request, "a Request", "await request.arrayBuffer()"],
      [new Response("{}"), "a Response", "await response.arrayBuffer()"],
      [form, "a FormData", "await request.arrayBuffer()"],
      [new URLSearchParams(), "a URLSearchParams", "await request.text()"],
      [Readable.from([body]), "a Node stream", "await buffer(request)"],
    ];
    for (const [body, what, fix] of wrong) {
      const delivery = { headers, body: body as BodyLike };
      const result = hook.check(delivery);
      assert.ok(!result.ok);
      assert.deepEqual([result.error.code, result.error.status], ["body-not-raw", 500]);
      for (const message of [result.error.message, errorOf(() => hook.sign(body as BodyLike)).message]) {
        assert.ok(message.includes(`it is ${what}. `) && message.includes(fix), message);
        assert.ok(!message.includes("parsed it"), message);
      }
      assert.deepEqual(codes(hook.inspect(delivery).issues), ["body-not-raw"]);
    }
  });

  it("is an error with a hint if the delivery is a request itself", () => {
    const fetched = new Request("https://h/", { method: "POST", body: "{}", headers });
    const node = Object.assign(Readable.from([body]), { headers, method: "POST", url: "/" });
    for (const [request, fix] of [
      [fetched, "{ headers: request.headers, body: new Uint8Array(await request.arrayBuffer()) }"],
      [node, "{ headers: request.headers, body }"],
      [Object.assign(Readable.from([body]), { headers, body: { event: 1 } }), "await buffer(request)"],
    ] as const) {
      for (const verb of ["verify", "explain", "signedBody"] as const) {
        const error = errorOf(() => hook[verb](request as never));
        assert.equal(error.code, "body-not-raw");
        assert.ok(error.message.startsWith("Expected a delivery { headers, body }, got a"), error.message);
        assert.ok(error.message.includes(fix), error.message);
      }
    }
    // A request with the bytes as its `body` is a delivery.
    const request = Object.assign(Readable.from([]), { headers, body: Buffer.from(body), method: "POST" });
    assert.equal(hook.check(request as never).ok, true);
  });

  it("whose memory was transferred to another thread is an error, and no crash", () => {
    for (const made of [
      (memory: ArrayBuffer) => memory,
      (memory: ArrayBuffer) => new Uint8Array(memory),
      (memory: ArrayBuffer) => new DataView(memory),
    ]) {
      const memory = body.slice().buffer;
      const input = made(memory);
      structuredClone(memory, { transfer: [memory] });
      const result = hook.check({ headers, body: input });
      assert.ok(!result.ok);
      assert.equal(result.error.code, "body-not-raw");
      assert.match(result.error.message, /another thread/);
      assert.equal(hook.inspect({ headers, body: input }).verdict, "rejected");
    }
  });

  it("is an error, and no crash, if there is no delivery", () => {
    for (const delivery of [undefined, null, {}, 1, "delivery"]) {
      const result = hook.check(delivery as never);
      assert.ok(!result.ok);
      assert.equal(result.error.code, "body-not-raw");
      assert.equal(hook.inspect(delivery as never).verdict, "rejected");
    }
  });

  it("without bytes is empty, in every container", () => {
    for (const body of ["", new Uint8Array(), new ArrayBuffer(0), Buffer.alloc(0)]) {
      const result = hook.check({ headers, body });
      assert.ok(!result.ok);
      assert.deepEqual([result.error.code, result.error.status], ["body-empty", 400]);
      assert.equal(errorOf(() => hook.sign(body)).code, "body-empty");
    }
  });

  it("that changes after its verification changes neither event nor digest nor issues", () => {
    const source = '{"type":"any","big":12345678901234567890}';
    const changing = utf8.encode(source);
    const verified = open.verify({ headers: {}, body: changing });
    changing.fill(0x20);
    open.verify({ headers: {}, body: '{"type":"any","other":"delivery"}' });
    assert.deepEqual(verified.event, JSON.parse(source));
    assert.equal(verified.digest, createHash("sha256").update(source).digest("hex"));
    assert.deepEqual(codes(verified.issues), ["number-precision"]);
  });

  it("can be read from the delivery, byte for byte, at any later time", async () => {
    const source = '{ "type":"any",\r\n"big":9007199254740993.10,"text":"\\u00e9 é 漢 😀 \ufeff" }\n';
    for (const given of [source, utf8.encode(source), Buffer.from(source)]) {
      const verified = open.verify({ headers: {}, body: given });
      if (typeof given !== "string") given.fill(0x20);
      open.verify({ headers: {}, body: '{"type":"any","other":"delivery"}' });
      await Promise.resolve();
      assert.deepEqual(verified.body, utf8.encode(source));
      assert.equal(verified.body, verified.body, "one array, not one for each read");
      // The array is the caller's: nothing else of the delivery is made from it.
      verified.body.fill(0);
      assert.deepEqual(verified.event, JSON.parse(source));
      assert.equal(verified.digest, createHash("sha256").update(source).digest("hex"));
      assert.deepEqual(codes(verified.issues), ["number-precision"]);
    }
  });

  it("can be read from the result of `check`, and is named in the hint about lost digits", () => {
    const source = '{"type":"any","big":9007199254740993}';
    const result = open.check({ headers: {}, body: source });
    assert.ok(result.ok);
    assert.equal(Buffer.from(result.value.body).toString(), source);
    assert.match(result.value.issues[0]?.hint ?? "", /`delivery\.body`/);
  });

  it("is not changed by changes to the event", () => {
    const verified = open.verify({ headers: {}, body: '{"type":"any"}' });
    assert.equal(verified.event, verified.event, "one object, not one for each look");
    assert.equal(verified.issues, verified.issues);
  });

  it("is limited by its bytes and not by its characters", () => {
    const body = '{"type":"any","text":"漢漢漢漢"}';
    const bytes = utf8.encode(body);
    for (const input of [body, bytes]) {
      assert.equal(open.check({ headers: {}, body: input }, { maxBytes: bytes.length }).ok, true);
      const error = errorOf(() => open.verify({ headers: {}, body: input }, { maxBytes: bytes.length - 1 }));
      assert.deepEqual([error.code, error.status], ["body-too-large", 413]);
      const report = open.inspect({ headers: {}, body: input }, { maxBytes: body.length });
      assert.deepEqual(
        [report.verdict, report.digest, codes(report.issues)],
        ["rejected", "", ["body-too-large"]],
      );
    }
  });

  it("has a limit of 1 MiB, which the webhook and the call can change", () => {
    const make = (length: number) => `{"type":"any","text":"${"x".repeat(length - 24)}"}`;
    const mebi = 1 << 20;
    assert.equal(make(mebi).length, mebi);
    assert.equal(open.check({ headers: {}, body: make(mebi) }).ok, true);
    assert.equal(errorOf(() => open.verify({ headers: {}, body: make(mebi + 1) })).code, "body-too-large");
    assert.equal(open.check({ headers: {}, body: make(mebi + 1) }, { maxBytes: mebi + 1 }).ok, true);
    const small = xon({ unsigned: "allow", maxBytes: 10 });
    assert.equal(errorOf(() => small.verify({ headers: {}, body: "x".repeat(11) })).code, "body-too-large");
    assert.equal(errorOf(() => small.verify({ headers: {}, body: "x".repeat(10) })).code, "json-syntax");
    const raised = open.verify({ headers: {}, body: make(mebi + 1) }, { maxBytes: Number.POSITIVE_INFINITY });
    assert.equal(
      raised.digest,
      createHash("sha256")
        .update(make(mebi + 1))
        .digest("hex"),
    );
  });

  it("has the same result after larger and smaller ones", () => {
    const digest = (length: number) => {
      const body = `{"type":"any","text":"${"é".repeat(length)}"}`;
      const { event, digest } = open.verify({ headers: {}, body }, { maxBytes: 2 ** 24 });
      assert.deepEqual(event, JSON.parse(body));
      assert.equal(digest, createHash("sha256").update(body).digest("hex"));
    };
    for (const length of [1, 100_000, 2, 1_500_000, 3, 700_000, 0, 2_500_000, 1]) digest(length);
  });

  it("of one webhook is kept while other webhooks are used", () => {
    const source = '{"type":"any","big":12345678901234567890}';
    const one = open.verify({ headers: {}, body: source });
    const signed = hook.sign(body);
    const two = hook.verify(signed);
    assert.equal(hook.check({ headers: {}, body: "x" }).ok, false);
    hmac.sign("sha512", "key", "message".repeat(100));
    const other = xon({ unsigned: "allow" });
    const three = other.verify({
      headers: {},
      body: bytesOf("providers/xon/samples/calls.user.create.json"),
    });
    compileSchema({ type: "object" }).check("[1, 2");
    assert.deepEqual(codes(one.issues), ["number-precision"]);
    assert.deepEqual(signed.body, body);
    assert.equal(two.digest, createHash("sha256").update(body).digest("hex"));
    assert.equal(three.type, "calls.user.create");
    assert.deepEqual(
      three.event,
      JSON.parse(text.decode(bytesOf("providers/xon/samples/calls.user.create.json"))),
    );
    assert.equal(one.digest, createHash("sha256").update(source).digest("hex"));
    assert.deepEqual(two.issues, []);
  });
});
