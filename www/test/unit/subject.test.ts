/** What share, report and code are about in each mode, and that a link and a report of each hold no more than they say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { handlers } from "./page.ts";

const address = { href: "https://page.example/path/", hash: "" };
Object.assign(globalThis, { location: address, history: { replaceState: () => void 0 } });

const { store } = await import("../../src/state/state.ts");
const actions = await import("../../src/state/actions.ts");
const { compareStore, pickPair, startCompare } = await import("../../src/state/compare.ts");
const { signStore, startSign } = await import("../../src/state/sign.ts");
const { setCustomProvider } = await import("../../src/state/custom.ts");
const { linkTo, openLink } = await import("../../src/state/link.ts");
const { subjectOf } = await import("../../src/views/actions/subject.ts");
const { template } = await import("../../src/views/provider/templates.ts");

await actions.start();
startCompare();
startSign();

/** Resolves after all modes are up to date. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; store.state.isBusy || compareStore.state.isBusy || signStore.state.isBusy; turn++) {
    assert.ok(turn < 5000, "the page stays busy");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function share(mode: Parameters<typeof subjectOf>[0], isRedacted: boolean) {
  const { link, secrets } = subjectOf(mode);
  const { url } = await linkTo(await link(isRedacted), secrets);
  const text = inflateRawSync(Buffer.from(url.slice(url.indexOf("#1.") + 3), "base64url")).toString();
  return { fragment: url.slice(url.indexOf("#")), text };
}

async function open(fragment: string): Promise<void> {
  address.hash = fragment;
  await openLink();
  address.hash = "";
  await settle();
}

await pickPair("changed");
await settle();

test("each mode names its own thing", async () => {
  await actions.pickExample("painchek-rewritten");
  await setCustomProvider(template(0));
  await settle();
  assert.deepEqual(
    (["inspect", "compare", "sign", "provider"] as const).map((mode) => {
      const { title, detail, missing, provider } = subjectOf(mode);
      return [title, detail, missing, provider];
    }),
    [
      ["This delivery", "assessment_add, rejected", undefined, "painchek"],
      ["This pair", "assessment_add, same event, changed", undefined, "painchek"],
      ["What was made", "assessment_add, signed and verified", undefined, "painchek"],
      ["This definition", "My provider (custom), ready to use", undefined, "custom"],
    ],
  );
});

test("a link to a pair opens both deliveries in Compare, and leaves the delivery of Inspect", async () => {
  const { headerTexts, bodies } = compareStore.state;
  const { fragment } = await share("compare", false);
  const { body } = store.state;
  compareStore.set({ headerTexts: ["", ""], bodies: ["", ""] });
  await open(fragment);
  assert.deepEqual(compareStore.state.bodies, bodies);
  assert.deepEqual(compareStore.state.headerTexts, headerTexts);
  assert.equal(compareStore.state.result?.changes.length, 4);
  assert.equal(store.state.mode, "compare");
  assert.equal(store.state.body, body);
});

test("SECURITY: a link to a pair without values has none, and what its sender saw", async () => {
  const { text } = await share("compare", true);
  const link = JSON.parse(text);
  assert.deepEqual(link.finding, {
    kicker: "Same event, changed",
    headline: "4 values differ from the original",
    causes: [],
  });
  for (const body of [link.body, link.pair.body]) assert.equal(JSON.parse(body).data.patient, "string");
  assert.doesNotMatch(text, /[0-9a-f]{8}-|265901|"nurse"|sha256=[0-9a-f]/);
});

test("SECURITY: a report of a pair of types only has no value, and with all values it has those that differ", async () => {
  const { report, levels } = subjectOf("compare");
  assert.deepEqual(levels, ["types", "all"]);
  const types = (await report("types", false)) ?? "";
  assert.match(types, /^## Two webhook deliveries: same event, changed/);
  assert.match(types, /\| Provider \| `painchek` \|/);
  assert.match(types, /`\/data\/data\/assessment\/pain_score` changed, .*: `number`, then `number`/);
  assert.match(types, /- `X-PainChek-WH-Signature`, signature/);
  assert.doesNotMatch(types, /[0-9a-f]{8}-|265901|nurse/);
  const all = (await report("all", true)) ?? "";
  assert.match(all, /`\/data\/user_position` added, .*: missing, then `"nurse"`/);
  assert.match(all, /\| Idempotency key \| `assessment_add:/);
});

test("a link to what was made opens it in Inspect, without the secret", async () => {
  const { secret, result } = signStore.state;
  const { fragment, text } = await share("sign", false);
  assert.ok(secret.length > 4 && !text.includes(secret));
  await open(fragment);
  assert.equal(store.state.mode, "inspect");
  assert.equal(store.state.body, result?.delivery?.text);
  assert.equal(store.state.secret, "");
  const { text: types } = await share("sign", true);
  assert.equal(JSON.parse(types).finding.kicker, "Signed and verified");
  assert.doesNotMatch(types, /[0-9a-f]{8}-|sha256=[0-9a-f]/);
});

test("SECURITY: a secret that was typed into the payload of Sign is not shared", async () => {
  const { text, secret } = signStore.state;
  signStore.set({ text: text.replace("{", `{"note":${JSON.stringify(secret)},`) });
  await settle();
  await assert.rejects(share("sign", false), /contain the secret/);
  const report = (await subjectOf("sign").report("all", true)) ?? "";
  assert.ok(report.includes("‹secret›") && !report.includes(secret));
  signStore.set({ text });
  await settle();
});

test("a link to a definition has it alone, with its sample if that is wanted", async () => {
  await setCustomProvider(template(1));
  store.set({ body: '{"a":1}' });
  await settle();
  const whole = JSON.parse((await share("provider", false)).text);
  assert.deepEqual(whole.custom, template(1));
  assert.equal(whole.body + whole.headerText, "");
  const { fragment, text } = await share("provider", true);
  assert.equal(JSON.parse(text).custom.sample, "");
  await setCustomProvider(template(0));
  await open(fragment);
  assert.equal(store.state.custom?.definition, template(1).definition);
  assert.equal(store.state.mode, "provider");
  assert.equal(store.state.body, '{"a":1}');
});

test("a report of a definition has its issues with their lines, and its texts", async () => {
  await setCustomProvider({ ...template(0), definition: template(0).definition.replace("{body}", "{time}") });
  const report = (await subjectOf("provider").report("types", false)) ?? "";
  assert.match(report, /^## Provider definition: cannot be used yet/);
  assert.match(report, /### Issues\n\n- `[a-z-]+` in `provider\.json`, line \d+: /);
  assert.match(report, /### `order\.paid\.schema\.json`\n\n```json\n/);
});

test("a report of another delivery leaves the tree of the shown one", async () => {
  await actions.pickExample("painchek");
  await settle();
  const rows = handlers.listChildren({ node: 0, from: 0, count: 9 }).length;
  await subjectOf("sign").report("types", false);
  await subjectOf("compare").report("types", false);
  const { body } = store.state;
  handlers.formatReport({
    input: { ...actions.inspectInput(store.state), delivery: { headers: [], text: "[1]" } },
    level: "types",
    includesIds: false,
    explanation: undefined,
  });
  assert.equal(handlers.listChildren({ node: 0, from: 0, count: 9 }).length, rows);
  assert.notEqual(body, "[1]");
});
