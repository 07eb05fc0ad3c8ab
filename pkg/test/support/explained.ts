// What the suites of `explain` share: an event, its signatures, and what has to hold for every explanation.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import {
  type BodyLike,
  type Cause,
  type CauseCode,
  type Explanation,
  type HeadersLike,
  painchek,
  type Webhook,
} from "../../src/index.ts";
import { checkTruth } from "./explained-truth.ts";
import { oracle, SECRET } from "./fixtures.ts";

export const header = "X-PainChek-WH-Signature";
export const hook = painchek({ secrets: [SECRET] });
/** An event with something for every serialiser to write in its own way. */
export const event = {
  event: "assessment_add",
  data: { name: "Zoë 😀", path: "a/b/c", note: "<b>R&D</b>", pain: [1, 2.5, {}], list: [], nothing: null },
};

export const signature = (signed: BodyLike, secret = SECRET) =>
  `sha256=${oracle("sha256", secret, signed as Uint8Array)}`;
export const codes = (causes: readonly Cause[]): CauseCode[] => causes.map(({ code }) => code);

export function explain(headers: HeadersLike, body: BodyLike, by: Webhook = hook): Explanation {
  const explanation = by.explain({ headers, body });
  assert.ok(explanation.tried <= 4096, `${explanation.tried}`);
  for (const cause of [...explanation.matches, ...explanation.observations]) {
    assert.match(cause.title, /^[A-Z\\].{3,59}$/);
    assert.match(cause.message, /^[A-Z`].*\.$/s);
    assert.match(cause.fix, /^[A-Z].*\.$/s);
    for (const { name, code } of cause.frameworks) assert.ok(name !== "" && !cause.fix.includes(code));
    assert.deepEqual(cause.changedBytes, cause.difference?.received);
  }
  checkTruth({ headers: toHeaders(headers), body: Buffer.from(body as Uint8Array), found: explanation });
  return explanation;
}

/** That one text was signed, another arrived, and exactly this is proved. */
export function proves(
  signed: Uint8Array | string,
  received: BodyLike,
  ...expected: CauseCode[]
): Explanation {
  const explanation = explain({ [header]: signature(signed) }, received);
  const seen = inspect({ received, ...explanation }, { depth: 5 });
  assert.deepEqual(codes(explanation.matches), expected, seen);
  const bytes = Buffer.from(received as Uint8Array);
  const sent = Buffer.from(signed as Uint8Array);
  for (const { difference } of explanation.matches) {
    assert.ok(difference, seen);
    assert.deepEqual(bytes.subarray(0, difference.received.start), sent.subarray(0, difference.signed.start));
    assert.deepEqual(bytes.subarray(difference.received.end), sent.subarray(difference.signed.end));
  }
  return explanation;
}

function toHeaders(headers: HeadersLike): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers as Record<string, string | string[] | undefined>))
    for (const item of [value ?? []].flat())
      if (/^[\w-]+$/.test(name)) all.append(name, item.replace(/[^ -~]/g, ""));
  return all;
}
