// Every statement of an explanation is checked against the delivery, without the code that made the statement.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { inspect } from "node:util";
import type { Cause, CauseCode, Explanation } from "../../src/index.ts";

/** What was explained. */
export interface Explained {
  headers: Headers;
  body: Buffer;
  found: Explanation;
}

type Check = (cause: Cause, explained: Explained) => boolean;

const json = (body: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
};
const declared = ({ headers }: Explained) => Number(headers.get("content-length"));
const names = ({ message }: Cause, { headers }: Explained) =>
  [...headers.keys()].some((name) => message.toLowerCase().includes(name));
const unmatched: Check = (_, { found }) => found.matches.length === 0;
/** Facts of secrets and of timestamps, which the tests in Rust check. */
const inRust: Check = ({ message }) => message.length > 0;

/** Observations that say nothing against the body, the headers or the secret. */
const neutral: ReadonlySet<string> = new Set([
  "no-match",
  "search-limit-reached",
  "signature-multiple",
  "header-similar",
  "timestamp-too-old",
  "timestamp-too-new",
  "timestamp-unit",
  "secret-leaked",
]);

/** A check for every observation that the tests of the package see. */
const checks: Partial<Record<CauseCode, Check>> = {
  "signature-valid": ({ message }, { body, found }) =>
    found.matches.length === 0 &&
    message.includes(` ${body.length} bytes `) &&
    message.includes(createHash("sha256").update(body).digest("hex")) &&
    body.equals(found.signedBody ?? Buffer.of(0)),
  "provider-unsigned": unmatched,
  "secret-missing": (_, { found }) => found.tried === 0,
  "secret-invalid": inRust,
  "secret-wrong-type": inRust,
  "secret-suspicious": inRust,
  "secret-not-first": ({ message }) => /secret \d/.test(message) && !message.includes("secret 1,"),
  "secrets-several": unmatched,
  "no-match": ({ message }, { found }) =>
    found.matches.length === 0 &&
    found.signedBody === undefined &&
    message.includes("Most likely the secret") === found.observations.every(({ code }) => neutral.has(code)),
  "search-limit-reached": unmatched,
  "body-too-large": (_, { found }) => found.tried === 0,
  "body-empty": (_, { body }) => body.length === 0,
  "body-placeholder": (_, { body }) => !/^\s*[{[]\s*[^\s}\]o]/.test(body.toString()),
  "body-shorter-than-declared": (_, explained) => declared(explained) > explained.body.length,
  "body-longer-than-declared": (_, explained) => declared(explained) < explained.body.length,
  "body-replacement-characters": (_, { body }) => body.includes("\ufffd"),
  "body-question-marks": (_, { body }) => body.includes("?") && body.every((byte) => byte < 0x80),
  "body-numbers-rounded": (_, { body }) =>
    (body.toString().match(/\d{18,}/g) ?? []).some(
      (text) => text.endsWith("0") && String(Number(text)) === text,
    ),
  "body-json-stringify-output": (_, { body }) => body.equals(Buffer.from(JSON.stringify(json(body)) ?? "")),
  "body-python-output": (_, { body }) => json(body) !== undefined && /[:,] /.test(body.toString()),
  "body-not-json": (_, { body }) => json(body) === undefined,
  "digest-length": ({ message }) => /has \d+ bytes/.test(message),
  "signature-unreadable": unmatched,
  "signature-multiple": inRust,
  "signature-public-key": names,
  "signature-jwt": names,
  "header-missing": ({ message }, { headers }) => {
    const name = /header ([\w-]+)\.$/.exec(message)?.[1];
    return name !== undefined && !headers.has(name);
  },
  "header-similar": names,
  "header-of-another-provider": names,
  "header-token": names,
  "token-form": inRust,
  "token-other-header": inRust,
  "token-unknown": inRust,
  "token-missing": inRust,
  "jwt-rejected": inRust,
  "jwt-valid": inRust,
  "token-valid": inRust,
  "secret-as-token": inRust,
  "secret-leaked": inRust,
  "documentation-sample": inRust,
  "timestamp-too-old": inRust,
  "timestamp-too-new": inRust,
  "timestamp-missing": inRust,
  "timestamp-unit": inRust,
  "signed-content-incomplete": inRust,
  "url-signed": unmatched,
  "content-encoding": (_, { headers }) => headers.has("content-encoding"),
  "content-type-form": (_, { headers }) => headers.get("content-type")?.includes("form") === true,
};

/** Checks every statement of an explanation. A code without a check fails. */
export function checkTruth(explained: Explained): void {
  const { body, found } = explained;
  for (const cause of found.observations) {
    const check = checks[cause.code];
    assert.ok(check, `no check for the observation ${cause.code}`);
    assert.ok(check(cause, explained), `not true: ${inspect(cause)}`);
  }
  const all = found.matches.map(({ code }) => code);
  assert.equal(new Set(all).size, all.length, `a cause is claimed twice: ${all}`);
  const signed = Buffer.from(found.signedBody ?? "");
  for (const { code, message, alternatives, difference } of found.matches) {
    for (const other of alternatives)
      assert.ok(message.includes(other) && !all.includes(other), `${code}: ${other}`);
    if (difference === undefined) continue;
    const { received, signed: range } = difference;
    assert.deepEqual(body.subarray(0, received.start), signed.subarray(0, range.start));
    assert.deepEqual(body.subarray(received.end), signed.subarray(range.end));
    assert.notDeepEqual(body, signed);
  }
}
