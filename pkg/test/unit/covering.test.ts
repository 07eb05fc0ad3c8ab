// The parts that a signature covers, in deliveries, reports and metadata of providers.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Delivery, type Uncovered, type Webhook, webhook } from "../../src/index.ts";
import { oracle, SECRET } from "../support/fixtures.ts";

const body = JSON.stringify({ zen: "a", hook_id: 1 });
const github = webhook("github", { secrets: [SECRET] });
const signed = (more: Record<string, string>, of = body): Delivery => ({
  headers: { "X-Hub-Signature-256": `sha256=${oracle("sha256", SECRET, of)}`, ...more },
  body: of,
});

/** The uncovered parts, as every verb reports them. */
function uncovered(
  hook: Pick<Webhook, "verify" | "inspect">,
  delivery: Delivery,
  now?: number,
): Uncovered | undefined {
  const { signature } = hook.verify(delivery, now === undefined ? {} : { now });
  const report = hook.inspect(delivery, now === undefined ? {} : { now }).signature;
  assert.ok(signature.status === "verified");
  assert.deepEqual([signature.covers, report.covers], ["body", "body"]);
  assert.deepEqual(report.uncovered, signature.uncovered);
  assert.equal("uncovered" in signature, signature.uncovered !== undefined);
  return signature.uncovered;
}

describe("the uncovered parts", () => {
  it("are type and id, if they are in unsigned headers", () => {
    const event = { "X-GitHub-Event": "ping" };
    assert.deepEqual(uncovered(github, signed({ ...event, "X-GitHub-Delivery": "1" })), ["type", "id"]);
    // Without the header the id is the digest of the body, which an attacker cannot choose.
    assert.deepEqual(uncovered(github, signed(event)), ["type"]);
  });

  it("are none if everything is signed", () => {
    const svix = webhook("svix", { secrets: [`whsec_${Buffer.from("x".repeat(32)).toString("base64")}`] });
    const { headers, body } = svix.sign(JSON.stringify({ type: "a.b", data: {} }));
    assert.equal(uncovered(svix, { headers, body }), undefined);
    const painchek = webhook("painchek", { secrets: [SECRET] });
    assert.deepEqual([svix.uncovered, painchek.uncovered], [[], []]);
  });

  it("are one frozen list for all deliveries", () => {
    const of = (id: string) => {
      const { signature } = github.verify(signed({ "X-GitHub-Event": "ping", "X-GitHub-Delivery": id }));
      return signature.status === "verified" ? signature.uncovered : undefined;
    };
    assert.equal(of("1"), of("2"));
    assert.ok(Object.isFrozen(of("1")));
    (github.uncovered as string[]).length = 0;
    assert.deepEqual(github.uncovered, ["type", "id"]);
  });

  it("are absent if the delivery is not verified", () => {
    const headers = { "X-GitHub-Event": "ping", "X-GitHub-Delivery": "1" };
    const { signature } = github.inspect({ headers, body });
    assert.deepEqual(["covers" in signature, "uncovered" in signature], [false, false]);
    const open = webhook("github", { unsigned: "allow" });
    assert.deepEqual(open.verify({ headers, body }).signature, { status: "unsigned" });
    assert.deepEqual(webhook("xon", { unsigned: "allow" }).uncovered, []);
  });
});
