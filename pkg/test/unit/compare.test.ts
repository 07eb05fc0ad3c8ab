// The values of a comparison: every digit, and the texts as the bodies have them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { webhook } from "../../src/index.ts";

const hook = webhook(
  {
    id: "values",
    signature: { header: "x-sig", format: "{hex}", algorithms: ["sha256"] },
    envelope: { type: "/type", id: "/id" },
    dedupe: ["pointer:/id"],
    events: { "*": { schema: true } },
  },
  { unsigned: "allow" },
);

const compare = (first: string, second: string) =>
  hook.compare({ headers: {}, body: first }, { headers: {}, body: second });
/** The change of `/v` between two values. */
function changeOf(before: string, after: string) {
  const { changes } = compare(`{"type":"a","v":${before}}`, `{"type":"a","v":${after}}`);
  assert.equal(changes.length, 1, `${before} ${after}`);
  return changes[0] as (typeof changes)[number];
}

describe("a value of a comparison", () => {
  it("is a BigInt for an integer beyond the safe ones, and has its text", () => {
    const change = changeOf("1152921506151679042", "1152921506151679043");
    assert.deepEqual(change, {
      pointer: "/v",
      before: 1152921506151679042n,
      beforeText: "1152921506151679042",
      after: 1152921506151679043n,
      afterText: "1152921506151679043",
    });
    for (const [text, value] of [
      ["9007199254740991", 9007199254740991],
      ["9007199254740992", 9007199254740992n],
      ["-9007199254740991", -9007199254740991],
      ["-9007199254740993", -9007199254740993n],
      ["12345678901234567890123456789", 12345678901234567890123456789n],
      ["0", 0],
    ] as const)
      assert.deepEqual(changeOf(text, "true").before, value, text);
  });

  it("is the text for any other number that would lose digits, and a number otherwise", () => {
    for (const text of ["0.12345678901234567890", "1e400", "-1e400", "1e-400", "1.00000000000000000001"])
      assert.equal(changeOf(text, "true").before, text);
    for (const text of [
      "1.50",
      "-0.1",
      "1e2",
      "1E+2",
      "10.0e-1",
      "1e23",
      "0.30000000000000004",
      "0.000e5",
      "-0.0",
    ])
      assert.equal(changeOf(text, "true").before, JSON.parse(text), text);
    const digits = "7".repeat(5000);
    assert.equal(changeOf(digits, "true").before, digits, "a number of any length costs little");
  });

  it("keeps the digits inside of objects and arrays", () => {
    const text = String.raw`{ "list" : [ 1 , 9007199254740993, -2.5e3 , "9007199254740993\"]}" , [ ] , { } , null, true ] ,
      "__proto__": {"k\u0065y": 9007199254740995}, "empty": "" }`;
    const { before, beforeText } = changeOf(text, "1");
    assert.equal(beforeText, text);
    const list = [1, 9007199254740993n, -2500, '9007199254740993"]}', [], {}, null, true];
    const expected = { list, empty: "" };
    Object.defineProperty(expected, "__proto__", { value: { key: 9007199254740995n }, enumerable: true });
    assert.deepEqual(before, expected);
    assert.equal(Object.getPrototypeOf(before), Object.prototype);
  });

  it("is what JSON.parse returns where no number loses digits", () => {
    for (const text of [
      '{"a":[1,2.5,{"b":"\\u00e9"}]}',
      '"x9007199254740993"',
      "[]",
      "null",
      '"\\ud83d\\ude00"',
    ])
      assert.deepEqual(changeOf(text, "1").before, JSON.parse(text));
  });

  it("has the escapes of the body in its text", () => {
    const { before, beforeText, after, afterText } = changeOf(String.raw`"caf\u00e9 \/"`, '"caf\u00e9s"');
    assert.deepEqual([before, after], ["caf\u00e9 /", "caf\u00e9s"]);
    assert.deepEqual([beforeText, afterText], [String.raw`"caf\u00e9 \/"`, '"caf\u00e9s"']);
    const { beforeText: first, afterText: second } = changeOf("1.0", "1.10");
    assert.deepEqual([first, second], ["1.0", "1.10"]);
  });

  it("is absent where the other body alone has it", () => {
    const { changes } = compare('{"type":"a"}', '{"type":"a","v":9007199254740993}');
    assert.deepEqual(changes, [{ pointer: "/v", after: 9007199254740993n, afterText: "9007199254740993" }]);
  });

  it("can be serialized, cloned and printed", () => {
    const comparison = compare('{"type":"a","v":[9007199254740993]}', '{"type":"a","v":1}');
    assert.deepEqual(JSON.parse(JSON.stringify(comparison)).changes, [
      {
        pointer: "/v",
        before: ["9007199254740993"],
        beforeText: "[9007199254740993]",
        after: 1,
        afterText: "1",
      },
    ]);
    assert.deepEqual(structuredClone(comparison), comparison);
    assert.ok(!inspect(comparison, { depth: 9 }).includes("toJSON"));
  });
});
