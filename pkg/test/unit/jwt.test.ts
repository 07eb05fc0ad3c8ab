// JSON Web Tokens as signatures: the definition of docs/providers.md, and tokens that Node's own crypto signs.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type ProviderDefinition, type Webhook, webhook } from "../../src/index.ts";

const page = readFileSync(new URL("../../../docs/providers.md", import.meta.url), "utf8");
const [, json = ""] = /### JSON Web Tokens\n[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? assert.fail();

const KEY = "a secret of the subscription";
const definition = {
  id: "mine",
  envelope: { type: "/type" },
  events: { "*": { schema: true } },
  ...JSON.parse(json),
} as ProviderDefinition;
const hook: Webhook = webhook(definition, { secrets: [KEY] });

const now = Date.UTC(2026, 0, 1);
const body = '{"type":"paid","amount":1}';

function token(claims: object, alg = "HS256", key = KEY): string {
  const parts = [{ alg, typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  return `${parts.join(".")}.${createHmac("sha256", key).update(parts.join(".")).digest("base64url")}`;
}

const claims = {
  iss: "Acme",
  iat: now / 1000,
  exp: now / 1000 + 60,
  payload_hash: createHash("sha256").update(body).digest("hex"),
};
const sent = (jwt: string, text = body) => ({ headers: { authorization: `Bearer ${jwt}` }, body: text });
const codeOf = (jwt: string, text?: string) => {
  const result = hook.check(sent(jwt, text), { now });
  return result.ok ? "accepted" : result.error.code;
};

describe("a JSON Web Token", () => {
  it("of the definition in the documentation is verified, with its algorithm", () => {
    const { signature, type } = hook.verify(sent(token(claims)), { now });
    assert.deepEqual(signature, { status: "verified", algorithm: "sha256", secret: 0, covers: "body" });
    assert.equal(type, "paid");
    assert.equal(hook.inspect(sent(token(claims)), { now }).signature.status, "verified");
  });

  it("is rejected for another body, issuer, time, key or algorithm, each with its code", () => {
    assert.equal(codeOf(token(claims), body.replace("1", "2")), "digest-mismatch");
    assert.equal(codeOf(token({ ...claims, iss: "Other" })), "claim-mismatch");
    assert.equal(codeOf(token({ ...claims, iat: now / 1000 - 301 })), "timestamp-too-old");
    assert.equal(codeOf(token({ ...claims, exp: now / 1000 - 61 })), "timestamp-too-old");
    assert.equal(codeOf(token({ ...claims, iat: undefined })), "timestamp-missing");
    assert.equal(codeOf(token(claims, "HS256", "another key")), "signature-mismatch");
    assert.equal(codeOf(token(claims, "none")), "algorithm-unsupported");
    assert.equal(codeOf(token(claims, "RS256")), "algorithm-unsupported");
    assert.equal(codeOf("a.b.c"), "signature-malformed");
  });

  it("is explained: what is wrong, and that it is valid", () => {
    const said = (jwt: string) => {
      const { matches, observations } = hook.explain(sent(jwt), { now });
      assert.deepEqual(matches, []);
      return observations.map(({ code, message }) => [code, message]);
    };
    assert.deepEqual(said(token({ ...claims, exp: now / 1000 - 100 })), [
      ["jwt-rejected", "The token expired 100 s ago."],
    ]);
    assert.deepEqual(said(token(claims, "HS384")), [
      ["jwt-rejected", "The token in Authorization is signed with HS384; expected HS256."],
    ]);
    assert.deepEqual(said(token({ ...claims, iss: "Other" })), [
      ["jwt-rejected", "The claim `iss` of the token does not have the expected value."],
    ]);
    assert.equal(said(token(claims))[0]?.[0], "jwt-valid");
  });

  it("that is made here is accepted here", () => {
    const { headers } = hook.sign(body, { now });
    assert.match(headers.Authorization ?? "", /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    assert.equal(hook.verify({ headers, body }, { now }).signature.status, "verified");
    const [, payload = ""] = (headers.Authorization ?? "").split(".");
    assert.equal(JSON.parse(Buffer.from(payload, "base64url").toString()).payload_hash, claims.payload_hash);
  });
});
