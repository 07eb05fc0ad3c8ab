// The command on a pseudo-terminal: color, a prompt without echo, a progress bar.
import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { bytesOf, SECRET } from "../support/fixtures.ts";
import { file, folder, onTerminal, run, TRUST } from "./command.ts";

const signed = file(
  "signed.http",
  run([
    "sign",
    file("body.json", bytesOf("providers/painchek/samples/assessment_add.painchek.json")),
    ...TRUST,
    "--as",
    "http",
  ]).out,
);
const PROMPT = "Secret of the PainChek subscription (not shown): ";

describe("on a terminal", () => {
  it("prints in color, unless NO_COLOR is set", () => {
    assert.ok(onTerminal(["verify", signed, ...TRUST]).output.includes("\x1b[32mverified\x1b[0m"));
    assert.ok(!onTerminal(["verify", signed, ...TRUST], [], { NO_COLOR: "1" }).output.includes("\x1b["));
    assert.ok(!onTerminal(["verify", signed, ...TRUST], [], { TERM: "dumb" }).output.includes("\x1b["));
  });

  it("prompts for the secret without echo", () => {
    const { output, code } = onTerminal(["verify", signed], [[PROMPT, `${SECRET}x\x7f\r`]]);
    assert.deepEqual([code, output.includes(SECRET), output.includes(PROMPT)], [0, false, true]);
    assert.match(output, /verified/);
    const wrong = onTerminal(["verify", signed], [[PROMPT, "a wrong one\r"]]);
    assert.deepEqual([wrong.code, wrong.output.includes("a wrong one")], [1, false]);
  });

  it("ends after an empty line, at Ctrl-D and at Ctrl-C", () => {
    for (const [typed, message] of [
      ["\r", "The secret is empty."],
      ["\x04", "The secret is empty."],
      ["\x03", "Interrupted."],
    ] as const) {
      const { output, code } = onTerminal(["verify", signed], [[PROMPT, typed]]);
      assert.deepEqual([code, output.includes(message)], [2, true], output);
    }
  });

  it("does not wait for input from the terminal", () => {
    const { output, code } = onTerminal(["verify", ...TRUST]);
    assert.equal(code, 2);
    assert.match(output, /No input\.\r\nName a file, or pipe a delivery in\./);
  });

  it("shows a progress bar while an archive is read, and clears it", async () => {
    const archive = join(folder, "bar.ndjson");
    const line = `{"headers":{},"body":"{\\"event\\":{\\"type\\":\\"calls.user.create\\"}}"}\n`;
    const out = createWriteStream(archive);
    for (let index = 0; index < 300; index++) out.write(line.repeat(200));
    await new Promise<void>((resolve) => out.end(resolve));
    const { output, code } = onTerminal(["inspect", archive]);
    assert.equal(code, 1);
    const drawn = output.split("\r\x1b[K");
    assert.match(drawn[1] as string, /^\[#*-*\] \d+ % {2}\d+\.\d MiB {2}[\d,]+ deliver/);
    assert.match(drawn.at(-1) as string, /^60,000 deliveries: |\n60,000 deliveries: /m);
    const piped = run(["inspect", archive]);
    assert.ok(!piped.err.includes("MiB") && !piped.out.includes("MiB"));
  });
});
