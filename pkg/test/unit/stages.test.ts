/** The stages of a report, and the reason for a rejection, as the core reports them. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "../../src/cli/inspect.js";
import { redactReport } from "../../src/cli/report.js";
import {
  painchek,
  providerDefinition,
  providers,
  type Report,
  type StageReport,
  type Webhook,
  webhook,
  xon,
} from "../../src/index.js";
import { contentOf, samplesOf, schemeOf, utf8 } from "../support/fixtures.ts";
import { hasPublicKey, secretOf } from "../support/senders.ts";

const SECRET = "the secret of the subscription";
const states = ({ stages }: Report): StageReport["state"][] => stages.map(({ state }) => state);

describe("stages of a report", () => {
  it("are six, in the order of the checks", () => {
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

  it("fail at the bytes if the body is invalid, and are not reached after that", () => {
    const hook = painchek({ secrets: [SECRET] });
    const report = hook.inspect({ headers: {}, body: { event: "assessment_add" } as never });
    assert.equal(report.code, "body-not-raw");
    assert.deepEqual(states(report), ["failed", ...Array.from({ length: 5 }, () => "not-reached")]);
    assert.deepEqual(
      report.issues.map(({ code, stage }) => [code, stage]),
      [["body-not-raw", "bytes"]],
    );
    assert.deepEqual([report.signature.status, report.signature.parts], ["missing", undefined]);
    const headers = { "X-PainChek-WH-Signature": "sha256=00" };
    const { signature } = hook.inspect({ headers, body: {} as never });
    // The signature is present and was not compared, so the code of a missing one would be wrong.
    assert.deepEqual(
      [signature.status, signature.received, signature.tag],
      ["malformed", "sha256=00", undefined],
    );
  });

  it("have the code of the rejection, and none if the delivery is accepted", () => {
    const hook = webhook("github", { secrets: [SECRET] });
    const good = hook.sign('{"zen":"Design for failure."}', { type: "ping" });
    for (const body of [good.body, "", "{", "[]", '{"zen":1}']) {
      const delivery = { headers: good.headers, body };
      const checked = hook.check(delivery);
      assert.equal(hook.inspect(delivery).code, checked.ok ? undefined : checked.error.code);
    }
  });
});

describe("the signed content of a report", () => {
  const now = Date.UTC(2026, 0, 1);

  // A provider without a signature, or with a token, has no signed content. A report has no value of the body, so that the
  // signed content of fields is not in it.
  const signsBody = (id: string) => {
    const { algorithms, from, kind, url } = schemeOf(providerDefinition(id)) ?? {};
    return (
      algorithms !== undefined &&
      kind !== "jwt" &&
      from === undefined &&
      // A report has the URL as it was received, and not the spelling that was signed.
      url === undefined &&
      // A report has no values of headers that only the delivery names.
      !/\{(\/|form|if:|headers)/.test(contentOf(providerDefinition(id)) ?? "")
    );
  };
  for (const id of providers().filter((id) => signsBody(id) && !hasPublicKey(id))) {
    it(`has the parts that ${id} signs`, () => {
      const secret = secretOf(id);
      const { secret: format = "utf8", algorithms = [] } = schemeOf(providerDefinition(id)) ?? {};
      const encoding = /utf8|base64|hex/.exec(format)?.[0] as BufferEncoding;
      const key = Buffer.from(encoding === "utf8" ? secret : secret.replace(/^whsec_/, ""), encoding);
      const hook = webhook(id, { secrets: [secret] });
      for (const { type, body } of samplesOf(id)) {
        const url = "https://example.com/hook";
        const { signature } = hook.inspect({ url, ...hook.sign(body, { now, type, url }) }, { now });
        const pieces = (signature.parts ?? []).map(({ placeholder, value, span }, index, all) => {
          assert.ok(span !== undefined);
          assert.equal(span.start, all[index - 1]?.span?.end ?? 0);
          const bytes = placeholder === "body" ? body : utf8.encode(value);
          assert.equal(value === undefined, placeholder === "body");
          assert.equal(span.end - span.start, bytes.length);
          return bytes;
        });
        const tag = createHmac(algorithms[0] ?? "", key)
          .update(Buffer.concat(pieces))
          .digest();
        const encodings = ["hex", "base64", "base64url"] as const;
        assert.ok(encodings.some((encoding) => tag.toString(encoding) === signature.tag));
        if (signature.signedContent?.includes("{timestamp}") === true) assert.equal(signature.timestamp, now);
      }
    });
  }

  it("has no parts for a provider without signatures", () => {
    const { signature } = xon({ unsigned: "allow" }).inspect({ headers: {}, body: "{}" });
    assert.deepEqual(signature, { status: "unsigned" });
  });

  it("has no time outside the range of Date", () => {
    const hook = webhook("stripe", { secrets: [SECRET] });
    for (const [time, expected] of [
      ["8640000000000", 8.64e15],
      ["8640000000001", undefined],
      ["9999999999999999", undefined],
    ] as const) {
      const headers = { "stripe-signature": `t=${time},v1=${"0".repeat(64)}` };
      assert.equal(hook.inspect({ headers, body: "{}" }).signature.timestamp, expected);
    }
  });
});

describe("hookseal inspect", () => {
  it("redacts values of the payload and the URL, and keeps the other signed parts", () => {
    const now = Date.UTC(2026, 0, 1);
    const redacted = (id: string, body: string) => {
      const hook = webhook(id, { secrets: [SECRET] });
      return JSON.stringify(redactReport(hook.inspect(hook.sign(body, { now }), { now })));
    };
    const linear = redacted("linear", `{"webhookTimestamp":${now},"createdAt":"2026-01-01"}`);
    assert.doesNotMatch(linear, /1767225600|2026-01-01/);
    assert.match(redacted("stripe", '{"id":"evt_1"}'), /"timestamp":1767225600000/);
    const signature = {
      header: "X-Sig",
      format: "{hex}" as const,
      algorithms: ["sha256" as const],
      signedContent: "{method}\n{url}\n{body}",
    };
    const hook = webhook(
      { id: "mine", signature, envelope: { type: "/type" }, events: { "*": { schema: true } } },
      { secrets: [SECRET] },
    );
    const url = "https://h/?token=t0k3n";
    const report = hook.inspect({ ...hook.sign('{"type":"a"}', { url }), url });
    assert.equal(report.verdict, "verified");
    assert.match(JSON.stringify(report), /t0k3n/);
    const text = JSON.stringify(redactReport(report));
    assert.doesNotMatch(text, /t0k3n/);
    assert.match(text, /"placeholder":"method","value":"POST"/);
  });

  it("evaluates a rejected delivery once", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "hookseal-once-"));
    const file = join(folder, "delivery.http");
    const secret = join(folder, "secret");
    writeFileSync(
      file,
      'POST / HTTP/1.1\r\nX-Hub-Signature-256: sha256=00\r\nX-GitHub-Event: ping\r\n\r\n{"zen":1}',
    );
    writeFileSync(secret, SECRET);
    const { prototype } = webhook("github", { secrets: [SECRET] }).constructor as { prototype: Webhook };
    const verbs = (["verify", "check", "inspect", "explain"] as const).map((name) =>
      context.mock.method(prototype, name),
    );
    try {
      assert.equal(await inspect([file], { provider: "github", secretFile: [secret] }), 1);
    } finally {
      context.mock.restoreAll();
      rmSync(folder, { recursive: true, force: true });
    }
    assert.deepEqual(
      verbs.map(({ mock }) => mock.callCount()),
      [0, 0, 1, 0],
    );
  });
});
