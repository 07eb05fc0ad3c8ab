/** Two texts aligned: every part is of the texts, places are where they differ, and rows have one width. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { align, MAX_PLACES } from "../../src/engine/align.ts";
import type { AlignedPart } from "../../src/engine/protocol.ts";
import {
  alignedRows,
  columnsOf,
  describePlace,
  differingRows,
  oneColumnEach,
} from "../../src/views/inspect/aligned.ts";

const side = (parts: readonly AlignedPart[], name: "signed" | "received") =>
  parts.map((part) => (typeof part === "string" ? part : "skipped" in part ? "" : part[name])).join("");

test("the parts are both texts, whatever they are", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "é", "😀", "\n"), maxLength: 200 });
  fc.assert(
    fc.property(text, text, (received, signed) => {
      const { parts, places } = align(received, signed, 7);
      assert.equal(side(parts, "received"), received);
      assert.equal(side(parts, "signed"), signed);
      const differing = parts.filter((part) => typeof part === "object" && "signed" in part);
      assert.equal(differing.length, places);
      for (const { from, to, received: own } of differing)
        assert.equal(received.slice(from - 7, to - 7), own);
    }),
  );
});

test("a space after each comma is a place of its own, in a text of any length", () => {
  const signed = JSON.stringify(Array.from({ length: 300 }, (_, at) => `value ${at}`)).replaceAll(",", ", ");
  const { parts, places, isCut } = align(signed.replaceAll(", ", ","), signed);
  assert.deepEqual([places, isCut], [299, false]);
  assert.ok(
    parts.every(
      (part) => typeof part === "string" || ("signed" in part && part.signed === " " && part.received === ""),
    ),
  );
});

test("the number of places is bounded, and equal text between them is left out", () => {
  const many = "a, ".repeat(MAX_PLACES + 50);
  const cut = align(many.replaceAll(" ", ""), many);
  assert.deepEqual([cut.places, cut.isCut], [MAX_PLACES, true]);
  const far = align(`x${"=".repeat(10_000)}x`, `y${"=".repeat(10_000)}y`);
  assert.equal(far.places, 2);
  const longer = align("x", `x${"y".repeat(5000)}`);
  assert.deepEqual(longer.parts, ["x", { signed: "y".repeat(5000), received: "", from: 1, to: 1 }]);
  assert.deepEqual(
    far.parts.find((part) => typeof part === "object" && "skipped" in part),
    { skipped: 10_000 - 480 },
  );
});

test("no character is split", () => {
  // Both differ in one half of a surrogate pair.
  for (const [received, signed] of [
    ["a🙂b", "a🙃b"],
    ["a🙂b", "a\u{1fa42}b"],
  ] as const)
    assert.deepEqual(align(received, signed).parts, [
      "a",
      { signed: signed.slice(1, 3), received: "🙂", from: 1, to: 3 },
      "b",
    ]);
});

test("rows have one width on both sides, and the offsets of the received bytes", () => {
  const { parts } = align('{"a":1,"é":2}', '{"a": 1, "\\u00e9": 2}');
  const rows = alignedRows(parts, 100, 8);
  const width = (text: string) => columnsOf(text);
  for (const { cells } of rows.slice(0, -1)) {
    const columns = cells.map(({ signed, received }) => Math.max(width(signed), width(received)));
    assert.equal(
      columns.reduce((sum, one) => sum + one, 0),
      8,
    );
  }
  assert.deepEqual(
    rows.map(({ offset }) => offset),
    [100, 107, 110],
  );
  assert.equal(differingRows(alignedRows(["equal"], 0, 3)).length, 0);
});

test("invisible characters take one column, and places are said in words", () => {
  assert.equal(oneColumnEach("a b\n\u200b", false), "a b↵▯");
  assert.equal(oneColumnEach(" ", true), "·");
  assert.equal(describePlace({ signed: " ", received: "" }), "a space is missing");
  assert.equal(describePlace({ signed: "   ", received: "" }), "3 spaces are missing");
  assert.equal(describePlace({ signed: "", received: "x" }), "1 character was added");
  assert.equal(describePlace({ signed: "\\u00e9", received: "é" }), "1 character in place of 6 characters");
});
