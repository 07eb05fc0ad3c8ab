/** Another delivery replaces everything, and Undo brings the former one back. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import "./page.ts";

Object.assign(globalThis, {
  location: { href: "https://page.example/", hash: "" },
  history: { replaceState: () => void 0 },
});

const { DEFAULT_SETTINGS, store } = await import("../../src/state/state.ts");
const actions = await import("../../src/state/actions.ts");
const { undoReplacement } = await import("../../src/state/replace.ts");

await actions.start();

const SECRET = "a secret of the tests alone";

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; store.state.isBusy; turn++) {
    assert.ok(turn < 5000, "the page stays busy");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const github = (zen: string, more = "") => {
  const body = JSON.stringify({ zen, hook_id: 1 });
  const tag = createHmac("sha256", SECRET).update(body).digest("hex");
  return `curl https://receiver.example/ -H 'X-GitHub-Event: ping' -H 'X-GitHub-Delivery: 1' -H 'X-Hub-Signature-256: sha256=${tag}' ${more}-H 'Content-Type: application/json' -d '${body}'`;
};
const GITLAB = `curl https://receiver.example/ -H 'X-Gitlab-Event: Push Hook' -H 'X-Gitlab-Token: t' -d '{"object_kind":"push"}'`;

async function paste(text: string): Promise<void> {
  await actions.importText(text, "the clipboard");
  await settle();
}

const settings = () =>
  Object.fromEntries(Object.keys(DEFAULT_SETTINGS).map((key) => [key, store.state[key as "secret"]]));
const verdict = () => {
  const { result } = store.state;
  return result && "report" in result ? result.report.verdict : undefined;
};

async function start(): Promise<void> {
  actions.clearInspect();
  await settle();
  while (undoReplacement());
  actions.clearInspect();
  await settle();
  while (undoReplacement());
  store.set({ ...DEFAULT_SETTINGS, headerText: "", body: "" });
  await settle();
}

test("a new delivery sets every setting back, and keeps nothing of the former one", async () => {
  await start();
  await paste(github("one", "-H 'X-Only-First: 1' "));
  store.set({
    provider: "shopify",
    secret: SECRET,
    secondSecret: "other",
    encoding: "hex",
    settings: { a: "b" },
    schemeSecrets: { token: "t" },
    asOf: "2026-01-31T09:30Z",
    tolerance: "9",
    profile: "strict",
  });
  await settle();
  await paste(GITLAB);
  assert.deepEqual(settings(), DEFAULT_SETTINGS);
  assert.ok(!store.state.headerText.includes("X-Only-First") && !store.state.headerText.includes("GitHub"));
  assert.equal(store.state.body, '{"object_kind":"push"}');
  assert.match(
    store.state.notice?.text ?? "",
    /^Read as curl: \d headers, 22 bytes\. The secret of Shopify was put aside\.$/,
  );
});

test("the secret stays with its provider, and comes back with it", async () => {
  await start();
  await paste(github("one"));
  store.set({ secret: SECRET, tolerance: "9" });
  await settle();
  assert.equal(verdict(), "verified");
  await paste(github("two"));
  assert.deepEqual([store.state.secret, store.state.tolerance, verdict()], [SECRET, "", "verified"]);
  assert.ok(!store.state.notice?.text.includes("put aside"));
  await paste(GITLAB);
  assert.equal(store.state.secret, "");
  await paste(github("three"));
  assert.deepEqual([store.state.secret, verdict()], [SECRET, "verified"]);
});

test("Undo brings each former delivery back with its settings", async () => {
  await start();
  await paste(github("one"));
  store.set({ secret: SECRET, asOf: "2026-01-31T09:30Z", provider: "github" });
  await settle();
  const first = { ...store.state };
  await paste(GITLAB);
  const second = { ...store.state };
  actions.clearInspect();
  assert.deepEqual([store.state.body, store.state.headerText], ["", ""]);
  for (const before of [second, first]) {
    assert.ok(undoReplacement());
    await settle();
    for (const key of ["headerText", "body", "provider", "secret", "asOf"] as const)
      assert.equal(store.state[key], before[key], key);
    assert.equal(store.state.notice, undefined);
  }
  assert.equal(undoReplacement(), false, "before the first delivery there was none");
});

test("a body is added to headers without one, and replaces a delivery that has one", async () => {
  await start();
  store.set({ headerText: "X-GitHub-Event: ping", tolerance: "9" });
  await paste('{"zen":"a"}');
  assert.deepEqual([store.state.headerText, store.state.tolerance], ["X-GitHub-Event: ping", "9"]);
  await paste('{"zen":"b"}');
  assert.deepEqual(
    [store.state.headerText, store.state.body, store.state.tolerance],
    ["", '{"zen":"b"}', ""],
  );
});

test("former deliveries are kept up to a number", async () => {
  await start();
  for (let number = 0; number < 25; number++) await paste(github(String(number)));
  let undone = 0;
  while (undoReplacement()) undone += 1;
  assert.equal(undone, 20);
  assert.equal(store.state.body, '{"zen":"4","hook_id":1}');
});
