/** Webhooks are reused: making one takes longer than inspecting a delivery. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { InspectInput } from "../../src/engine/protocol.ts";
import { handlers, webhookCount } from "./page.ts";

function inputOf(example: string, changes: Partial<InspectInput> = {}): InspectInput {
  const { delivery, provider, secret } = handlers.makeExample({ id: example });
  return { delivery, provider, secret, encoding: "provider", profile: "lenient", ...changes };
}

/** Number of webhooks that are made while `type` characters are appended to the body. */
function countWhileTyping(input: InspectInput, explains = false): number {
  const type = (typed: string) => {
    const changed = { ...input, delivery: { ...input.delivery, text: input.delivery.text + typed } };
    handlers.inspect(changed);
    if (explains) handlers.explain(changed);
  };
  // The first character changes the verdict, and with it the secret of the expected signature.
  type("");
  type(" ");
  const before = webhookCount();
  for (const typed of ["  ", "   ", "    "]) type(typed);
  return webhookCount() - before;
}

test("typing into the body makes no webhook, with a signature to compute", () => {
  assert.equal(countWhileTyping(inputOf("painchek")), 0);
  assert.equal(countWhileTyping(inputOf("painchek-sha1")), 0);
});

test("typing into the body makes no webhook while mismatches are explained", () => {
  assert.equal(countWhileTyping(inputOf("painchek-rewritten"), true), 0);
});

test("typing into the body makes no webhook during a secret rotation", () => {
  assert.equal(countWhileTyping(inputOf("painchek", { secondSecret: "the next secret" })), 0);
  const { secret } = inputOf("painchek");
  assert.equal(countWhileTyping(inputOf("painchek", { secret: "the next secret", secondSecret: secret })), 0);
});

test("another setting makes another webhook", () => {
  handlers.inspect(inputOf("xon"));
  const before = webhookCount();
  handlers.inspect(inputOf("xon", { profile: "strict" }));
  assert.equal(webhookCount() - before, 1);
});
