/** The words of Inspect for each state, from real results of the core: no browser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { InspectInput, PageDelivery } from "../../src/engine/protocol.ts";
import type { InspectState } from "../../src/views/inspect/words.ts";
import { handlers } from "./page.ts";

const { webhook } = await import("../../src/engine/core.ts");
const { describeCause, describeVerdict, issueHeadline } = await import("../../src/views/inspect/words.ts");
const { describeSteps, foldableRuns } = await import("../../src/views/inspect/steps.ts");

const NOW = Date.UTC(2026, 10, 28, 15, 0, 0);
const SECRET = "a secret of this test";

const inputOf = (delivery: PageDelivery, more: Partial<InspectInput> = {}): InspectInput => ({
  delivery,
  provider: "auto",
  secret: "",
  encoding: "provider",
  profile: "lenient",
  now: NOW,
  ...more,
});

/** The state of the page after inspecting, and explaining where the page does. */
function stateOf(input: InspectInput, isExplained = true): InspectState {
  const result = handlers.inspect(input);
  const hasSecret = input.secret !== "" || (input.secondSecret ?? "") !== "";
  return {
    isEmpty: false,
    isBusy: false,
    hasSecret,
    result,
    explanation: isExplained && hasSecret ? handlers.explain(input) : undefined,
  };
}

function example(id: string, more: Partial<InspectInput> = {}): InspectInput {
  const { delivery, provider, secret } = handlers.makeExample({ id });
  return inputOf(delivery, { provider, secret, ...more });
}

/** A delivery of Stripe, signed at a time. */
function stripe(signedAt: number, more: Partial<InspectInput> = {}): InspectInput {
  const body = JSON.stringify({
    id: "evt_1",
    object: "event",
    type: "invoice.paid",
    created: 1,
    data: { object: {} },
  });
  const { headers } = webhook("stripe", { secrets: [SECRET] }).sign(body, { now: signedAt });
  return inputOf(
    { headers: Object.entries(headers), text: body, method: "POST", url: "https://a.example/" },
    { provider: "stripe", secret: SECRET, ...more },
  );
}

const EMPTY: InspectState = { isEmpty: true, isBusy: false, hasSecret: false };
const unknown = (text: string, headers: [string, string][] = []) =>
  inputOf({ headers, text, method: "POST", url: "https://a.example/" });

const tampered = (input: InspectInput): InspectInput => ({
  ...input,
  delivery: { ...input.delivery, text: input.delivery.text.replace("evt_1", "evt_2") },
});

const without = (input: InspectInput, name: string): InspectInput => ({
  ...input,
  delivery: {
    ...input.delivery,
    headers: input.delivery.headers.filter(([header]) => header.toLowerCase() !== name.toLowerCase()),
  },
});

const withText = (input: InspectInput, text: string): InspectInput => ({
  ...input,
  delivery: { ...input.delivery, text },
});

/** Signs another text with the secret of the examples. */
function painchek(text: string): InspectInput {
  const input = example("painchek");
  const { headers } = webhook("painchek", { secrets: [input.secret] }).sign(text);
  return inputOf(
    { ...input.delivery, headers: Object.entries(headers), text },
    { provider: "painchek", secret: input.secret },
  );
}

/** A payload without a warning. */
const SAMPLE =
  handlers.listSignChoices({}).samples.find(({ provider }) => provider === "painchek")?.text ?? "";

type Row = [
  name: string,
  state: () => InspectState,
  words: [tone: string, seal: string, kicker: string, aside: string | undefined, headline: string],
  sentence: RegExp,
  step: string | undefined,
];

const ACCEPTED = "a receiver responds with 200 and calls the handler";
const REJECTED = "a receiver responds with 401";

const ROWS: Row[] = [
  [
    "an empty page",
    () => EMPTY,
    ["none", "paste", "Nothing to check yet", undefined, "Paste a delivery"],
    /^Anywhere on this page: a raw HTTP request, .* It stays in this tab\.$/,
    "Open a file",
  ],
  [
    "starting",
    () => ({ ...EMPTY, isBusy: true }),
    ["none", "paste", "Starting…", undefined, "Paste a delivery"],
    /./,
    "Open a file",
  ],
  [
    "working for the first time",
    () => ({ ...EMPTY, isEmpty: false, isBusy: true }),
    ["none", "paste", "Checking…", undefined, "The delivery is being checked"],
    /./,
    "Open a file",
  ],
  [
    "verified",
    () => stateOf(painchek(SAMPLE)),
    ["good", "verified", "Verified", ACCEPTED, "Signed with your secret, and valid"],
    /^X-PainChek-WH-Signature has the valid HMAC-SHA-256 signature of these bytes\. The payload satisfies PainChek's contract\.$/,
    "Code for a receiver",
  ],
  [
    "verified, with warnings",
    () => stateOf(example("painchek")),
    ["good", "verified", "Verified", ACCEPTED, "Signed with your secret, 1 warning"],
    /satisfies/,
    "Code for a receiver",
  ],
  [
    "verified, of an unknown event",
    () => stateOf(painchek('{"event":"assessment_edit","data":{}}')),
    ["good", "verified", "Verified", ACCEPTED, "Signed with your secret, of an unknown type"],
    /^PainChek documents no event assessment_edit, so its payload was not validated\.$/,
    "Code for a receiver",
  ],
  [
    "verified by the second secret",
    () => stateOf(stripe(NOW, { secret: "another secret", secondSecret: SECRET })),
    ["good", "verified", "Verified", ACCEPTED, "Signed with the second secret"],
    /a rotation, or a delivery of another subscription/,
    "Code for a receiver",
  ],
  [
    "a provider that does not sign",
    () => stateOf(example("xon")),
    ["open", "unsigned", "Unsigned", "handled only where you allow it", "Valid, but not authenticated"],
    /^X-on Surgery Connect does not sign its webhooks: an attacker who knows the URL can send this, too\./,
    "Code for a receiver",
  ],
  [
    "no signature, and no secret",
    () => stateOf({ ...without(example("painchek"), "X-PainChek-WH-Signature"), secret: "" }),
    ["open", "unsigned", "Unsigned", "rejected unless you allow it", "X-PainChek-WH-Signature is missing"],
    /The sender is not authenticated\./,
    "Enter the secret",
  ],
  [
    "a signature, and no secret",
    () => stateOf(stripe(NOW, { secret: "" })),
    ["none", "key", "Not checked yet", "a secret is needed", "A signature that was not checked"],
    /^Stripe-Signature contains a signature and the time 28 November 2026, 15:00:00 UTC\. It can be verified only with the secret\.$/,
    "Enter the secret",
  ],
  [
    "right, and too old",
    () => stateOf(stripe(NOW - 3_600_000)),
    [
      "open",
      "clock",
      "Right signature, too old",
      "a receiver responds with 401 now",
      "Signed correctly, 1 h 0 min ago",
    ],
    /^The signature matches these bytes and this secret\. .*A recorded delivery always looks like this/,
    "Verify at 2026-11-28 14:00 UTC",
  ],
  [
    "right, and too new",
    () => stateOf(stripe(NOW + 1_230_000)),
    ["open", "clock", "Right signature, too new", REJECTED, "Signed 20 min 30 s in the future"],
    /Check the clocks of this computer and of the sender\.$/,
    "Verify at 2026-11-28 15:20 UTC",
  ],
  [
    "a changed body, proven",
    () => stateOf(example("painchek-rewritten")),
    ["bad", "rejected", "Rejected", REJECTED, "These are not the bytes that were signed"],
    /json\.dumps/,
    "Copy the fix for Express",
  ],
  [
    "another secret, proven",
    () => stateOf(example("painchek-newline")),
    ["bad", "rejected", "Rejected", REJECTED, "The right secret, written differently"],
    /./,
    "Show where",
  ],
  [
    "a mismatch that nothing explains",
    () => stateOf(example("painchek-tampered")),
    ["bad", "rejected", "Rejected", REJECTED, "The signature does not match"],
    /^[\d,]+ combinations of body, secret and signed content were computed, and none matches\. Most likely the secret is another one\.$/,
    "Enter another secret",
  ],
  [
    "a mismatch before it is explained",
    () => stateOf(tampered(stripe(NOW)), false),
    ["bad", "rejected", "Rejected", REJECTED, "The signature does not match"],
    /Stripe-Signature/,
    "Enter another secret",
  ],
  [
    "a missing signature, and a secret",
    () => stateOf(example("painchek-missing")),
    ["bad", "rejected", "Rejected", REJECTED, "The signature is missing"],
    /X-PainChek-WH-Signature/,
    "Show what to check",
  ],
  [
    "a signature that cannot be read",
    () => {
      const { delivery, ...rest } = stripe(NOW);
      return stateOf({ ...rest, delivery: { ...delivery, headers: [["Stripe-Signature", "?"]] } });
    },
    ["bad", "rejected", "Rejected", REJECTED, "The signature cannot be read"],
    /Stripe-Signature/,
    "Go to the headers",
  ],
  [
    "broken JSON of a provider",
    () => stateOf(painchek('{\n  "event": "assessment_add",\n}')),
    ["bad", "rejected", "Rejected", "a receiver responds with 400", "Trailing comma before '}' in line 2"],
    /^The signature matches\. Remove the comma\.$/,
    "Go to line 2",
  ],
  [
    "broken JSON without a provider",
    () => stateOf(unknown('{"a":1,}')),
    ["bad", "rejected", "Broken JSON", "and no provider detected", "Trailing comma before '}' in line 1"],
    /^Remove the comma\.$/,
    "Go to line 1",
  ],
  [
    "duplicate keys without a provider",
    () => stateOf(unknown('{"a":1,\n"a":2}')),
    ["bad", "rejected", "Broken JSON", "and no provider detected", "A key occurs twice in line 2"],
    /^Duplicate key\./,
    "Go to line 2",
  ],
  [
    "a violated contract",
    () => stateOf(example("xon-mistakes")),
    [
      "bad",
      "rejected",
      "Rejected",
      "a receiver responds with 400",
      "4 values violate X-on Surgery Connect's contract",
    ],
    /^\/event\//,
    "Show the first error",
  ],
  [
    "no event of the provider",
    () => stateOf(painchek('{"data":5}')),
    ["bad", "rejected", "Rejected", "a receiver responds with 400", "This is no event of PainChek"],
    /^The signature matches\. /,
    "Go to line 1",
  ],
  [
    "an empty body",
    () =>
      stateOf(withText(example("xon"), "")).result === undefined
        ? EMPTY
        : stateOf({ ...withText(example("xon"), ""), provider: "xon" }),
    ["bad", "rejected", "Rejected", "a receiver responds with 400", "The body has no bytes"],
    /A body can be read once/,
    "Show the issue",
  ],
  [
    "no provider, valid JSON, and what looks like a signature",
    () => stateOf(unknown('{"a":1}', [["X-Acme-Signature", "0".repeat(64)]])),
    ["none", "question", "Not checked yet", "no provider detected", "Which provider sent this delivery?"],
    /^Neither its headers nor its event identify it\. X-Acme-Signature has 64 hex digits/,
    "Describe this sender",
  ],
  [
    "a body that an import did not contain",
    () => {
      const { issues, deliveries } = handlers.importText({
        bytes: new TextEncoder().encode(
          "curl https://a.example/ -H 'X-PainChek-WH-Signature: sha256=00' -d @body.json",
        ),
      });
      const state = stateOf(inputOf(deliveries[0] as PageDelivery));
      return { ...state, missingBody: issues.find(({ code }) => code === "body-not-included") };
    },
    ["none", "question", "Not checked yet", "the body is missing", "The body is in another place"],
    /body\.json|file|separately/,
    "Open the body",
  ],
  [
    "a failure of the page",
    () => ({ ...EMPTY, isEmpty: false, failure: "The worker stopped.", canRetry: true }),
    ["bad", "rejected", "The page failed", undefined, "This is not a verdict"],
    /^The worker stopped\. Your delivery is still here\.$/,
    "Try again",
  ],
];

for (const [name, state, words, sentence, step] of ROWS) {
  test(`words: ${name}`, () => {
    const text = describeVerdict(state());
    assert.deepEqual([text.tone, text.seal, text.kicker, text.aside, text.headline], words);
    assert.match(text.sentence, sentence);
    assert.equal(text.step?.title, step);
    assert.ok(text.headline.split(" ").length <= 9, text.headline);
  });
}

test("a secret that matches a usual scheme leads to a definition, by which the delivery verifies", () => {
  const text = '{"type":"order.paid","id":"evt_1"}';
  const custom = {
    id: "acme",
    title: "Acme",
    signature: {
      header: "X-Acme-Signature",
      format: "{hex}",
      algorithms: ["sha256"],
      signedContent: "{body}",
      secret: "utf8",
    },
    envelope: { type: "/type" },
    dedupe: ["pointer:/id"],
    events: { "*": { schema: true } },
  };
  const { headers } = webhook(custom as never, { secrets: [SECRET] }).sign(text);
  const input = { ...unknown(text, Object.entries(headers)), secret: SECRET };
  const state = stateOf(input);
  const words = describeVerdict(state);
  assert.deepEqual(
    [words.kicker, words.aside, words.headline, words.step?.title],
    [
      "Signature scheme found",
      "no provider detected",
      "Your secret makes this signature",
      "Describe this sender",
    ],
  );
  const [match] = state.explanation?.matches ?? [];
  assert.ok(match);
  const { entry } = handlers.defineProvider({ definition: match.definition, schemas: [], sample: "" });
  assert.ok(entry);
  const verified = describeVerdict(stateOf({ ...input, provider: entry.id }));
  assert.equal(verified.kicker, "Verified");
  const other = describeVerdict(stateOf({ ...input, secret: "another secret" }));
  assert.match(
    other.sentence,
    /combinations of your secret and usual signature schemes were computed, and none matches/,
  );
});

test("every cause that is proven has a headline and a step", () => {
  const source = readFileSync(new URL("../../../pkg/src/generated/causes.ts", import.meta.url), "utf8");
  const codes = [...source.matchAll(/\| "([a-z0-9-]+)"/g)].map(([, code]) => code as string);
  assert.ok(codes.length > 100);
  for (const code of codes) {
    const { headline, step } = describeCause({
      code: code as "body-bom-added",
      title: "its title",
      frameworks: [],
    });
    assert.ok(headline.length > 0 && headline.split(" ").length <= 8, `${code}: ${headline}`);
    assert.ok(step.title.startsWith("Show"), code);
  }
});

test("a headline never quotes the payload", () => {
  for (const body of [
    '{"patient name": "x" 1}',
    '{"a\\"b": : 1}',
    '{"key": undefined}',
    '["x" "y"]',
    "{'a':1}",
  ]) {
    const result = handlers.inspect(unknown(body));
    const first = result.issues.find(({ severity }) => severity === "error");
    assert.ok(first, body);
    assert.doesNotMatch(issueHeadline(first), /patient|a\\"b/, body);
  }
});

const steps = (input: InspectInput) => describeSteps(stateOf(input).result as never);
const noteOf = (input: InspectInput, name: string) => steps(input).find((step) => step.name === name)?.note;

test("steps say what was found, and which are open", () => {
  const verified = steps(painchek(SAMPLE));
  assert.deepEqual(
    verified.map(({ title, note, isOpen }) => [title, note, isOpen]),
    [
      ["Raw bytes", "3,619 bytes, UTF-8", false],
      ["Signature", "verified, HMAC-SHA-256 over {body}", true],
      ["JSON", "RFC 8259, no duplicate keys", false],
      ["Envelope", "assessment_add", false],
      ["Contract", "valid", false],
      ["Cross-field rules", "no violation", false],
    ],
  );
  assert.deepEqual(foldableRuns(verified), [0, 0, 4, 0, 0, 0]);
  assert.equal(noteOf(example("painchek-tampered"), "signature"), "does not match");
  assert.equal(noteOf(stripe(NOW, { secret: "" }), "signature"), "present, not checked");
  assert.equal(noteOf(stripe(NOW - 3_643_000), "signature"), "matches, 1 h 0 min old");
  assert.equal(noteOf(example("xon"), "signature"), "X-on Surgery Connect does not sign");
  assert.equal(noteOf(stripe(NOW), "rules"), "no rules for Stripe");
  const broken = steps(painchek('{\n"event": "a",\n}'));
  assert.deepEqual(
    broken.map(({ state }) => state),
    ["passed", "passed", "failed", "not-reached", "not-reached", "not-reached"],
  );
  assert.equal(broken[2]?.note, "1 error: line 2, column 13");
});

test("without a provider no step is passed that was not checked", () => {
  const named = steps(unknown('{"a":1}', [["X-Acme-Signature", "0".repeat(64)]]));
  assert.deepEqual(
    named.map(({ state }) => state),
    ["passed", "unchecked", "passed", "not-reached", "not-reached", "not-reached"],
  );
  assert.equal(named[1]?.note, "1 header may contain a signature");
  assert.equal(steps(unknown('{"a":1}'))[1]?.note, "no header looks like a signature");
});
