// The log of `listen --ui`, the bytes of its replays, and what it hides.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DeliveryLog } from "../../src/cli/listen/log.ts";
import type { Received } from "../../src/cli/listen/received.ts";
import { tamper } from "../../src/cli/listen/replay.ts";
import { Sessions } from "../../src/cli/listen/session.ts";
import { hiding } from "../../src/cli/listen/view.ts";

const received = (patch: Partial<Received> = {}): Received => ({
  number: 0,
  at: 0,
  method: "POST",
  url: "http://127.0.0.1/",
  rawHeaders: [],
  status: 200,
  issues: [],
  attempts: [],
  durationMs: 1,
  ...patch,
});
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const bytes = (value: string) => new Uint8Array(Buffer.from(value));

describe("the log", () => {
  it("keeps the newest deliveries within its count and its memory", () => {
    const log = new DeliveryLog(3, 40_000);
    for (let index = 0; index < 5; index++) log.add(received());
    assert.deepEqual(
      log.since(0).map(({ number }) => number),
      [3, 4, 5],
    );
    assert.equal(log.oldest, 3);
    log.add(received({ body: new Uint8Array(36_000) }));
    assert.deepEqual(
      log.since(0).map(({ number }) => number),
      [6],
    );
    // One that is larger than the limit is kept until the next one.
    log.add(received({ body: new Uint8Array(90_000) }));
    assert.deepEqual([log.size, log.oldest], [1, 7]);
    log.add(received());
    assert.deepEqual([log.size, log.oldest], [1, 8]);
    assert.ok(log.bytes > 0 && log.bytes < 4_000);
    log.clear();
    assert.deepEqual([log.size, log.bytes, log.oldest], [0, 0, 9]);
  });

  it("returns what came after a change, and tells its listeners of each delivery", () => {
    const log = new DeliveryLog();
    const seen: number[] = [];
    const stop = log.listen(({ number }) => seen.push(number));
    const first = log.add(received());
    log.add(received());
    stop();
    log.add(received());
    assert.deepEqual(
      log.since(first.change).map(({ number }) => number),
      [2, 3],
    );
    assert.deepEqual(seen, [1, 2]);
  });

  it("names the first delivery with the same id and bytes, and no replay", () => {
    const log = new DeliveryLog();
    const one = received({ id: "a:1", digest: "d", provider: "p" });
    assert.equal(log.add(one).again, undefined);
    assert.equal(log.add(one).again, 1);
    assert.equal(log.add(one, { of: 1, kind: "same" }).again, undefined);
    assert.equal(log.add({ ...one, digest: "other" }).again, undefined);
    assert.equal(log.add({ ...one, id: "" }).again, undefined);
  });
});

describe("a tampered body", () => {
  it("has one other byte, in a value", () => {
    assert.equal(text(tamper(bytes('{"a":"xy","b":12}'))), '{"a":"xy","b":13}');
    assert.equal(text(tamper(bytes('{"a":"xz"}'))), '{"a":"xy"}');
    assert.equal(text(tamper(bytes('{ "n" : 9 }'))), '{ "n" : 8 }');
    assert.equal(text(tamper(bytes("a=1&b=c"))), "a=1&b=d");
    assert.equal(text(tamper(bytes('{"k": [null, ""]}'))), '{"l": [null, ""]}');
    assert.equal(text(tamper(bytes('["a\\u00e9\\n"]'))), '["b\\u00e9\\n"]');
    assert.throws(() => tamper(bytes("[null]")), /no letter and no digit/);
    // Linear: a body is untrusted.
    tamper(bytes(`[${"1,".repeat(300_000)}1]`));
  });

  it("is JSON wherever the body is, and differs", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const body = bytes(json);
        let changed: Uint8Array;
        try {
          changed = tamper(body);
        } catch {
          return;
        }
        assert.equal(changed.length, body.length);
        assert.equal(changed.filter((byte, index) => byte !== body[index]).length, 1);
        assert.doesNotThrow(() => JSON.parse(text(changed)), json);
      }),
    );
  });
});

it("a secret is hidden as it is, in a URL, in JSON with any escapes, in base64, and in basic authentication", () => {
  const secret = 'p"ss/w rd+é';
  const hide = hiding([secret, "abc"]);
  for (const shown of [
    secret,
    `x=${encodeURIComponent(secret)}`,
    JSON.stringify({ secret }),
    // Escapes that no writer needs.
    `{"secret":"p\\"s\\u0073\\/w\\u0020rd+\\u00E9"}`,
    `{"secret":"${[...secret].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"}`,
    "x=%70%22s%73/w+rd%2b%c3%a9",
    Buffer.from(secret).toString("latin1"),
    Buffer.from(secret).toString("base64"),
    `Authorization: Basic ${Buffer.from(`user:${secret}`).toString("base64")}`,
  ]) {
    assert.match(hide(shown), /•••/, shown);
    assert.ok(!hide(shown).includes(secret));
    assert.doesNotMatch(hide(shown), /rd|0064/);
  }
  const astral = "🔑🔑key";
  assert.equal(hiding([astral])(`\\ud83d\\uDD11🔑k\\u0065y`), "•••");
  assert.equal(hiding(["x".repeat(5000)])("x".repeat(5001)), "•••x");
  // A text of three characters would be hidden everywhere.
  assert.equal(hide("abc and Basic dXNlcjpvdGhlcg=="), "abc and Basic dXNlcjpvdGhlcg==");
});

it("a link opens one session, and the oldest of many sessions ends", () => {
  const sessions = new Sessions();
  const { token } = sessions;
  const first = sessions.open(token) as string;
  assert.ok(sessions.has(first));
  assert.equal(sessions.open(token), undefined);
  assert.equal(sessions.has(token), false);
  for (let index = 0; index < 20; index++) sessions.open(sessions.token);
  assert.equal(sessions.has(first), false);
});
