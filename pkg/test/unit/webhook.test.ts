// One webhook: the consistent results of verify, check and inspect for deliveries of PainChek and X-on.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { Hook } from "../../src/generated/glue.js";
import {
  type Delivery,
  HooksealError,
  type Issue,
  painchek,
  type VerifyOptions,
  type Webhook,
  xon,
} from "../../src/index.ts";
import { assessment, changed, header, hook, signed } from "../support/assessment.ts";
import { codes, errorOf, fieldsOf, oracle, SECRET, samplesOf, text } from "../support/fixtures.ts";

const surgery = xon({ unsigned: "allow" });
const sha256 = (body: string | Uint8Array) => createHash("sha256").update(body).digest("hex");

describe("an accepted delivery of PainChek", () => {
  for (const { name, body } of samplesOf("painchek")) {
    it(`has every field of ${name}`, () => {
      const event = JSON.parse(text.decode(body));
      const headers = {
        ...(signed(body).headers as object),
        "X-PainChek-Webhook-Id": "b7c1",
        "X-PainChek-WH-Delivery-Id": "d1f0",
      };
      const verified = hook.verify({ headers, body });
      assert.deepEqual(fieldsOf(verified), {
        event,
        type: "assessment_add",
        id: `assessment_add:${event.data.uuid}`,
        webhookId: "b7c1",
        deliveryId: "d1f0",
        createdAt: event.data.created_at,
        signature: { status: "verified", algorithm: "sha256", secret: 0, covers: "body" },
        digest: sha256(body),
        issues: [],
      });
      const { stages, ...report } = hook.inspect({ headers, body });
      assert.deepEqual(
        stages.map(({ state }) => state),
        Array.from({ length: 6 }, () => "passed"),
      );
      assert.deepEqual(report, {
        verdict: "verified",
        provider: "painchek",
        type: "assessment_add",
        id: `assessment_add:${event.data.uuid}`,
        webhookId: "b7c1",
        deliveryId: "d1f0",
        createdAt: event.data.created_at,
        digest: sha256(body),
        signature: {
          status: "verified",
          header,
          algorithm: "sha256",
          received: `sha256=${oracle("sha256", SECRET, body)}`,
          tag: oracle("sha256", SECRET, body),
          secret: 0,
          covers: "body",
          signedContent: "{body}",
          parts: [{ placeholder: "body", span: { start: 0, end: body.length } }],
        },
        issues: [],
      });
    });
  }
});

describe("an accepted delivery of X-on", () => {
  const revisions: Record<string, string> = { R0: "R0", R7: "R7-R9", R8: "R7-R9", R9: "R7-R9" };
  for (const { name, type, body } of samplesOf("xon")) {
    it(`has every field of ${name}`, () => {
      const { event } = JSON.parse(text.decode(body));
      const found = /\.(R\d)\./.exec(name)?.[1];
      const revision = found === undefined ? {} : { revision: revisions[found] ?? "R1-R6" };
      const common = {
        type,
        id: `${type}:${event.id}`,
        createdAt: event.createdAt,
        ...revision,
        digest: sha256(body),
      };
      for (const options of [{}, { profile: "strict" }] as VerifyOptions[]) {
        const { issues, ...verified } = fieldsOf(surgery.verify({ headers: {}, body }, options));
        assert.deepEqual(verified, { event: { event }, signature: { status: "unsigned" }, ...common });
        assert.deepEqual(codes(issues as Issue[], "error"), []);
        const { stages, ...report } = surgery.inspect({ headers: {}, body }, options);
        assert.ok(stages.every(({ state }) => state !== "failed" && state !== "not-reached"));
        assert.deepEqual(report, {
          verdict: "unsigned",
          provider: "xon",
          signature: { status: "unsigned" },
          issues,
          ...common,
        });
      }
    });
  }
});

describe("a rejected delivery", () => {
  const strictly: VerifyOptions = { profile: "strict" };
  const other = oracle("sha256", "another secret", assessment);
  const sha1 = oracle("sha1", SECRET, assessment);
  const one = (value: string): Delivery => ({ headers: { [header]: value }, body: assessment });
  const cases: [string, code: string, status: number, Delivery, VerifyOptions?, Webhook<never>?][] = [
    ["without a signature", "signature-missing", 401, { headers: {}, body: assessment }],
    ["with an empty signature", "signature-malformed", 401, one("")],
    ["with a signature that is none", "signature-malformed", 401, one("nonsense")],
    ["with a digest that is no hex", "signature-malformed", 401, one(`sha256=${"z".repeat(64)}`)],
    ["signed with another secret", "signature-mismatch", 401, one(`sha256=${other}`)],
    [
      "with a changed body",
      "signature-mismatch",
      401,
      { ...signed(assessment), body: changed(assessment, "}", "} ") },
    ],
    ["with the digest of another algorithm", "algorithm-mismatch", 401, one(`sha256=${sha1}`)],
    [
      "with an algorithm that the provider does not use",
      "algorithm-unsupported",
      401,
      one(`md5=${other.slice(0, 32)}`),
    ],
    ["without a body", "body-empty", 400, { headers: {}, body: "" }],
    ["over the limit", "body-too-large", 413, signed(assessment), { maxBytes: 100 }],
    ["that is no JSON", "json-syntax", 400, signed("{")],
    ["that is no UTF-8", "json-encoding", 400, signed(new Uint8Array([0x22, 0xff, 0x22]))],
    ["with a key twice", "json-duplicate-key", 400, signed('{"event":1,"event":2}')],
    ["that is nested too deep", "json-too-deep", 400, signed("[".repeat(200))],
    ["without an envelope", "envelope-invalid", 400, signed("{}")],
    ["that is a list", "envelope-invalid", 400, signed("[]")],
    [
      "that breaks the contract",
      "event-invalid",
      400,
      signed(changed(assessment, /"uuid": "[^"]+"/, '"uuid": "x"')),
    ],
    ["of an unknown event, strictly", "event-unknown", 400, signed('{"event":"new","data":{}}'), strictly],
    [
      "of another content type, strictly",
      "content-type",
      415,
      {
        headers: { ...(signed(assessment).headers as object), "content-type": "text/plain" },
        body: assessment,
      },
      strictly,
    ],
  ];
  for (const [what, code, status, delivery, options] of cases) {
    it(`is ${code} with status ${status}: ${what}`, () => {
      const result = hook.check(delivery, options);
      assert.ok(!result.ok, "accepted");
      const { error } = result;
      assert.ok(error instanceof HooksealError && error instanceof Error, "another error");
      assert.deepEqual([error.name, error.code, error.status], ["HooksealError", code, status]);
      assert.ok(
        error.issues.some(({ severity }) => severity === "error"),
        "no error among the issues",
      );
      assert.notEqual(error.message, "");
      const thrown = errorOf(() => hook.verify(delivery, options));
      assert.deepEqual(
        [thrown.code, thrown.message, thrown.issues],
        [error.code, error.message, error.issues],
      );
      const report = hook.inspect(delivery, options);
      assert.equal(report.verdict, "rejected");
      for (const found of codes(error.issues)) assert.ok(codes(report.issues).includes(found), found);
    });
  }

  it("has all its issues at once, each with its location", () => {
    const body = changed(assessment, /"uuid": "[^"]+"/, '"uuid": "x"').replace(
      '"deleted_at": null',
      '"deleted_at": 5',
    );
    const { issues } = errorOf(() => hook.verify(signed(body)));
    const errors = issues.filter(({ severity }) => severity === "error");
    assert.deepEqual(errors.map(({ code, pointer }) => [code, pointer]).slice(0, 2), [
      ["format", "/data/uuid"],
      ["type", "/data/deleted_at"],
    ]);
    for (const { span, byteSpan, path, pointer } of errors) {
      assert.equal(body.slice(0, span.start).split("\n").length, span.line);
      assert.equal(Buffer.byteLength(body.slice(0, span.start)), byteSpan.start);
      assert.equal(path.map((step) => `/${step}`).join(""), pointer);
    }
  });

  it("without a valid signature is not parsed: an attacker learns nothing about its mistakes", () => {
    const error = errorOf(() => hook.verify({ headers: {}, body: "{" }));
    assert.deepEqual(codes(error.issues), ["signature-missing"]);
    assert.deepEqual(codes(hook.inspect({ headers: {}, body: "{" }).issues), [
      "signature-missing",
      "json-syntax",
    ]);
  });
});

describe("the error of a rejected delivery", () => {
  const bodies = [
    '{"event":"assessment_add","event":1,"data":{}}',
    '{"event":"é',
    "[12345678901234567890]",
    '{"event":{}}',
  ];

  it("is checked once, and a second time only if its issues are read", () => {
    const calls: string[] = [];
    const { verify, failure } = Hook.prototype;
    Hook.prototype.verify = function (...call) {
      calls.push("verify");
      return verify.apply(this, call);
    };
    Hook.prototype.failure = function (...call) {
      calls.push("failure");
      return failure.apply(this, call);
    };
    try {
      const { error } = surgery.check({ headers: {}, body: "[]" }) as { error: HooksealError };
      assert.deepEqual(
        [error.code, error.status, String(error)],
        ["envelope-invalid", 400, `HooksealError: ${error.message}`],
      );
      assert.ok(error.stack?.includes(error.message));
      inspect(error);
      assert.deepEqual(calls, ["verify"]);
      assert.equal(error.issues.length, 1);
      assert.equal(error.issues, error.issues);
      assert.deepEqual(calls, ["verify", "failure"]);
    } finally {
      Object.assign(Hook.prototype, { verify, failure });
    }
  });

  it("has the issues of the checked body, even if its memory or the options change", () => {
    for (const body of bodies) {
      const bytes = Buffer.from(body);
      const options: VerifyOptions = { profile: "strict", now: 0 };
      const expected = surgery.inspect({ headers: {}, body }, options).issues;
      const result = surgery.check({ headers: {}, body: bytes }, options);
      bytes.fill(0);
      options.profile = "lenient";
      surgery.check({ headers: {}, body: "{}" });
      assert.ok(!result.ok);
      assert.deepEqual(result.error.issues, expected);
    }
  });

  it("is copied, cloned, spread and printed like any other error", () => {
    for (const body of bodies) {
      const error = errorOf(() => surgery.verify({ headers: {}, body })) as HooksealError;
      assert.deepEqual(Object.keys(error), ["name", "code", "status", "issues"]);
      const { code, status, message } = error;
      assert.equal(structuredClone(error).message, message);
      const issues = surgery.inspect({ headers: {}, body }).issues;
      assert.deepEqual(JSON.parse(JSON.stringify(error)), { name: "HooksealError", code, status, issues });
      assert.deepEqual({ ...error }.issues, issues);
      assert.ok(inspect(error).includes(message));
      assert.ok(!inspect(error).includes(body));
    }
    // An error with issues and an error with lazy issues have the same property.
    const raw = surgery.check({ headers: {}, body: {} as string });
    assert.ok(!raw.ok);
    assert.deepEqual(Object.keys(raw.error), ["name", "code", "status", "issues"]);
    assert.equal(raw.error.issues[0]?.code, "body-not-raw");
  });
});

describe("verify and inspect", () => {
  it("agree on every delivery, in both profiles", () => {
    const bodies = [
      ...samplesOf("painchek").map(({ body }) => body),
      ...samplesOf("xon").map(({ body }) => body),
      ...[
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"event":"new"}',
        '{"event":"..."}',
        '{"event":{"type":"new","id":1}}',
      ],
      changed(assessment, /"pain_score": \d+/, '"pain_score": 41'),
      changed(assessment, '"is_editable": false', '"is_editable": true'),
      changed(assessment, '"data": {', '"data": { "another": 1,'),
      '{"count":0,"next":null,"results":[]}',
      '{"event":"new","data":{"big":12345678901234567890,"half":"\\ud800"}}',
    ];
    const contentTypes = [undefined, "application/json", "Application/JSON ; charset=utf-8", "text/plain"];
    const webhooks = [
      hook,
      painchek({ secrets: [SECRET], unsigned: "allow" }),
      painchek({ secrets: [SECRET], profile: "strict" }),
      painchek({ unsigned: "allow" }),
      surgery,
    ];
    let accepted = 0;
    for (const one of webhooks) {
      for (const body of bodies) {
        for (const sign of [true, false]) {
          for (const profile of [undefined, "lenient", "strict"] as const) {
            for (const contentType of contentTypes) {
              const headers = {
                ...(sign ? (signed(body).headers as object) : {}),
                "content-type": contentType,
              };
              const options = profile === undefined ? {} : { profile };
              const result = one.check({ headers, body }, options);
              const report = one.inspect({ headers, body }, options);
              const errors = report.issues.filter(({ severity }) => severity === "error");
              assert.equal(result.ok, report.verdict !== "rejected");
              assert.equal(result.ok, errors.length === 0, JSON.stringify(errors));
              if (!result.ok) continue;
              accepted += 1;
              const { event, signature, ...fields } = fieldsOf(result.value);
              const { verdict, provider, signature: seen, stages, ...same } = report;
              assert.ok(stages.every(({ state }) => state !== "failed"));
              assert.deepEqual(fields, same);
              assert.deepEqual([verdict, provider], [result.value.signature.status, one.provider]);
              assert.equal(seen.status, result.value.signature.status);
            }
          }
        }
      }
    }
    assert.ok(accepted > 100, `${accepted} accepted`);
  });
});

describe("the signature", () => {
  it("may be made with any of the secrets, which is reported", () => {
    const rotation = painchek({ secrets: ["the new one", SECRET, "an old one"] });
    for (const [secret, place] of [
      ["the new one", 0],
      [SECRET, 1],
      ["an old one", 2],
    ] as const) {
      const expected = { status: "verified", algorithm: "sha256", secret: place, covers: "body" };
      assert.deepEqual(rotation.verify(signed(assessment, secret)).signature, expected);
      assert.equal(rotation.inspect(signed(assessment, secret)).signature.secret, place);
    }
    assert.equal(errorOf(() => rotation.verify(signed(assessment, "no secret"))).code, "signature-mismatch");
    assert.equal(
      rotation.sign(assessment).headers[header],
      `sha256=${oracle("sha256", "the new one", assessment)}`,
    );
  });

  it("may have an older algorithm, unless the option `algorithms` excludes it", () => {
    const old = signed(assessment, SECRET, "sha1");
    assert.deepEqual(hook.verify(old).signature, {
      status: "verified",
      algorithm: "sha1",
      secret: 0,
      covers: "body",
    });
    const narrowed = painchek({ secrets: [SECRET], algorithms: ["sha256"] });
    assert.equal(errorOf(() => narrowed.verify(old)).code, "algorithm-unsupported");
    assert.equal(narrowed.inspect(old).verdict, "rejected");
    assert.equal(narrowed.check(signed(assessment)).ok, true);
    const older = painchek({ secrets: [SECRET], algorithms: ["sha1"] });
    assert.equal(older.sign(assessment).headers[header], `sha1=${oracle("sha1", SECRET, assessment)}`);
    assert.equal(errorOf(() => older.verify(signed(assessment))).code, "algorithm-unsupported");
  });

  it("may be in upper or lower case", () => {
    const upper = `SHA256=${oracle("sha256", SECRET, assessment).toUpperCase()}`;
    assert.equal(hook.check({ headers: { [header]: upper }, body: assessment }).ok, true);
  });

  it("covers the received bytes: another spelling of the same event is another body", () => {
    const spelled = JSON.stringify(JSON.parse(text.decode(assessment)));
    assert.equal(hook.check(signed(spelled)).ok, true);
    assert.equal(
      errorOf(() => hook.verify({ ...signed(assessment), body: spelled })).code,
      "signature-mismatch",
    );
  });
});
