/** SECURITY: invisible characters of untrusted text have a symbol and a name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { count, describeChar, INVISIBLE_CHARS } from "../../src/ui/text.ts";

test("characters that are invisible or change the direction of text are found", () => {
  for (const char of [
    "\u0000",
    "\u001b",
    "\u007f",
    "\u0085",
    "\u061c",
    "\u200b",
    "\u200e",
    "\u2028",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\ufffc",
    "\udce9",
    "\n",
  ])
    assert.ok(INVISIBLE_CHARS.test(char), char.charCodeAt(0).toString(16));
  for (const char of ["a", " ", "é", "🙂", "א"]) assert.ok(!INVISIBLE_CHARS.test(char), char);
});

test("an invisible character has a symbol and a name", () => {
  assert.deepEqual(describeChar(0x09), ["⇥", "tab"]);
  assert.deepEqual(describeChar(0x202e), ["202E", "U+202E"]);
  assert.deepEqual(describeChar(0xdce9), ["E9", "byte E9, not UTF-8"]);
});

test("a count has its noun", () => {
  assert.equal(count(1, "byte"), "1 byte");
  assert.equal(count(12_345, "byte"), "12,345 bytes");
  assert.equal(count(2, "byte differs", "bytes differ"), "2 bytes differ");
});
