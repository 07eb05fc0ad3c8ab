// The words of `hookseal listen --ui`: each state has its headline, and a filter finds what it names.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { ConsoleDetails, ConsoleRow } from "../../../pkg/src/cli/listen/console-types.ts";
import { sentence } from "../../live/announcements.ts";
import { minutesOf } from "../../live/bars.ts";
import { listChildren } from "../../live/outline.ts";
import { LiveStore, MAX_ROWS } from "../../live/state.ts";
import { bandOf, duration, matches, noteOf, sealOf, stepsOf } from "../../live/words.ts";

const VALID = {
  payload: "valid" as const,
  warnings: 0,
  isSecond: false,
  isPublicKey: false,
  signs: true,
};
const row = (patch: Partial<ConsoleRow> = {}): ConsoleRow => ({
  number: 1,
  change: 1,
  at: 0,
  method: "POST",
  path: "/",
  provider: "painchek",
  title: "PainChek",
  type: "assessment_add",
  status: 200,
  verdict: "verified",
  message: "",
  accepted: VALID,
  errors: 0,
  bytes: 976,
  durationMs: 3,
  ...patch,
});
const app = (status: number, patch = {}) => ({
  url: "http://127.0.0.1:4000/",
  durationMs: 48,
  status,
  ...patch,
});
const failedApp = (error: string) => ({ url: "http://127.0.0.1:4000/", durationMs: 48, error });

describe("the headline of a delivery", () => {
  const STATES: [name: string, patch: Partial<ConsoleRow>, tone: string, headline: string][] = [
    ["verified", {}, "good", "Signed with your secret, and valid"],
    [
      "verified, with warnings",
      { accepted: { ...VALID, warnings: 2 } },
      "good",
      "Signed with your secret, 2 warnings",
    ],
    [
      "verified, of an unknown type",
      { accepted: { ...VALID, payload: "unknown", warnings: 1 } },
      "good",
      "Signed with your secret, of an unknown type",
    ],
    [
      "verified, without a contract",
      { accepted: { ...VALID, payload: "unchecked" } },
      "good",
      "Signed with your secret",
    ],
    [
      "verified by the second secret",
      { accepted: { ...VALID, isSecond: true } },
      "good",
      "Signed with the second secret",
    ],
    [
      "verified by a public key",
      { accepted: { ...VALID, isPublicKey: true } },
      "good",
      "Signed by the sender's key, and valid",
    ],
    [
      "unsigned, without a contract",
      { verdict: "unsigned", accepted: { ...VALID, payload: "unchecked", signs: false } },
      "open",
      "Not authenticated",
    ],
    ["verified, and accepted", { app: app(200) }, "good", "Your app responded 200 after 48 ms"],
    ["verified, and failed", { app: app(500), status: 500 }, "bad", "Your app responded 500 after 48 ms"],
    [
      "no application",
      { app: failedApp("connection refused") },
      "bad",
      "No app listens at http://127.0.0.1:4000/",
    ],
    ["a slow application", { app: failedApp("timeout after 60 s") }, "bad", "Your app took longer than 60 s"],
    ["a token", { verdict: "token" }, "open", "The right token, and nothing signed"],
    ["unsigned", { verdict: "unsigned" }, "open", "Valid, but not authenticated"],
    [
      "unsigned, and accepted",
      { verdict: "unsigned", app: app(204) },
      "open",
      "Your app responded 204 after 48 ms",
    ],
    [
      "a mismatch",
      { verdict: "rejected", status: 401, code: "signature-mismatch", stage: "signature" },
      "bad",
      "The signature does not match",
    ],
    [
      "too old",
      { verdict: "rejected", status: 401, code: "timestamp-too-old", stage: "signature" },
      "open",
      "Signed correctly, at another time",
    ],
    [
      "no JSON",
      {
        verdict: "rejected",
        status: 400,
        code: "json-syntax",
        stage: "json",
        errors: 1,
        message: '"a" is no value.',
      },
      "bad",
      "The body is not JSON",
    ],
    [
      "one violation",
      { verdict: "rejected", status: 400, code: "event-invalid", stage: "contract", errors: 1 },
      "bad",
      "1 value violates PainChek's contract",
    ],
    [
      "violations",
      { verdict: "rejected", status: 400, code: "event-invalid", stage: "contract", errors: 3 },
      "bad",
      "3 values violate PainChek's contract",
    ],
    [
      "not detected",
      { verdict: "rejected", status: 400, code: "provider-unknown" },
      "bad",
      "Provider not detected",
    ],
    [
      "a GET request",
      { verdict: "other", method: "GET", status: 405, code: "method-not-allowed" },
      "none",
      "Not a delivery: the method is not POST",
    ],
    ["a handshake", { verdict: "handshake", handshake: "challenge" }, "none", "Handshake challenge"],
    [
      "tampered, accepted",
      { verdict: "rejected", replay: { of: 1, kind: "tampered" }, app: app(200) },
      "bad",
      "Your app accepted a tampered delivery",
    ],
    [
      "tampered, rejected",
      { verdict: "rejected", replay: { of: 1, kind: "tampered" }, app: app(401) },
      "good",
      "Your app rejected a tampered delivery: 401",
    ],
    [
      "unsigned, failed",
      { verdict: "rejected", replay: { of: 1, kind: "unsigned" }, app: app(500) },
      "open",
      "Your app responded 500 to an unsigned delivery",
    ],
    [
      "replayed",
      { replay: { of: 1, kind: "same" }, app: app(200) },
      "good",
      "Your app responded 200 after 48 ms",
    ],
  ];
  for (const [name, patch, tone, headline] of STATES) {
    it(name, () => {
      const band = bandOf(row(patch));
      assert.deepEqual([band.tone, band.headline], [tone, headline]);
      assert.ok(band.kicker.length > 0 && band.headline.length <= 60);
    });
  }

  it("is that of a proven cause of a mismatch, as in the playground", () => {
    const cause = {
      code: "body-compact",
      title: "Body reformatted from compact JSON",
      message: "The signature matches the body as compact JSON.",
      fix: "",
      frameworks: [],
      isProven: true,
    };
    const rejected = row({ verdict: "rejected", code: "signature-mismatch" });
    const band = bandOf(rejected, details({ causes: [cause] }));
    assert.deepEqual(
      [band.headline, band.sentence],
      ["These are not the bytes that were signed", cause.message],
    );
    const observed = details({ causes: [{ ...cause, isProven: false }] });
    assert.equal(bandOf(rejected, observed).headline, "The signature does not match");
  });

  it("says when a delivery outside the tolerance was signed", () => {
    const stale = row({ at: 3_600_000, verdict: "rejected", status: 401, code: "timestamp-too-old" });
    const signed = details({ signature: { status: "stale", signedAt: 0 } });
    const band = bandOf(stale, signed);
    assert.deepEqual(
      [band.tone, band.seal, band.kicker, band.headline],
      ["open", "clock", "Right signature, too old", "Signed correctly, 1 h 0 min earlier"],
    );
    const early = bandOf(
      { ...stale, at: 0, code: "timestamp-too-new" },
      details({ signature: { status: "stale", signedAt: 60_000 } }),
    );
    assert.equal(early.headline, "Signed 1 min 0 s in the future");
  });

  it("says the syntax error with its line", () => {
    const broken = row({ verdict: "rejected", status: 400, code: "json-syntax", stage: "json", message: "" });
    const issue = {
      code: "json-syntax",
      severity: "error" as const,
      message: "Trailing comma before '}'.",
      pointer: "",
      line: 7,
      column: 1,
      byteSpan: { start: 40, end: 41 },
    };
    assert.match(bandOf(broken, details({ issues: [issue] })).headline, / in line 7$/);
  });

  it("says what the sender got, and what the definition says of repeats", () => {
    const retries = { count: 10, firstMs: 60_000, totalMs: 72 * 3_600_000 };
    const failed = bandOf(row({ app: app(500), status: 500, retries }));
    assert.equal(failed.aside, "PainChek got 500");
    assert.match(
      failed.sentence,
      /To PainChek, 500 is a failure: it sends this again after 1 min, and up to 10 times within 3 days\.$/,
    );
    assert.doesNotMatch(bandOf(row({ app: app(500), status: 500 })).sentence, /again/);
    assert.equal(
      bandOf(row({ verdict: "rejected", status: 401, code: "signature-missing" })).aside,
      "PainChek got 401; your app was not called",
    );
  });

  it("says that a contract validated the payload only where one did", () => {
    const sentence = (payload: "valid" | "unknown" | "unchecked") =>
      bandOf(row({ accepted: { ...VALID, payload } })).sentence;
    assert.match(sentence("valid"), /The payload satisfies PainChek's contract\.$/);
    assert.match(
      sentence("unknown"),
      /documents no event assessment_add, so its payload was not validated\.$/,
    );
    assert.match(sentence("unchecked"), /not validated: PainChek has no contract for this event type\.$/);
  });

  it("has the seal of what was sent in the list, whatever became of it", () => {
    assert.deepEqual(sealOf(row({ app: app(500), status: 500 })), { tone: "good", seal: "verified" });
    const replay = { of: 1, kind: "tampered" } as const;
    assert.equal(sealOf(row({ verdict: "rejected", replay, app: app(401) })).seal, "rejected");
  });
});

const details = (patch: Partial<ConsoleDetails> = {}): ConsoleDetails => ({
  headers: [],
  body: "",
  omitted: 0,
  stages: [],
  issues: [],
  causes: [],
  signature: { status: "verified" },
  attempts: [],
  ...patch,
});

it("durations are in the unit that a person would use", () => {
  const times = [0, 48, 999, 1500, 60_000, 3_600_000, 72 * 3_600_000];
  assert.deepEqual(times.map(duration), ["0 ms", "48 ms", "999 ms", "1.5 s", "1 min", "1 h", "3 days"]);
});

describe("the steps", () => {
  const passed = ["bytes", "signature", "json", "envelope", "contract"].map((name) => ({
    name,
    state: "passed",
  }));

  it("have a note each, and those in a row that passed are counted", () => {
    const steps = stepsOf(
      row(),
      details({
        stages: [...passed, { name: "rules", state: "warned" }],
        signature: { status: "verified", algorithm: "sha256" },
      }),
    );
    assert.deepEqual(
      steps.map(({ note, run }) => [note, run]),
      [
        ["976 bytes", 5],
        ["verified, HMAC-SHA-256", 1],
        ["RFC 8259, no duplicate keys", 1],
        ["assessment_add", 1],
        ["valid", 1],
        ["warning", 0],
      ],
    );
  });

  it("that failed say how many errors there are, and where the first one is", () => {
    const issue = { code: "type", severity: "error", message: "", pointer: "", stage: "contract" } as const;
    const [first, contract] = stepsOf(
      row(),
      details({
        stages: [
          { name: "bytes", state: "passed" },
          { name: "contract", state: "failed" },
        ],
        issues: [
          { ...issue, line: 3, column: 5 },
          { ...issue, severity: "warning" },
        ],
      }),
    );
    assert.deepEqual([first?.run, contract?.note], [0, "1 error: line 3, column 5"]);
  });
});

describe("the tree of a body", () => {
  type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

  /** The value that the rows of the tree amount to, by their texts alone. */
  function toValue(text: string, node = -1): Value {
    const rows = listChildren(text, node, 0, Number.POSITIVE_INFINITY);
    const values = rows.map((row): [string | number | undefined, Value] => {
      const isContainer = row.type === "object" || row.type === "array";
      const value = isContainer
        ? toValue(text, row.node)
        : (JSON.parse(text.slice(row.node, row.to)) as Value);
      if (isContainer) assert.equal(row.children, Object.keys(value as object).length);
      assert.equal(JSON.stringify(JSON.parse(text.slice(row.node, row.to))), JSON.stringify(value));
      return [row.key, value];
    });
    if (node < 0) return values[0]?.[1] as Value;
    return text[node] === "[" ? values.map(([, value]) => value) : Object.fromEntries(values);
  }

  it("has every value of a payload, with its key", () => {
    const sample = readFileSync(
      new URL("../../../providers/painchek/samples/assessment_add.nrs.json", import.meta.url),
      "utf8",
    );
    for (const text of [
      sample,
      JSON.stringify(JSON.parse(sample)),
      ' [1, {"a\\"]": [], "b": {}, "":[[2,[3]],"}"]}, "\\\\", -1.5e3, true, null] ',
      '"text"',
      "[]",
      " 7",
    ])
      assert.deepEqual(toValue(text), JSON.parse(text));
  });

  it("shows digits that a number of JavaScript would lose, and both of two equal keys", () => {
    const text = '{"id":12345678901234567890,"a":1.10,"a":-0}';
    const [root] = listChildren(text, -1, 0, 1);
    assert.deepEqual(
      [root?.type, root?.children, root?.key, root?.to],
      ["object", 3, undefined, text.length],
    );
    const rows = listChildren(text, root?.node as number, 0, 10);
    assert.deepEqual(
      rows.map(({ key, text }) => [key, text]),
      [
        ["id", "12345678901234567890"],
        ["a", "1.10"],
        ["a", "-0"],
      ],
    );
    assert.deepEqual(rows.slice(1, 2), listChildren(text, root?.node as number, 1, 1));
    assert.equal(text.slice(rows[1]?.from, rows[1]?.to), '"a":1.10');
  });
});

it("a filter finds words in type, id, provider, code and status", () => {
  const failed = row({ app: app(500), id: "assessment_add:1", status: 500 });
  assert.ok(matches(failed, "failed", "pain 500"));
  assert.ok(!matches(failed, "rejected", ""));
  assert.ok(!matches(row(), "failed", ""));
  assert.ok(matches(row({ verdict: "rejected", code: "json-syntax" }), "rejected", "JSON"));
  assert.ok(!matches(row(), "all", "stripe"));
  const get = row({ verdict: "other", method: "GET", path: "/favicon.ico", code: "method-not-allowed" });
  assert.ok(!matches(get, "rejected", ""));
  assert.equal(noteOf(get), "PainChek · GET /favicon.ico");
  assert.equal(noteOf(row({ replay: { of: 3, kind: "retry" } })), "PainChek · replay of 3, as a retry");
});

describe("the store", () => {
  it("follows new deliveries, and not replays", () => {
    const store = new LiveStore();
    store.receive({ ...row({ number: 1 }), oldest: 1 });
    store.receive({ ...row({ number: 2, replay: { of: 1, kind: "tampered" } }), oldest: 1 });
    assert.deepEqual([store.state.selected, store.rows.size], [1, 2]);
    store.receive({ ...row({ number: 3 }), oldest: 1 });
    assert.equal(store.state.selected, 3);
  });

  it("has as many rows as the terminal keeps, and holds back what comes while it is paused", () => {
    const store = new LiveStore();
    for (let number = 1; number <= 600; number++)
      store.receive({ ...row({ number, change: number }), oldest: Math.max(1, number - MAX_ROWS + 1) });
    assert.deepEqual([store.rows.size, [...store.rows.keys()][0], store.change], [500, 101, 600]);
    assert.equal(store.state.selected, 600);
    store.set({ paused: true });
    store.receive({ ...row({ number: 601, change: 601 }), oldest: 102 });
    assert.deepEqual(
      [store.rows.size, store.state.waiting, store.state.selected, store.change],
      [500, 1, 600, 601],
    );
    store.resume();
    assert.deepEqual([store.rows.has(601), store.rows.has(101), store.state.waiting], [true, false, 0]);
  });

  it("does not move the selection of a person who reads", () => {
    const store = new LiveStore();
    store.receive({ ...row({ number: 1 }), oldest: 1 });
    store.set({ follow: false });
    store.receive({ ...row({ number: 2, change: 2 }), oldest: 1 });
    assert.equal(store.state.selected, 1);
  });
});

it("many deliveries are announced in one sentence", () => {
  assert.equal(sentence([row()]), "New: assessment_add. Signed with your secret, and valid.");
  assert.equal(sentence([row(), row({ verdict: "rejected" }), row()]), "3 new deliveries, 1 rejected.");
});

it("the bars count the deliveries of each of the last fifteen minutes", () => {
  const now = 100 * 60_000 + 30_000;
  const at = (minutes: number, patch: Partial<ConsoleRow> = {}) =>
    row({ at: now - minutes * 60_000, ...patch });
  const minutes = minutesOf(
    [at(0), at(0, { verdict: "rejected", status: 401 }), at(14), at(15), at(-5)],
    now,
  );
  assert.equal(minutes.length, 15);
  assert.deepEqual(
    [minutes[14], minutes[0]],
    [
      { total: 2, bad: 1 },
      { total: 1, bad: 0 },
    ],
  );
  assert.equal(
    minutes.reduce((sum, { total }) => sum + total, 0),
    3,
  );
});
