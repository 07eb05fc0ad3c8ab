// docs/troubleshooting.md: its program runs, and its quotations of messages are correct.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it, mock } from "node:test";
import { painchek } from "../../src/index.ts";
import { SECRET } from "../support/fixtures.ts";

const page = readFileSync(new URL("../../../docs/troubleshooting.md", import.meta.url), "utf8");
const hook = painchek({ secrets: [SECRET] });

describe("docs/troubleshooting.md", () => {
  it("has one program, which gets deliveries from the messages of a queue", async () => {
    const programs = [...page.matchAll(/```js\n([\s\S]*?)```/g)];
    assert.equal(programs.length, 1);
    const source = (programs[0]?.[1] ?? "").replace("export const handler =", "return");
    const handler = new Function("hook", source)(hook);
    const id = "5e0c6b3a-91d2-4c7f-8a46-000000000001";
    const { headers, body } = hook.create("assessment_add", { uuid: id, patient: id });
    const record = (bytes: Uint8Array) => ({
      body: JSON.stringify({ headers, rawBody: Buffer.from(bytes).toString("base64") }),
    });
    const log = mock.method(console, "log", () => {});
    try {
      await handler({ Records: [record(body)] });
      await assert.rejects(handler({ Records: [record(Buffer.from("{}"))] }), { code: "signature-mismatch" });
    } finally {
      log.mock.restore();
    }
    assert.deepEqual(
      log.mock.calls.map(({ arguments: words }) => words.slice(0, 2)),
      [["received", "assessment_add"]],
    );
  });

  it("quotes the message of a misspelled option", () => {
    const quoted = /``(Unknown option[\s\S]*?)``/.exec(page)?.[1]?.replace(/\s+/g, " ");
    assert.throws(() => painchek({ algorithm: [] } as never), { message: quoted });
  });
});
