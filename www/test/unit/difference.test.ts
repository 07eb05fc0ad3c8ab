/** Two deliveries in aligned rows: what differs is what the core says, and every row of both is there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DiffRow, DiffView, PageDelivery } from "../../src/engine/protocol.ts";
import { toHexRows } from "../../src/views/inspect/hex-view.ts";
import { handlers } from "./page.ts";

const delivery = (text: string): PageDelivery => ({
  headers: [],
  text,
  url: "https://h.example/",
  method: "POST",
});

/** All rows, also those of folds. */
function rowsOf(a: string, b: string, view: DiffView): DiffRow[] {
  handlers.compare({ sides: [delivery(a), delivery(b)], provider: "painchek" });
  return handlers.difference({ view }).rows.flatMap((row) => (row.kind === "fold" ? row.rows : [row]));
}

const marked = ({ a, b }: DiffRow) =>
  [a, b].map((cell) => cell?.marks.map(([from, to]) => cell.text.slice(from, to)).join("|"));

test("values are aligned by pointer, whatever the order of keys and the white space are", () => {
  const rows = rowsOf(
    '{"event":"assessment_add","data":{"x":1.0,"gone":[1],"list":[1,2],"s":"abc"}}',
    '{ "data": {"s":"abd", "new": {"k": null}, "list": [1, 3, 4], "x": 1}, "event": "assessment_add" }',
    "values",
  );
  assert.deepEqual(
    rows.map(({ kind, a, b }) => [kind, a?.text.trim(), b?.text.trim()]),
    [
      ["equal", "{", "{"],
      ["equal", '"event": "assessment_add"', '"event": "assessment_add"'],
      ["equal", '"data": {', '"data": {'],
      // 1.0 and 1 are the same number.
      ["equal", '"x": 1.0', '"x": 1'],
      ["only-a", '"gone": [', undefined],
      ["only-a", "1", undefined],
      ["only-a", "]", undefined],
      ["equal", '"list": [', '"list": ['],
      ["equal", "1", "1"],
      ["changed", "2", "3"],
      ["only-b", undefined, "4"],
      ["equal", "]", "]"],
      ["changed", '"s": "abc"', '"s": "abd"'],
      ["only-b", undefined, '"new": {'],
      ["only-b", undefined, '"k": null'],
      ["only-b", undefined, "}"],
      ["equal", "}", "}"],
      ["equal", "}", "}"],
    ],
  );
  const [, , , , , , , , , , , , text] = rows;
  assert.deepEqual(text && marked(text), ["c", "d"]);
  // Each row that differs is of a change that the core lists.
  const result = handlers.compare({
    sides: [
      delivery('{"event":"assessment_add","data":{"x":1}}'),
      delivery('{"event":"assessment_add","data":{"x":2}}'),
    ],
    provider: "painchek",
  });
  const [changed] = rowsOf(
    '{"event":"assessment_add","data":{"x":1}}',
    '{"event":"assessment_add","data":{"x":2}}',
    "values",
  ).filter(({ kind }) => kind === "changed");
  assert.equal(result.changes[changed?.change ?? -1]?.pointer, "/data/x");
});

test("lines have their numbers, and equal ones far from a change are folded", () => {
  const lines = Array.from({ length: 40 }, (_, at) => `  "k${at}": ${at}`).join(",\n");
  const a = `{\n"event": "assessment_add",\n"data": {\n${lines}\n}}`;
  const b = a.replace('"k20": 20', '"k20": 21').replace('  "k30": 30,\n', "");
  handlers.compare({ sides: [delivery(a), delivery(b)], provider: "painchek" });
  const { rows, isCut } = handlers.difference({ view: "text" });
  assert.equal(isCut, false);
  assert.deepEqual(
    rows.flatMap((row) => (row.kind === "fold" ? [row.count] : [])),
    [20, 3, 7],
  );
  const changed = rows.filter((row): row is DiffRow => row.kind !== "fold" && row.kind !== "equal");
  assert.deepEqual(
    changed.map(({ kind, a, b }) => [kind, a?.line, b?.line]),
    [
      ["changed", "24", "24"],
      ["only-a", "34", undefined],
    ],
  );
});

test("bytes are in columns: one that only one side has is blank on the other", () => {
  const [row] = rowsOf('{"a":1,"b":2}', '{"a": 1,"b":2}', "bytes");
  assert.match(row?.a?.text ?? "", /^7b 22 61 22 3a {4}31 2c /);
  assert.match(row?.b?.text ?? "", /^7b 22 61 22 3a 20 31 2c /);
  assert.equal(row?.kind, "changed");
});

test("text that is no JSON, and long values, are compared, too", () => {
  assert.deepEqual(
    rowsOf("no JSON", "no json", "values").map(({ kind }) => kind),
    ["changed"],
  );
  const [row] = rowsOf(`{"event":"${"x".repeat(9000)}a"}`, `{"event":"${"x".repeat(9000)}b"}`, "text");
  assert.ok((row?.a?.text.length ?? 0) < 2100);
  assert.deepEqual(row && marked(row), ["a", "b"]);
});

test("rows of bytes mark those of an issue", () => {
  const [first, second, none] = toHexRows(
    new TextEncoder().encode("0123456789abcdefg"),
    [{ byteSpan: { start: 15, end: 17 } }],
    9,
  );
  assert.deepEqual([first?.offset, second?.offset, none], [0, 16, undefined]);
  assert.deepEqual(first?.bytes.map(({ changed }) => changed).lastIndexOf(true), 15);
  assert.deepEqual(second?.bytes, [{ hex: "67", glyph: "g", changed: true }]);
});
