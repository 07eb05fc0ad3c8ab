// `explain` with wrong secrets, algorithms, encodings, headers and signed contents.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type CauseCode, painchek, webhook } from "../../src/index.ts";
import { codes, event, explain, header, signature } from "../support/explained.ts";
import { bytesOf, oracle, SECRET } from "../support/fixtures.ts";

describe("a secret", () => {
  const body = JSON.stringify(event);
  const by = (secret: string, key: string | Uint8Array) =>
    codes(
      explain({ [header]: `sha256=${oracle("sha256", key, body)}` }, body, painchek({ secrets: [secret] }))
        .matches,
    );

  it("is proved to have characters that files and variables add", () => {
    const folder = mkdtempSync(join(tmpdir(), "hookseal-"));
    try {
      const path = join(folder, "secret");
      writeFileSync(path, "hunter2hunter2\n");
      assert.deepEqual(by(readFileSync(path, "utf8"), "hunter2hunter2"), ["secret-white-space"]);
      assert.deepEqual(by("hunter2hunter2", readFileSync(path)), ["secret-white-space-missing"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
    // docker run --env-file keeps quotes, and the two characters \n.
    assert.deepEqual(by('"hunter2hunter2"', "hunter2hunter2"), ["secret-quotes"]);
    assert.deepEqual(by("hunter2\\n", "hunter2\n"), ["secret-newline-escaped"]);
    assert.deepEqual(by("hunter2", String(undefined)), ["secret-unset"]);
  });

  it("is proved to be decoded by one side only", () => {
    const key = createHash("sha256").update("seed").digest();
    assert.deepEqual(by(key.toString("hex"), key), ["secret-hex-decoded"]);
    assert.deepEqual(by(key.toString("base64"), key), ["secret-base64-decoded"]);
    assert.deepEqual(by(`whsec_${key.toString("base64")}`, key), [
      "secret-prefix-dropped",
      "secret-base64-decoded",
    ]);
  });

  it("of another format is an observation", () => {
    const { observations } = explain(
      { [header]: signature("x") },
      body,
      painchek({ secrets: ["sk_test_4eC39"] }),
    );
    assert.deepEqual(codes(observations), ["secret-wrong-type", "no-match"]);
  });
});

describe("a signature", () => {
  const body = JSON.stringify(event);
  const made = (algorithm: string, encoding: "hex" | "base64" | "base64url") =>
    createHmac(algorithm, SECRET).update(body).digest(encoding);

  for (const [value, ...expected] of [
    [`sha256=${made("sha1", "hex")}`, "algorithm-mislabelled"],
    [`sha512=${made("sha512", "hex")}`, "algorithm-not-accepted"],
    [`sha256=${made("sha256", "base64")}`, "signature-encoding"],
    [`sha256=${made("sha256", "base64url")}`, "signature-encoding"],
    [made("sha256", "hex"), "signature-label-missing"],
    [`sha256=${made("sha256", "hex").slice(0, 32)}`, "signature-truncated"],
    [JSON.stringify([`sha256=${made("sha256", "hex")}`]), "signature-label-unexpected"],
    [`sha256=${Buffer.from(made("sha256", "hex")).toString("base64")}`, "signature-double-encoded"],
    [`sha256=${oracle("sha256", SECRET, "")}`, "signature-empty-body"],
    [`sha256=${createHash("sha256").update(body).digest("hex")}`, "signature-not-hmac"],
  ] as [string, ...CauseCode[]][]) {
    it(`is proved: ${expected.join(" and ")}`, () => {
      assert.deepEqual(codes(explain({ [header]: value }, body).matches), expected);
    });
  }

  it("that documentation prints is recognized", () => {
    const seed = bytesOf("tests/vectors/seeds/painchek.json");
    const { matches, observations } = explain(
      { [header]: "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6" },
      seed,
    );
    assert.deepEqual([codes(matches), codes(observations)], [[], ["documentation-sample", "no-match"]]);
  });

  it("in another header is found, and a missing one is reported", () => {
    const { matches, observations } = explain({ "X-Hub-Signature-256": signature(body) }, body);
    assert.deepEqual(codes(matches), ["header-renamed"]);
    assert.deepEqual(codes(observations), []);
    assert.deepEqual(codes(explain({}, body).observations), ["header-missing"]);
  });

  it("that was sent twice is reported, and each is tried", () => {
    const values = [signature("another"), signature(JSON.stringify(event, null, 2))];
    const { matches, observations } = explain({ [header]: values }, body);
    assert.deepEqual([codes(matches), codes(observations)], [["body-indent-2"], ["signature-multiple"]]);
  });
});

describe("a signed content", () => {
  const standard = {
    id: "mine",
    title: "Mine",
    signature: {
      header: "X-Signature",
      format: "{hex}",
      algorithms: ["sha256" as const],
      signedContent: "{timestamp}.{body}",
    },
    headers: { timestamp: "X-Timestamp" },
    envelope: { type: "/type" },
    events: { ping: { schema: true } },
  };
  const body = '{"type":"ping"}';
  const now = 1_700_000_000_000;
  const mine = webhook(standard, { secrets: [SECRET] });
  const by = (content: string, time = "1700000000", url?: string) =>
    mine.explain(
      {
        headers: { "x-timestamp": time, "x-signature": oracle("sha256", SECRET, content) },
        body,
        ...(url && { url }),
      },
      { now },
    );

  it("with a part missing, another joiner, another unit, or another provider's is proved", () => {
    for (const [content, code] of [
      [body, "content-timestamp-missing"],
      [`1700000000:${body}`, "content-separator"],
      [`1700000000000.${body}`, "content-timestamp-unit"],
      [`v0:1700000000:${body}`, "content-other-provider"],
      [`https://h.example/in${body}`, "content-url"],
    ] as const) {
      const { matches, observations } = by(content, "1700000000", "https://h.example/in");
      assert.deepEqual([codes(matches), codes(observations)], [[code], []], content);
    }
  });

  it("with a timestamp outside the tolerance is reported with the difference and its direction", () => {
    const { observations } = by("1699990000.{}", "1699990000");
    const seen = ["body-json-stringify-output", "timestamp-too-old", "no-match"];
    assert.deepEqual(codes(observations), seen);
    assert.match(observations[1]?.message ?? "", /10000 s in the past; the tolerance/);
  });
});
