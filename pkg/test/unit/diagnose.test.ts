// `diagnose`: what can be said of a delivery whose provider is unknown.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { diagnose, HooksealError, webhook } from "../../src/index.ts";

const body = '{"type":"order.paid","id":"evt_1","total":3}';
const secret = "the secret of acme";
const now = 1_700_000_000_000;
const sign = (content: string) => createHmac("sha256", secret).update(content).digest("base64");

describe("diagnose", () => {
  it("returns a definition by which the delivery verifies", () => {
    const delivery = {
      headers: {
        "Acme-Signature": `v1,${sign(`evt_1.1700000000.${body}`)}`,
        "Acme-Id": "evt_1",
        "Acme-Timestamp": "1700000000",
      },
      body,
    };
    const { matches, signatures, issues, causes } = diagnose(delivery, { secrets: ["another", secret], now });
    assert.deepEqual([signatures.length, issues, causes], [1, [], []]);
    const [match] = matches;
    assert.ok(match);
    assert.deepEqual(
      [match.secret, match.signedContent, match.algorithm, match.secretFormat],
      [1, "{id}.{timestamp}.{body}", "sha256", "utf8"],
    );
    const verified = webhook(match.definition, { secrets: [secret] }).verify(delivery, { now });
    assert.deepEqual(
      [verified.type, verified.id, verified.signature.status],
      ["order.paid", "order.paid:evt_1", "verified"],
    );
  });

  it("proves a change of the body", () => {
    const delivery = {
      headers: { "X-Acme-Signature": sign(JSON.stringify(JSON.parse(body), null, 2)) },
      body,
    };
    const { matches, causes } = diagnose(delivery, { secrets: [secret], now });
    assert.deepEqual([matches, causes[0]?.code], [[], "body-indent-2"]);
  });

  it("names signatures without a secret, and contains no value", () => {
    const signature = sign(body);
    const diagnosis = diagnose({ headers: { "X-Acme-Signature": signature }, body: '{"a":1,"a":"patient"}' });
    assert.equal(
      diagnosis.signatures[0]?.message,
      "X-Acme-Signature has 44 characters of base64, the length of an HMAC-SHA-256.",
    );
    assert.equal(diagnosis.issues[0]?.code, "json-duplicate-key");
    assert.equal(diagnosis.tried, 0);
    const text = JSON.stringify(diagnosis);
    assert.ok(!text.includes(signature) && !text.includes("patient"));
  });

  it("refuses wrong options", () => {
    for (const options of [
      { secrets: "text" },
      { secrets: [1] },
      { maxBytes: -1 },
      { now: "today" },
      { secret: "a" },
    ]) {
      assert.throws(() => diagnose({ headers: {}, body }, options as never), HooksealError);
    }
  });
});
