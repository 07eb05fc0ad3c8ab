// What an import reports reaches everyone who imports: each command prints it, and has it in its JSON.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { bytesOf, text } from "../support/fixtures.ts";
import { receive, respond } from "../support/sending.ts";
import { type Ended, file, run, start, TRUST } from "./command.ts";

const SAMPLE = text.decode(bytesOf("providers/painchek/samples/assessment_add.painchek.json"));
const VALUE = "a value of the payload";
const signed = run(["sign", file("body.json", SAMPLE), ...TRUST, "--as", "curl"]).out;
/** A command with an option that no import knows: the import continues, with a warning. */
const odd = file("odd.sh", `${signed.trimEnd()} --not-an-option\n`);
const good = file("good.sh", signed);
const WARNING =
  /input-ignored Unknown curl option\. The option was ignored\.\n {4}\d+:\d+ \| .*--not-an-option/;

/** The issues of the import in the JSON output of a command. */
const importIssues = ({ out }: Ended) => JSON.parse(out).importIssues;
const codesOf = (issues: { code: string; span: { line: number } }[]) =>
  issues.map(({ code, span }) => [code, span.line > 1]);

describe("an issue of an import", () => {
  for (const verb of ["verify", "sign"]) {
    it(`is printed by ${verb} to stderr, and changes neither output nor exit code`, () => {
      const [first, second] = [run([verb, odd, ...TRUST]), run([verb, good, ...TRUST])];
      assert.match(first.err, new RegExp(`^odd\\.sh:\\n {2}${WARNING.source}`.replace("odd", ".*odd")));
      assert.deepEqual([first.code, second.code, second.err], [0, 0, ""]);
      assert.equal(first.out.split("\n").length, second.out.split("\n").length);
      assert.deepEqual(codesOf(importIssues(run([verb, odd, ...TRUST, "--json"]))), [
        ["input-ignored", true],
      ]);
      assert.deepEqual(importIssues(run([verb, good, ...TRUST, "--json"])), []);
    });
  }

  it("is printed by verify for a rejected delivery, too", () => {
    const rejected = run([
      "verify",
      file("forged.sh", readFileSync(odd, "utf8").replace(/=[0-9a-f]{8}/, "=00000000")),
      ...TRUST,
    ]);
    assert.deepEqual([rejected.code, WARNING.test(rejected.err)], [1, true], rejected.err);
    assert.match(rejected.out, /^rejected signature-mismatch /);
  });

  it("is part of the report of inspect", () => {
    assert.match(run(["inspect", odd, ...TRUST]).out, WARNING);
    const { issues } = JSON.parse(run(["inspect", odd, ...TRUST, "--json"]).out);
    assert.deepEqual(codesOf(issues), [["input-ignored", true]]);
  });

  it("is listed by inspect for several deliveries, and counted", () => {
    const { out } = run(["inspect", good, odd, ...TRUST]);
    assert.match(out, /^\S*odd\.sh#\d+:\d+ input-ignored Unknown curl option/m);
    assert.match(out, /\n1 issue of the import\. Use --json to list all of them\.\n$/);
    assert.doesNotMatch(run(["inspect", good, good, ...TRUST]).out, /of the import/);
  });

  it("is part of the report of explain, after the causes", () => {
    const { out } = run(["explain", odd, ...TRUST]);
    assert.match(out, /^The signature is valid\./);
    assert.match(out, new RegExp(`\\n\\n\\S*odd\\.sh:\\n {2}${WARNING.source}`));
    const json = run(["explain", odd, ...TRUST, "--json"]);
    assert.deepEqual(codesOf(importIssues(json)), [["input-ignored", true]]);
    assert.equal(JSON.parse(json.out).ok, true);
  });

  it("is printed by compare under the name of its file", () => {
    const { out, err } = run(["compare", good, odd]);
    assert.equal(out, "The same event, unchanged.\n");
    assert.match(err, new RegExp(`^\\S*odd\\.sh:\\n {2}${WARNING.source}`));
    const { first, second } = importIssues(run(["compare", good, odd, "--json"]));
    assert.deepEqual([first, codesOf(second)], [[], [["input-ignored", true]]]);
  });

  it("is printed by send to stderr, with and without --as-is", async () => {
    for (const more of [[], ["--as-is"]]) {
      const { url } = await receive(respond(200));
      const sent = async (...args: string[]) =>
        await (await start(["send", url, odd, ...TRUST, ...more, ...args], /\n/)).ended;
      const { code, err } = await sent();
      assert.deepEqual([code, WARNING.test(err)], [0, true], err);
    }
    const { url } = await receive(respond(200));
    const { ended } = await start(["send", url, odd, ...TRUST, "--json"], /\n/);
    assert.deepEqual(codesOf(importIssues(await ended)), [["input-ignored", true]]);
  });

  it("shows no value of the payload with --redact", () => {
    const lines = `POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n{"event":"${VALUE}"}`;
    const cut = file("cut.http", lines);
    assert.ok(run(["explain", cut, ...TRUST]).out.includes(VALUE), "the code frame shows the line");
    for (const verb of ["verify", "explain", "sign", "inspect"]) {
      const { out, err } = run([verb, cut, ...TRUST, "--redact"]);
      assert.ok(!`${out}${err}`.includes(VALUE), verb);
      assert.match(`${out}${err}`, /body-length/, verb);
    }
  });
});
