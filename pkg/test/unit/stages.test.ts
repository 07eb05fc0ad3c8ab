/** What a report says of each stage, and why a delivery is rejected: as the core says it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { painchek, type Report, type StageReport, webhook, xon } from "../../src/index.js";

const SECRET = "the secret of the subscription";
const states = ({ stages }: Report): StageReport["state"][] => stages.map(({ state }) => state);

describe("stages of a report", () => {
  it("are six, in the order in which a delivery is checked", () => {
    const report = xon({ unsigned: "allow" }).inspect({ headers: {}, body: "{}" });
    assert.deepEqual(
      report.stages.map(({ name }) => name),
      ["bytes", "signature", "json", "envelope", "contract", "rules"],
    );
    assert.deepEqual(states(report), [
      "passed",
      "not-applicable",
      "passed",
      "failed",
      "not-reached",
      "not-reached",
    ]);
    assert.equal(report.code, "envelope-invalid");
  });

  it("fail at the bytes where the body is none, and are not reached after it", () => {
    const hook = painchek({ secrets: [SECRET] });
    const report = hook.inspect({ headers: {}, body: { event: "assessment_add" } as never });
    assert.equal(report.code, "body-not-raw");
    assert.deepEqual(states(report), ["failed", ...Array.from({ length: 5 }, () => "not-reached")]);
    assert.deepEqual(
      report.issues.map(({ code, stage }) => [code, stage]),
      [["body-not-raw", "bytes"]],
    );
  });

  it("have the code that check rejects with, and none where it accepts", () => {
    const hook = webhook("github", { secrets: [SECRET] });
    const good = hook.sign('{"zen":"Design for failure."}', { type: "ping" });
    for (const body of [good.body, "", "{", "[]", '{"zen":1}']) {
      const delivery = { headers: good.headers, body };
      const checked = hook.check(delivery);
      assert.equal(hook.inspect(delivery).code, checked.ok ? undefined : checked.error.code);
    }
  });
});
