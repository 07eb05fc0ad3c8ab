// Definitions that extend a built-in provider: in a program, compiled, and as built-in ones.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileProvider, type ExtendedDefinition, providerDefinition, webhook } from "../../src/index.ts";
import { errorOf } from "../support/fixtures.ts";

const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
const mine: ExtendedDefinition = { id: "mine", extends: "svix", envelope: { type: ["/event", "=event"] } };

describe("a definition that extends a built-in provider", () => {
  it("verifies what the built-in provider signs, compiled or not", () => {
    const { headers, body } = webhook("svix", { secrets }).sign('{"event":"a"}');
    for (const definition of [mine, compileProvider(mine)]) {
      const { type, signature } = webhook(definition, { secrets }).verify({ headers, body });
      assert.deepEqual([type, signature.status], ["a", "verified"]);
    }
    const other = webhook("svix", { secrets }).sign("{}");
    assert.equal(webhook(mine, { secrets }).verify(other).type, "event");
  });

  it("has all keys in the definition of its webhook", () => {
    const { definition } = webhook(mine, { secrets });
    const { title, documentation, confirmed, retries, ...svix } = providerDefinition("svix") ?? assert.fail();
    assert.deepEqual(definition, { ...svix, ...mine });
    assert.ok(title && documentation && confirmed && retries);
    // The definition is valid again, also with other keys.
    const again = webhook({ ...definition, id: "again" }, { secrets });
    assert.equal(again.definition.id, "again");
    assert.deepEqual(again.definition.signature, svix.signature);
  });

  it("is rejected with the reason at `extends`", () => {
    const error = errorOf(() => webhook({ id: "mine", extends: "unknown" }, { secrets }));
    assert.equal(error.code, "definition-invalid");
    assert.match(error.message, /\/extends: Unknown built-in provider\. There are: /);
    assert.equal(error.issues[0]?.pointer, "/extends");
  });
});
