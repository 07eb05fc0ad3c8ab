/** The words of Compare, Sign and Provider for each state, from real results of the core: no browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompareResult, SignInput } from "../../src/engine/protocol.ts";
import { template } from "../../src/views/provider/templates.ts";
import { handlers } from "./page.ts";

const { describePair } = await import("../../src/views/compare/words.ts");
const { describeMade } = await import("../../src/views/sign/words.ts");
const { describeDefinition } = await import("../../src/views/provider/words.ts");

type Words = { tone: string; seal: string; kicker: string; aside?: string | undefined; headline: string };

/** The words in the order of the band, and the title of the next step. */
const inOrder = ({
  tone,
  seal,
  kicker,
  aside,
  headline,
  step,
}: Words & { step?: { title: string } | undefined }) => [tone, seal, kicker, aside, headline, step?.title];

const compared = (id: string): CompareResult =>
  handlers.compare({ sides: handlers.makePair({ id }), provider: "auto" });
const described = (result: CompareResult | undefined, missing: [boolean, boolean] = [false, false]) =>
  describePair(result, missing, undefined);

test("Compare: what is missing, and then what both are", () => {
  const same = compared("same");
  assert.deepEqual(
    [
      described(undefined, [true, true]),
      described(undefined, [false, true]),
      described(undefined),
      described(same),
      described(compared("rewritten")),
      described(compared("changed")),
      described(compared("other")),
      described({ ...same, provider: undefined, same: false }),
      described({ ...same, same: false, parseErrors: [undefined, "line 1, column 1: Expected a value."] }),
      describePair(undefined, [true, true], "The worker ended."),
    ].map(inOrder),
    [
      ["none", "paste", "Nothing to compare yet", undefined, "Paste two deliveries", "Open a file"],
      ["none", "paste", "Nothing to compare yet", undefined, "Paste the retry", "Open a file"],
      ["none", "paste", "Comparing…", undefined, "The deliveries are being compared", undefined],
      [
        "good",
        "verified",
        "Same event, unchanged",
        "a receiver handles it once",
        "Equal byte for byte",
        "Open the retry in Inspect",
      ],
      [
        "open",
        "warned",
        "Same event, different bytes",
        "a receiver handles it once",
        "All values are equal, the bytes are not",
        "Show the lines",
      ],
      [
        "open",
        "warned",
        "Same event, changed",
        "handled, with the warning retry-changed",
        "4 values differ from the original",
        "Next change",
      ],
      [
        "none",
        "question",
        "Two different events",
        "a receiver handles each",
        "1 value differs from the original",
        "Next change",
      ],
      [
        "none",
        "question",
        "Not compared yet",
        "no provider detected",
        "Which provider sent these deliveries?",
        "Choose the provider",
      ],
      [
        "bad",
        "rejected",
        "Cannot be compared",
        undefined,
        "The retry cannot be parsed",
        "Open the retry in Inspect",
      ],
      ["bad", "rejected", "The page failed", undefined, "This is not a verdict", undefined],
    ],
  );
});

test("Compare says what the signatures are, or that there is no secret", () => {
  assert.match(described(compared("changed")).sentence, /No secret: signatures are not checked\./);
  const sides = handlers.makePair({ id: "changed" });
  const { secret } = handlers.makeExample({ id: "painchek" });
  const secrets = { painchek: { secret, encoding: "provider" } } as const;
  const { checks } = handlers.compare({ sides, provider: "auto", secrets });
  const { sentence } = described({ ...compared("changed"), checks });
  assert.match(sentence, /(?:Both deliveries: .+|Original: .+ Retry: .+)\.$/);
});

const choices = handlers.listSignChoices({});
const { providers } = handlers.start({});

function inputOf(provider: string, changes: Partial<SignInput> = {}): SignInput {
  const sample = choices.samples.find((entry) => entry.provider === provider);
  assert.ok(sample);
  return {
    provider,
    text: sample.text,
    envelope: "text",
    scheme: "",
    secret: Object.values(choices.secrets[provider] ?? {})[0] ?? "",
    encoding: "provider",
    algorithm: "",
    event: sample.type,
    url: "https://receiver.example/payload",
    id: "",
    webhookId: "",
    now: undefined,
    ...changes,
  };
}

function made(provider: string, changes: Partial<SignInput> = {}) {
  return describeMade(
    handlers.sign(inputOf(provider, changes)),
    providers.find(({ id }) => id === provider),
    undefined,
  );
}

test("Sign: what was made, and what its receiver does", () => {
  const accepted = "a receiver responds with 200 and calls the handler";
  const { text = "" } = choices.samples.find(({ provider }) => provider === "painchek") ?? {};
  assert.deepEqual(
    [
      describeMade(undefined, undefined, undefined),
      made("painchek"),
      made("painchek", { secret: "" }),
      made("painchek", { text: `${text},` }),
      made("painchek", { text: text.replace(/("uuid": ?)"[^"]*"/, '$1"no uuid"') }),
      made("xon"),
      made("telegram"),
      made("discord"),
      describeMade(undefined, undefined, "The worker ended."),
    ].map(inOrder),
    [
      ["none", "paste", "Starting…", undefined, "A delivery is being created", undefined],
      ["good", "verified", "Signed and verified", accepted, "assessment_add, ready to send", "Copy as curl"],
      [
        "none",
        "key",
        "No secret yet",
        "rejected unless you allow it",
        "Created, and not signed",
        "Enter the secret",
      ],
      [
        "bad",
        "rejected",
        "Signed, but rejected",
        "a receiver responds with 400",
        "Unexpected text after the JSON value in line 127",
        "Show the first error",
      ],
      [
        "bad",
        "rejected",
        "Signed, but rejected",
        "a receiver responds with 400",
        "1 value violates PainChek's contract",
        "Show the first error",
      ],
      [
        "open",
        "unsigned",
        "Created, unsigned",
        "handled only where you allow it",
        "file-request.files.update, ready to send",
        "Copy as curl",
      ],
      [
        "open",
        "unsigned",
        "Token added, nothing signed",
        accepted,
        "callback_query, ready to send",
        "Copy as curl",
      ],
      [
        "open",
        "unsigned",
        "Cannot be signed here",
        "rejected unless you allow it",
        "Only the sender has the private key",
        "Copy as curl",
      ],
      ["bad", "rejected", "The page failed", undefined, "This is not a verdict", undefined],
    ],
  );
});

test("Sign: what a receiver should reject is rejected, and what it accepts is said", () => {
  const short = ({ tone, kicker, aside }: Words) => [tone, kicker, aside];
  assert.deepEqual(
    [
      made("painchek", { variant: "tampered" }),
      made("painchek", { variant: "unsigned" }),
      made("painchek", { variant: "old" }),
      made("stripe", { variant: "old" }),
      made("telegram", { variant: "tampered" }),
      made("painchek", { variant: "tampered", secret: "" }),
      made("xon", { variant: "tampered" }),
    ].map(short),
    [
      ["good", "Tampered, and rejected", "as it should be: 401"],
      ["good", "Unsigned, and rejected", "as it should be: 401"],
      ["bad", "Too old, and accepted", "a receiver responds with 200 and calls the handler"],
      ["good", "Too old, and rejected", "as it should be: 401"],
      ["bad", "Tampered, and accepted", "a receiver responds with 200 and calls the handler"],
      ["none", "No secret yet", "rejected unless you allow it"],
      ["open", "Created, unsigned", "handled only where you allow it"],
    ],
  );
  assert.match(
    made("painchek", { variant: "tampered" }).sentence,
    /Signature mismatch|does not match|is not the/,
  );
});

test("a tampered delivery differs in one byte of a value, for every provider that signs", () => {
  for (const { id, signs } of providers) {
    const sample = choices.samples.find(({ provider }) => provider === id);
    if (!signs || sample === undefined) continue;
    const sign = (variant: "valid" | "tampered") =>
      handlers.sign(inputOf(id, { variant, now: 1_800_000_000_000 })).delivery?.text ?? "";
    const [valid, tampered] = [sign("valid"), sign("tampered")];
    // What only the provider can sign is not made.
    if (valid === "") continue;
    const differing = [...valid].filter((character, index) => character !== tampered[index]);
    assert.ok(valid.length === tampered.length && differing.length === 1, `${id}: ${differing.length}`);
  }
});

test("Provider: no definition, one in use, and one with issues", () => {
  const custom = template(0);
  const broken = { ...custom, definition: custom.definition.replace("{body}", "{time}") };
  const cut = { ...custom, definition: "{" };
  assert.deepEqual(
    [
      describeDefinition(undefined, undefined, false),
      describeDefinition(custom, handlers.defineProvider(custom), true),
      describeDefinition(broken, handlers.defineProvider(broken), true),
      describeDefinition(cut, handlers.defineProvider(cut), false),
    ].map(inOrder),
    [
      ["none", "paste", "No definition yet", undefined, "Describe a provider", "Start with a template"],
      [
        "good",
        "verified",
        "Ready to use",
        "in every mode, while this page is open",
        "My provider (custom)",
        "Sign the sample and inspect it",
      ],
      [
        "bad",
        "rejected",
        "Cannot be used yet",
        "1 issue in provider.json",
        "/signature/signedContent is not valid",
        "Go to line 8",
      ],
      [
        "bad",
        "rejected",
        "Cannot be used yet",
        "1 issue in provider.json",
        "The definition is not valid",
        "Go to line 1",
      ],
    ],
  );
  const { sentence } = describeDefinition(broken, handlers.defineProvider(broken), true);
  assert.match(sentence, /The last valid definition stays in use\.$/);
});
