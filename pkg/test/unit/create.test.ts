// `sign` and `create` make complete deliveries, by an independent check, too. `compare` compares two.
import assert from "node:assert/strict";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { describe, it } from "node:test";
import {
  type Delivery,
  type PainchekEvents,
  painchek,
  type SignedDelivery,
  webhook,
  type XonEvents,
  xon,
} from "../../src/index.ts";
import { bytesOf, codes, errorOf, SECRET, samplesOf, text, utf8 } from "../support/fixtures.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const now = Date.UTC(2024, 1, 29, 12);
const hook = painchek({ secrets: [SECRET, "an older one"] });
const surgery = xon({ unsigned: "allow" });

/** An independent check of the signature. */
function independent({ headers, body }: SignedDelivery): boolean {
  const [name, hex] = (headers["X-PainChek-WH-Signature"] ?? "").split("=");
  const expected = createHmac(name ?? "", SECRET)
    .update(body)
    .digest();
  return timingSafeEqual(expected, Buffer.from(hex ?? "", "hex"));
}

/** Nested objects, `depth` levels deep. */
function nested(depth: number): object {
  let value = {};
  for (let level = 0; level < depth; level++) value = { items: value };
  return value;
}

describe("create", () => {
  it("reports an invalid type and invalid text options", () => {
    for (const type of [undefined, null, 5, {}, Symbol("type")] as never[]) {
      const error = errorOf(() => hook.create(type, {}));
      assert.equal(error.code, "option-invalid");
      assert.match(error.message, /^Expected the event type as a string/);
    }
    for (const name of ["id", "webhookId", "type", "url"]) {
      const error = errorOf(() => hook.sign("{}", { [name]: 5 }));
      assert.deepEqual([error.code, error.message.includes(`\`${name}\``)], ["option-invalid", true]);
    }
    const error = errorOf(() => painchek({ secrets: [SECRET], algorithms: [5] as never }));
    assert.match(error.message, /`algorithms`/);
  });

  it("reports data that is nested too deeply for the core or the engine", () => {
    for (const depth of [200, 20_000]) {
      const error = errorOf(() => hook.create("assessment_add", nested(depth) as never));
      assert.equal(error.code, "json-too-deep", String(depth));
      assert.match(error.message, /nested too deeply|128 levels of nesting/);
    }
    const circle: { stack?: unknown } = {};
    circle.stack = circle;
    assert.equal(errorOf(() => hook.create("assessment_add", circle as never)).code, "event-invalid");
    const definition = { id: "deep", envelope: { type: "/t" }, events: { "*": { schema: nested(20_000) } } };
    const error = errorOf(() => webhook(definition as never, { unsigned: "allow" }));
    assert.deepEqual([error.code, /nested too deeply/.test(error.message)], ["definition-invalid", true]);
  });

  for (const { name, body } of samplesOf("painchek")) {
    it(`creates a PainChek delivery from the data of ${name} that an independent check verifies`, () => {
      const { data } = JSON.parse(text.decode(body));
      const made = hook.create("assessment_add", data, { now });
      assert.equal(made.method, "POST");
      assert.deepEqual(Object.keys(made.headers).sort(), [
        "Content-Type",
        "X-PainChek-WH-Delivery-Id",
        "X-PainChek-WH-Signature",
        "X-PainChek-Webhook-Id",
      ]);
      assert.equal(made.headers["Content-Type"], "application/json");
      assert.match(made.headers["X-PainChek-WH-Delivery-Id"] ?? "", uuid);
      assert.match(made.headers["X-PainChek-Webhook-Id"] ?? "", uuid);
      assert.ok(independent(made), "the signature");
      const verified = hook.verify(made, { profile: "strict" });
      assert.deepEqual(verified.event, { event: "assessment_add", data });
      assert.deepEqual(verified.issues, []);
      assert.equal(verified.signature.status, "verified");
    });
  }

  for (const { name, type, body } of samplesOf("xon")) {
    it(`creates an X-on delivery from the data of ${name} that verifies`, () => {
      const { id: _, createdAt: __, type: ___, ...data } = JSON.parse(text.decode(body)).event;
      const options = { now, id: "8b4b122c-626e-45b4-83d1-bb54fd5e42c1" };
      const made = surgery.create(type as keyof XonEvents, data, options);
      const verified = surgery.verify(made);
      assert.equal(verified.type, type);
      assert.equal(verified.id, `${type}:${options.id}`);
      assert.equal(verified.createdAt, "2024-02-29T12:00:00.000+00:00");
      assert.ok(!verified.unknown);
      const { event } = verified.event;
      assert.deepEqual(event, { id: options.id, createdAt: verified.createdAt, type, ...data });
      assert.equal(verified.signature.status, "unsigned");
      const fresh = surgery.verify(surgery.create(type as keyof XonEvents, data)).id.slice(type.length + 1);
      assert.match(fresh, uuid);
      assert.notEqual(surgery.verify(surgery.create(type as keyof XonEvents, data)).id, `${type}:${fresh}`);
    });
  }

  const data = JSON.parse(
    text.decode(bytesOf("providers/painchek/samples/assessment_add.painchek.json")),
  ).data;

  it("uses the ids of its options", () => {
    const made = hook.create("assessment_add", data, { id: "delivery-1", webhookId: "webhook-1" });
    const { deliveryId, webhookId } = hook.verify(made);
    assert.deepEqual([deliveryId, webhookId], ["delivery-1", "webhook-1"]);
  });

  it("creates no delivery that its receiver rejects", () => {
    const error = errorOf(() => hook.create("assessment_add", { ...data, uuid: "x", update_stamp: "1" }));
    assert.deepEqual([error.code, error.status], ["event-invalid", 400]);
    assert.deepEqual(error.issues.map(({ pointer }) => pointer).sort(), ["/data/update_stamp", "/data/uuid"]);
    const strict = painchek({ secrets: [SECRET], profile: "strict" });
    const editable = structuredClone(data);
    editable.data.assessment.is_editable = true;
    assert.equal(hook.verify(hook.create("assessment_add", editable)).type, "assessment_add");
    assert.deepEqual(codes(errorOf(() => strict.create("assessment_add", editable)).issues), ["editable"]);
  });

  it("rejects unknown events, and lists the known ones", () => {
    const error = errorOf(() => hook.create("assessment" as keyof PainchekEvents, data));
    assert.equal(error.code, "event-unknown");
    assert.match(error.message, /assessment_add/);
  });

  it("accepts only an object as data", () => {
    for (const wrong of [null, undefined, [], "text", 7, () => data]) {
      assert.equal(
        errorOf(() => hook.create("assessment_add", wrong as never)).code,
        "event-invalid",
        String(wrong),
      );
    }
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const wrong of [circle, { big: 1n }]) {
      assert.equal(errorOf(() => hook.create("assessment_add", wrong as never)).code, "event-invalid");
    }
  });

  it("rejects ids that a header cannot represent", () => {
    for (const options of [{ id: "a\r\nX-Evil: 1" }, { webhookId: "a\nb" }]) {
      assert.equal(errorOf(() => hook.create("assessment_add", data, options)).code, "option-invalid");
      assert.equal(errorOf(() => hook.sign("{}", options)).code, "option-invalid");
    }
    for (const options of [{ id: 7 }, { webhookId: {} }, { now: "today" }]) {
      assert.equal(
        errorOf(() => hook.sign("{}", options as never)).code,
        "option-invalid",
        JSON.stringify(options),
      );
    }
  });
});

describe("sign", () => {
  it("signs the exact bytes with the first secret", () => {
    for (const body of ["x", "{", '{"a": 1 }', new Uint8Array([0, 255, 10]), "é\ud800"]) {
      const made = hook.sign(body);
      assert.deepEqual(made.body, typeof body === "string" ? utf8.encode(body) : body);
      assert.ok(independent(made), "the signature");
    }
  });

  it("returns bytes in their own memory, which the next call does not change", () => {
    const first = hook.sign("first");
    hook.sign("second, and longer");
    assert.equal(text.decode(first.body), "first");
    assert.equal(first.body.buffer.byteLength, 5);
  });

  it("creates an id for every attempt", () => {
    const ids = Array.from({ length: 50 }, () => hook.sign("{}").headers["X-PainChek-WH-Delivery-Id"]);
    assert.equal(new Set(ids).size, 50);
  });

  it("adds the other headers of a provider without signatures", () => {
    assert.deepEqual(surgery.sign("{}").headers, { "Content-Type": "application/json" });
  });

  it("requires a secret if the provider signs", () => {
    const blind = painchek({ unsigned: "allow" });
    assert.equal(blind.sign("{}").headers["X-PainChek-WH-Signature"], undefined);
  });
});

describe("compare", () => {
  const body = text.decode(bytesOf("providers/painchek/samples/assessment_add.painchek.json"));
  const compare = (first: string, second: string) =>
    hook.compare({ headers: {}, body: first }, { headers: {}, body: second });

  it("reports a retry as the same, with any headers", () => {
    assert.deepEqual(hook.compare(hook.sign(body), hook.sign(utf8.encode(body))), {
      same: true,
      sameEvent: true,
      changes: [],
    });
  });

  it("ignores the formatting of a payload", () => {
    const { event, data } = JSON.parse(body);
    assert.deepEqual(compare(body, JSON.stringify({ data, event })), {
      same: true,
      sameEvent: true,
      changes: [],
    });
  });

  it("applies the limit of the webhook or the call", () => {
    const large = JSON.stringify("x".repeat(2 ** 20));
    for (const [first, second] of [
      [large, "{}"],
      ["{}", large],
    ] as const) {
      assert.throws(() => compare(first, second), { code: "body-too-large", status: 413 });
      const found = hook.compare(
        { headers: {}, body: first },
        { headers: {}, body: second },
        { maxBytes: 2 ** 21 },
      );
      assert.equal(found.same, false);
    }
    assert.throws(
      () => hook.compare({ headers: {}, body: "[1]" }, { headers: {}, body: "[1]" }, { maxBytes: 2 }),
      {
        code: "body-too-large",
      },
    );
    for (const maxBytes of [-1, Number.NaN, "1" as unknown as number])
      assert.throws(
        () => hook.compare({ headers: {}, body: "1" }, { headers: {}, body: "1" }, { maxBytes }),
        {
          code: "option-invalid",
        },
      );
  });

  it("counts the changes that it omits, and limits the size of the pointers", () => {
    const nested = (offset: number) =>
      `${`{"${"k".repeat(7000)}":`.repeat(120)}${JSON.stringify(Array.from({ length: 1500 }, (_, n) => n + offset))}${"}".repeat(120)}`;
    const { changes, omitted, same } = compare(nested(0), nested(1));
    assert.equal(changes.length + (omitted ?? 0), 1500);
    assert.ok(changes.reduce((sum, { pointer }) => sum + pointer.length, 0) < 2 ** 22);
    assert.equal(same, false);
  });

  it("lists the changes with pointers and values", () => {
    const { event, data } = JSON.parse(body);
    const { deleted_at: gone, ...rest } = data;
    const other = { event, data: { ...rest, update_stamp: -1, "a/b~c": { new: [1] } } };
    const found = compare(body, JSON.stringify(other));
    assert.deepEqual([found.same, found.sameEvent], [false, true]);
    assert.deepEqual(
      found.changes.sort((a, b) => (a.pointer < b.pointer ? -1 : 1)),
      [
        { pointer: "/data/a~1b~0c", after: { new: [1] }, afterText: '{"new":[1]}' },
        { pointer: "/data/deleted_at", before: gone, beforeText: JSON.stringify(gone) },
        {
          pointer: "/data/update_stamp",
          before: data.update_stamp,
          beforeText: String(data.update_stamp),
          after: -1,
          afterText: "-1",
        },
      ],
    );
  });

  it("distinguishes two events", () => {
    const found = compare(
      body,
      body.replace(/"uuid": "[^"]+"/, '"uuid": "7d521eaf-4df0-4e11-b2d5-189bb4d343a8"'),
    );
    assert.deepEqual(
      [found.same, found.sameEvent, found.changes.map(({ pointer }) => pointer)],
      [false, false, ["/data/uuid"]],
    );
  });

  it("compares bodies that are not JSON, and large ones", () => {
    assert.equal(compare("{", "{").same, true);
    const broken = compare("{", "[");
    assert.deepEqual(broken, {
      same: false,
      sameEvent: false,
      changes: [{ pointer: "", before: "{", beforeText: "{", after: "[", afterText: "[" }],
    });
    const large = `{"event":"x","text":"${"é".repeat(1_000_000)}"}`;
    const [first, second] = [large, large.replace("x", "y")].map((body) => ({ headers: {}, body }));
    const found = hook.compare(first as Delivery, second as Delivery, { maxBytes: 2 ** 22 });
    assert.equal(found.changes[0]?.pointer, "/event");
  });

  it("agrees with the digests", () => {
    const other = `${body} `;
    const [a, b] = [body, other].map((one) => hook.verify(hook.sign(one)).digest);
    assert.notEqual(a, b);
    assert.equal(a, createHash("sha256").update(body).digest("hex"));
    assert.equal(compare(body, other).same, true, "white space is no change");
  });
});
