// HMAC compared with the oracle, node:crypto.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { type HmacAlgorithm, hmac, secretsEqual } from "../../src/index.ts";
import { seeded } from "../support/fixtures.ts";

const ALGORITHMS: HmacAlgorithm[] = ["sha1", "sha256", "sha512"];
const some = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17) % 256);

describe("hmac", () => {
  it("signs as node:crypto does, for keys and messages of all lengths around the block size", () => {
    for (const algorithm of ALGORITHMS) {
      for (const key of [1, 20, 63, 64, 65, 127, 128, 129, 1000].map((length) => some(length, 1))) {
        for (const message of [0, 1, 55, 56, 64, 111, 112, 128, 100_000].map((length) => some(length, 2))) {
          const expected = createHmac(algorithm, key).update(message).digest();
          const tag = hmac.sign(algorithm, key, message);
          assert.deepEqual(Buffer.from(tag), expected);
          assert.equal(hmac.verify(algorithm, key, message, tag), true);
        }
      }
    }
  });

  it("rejects a tag with any bit changed, and every other length", () => {
    const tag = hmac.sign("sha256", "key", "message");
    for (let bit = 0; bit < tag.length * 8; bit++) {
      const turned = tag.slice();
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(hmac.verify("sha256", "key", "message", turned), false);
    }
    for (let length = 0; length < 100; length++) {
      if (length === tag.length) continue;
      const other = new Uint8Array(length);
      other.set(tag.subarray(0, length));
      assert.equal(hmac.verify("sha256", "key", "message", other), false);
    }
  });

  it("rejects another key, message or algorithm", () => {
    const tag = hmac.sign("sha256", "key", "message");
    assert.equal(hmac.verify("sha256", "Key", "message", tag), false);
    assert.equal(hmac.verify("sha256", "key", "message ", tag), false);
    assert.equal(hmac.verify("sha512", "key", "message", tag), false);
    // The boundary between key and message is signed, too.
    assert.equal(hmac.verify("sha256", "keym", "essage", tag), false);
  });

  it("rejects an empty key, under which an attacker could sign", () => {
    const tag = createHmac("sha256", "").update("message").digest();
    assert.equal(hmac.verify("sha256", "", "message", tag), false);
    assert.throws(() => hmac.sign("sha256", "", "message"), {
      name: "HooksealError",
      code: "secret-missing",
      message: "The key of an hmac is empty. Is the secret it comes from set where this runs?",
    });
  });

  it("rejects a key of zero bytes alone, which equals an empty one", () => {
    for (const length of [1, 32, 64, 200]) {
      const key = new Uint8Array(length);
      assert.throws(() => hmac.sign("sha256", key, "message"), {
        code: "secret-missing",
        message:
          "The key of an hmac is nothing but zero bytes. Is the secret it comes from set where this runs?",
      });
      const tag = createHmac("sha256", key).update("message").digest();
      assert.equal(hmac.verify("sha256", key, "message", tag), false);
      assert.equal(hmac.verify("sha256", Uint8Array.of(...key, 1), "message", tag), false);
    }
    assert.equal(hmac.sign("sha256", Uint8Array.of(0, 1), "message").length, 32);
  });

  it("accepts strings as UTF-8, and views as their bytes", () => {
    const wide = new Uint8Array([0, ...new TextEncoder().encode("é漢"), 0]);
    const inner = wide.subarray(1, -1);
    const expected = hmac.sign("sha1", "é漢", "é漢");
    assert.deepEqual(hmac.sign("sha1", inner, new DataView(wide.buffer, 1, inner.length)), expected);
    assert.deepEqual(hmac.sign("sha1", inner.slice().buffer, inner), expected);
    // Bytes of another realm, as in the sandbox of a test runner.
    const [buffer, array] = runInNewContext("[Uint8Array.from(bytes).buffer, Uint8Array.from(bytes)]", {
      bytes: [...inner],
    });
    assert.deepEqual(hmac.sign("sha1", buffer, array), expected);
    assert.equal(hmac.verify("sha1", array, buffer, expected), true);
  });

  it("returns bytes that the next call does not change", () => {
    const first = hmac.sign("sha1", "a", "b");
    const copy = first.slice();
    hmac.sign("sha512", "c", "d");
    assert.deepEqual(first, copy);
  });

  it("reports the expected type of an invalid argument", () => {
    assert.throws(() => hmac.sign("md5" as HmacAlgorithm, "key", ""), {
      name: "TypeError",
      message: 'The algorithm of an hmac has to be "sha1", "sha256" or "sha512".',
    });
    assert.throws(() => hmac.sign("sha1", "key", {} as string), {
      name: "TypeError",
      message: "The message of an hmac has to be a Uint8Array, an ArrayBuffer, a DataView or a string.",
    });
  });

  it("signs and verifies any key and message as node:crypto does", () => {
    const bytes = (least: number) => fc.uint8Array({ minLength: least, maxLength: 5000, size: "max" });
    fc.assert(
      fc.property(
        fc.constantFrom(...ALGORITHMS),
        bytes(1).filter((key) => key.some((byte) => byte !== 0)),
        bytes(0),
        fc.nat(),
        (algorithm, key, message, at) => {
          const expected = new Uint8Array(createHmac(algorithm, key).update(message).digest());
          assert.deepEqual(hmac.sign(algorithm, key, message), expected);
          assert.equal(hmac.verify(algorithm, key, message, expected), true);
          const wrong = expected.slice();
          wrong[at % wrong.length] = (wrong[at % wrong.length] as number) ^ (1 + (at % 255));
          assert.equal(hmac.verify(algorithm, key, message, wrong), false);
          assert.equal(
            hmac.verify(algorithm, key, message, expected.subarray(0, at % expected.length)),
            false,
          );
          assert.equal(hmac.verify(algorithm, key, message, new Uint8Array([...expected, at % 256])), false);
        },
      ),
      { ...seeded, numRuns: 150 },
    );
  });
});

describe("secretsEqual", () => {
  it("is true for equal texts only, and for no empty or absent secret", () => {
    assert.equal(secretsEqual("a secret é", "a secret é"), true);
    for (const [received, secret] of [
      ["a secret", "a secret "],
      ["", "a"],
      ["a", ""],
      ["", ""],
      [undefined, undefined],
      ["undefined", undefined],
      [null, "null"],
      [["a"], "a"],
    ])
      assert.equal(
        secretsEqual(received as string, secret as string),
        false,
        JSON.stringify([received, secret]),
      );
  });
});
