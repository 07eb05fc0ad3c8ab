/** What the tree, the form and Compare compute from JSON text: offsets and edits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { edit, Outline } from "./page.ts";

test("an outline has every value with its offsets, key and parent", () => {
  const text = '{"a": [1, {"b\\n": null}], "a": "é"}';
  const outline = new Outline(text);
  const values = Array.from({ length: outline.length }, (_, node) => [
    outline.kind(node),
    text.slice(outline.start(node), outline.end(node)),
    outline.path(node),
  ]);
  assert.deepEqual(values, [
    ["object", text, []],
    ["array", '[1, {"b\\n": null}]', ["a"]],
    ["number", "1", ["a", 0]],
    ["object", '{"b\\n": null}', ["a", 1]],
    ["null", "null", ["a", 1, "b\n"]],
    ["string", '"é"', ["a"]],
  ]);
  assert.deepEqual(outline.children(0, 0, 10), [1, 5]);
  assert.deepEqual(outline.children(1, 1, 10), [3]);
  assert.equal(outline.count(0), 2);
  // A key belongs to its value.
  assert.equal(outline.at(text.indexOf('"b')), 4);
  assert.equal(outline.at(text.length + 1), undefined);
});

test("an outline ends at the first syntax error, and closes what is open", () => {
  for (const text of ['{"a": [1, 2', '{"a": [1, 2 x', '\ufeff{"a": [1, 2}']) {
    const outline = new Outline(text);
    assert.equal(outline.length, 4, text);
    assert.ok(outline.end(0) <= text.length && outline.end(0) >= text.indexOf("2"), text);
  }
  assert.equal(new Outline("").length, 0);
  assert.equal(new Outline("nothing").length, 0);
});

test("an outline is as deep as the core parses", () => {
  const outline = new Outline("[".repeat(100_000));
  assert.equal(outline.length, 128);
  assert.equal(outline.path(127).length, 127);
});

test("an outline of a megabyte takes a moment", () => {
  const text = JSON.stringify(Array.from({ length: 50_000 }, (_, n) => ({ id: n, name: "é" })));
  const start = performance.now();
  assert.equal(new Outline(text, { sensitive: ["/*/name"], ids: ["/*/id"] }).length, 150_001);
  assert.ok(performance.now() - start < 2_000);
});

/** The text after an edit. */
function edited(text: string, path: (string | number)[], json?: string): string | null {
  const change = edit({ text, path, json });
  return change && text.slice(0, change.from) + change.insert + text.slice(change.to);
}

test("edits set, insert and remove values, and keep the formatting", () => {
  const text = '{\n  "a": 1,\n  "b": [1, 2]\n}';
  assert.equal(edited(text, ["a"], '"x"'), '{\n  "a": "x",\n  "b": [1, 2]\n}');
  assert.equal(edited(text, ["b", 2], "3"), '{\n  "a": 1,\n  "b": [1, 2, 3]\n}');
  assert.equal(edited(text, ["c"], "null"), '{\n  "a": 1,\n  "b": [1, 2],\n  "c": null\n}');
  assert.equal(edited(text, ["a"]), '{\n  "b": [1, 2]\n}');
  assert.equal(edited(text, ["b"]), '{\n  "a": 1\n}');
  assert.equal(edited('{ "a": 1 }', ["a"]), "{}");
  assert.equal(edited("[]", [0], "1"), "[1]");
  assert.equal(edited("1", [], "2"), "2");
});

test("an edit of duplicate keys changes the last one, which counts", () => {
  assert.equal(edited('{"a":1,"a":2}', ["a"], "3"), '{"a":1,"a":3}');
});

test("impossible edits do nothing", () => {
  for (const [text, path, json] of [
    ["", ["a"], "1"],
    ['{"a":1}', ["a", "b"], "1"],
    ['{"a":1}', ["x", "y"], "1"],
    ['{"a":1}', ["b"], undefined],
    ['{"a":1}', [], undefined],
  ] as const)
    assert.equal(edited(text, [...path], json), null);
});
