// Archives of 200 MB, larger than the permitted memory: the heap has 64 MB.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { describe, it } from "node:test";
import { bytesOf, text } from "../support/fixtures.ts";
import { COMMAND } from "./command.ts";

const MEGABYTES = 200;
/** The permitted peak of the process: Node itself, the core, and an entry or two. */
const MAX_KILOBYTES = 190 * 1024;

const body = text
  .decode(bytesOf("providers/xon/samples/calls.user.create.json"))
  .replace('"event": {', `"event": { "more": "${"x".repeat(40_000)}",`);
const har = JSON.stringify({
  request: {
    method: "POST",
    url: "https://h/",
    headers: [{ name: "Content-Type", value: "application/json" }],
    postData: { text: body },
  },
  response: { content: { text: "y".repeat(20_000) } },
});
const line = JSON.stringify({ headers: { "Content-Type": "application/json" }, body });

/** Prints the peak memory of the process as it exits. */
const GAUGE = `data:text/javascript,${encodeURIComponent('process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS));')}`;

describe("an archive of 200 MB", () => {
  for (const [form, head, piece, between, tail] of [
    ["har", '{"log":{"version":"1.2","entries":[\n', har, ",\n", "]}}"],
    ["ndjson", "", line, "\n", "\n"],
  ] as const) {
    it(`is read in bounded memory: ${form}`, async () => {
      const child = spawn(
        process.execPath,
        ["--max-old-space-size=64", "--import", GAUGE, COMMAND, "inspect", "-", "--json"],
        {
          stdio: ["pipe", "pipe", "pipe"],
        },
      );
      let last = "";
      let peak = "";
      child.stdout.setEncoding("utf8").on("data", (part: string) => {
        last = (last + part).slice(-2000);
      });
      child.stderr.setEncoding("utf8").on("data", (part: string) => {
        peak += part;
      });
      const ended = once(child, "close");
      const count = Math.ceil((MEGABYTES * 1e6) / piece.length);
      child.stdin.write(head);
      for (let index = 0; index < count; index++) {
        if (!child.stdin.write(index === 0 ? piece : between + piece)) await once(child.stdin, "drain");
      }
      child.stdin.end(tail);
      const [code] = await ended;
      assert.equal(code, 0, peak);
      const { summary } = JSON.parse(last.trim().split("\n").at(-1) as string);
      assert.deepEqual([summary.deliveries, summary.unsigned], [count, count]);
      const kilobytes = Number(/peak (\d+)/.exec(peak)?.[1]);
      assert.ok(kilobytes > 0 && kilobytes < MAX_KILOBYTES, `${kilobytes} kB at the peak`);
    });
  }
});
