// `compare`: the values as the bodies have them, digit by digit and escape by escape.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { file, run } from "./command.ts";

const body = (name: string, data: string) =>
  file(name, `{"event":"assessment_add","data":{"uuid":"1",${data}}}`);
const compare = (first: string, second: string, ...args: string[]) =>
  run(["compare", body("first.json", first), body("second.json", second), "-p", "painchek", ...args]).out;

describe("compare", () => {
  it("shows every digit of a number, and escapes as they are", () => {
    const first = String.raw`"a":1152921506151679042,"b":1.50,"c":"caf\u00e9","d":[9007199254740993]`;
    const second = '"a":1152921506151679043,"b":1.7,"c":"cafés","d":[9007199254740992]';
    const lines = (pointer: string, before: string, after: string) =>
      `  ${pointer}\n    - ${before}\n    + ${after}\n`;
    assert.equal(
      compare(first, second),
      `The same event, with a different payload.\n${lines("/data/a", "1152921506151679042", "1152921506151679043")}` +
        lines("/data/b", "1.50", "1.7") +
        lines("/data/c", String.raw`"caf\u00e9"`, '"cafés"') +
        lines("/data/d/0", "9007199254740993", "9007199254740992"),
    );
  });

  it("writes numbers to its JSON as the bodies have them", () => {
    const out = compare(
      '"a":1152921506151679042,"o":{"n":\n  9007199254740993}',
      '"a":1152921506151679043',
      "--json",
    );
    assert.ok(out.includes('"before":1152921506151679042,"beforeText":"1152921506151679042"'), out);
    assert.ok(out.includes('"before":{"n": 9007199254740993},'), out);
    assert.equal(out.split("\n").length, 2, "one line");
    const { changes } = JSON.parse(out);
    assert.deepEqual(
      changes.map(({ pointer, afterText }: { pointer: string; afterText?: string }) => [pointer, afterText]),
      [
        ["/data/a", "1152921506151679043"],
        ["/data/o", undefined],
      ],
    );
    const texts = run([
      "compare",
      file("x", "x\n"),
      file("y", "y\n"),
      "-p",
      "xon",
      "--format",
      "body",
      "--json",
    ]).out;
    assert.deepEqual(JSON.parse(texts).changes, [
      { pointer: "", before: "x\n", beforeText: "x\n", after: "y\n", afterText: "y\n" },
    ]);
  });

  it("cuts long values around their first difference", () => {
    const long = "x".repeat(500);
    const out = compare(`"s":"${long}A${long}"`, `"s":"${long}B"`);
    assert.match(out, /\n {4}- …x{20}Ax{39}…\n {4}\+ …x{20}B"\n$/);
  });

  it("shows no value with --redact, however long", () => {
    const secret = "Zarathustra".repeat(20);
    for (const args of [["--redact"], ["--redact", "--json"]]) {
      const out = compare(`"s":"${secret}A","n":123456789012345678`, `"s":"${secret}B","n":1`, ...args);
      assert.ok(!out.includes("Zara") && !out.includes("123456789"), out);
      assert.ok(out.includes("/data/s"));
    }
  });
});
