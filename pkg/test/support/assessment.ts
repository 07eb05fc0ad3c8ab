// Signed deliveries of PainChek's assessment, for the suites of one webhook.
import assert from "node:assert/strict";
import { type Delivery, painchek } from "../../src/index.ts";
import { bytesOf, oracle, SECRET, text } from "./fixtures.ts";

export const header = "X-PainChek-WH-Signature";
export const hook = painchek({ secrets: [SECRET] });
export const assessment = bytesOf("providers/painchek/samples/assessment_add.painchek.json");
export const signed = (body: string | Uint8Array, secret = SECRET, algorithm = "sha256"): Delivery => ({
  headers: { [header]: `${algorithm}=${oracle(algorithm, secret, body)}` },
  body,
});
/** A body with a text replaced, which the body has to contain. */
export const changed = (body: Uint8Array, from: string | RegExp, to: string) => {
  const before = text.decode(body);
  const after = before.replace(from, to);
  assert.notEqual(after, before, `${from}`);
  return after;
};
