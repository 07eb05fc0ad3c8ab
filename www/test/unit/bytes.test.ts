/** Editor text is lossless for any bytes. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { byteToCharOffset, hasEscapes, toBytes, toText } from "../../src/bytes.ts";

const CASES: [name: string, bytes: number[], text: string][] = [
  ["ASCII", [0x61, 0x0d, 0x0a], "a\r\n"],
  ["a byte order mark", [0xef, 0xbb, 0xbf, 0x7b], "\ufeff{"],
  ["two, three and four bytes", [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x99, 0x82], "é€🙂"],
  ["Latin-1", [0x63, 0xe9], "c\udce9"],
  ["an overlong slash", [0xc0, 0xaf], "\udcc0\udcaf"],
  ["an encoded surrogate", [0xed, 0xa0, 0x80], "\udced\udca0\udc80"],
  ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80], "\udcf4\udc90\udc80\udc80"],
  ["a truncated character", [0xe2, 0x82], "\udce2\udc82"],
  ["an escape next to a surrogate pair", [0xf0, 0x9f, 0x99, 0x82, 0xff], "🙂\udcff"],
];

test("bytes survive as editor text", async (t) => {
  for (const [name, bytes, text] of CASES)
    await t.test(name, () => {
      assert.equal(toText(Uint8Array.from(bytes)), text);
      assert.deepEqual([...toBytes(text)], bytes);
      assert.equal(hasEscapes(text), text.includes("\udc80") || /[\udc80-\udcff]/u.test(text));
    });
});

test("random bytes survive as editor text", () => {
  for (let round = 0; round < 200; round++) {
    const bytes = randomBytes(round);
    assert.deepEqual(Buffer.from(toBytes(toText(bytes))), bytes);
  }
});

test("byte offsets are converted to offsets of the text", () => {
  const text = "aé€🙂\udce9z";
  const convert = byteToCharOffset(text, toBytes(text).length);
  assert.deepEqual([0, 1, 3, 6, 10, 11, 12].map(convert), [0, 1, 2, 3, 5, 6, 7]);
  // A smaller offset than the one before, and one beyond the end.
  assert.equal(convert(3), 2);
  assert.equal(convert(100), text.length);
  assert.deepEqual([0, 2, 9].map(byteToCharOffset("abc", 3)), [0, 2, 3]);
});
