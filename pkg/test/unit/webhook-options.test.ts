// The options of one webhook: secrets, unsigned deliveries, profiles, and invalid values.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Delivery, painchek, type VerifyOptions, webhook, xon } from "../../src/index.ts";
import { assessment, changed, header, hook, signed } from "../support/assessment.ts";
import { codes, errorOf, SECRET } from "../support/fixtures.ts";

describe("unsigned", () => {
  const bare: Delivery = { headers: {}, body: assessment };

  it("is rejected unless it is allowed", () => {
    assert.equal(errorOf(() => hook.verify(bare)).code, "signature-missing");
    assert.equal(
      errorOf(() => painchek({ secrets: [SECRET], unsigned: "refuse" }).verify(bare)).code,
      "signature-missing",
    );
    for (const make of [
      () => painchek({}),
      () => xon({}),
      () => xon({ unsigned: "refuse" }),
      () => webhook("painchek"),
    ]) {
      assert.equal(errorOf(make).code, "secret-missing");
    }
  });

  it("is never reported as verified", () => {
    for (const one of [painchek({ unsigned: "allow" }), painchek({ unsigned: "allow", secrets: [SECRET] })]) {
      assert.deepEqual(one.verify(bare).signature, { status: "unsigned" });
      assert.equal(one.inspect(bare).verdict, "unsigned");
      assert.equal(one.inspect(bare).signature.status, "unsigned");
    }
    // This webhook has no secret.
    const blind = painchek({ unsigned: "allow" });
    assert.deepEqual(blind.verify(signed(assessment)).signature, { status: "unsigned" });
    assert.deepEqual(codes(blind.verify(signed(assessment)).issues, "warning"), ["secret-missing"]);
  });

  it("does not accept a wrong signature", () => {
    const either = painchek({ unsigned: "allow", secrets: [SECRET] });
    assert.equal(either.verify(signed(assessment)).signature.status, "verified");
    assert.equal(errorOf(() => either.verify(signed(assessment, "another"))).code, "signature-mismatch");
    for (const value of ["", "nonsense", "sha256="]) {
      const error = errorOf(() => either.verify({ headers: { [header]: value }, body: assessment }));
      assert.equal(error.code, "signature-malformed");
    }
  });
});

describe("a webhook", () => {
  it("is not created without a secret by any mistake", () => {
    for (const secrets of [undefined, [], [""], [undefined], ["good", ""], ["good", undefined], null, ""]) {
      const error = errorOf(() => painchek({ secrets: secrets as string[] }));
      assert.deepEqual([error.code, error.status], ["secret-missing", 500], JSON.stringify(secrets));
    }
    assert.equal(errorOf(() => painchek(undefined as never)).code, "secret-missing");
  });

  it("rejects invalid options", () => {
    const secrets = [SECRET];
    for (const options of [
      { unsigned: "yes" },
      { unsigned: true },
      { profile: "loose" },
      { maxBytes: -1 },
      { maxBytes: "1" },
      { maxBytes: Number.NaN },
      { tolerance: -5 },
      { secrets: [7] },
    ]) {
      const error = errorOf(() => painchek({ secrets, ...options } as never));
      assert.deepEqual([error.code, error.status], ["option-invalid", 500], JSON.stringify(options));
      assert.ok(error.message.includes(`\`${Object.keys(options)[0]}\``), error.message);
    }
    for (const algorithms of [["md5"], []]) {
      const error = errorOf(() => painchek({ secrets, algorithms } as never));
      assert.ok(["algorithm-unsupported", "option-invalid"].includes(error.code), error.code);
    }
    for (const id of ["unknown", "", "PainChek"]) {
      const error = errorOf(() => webhook(id, { secrets }));
      assert.equal(error.code, "definition-invalid");
      assert.match(error.message, /github, .*painchek, .*xon/);
    }
  });

  it("rejects invalid options of a call", () => {
    for (const options of [
      { profile: "loose" },
      { maxBytes: -1 },
      { maxBytes: "9" },
      { now: null },
      { now: "2024" },
      { tolerance: Number.NaN },
      { now: new Date(Number.NaN) },
    ]) {
      for (const verb of ["verify", "check", "inspect"] as const) {
        const error = errorOf(() => hook[verb](signed(assessment), options as VerifyOptions));
        assert.equal(error.code, "option-invalid", JSON.stringify(options));
      }
    }
  });

  it("has a profile, which each call can override", () => {
    const body = changed(assessment, '"is_editable": false', '"is_editable": true');
    const strict = painchek({ secrets: [SECRET], profile: "strict" });
    assert.deepEqual(codes(hook.verify(signed(body)).issues, "warning"), ["editable"]);
    assert.deepEqual(codes(errorOf(() => hook.verify(signed(body), { profile: "strict" })).issues, "error"), [
      "editable",
    ]);
    assert.deepEqual(codes(errorOf(() => strict.verify(signed(body))).issues, "error"), ["editable"]);
    const lenient = strict.verify(signed(body), { profile: "lenient" });
    assert.deepEqual(codes(lenient.issues, "warning"), ["editable"]);
    assert.equal(strict.inspect(signed(body)).verdict, "rejected");
    assert.equal(strict.inspect(signed(body), { profile: "lenient" }).verdict, "verified");
  });

  it("accepts an unknown event as it is, with a warning", () => {
    const body = '{"event":"assessment_change","data":{"uuid":"no uuid"}}';
    const { type, id, event, issues } = hook.verify(signed(body));
    assert.equal(type as string, "assessment_change");
    assert.equal(id, "assessment_change:no uuid");
    assert.deepEqual(event, JSON.parse(body));
    assert.deepEqual(codes(issues), ["event-unknown"]);
    assert.match(issues[0]?.expected ?? "", /assessment_add/);
    assert.equal(hook.inspect(signed(body)).type, "assessment_change");
  });

  it("returns the same id and digest for every attempt", () => {
    const attempts = [1, 2, 3].map((n) => {
      const { headers } = hook.sign(assessment, { id: `delivery-${n}` });
      return hook.verify({ headers, body: assessment });
    });
    assert.equal(new Set(attempts.map(({ id }) => id)).size, 1);
    assert.equal(new Set(attempts.map(({ digest }) => digest)).size, 1);
    assert.equal(new Set(attempts.map(({ deliveryId }) => deliveryId)).size, 3);
    const edited = hook.verify(signed(changed(assessment, /"update_stamp": \d+/, '"update_stamp": 1')));
    assert.equal(edited.id, attempts[0]?.id);
    assert.notEqual(edited.digest, attempts[0]?.digest);
  });

  it("works with detached private state, and prints nothing of itself", () => {
    assert.deepEqual(Object.keys(hook), []);
    assert.equal(JSON.stringify(hook), "{}");
    assert.equal(hook.provider, "painchek");
  });
});
