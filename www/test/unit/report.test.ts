/** SECURITY: a report shows no more of the payload than its level, and never a secret or a signature. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RedactionLevel } from "../../src/engine/calls.ts";
import type { InspectInput, PageDelivery } from "../../src/engine/protocol.ts";
import { handlers } from "./page.ts";

const LEVELS: RedactionLevel[] = ["types", "non-sensitive", "all"];
const { delivery: PAINCHEK, secret: SECRET } = handlers.makeExample({ id: "painchek" });

function inputOf(delivery: Partial<PageDelivery>, changes: Partial<InspectInput> = {}): InspectInput {
  return {
    delivery: { ...PAINCHEK, ...delivery },
    provider: "auto",
    secret: SECRET,
    encoding: "provider",
    profile: "lenient",
    ...changes,
  };
}

function report(input: InspectInput, level: RedactionLevel = "types", includesIds = false): string {
  return handlers.formatReport({ input, level, includesIds, explanation: handlers.explain(input) });
}

/** Values of the example that identify a person, or are health data. */
const VALUES = /[0-9a-f]{8}-[0-9a-f]{4}|2018-04|"painchek"|"none"|265901|"pain_score": 0|: false|: true/;

test("types only: the report shows issues and causes, and no value of the payload", () => {
  const example = handlers.makeExample({ id: "painchek-rewritten" });
  const text = report(inputOf(example.delivery));
  assert.match(text, /Webhook delivery: rejected/);
  assert.match(text, /signature-mismatch/);
  assert.match(text, /\*\*match\*\* `body-/);
  assert.match(text, /- signature: \*\*failed\*\*/);
  assert.match(text, /"patient": "string"/);
  assert.match(text, /"pain_score": "number"/);
  assert.match(text, /X-PainChek-WH-Signature: sha256=‹64›/);
  assert.doesNotMatch(text, VALUES);
  assert.doesNotMatch(text, /[0-9a-f]{40}/i);
  assert.ok(!text.includes(SECRET));
});

test("a report of a valid signature says nothing about a mismatch", () => {
  const text = report(inputOf({}), "types");
  assert.match(text, /Webhook delivery: verified/);
  assert.doesNotMatch(text, /does not match|signature-valid/);
});

test("ids are kept on request, and only ids", () => {
  const text = report(inputOf({}), "types", true);
  assert.match(text, /"uuid": "03824b1c-/);
  assert.match(text, /X-PainChek-WH-Delivery-Id: [0-9a-f]{8}-/);
  assert.match(text, /SHA-256 of the body \| `[0-9a-f]{64}`/);
  assert.match(text, /"patient": "string"/);
  assert.match(text, /"score": "number"/);
});

test("non-sensitive: values are shown, except personal and health data", () => {
  const text = report(inputOf({}), "non-sensitive");
  assert.match(text, /"json_version": "v2"/);
  assert.match(text, /"patient": "string"/);
  assert.match(text, /"pain_level": "string"/);
  assert.match(text, /"brow_lowering": "boolean"/);
});

test("all: the payload is shown as it is", () => {
  assert.ok(report(inputOf({}), "all").includes(PAINCHEK.text));
});

test("neither secret nor signature is shown, at any level and in any place", () => {
  const signature = PAINCHEK.headers
    .map(([, value]) => /^sha256=([0-9a-f]{64})$/.exec(value)?.[1])
    .find((value) => value !== undefined) as string;
  const headers: [string, string][] = [
    ...PAINCHEK.headers,
    ["X-Note", `${SECRET} and ${signature}`],
    ["Authorization", "Bearer abc-def-ghi"],
  ];
  const second = "another secret that rotates in";
  for (const level of LEVELS)
    for (const text of [
      PAINCHEK.text,
      JSON.stringify({ event: SECRET, [SECRET]: second, data: signature }),
    ]) {
      const shown = report(inputOf({ headers, text }, { secondSecret: second }), level, true);
      for (const hidden of [SECRET, second, signature, "abc-def-ghi"])
        assert.ok(!shown.includes(hidden), `${level}: ${shown}`);
    }
});

test("a signature is hidden in a header of any name, valid or not", () => {
  handlers.defineProvider({
    definition:
      '{"id":"sums","signature":{"header":"X-Sum","format":"{hex}","algorithms":["sha256"]},"envelope":{"type":"/t"},"events":{"a":{"schema":true}}}',
    schemas: [],
    sample: "",
  });
  const headers: [string, string][] = [["X-Sum", "ab".repeat(32)]];
  assert.match(
    report(inputOf({ headers, text: '{"t":"a"}' }, { provider: "custom" }), "all", true),
    /X-Sum: ‹64›/,
  );
});

test("keys that may be data are replaced, also in pointers and messages", () => {
  const text =
    '{"event":"assessment_add","data":{"jane.doe@clinic.example":1,"555 0100":{"x":1},"note":"```\\n# heading\\n````"}}';
  const types = report(inputOf({ text }));
  assert.doesNotMatch(types, /jane|555/);
  assert.match(types, /"name 1": "number"/);
  // Nothing of the payload ends its code block.
  const all = report(inputOf({ text }), "all");
  const fence = /\n(`{5,})json\n/.exec(all)?.[1] as string;
  assert.ok(all.trimEnd().endsWith(`\n${fence}`));
});

test("messages and codes are no markup", () => {
  const text = '{"event":"](https://evil.example)<img src=x>|\\n# x"}';
  for (const level of LEVELS) {
    const [head = ""] = report(inputOf({ text, headers: [] }, { provider: "painchek" }), level).split(
      "### Request",
    );
    for (const line of head.split("\n"))
      assert.doesNotMatch(line.replaceAll(/`[^`]*`|\\./g, ""), /\]\(|<img|^# /, line);
  }
});

test("a provider that is not detected is reported, without any value", () => {
  const text = report(inputOf({ headers: [["X-Api-Key", "k-123"]], text: '{"name":"Jane"}' }));
  assert.match(text, /provider not detected/);
  assert.doesNotMatch(text, /Jane|k-123/);
});

test("a payload of any size and depth is reported in limits", () => {
  const wide = JSON.stringify(Array.from({ length: 50_000 }, (_, n) => n));
  assert.match(report(inputOf({ text: wide }, { provider: "painchek" })), /"\d+ more"/);
  assert.ok(report(inputOf({ text: wide }, { provider: "painchek" }), "all").length < 25_000);
  assert.ok(report(inputOf({ text: "[".repeat(50_000) }, { provider: "painchek" })).length < 25_000);
});

test("a redacted delivery has types for values, and the format of its signature", () => {
  const { headers, text } = handlers.redactDelivery(inputOf({}));
  const payload = JSON.parse(text);
  assert.equal(payload.data.patient, "string");
  assert.equal(payload.data.deleted_at, null);
  assert.doesNotMatch(text, VALUES);
  assert.deepEqual(Object.fromEntries(headers)["X-PainChek-WH-Signature"], "sha256=‹64›");
});
