// docs/troubleshooting.md: each row of its table is what `explain` finds in a delivery like the described one.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  type CauseCode,
  type Delivery,
  type Explanation,
  painchek,
  type Webhook,
  webhook,
} from "../../src/index.ts";
import { SECRET } from "../support/fixtures.ts";

const page = readFileSync(new URL("../../../docs/troubleshooting.md", import.meta.url), "utf8");
const table = /^\| what you see [\s\S]*?\n\n/m.exec(page)?.[0] ?? "";
const rows = [...table.matchAll(/^\| (.+) \| .+ \| \[`([\w-]+)`\]\(causes\.md#([\w-]+)\) \|$/gm)];

const NOW = 1_700_000_000_000;
const HEADER = "X-PainChek-WH-Signature";
const hex = (secret: string, content: string, algorithm = "sha256") =>
  createHmac(algorithm, secret).update(content).digest("hex");
/** The explanation of a PainChek delivery: one body was signed, another one arrived. */
const care = (signed: string, received = signed, secret = SECRET, headers = {}): Explanation =>
  painchek({ secrets: [secret] }).explain({
    headers: { [HEADER]: `sha256=${hex(SECRET, signed)}`, ...headers },
    body: received,
  });
const at = (hook: Webhook, delivery: Delivery): Explanation => hook.explain(delivery, { now: NOW });
const compact = (text: string) => JSON.stringify(JSON.parse(text));

const python = '{"event": "assessment_add", "data": {"note": "caf\\u00e9", "url": "https://h/a"}}';
const json = compact(python);
const github = '{"zen":"Keep it logically awesome."}';
const slack = webhook("slack", { secrets: [SECRET] });
const slackBody = '{"type":"event_callback"}';
const slackDelivery = (timestamp: string, sent = timestamp): Delivery => ({
  headers: {
    "X-Slack-Request-Timestamp": sent,
    "X-Slack-Signature": `v0=${hex(SECRET, `v0:${timestamp}:${slackBody}`)}`,
  },
  body: slackBody,
});

/** A delivery for each row. */
const scenarios: Partial<Record<CauseCode, () => Explanation>> = {
  "body-python-style": () =>
    care('{"event": "assessment_add", "data": []}', '{"event":"assessment_add","data":[]}'),
  "body-unicode-escaped": () => care(json.replace("é", "\\u00e9"), json),
  "body-slashes-unescaped": () => care(json, json.replaceAll("/", "\\/")),
  "body-numbers-rewritten": () => care('{"event":"a","amount":10.0}', '{"event":"a","amount":10}'),
  "body-replacement-characters": () => care(json, json.replace("é", "\ufffd")),
  "body-base64": () => care(json, Buffer.from(json).toString("base64")),
  "content-type-form": () =>
    at(webhook("github", { secrets: [SECRET] }), {
      headers: {
        "X-Hub-Signature-256": `sha256=${hex(SECRET, `payload=${encodeURIComponent(github)}`)}`,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: `payload=${github}`,
    }),
  "body-newline-dropped": () => care(`${json}\n`, json),
  "secret-white-space": () => care(json, json, `${SECRET}\n`),
  "secret-base64-decoded": () => care(json, json, Buffer.from(SECRET).toString("base64")),
  "secret-quotes": () => care(json, json, `"${SECRET}"`),
  "secret-wrong-type": () => care(json, json, `ghp_${"1aB2cD3eF4".repeat(4)}`.slice(0, 40)),
  "content-timestamp-unit": () => at(slack, slackDelivery(`${NOW}`, `${NOW / 1000}`)),
  "digest-length": () =>
    at(webhook("github", { secrets: [SECRET] }), {
      headers: { "X-Hub-Signature-256": `sha256=${hex(SECRET, github, "sha1")}` },
      body: github,
    }),
  "header-renamed": () =>
    painchek({ secrets: [SECRET] }).explain({
      headers: { HTTP_X_PAINCHEK_WH_SIGNATURE: `sha256=${hex(SECRET, json)}` },
      body: json,
    }),
  "timestamp-too-old": () => at(slack, slackDelivery(`${NOW / 1000 - 3600}`)),
  "signature-valid": () => care(json),
};

describe("a row of the table in docs/troubleshooting.md", () => {
  it("has a delivery in this test, and links to its cause", () => {
    assert.ok(rows.length > 10);
    assert.equal(rows.length, table.trim().split("\n").length - 2);
    assert.deepEqual(
      rows.map(([, , code]) => code),
      Object.keys(scenarios),
    );
    for (const [, , code, anchor] of rows) assert.equal(code, anchor);
  });

  for (const [code, explain] of Object.entries(scenarios)) {
    it(`is true: ${code}`, () => {
      const { matches, observations } = explain();
      const codes = [...matches, ...observations].map((cause) => cause.code);
      assert.ok(codes.includes(code as CauseCode), codes.join(", "));
    });
  }
});
