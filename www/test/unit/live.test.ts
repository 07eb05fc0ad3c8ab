// The words of `hookseal listen --ui`: each state has its headline, and a filter finds what it names.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConsoleRow } from "../../../pkg/src/cli/listen/console-types.ts";
import { sentence } from "../../live/announcements.ts";
import { minutesOf } from "../../live/bars.ts";
import { LiveStore, MAX_ROWS } from "../../live/state.ts";
import { bandOf, matches, noteOf } from "../../live/words.ts";

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
    ["verified, and accepted", { app: app(200) }, "good", "Your app responded 200 after 48 ms"],
    ["verified, and failed", { app: app(500), status: 500 }, "bad", "Your app responded 500 after 48 ms"],
    [
      "no application",
      { app: failedApp("connection refused") },
      "bad",
      "No app listens at http://127.0.0.1:4000/",
    ],
    ["a slow application", { app: failedApp("timeout after 60 s") }, "bad", "Your app took longer than 60 s"],
    ["a token", { verdict: "token" }, "open", "The token is right, and nothing is signed"],
    ["unsigned", { verdict: "unsigned" }, "open", "Valid payload, but unsigned"],
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
      "bad",
      "Right signature, too old",
    ],
    [
      "no JSON",
      { verdict: "rejected", status: 400, code: "json-syntax", stage: "json", errors: 1 },
      "bad",
      "The body is not valid JSON",
    ],
    [
      "one violation",
      { verdict: "rejected", status: 400, code: "event-invalid", stage: "contract", errors: 1 },
      "bad",
      "1 value violates the contract of PainChek",
    ],
    [
      "violations",
      { verdict: "rejected", status: 400, code: "event-invalid", stage: "contract", errors: 3 },
      "bad",
      "3 values violate the contract of PainChek",
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

  it("is the cause of a mismatch that is proven", () => {
    assert.equal(
      bandOf(row({ verdict: "rejected", code: "signature-mismatch" }), "Body reformatted").headline,
      "Body reformatted",
    );
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
