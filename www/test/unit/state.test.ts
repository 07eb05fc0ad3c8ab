/** The state of the page and its actions, with the worker in this process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import "./page.ts";

/** The address bar. */
const address = { href: "https://page.example/path/", hash: "" };
Object.assign(globalThis, { location: address, history: { replaceState: () => void 0 } });

const { store, parseHeaderText, formatHeaderText } = await import("../../src/state/state.ts");
const { Store } = await import("../../src/state/store.ts");
const actions = await import("../../src/state/actions.ts");
const { parseTime } = await import("../../src/ui/time.ts");
const { isListed } = await import("../../src/views/inspect/archive.ts");
const { linkTo, openLink } = await import("../../src/state/link.ts");
const { subjectOf } = await import("../../src/views/actions/subject.ts");
const { setCustomProvider } = await import("../../src/state/custom.ts");
const { pack } = await import("../../src/state/fragment.ts");
const { template } = await import("../../src/views/provider/templates.ts");

const { startArchive } = await import("../../src/state/archive.ts");

await actions.start();
startArchive();
const SECRET = "a secret that is never shared";
const INITIAL = { ...store.state };

/** Resolves after the page has inspected, and explained if it does. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; store.state.isBusy; turn++) {
    assert.ok(turn < 5000, "the page stays busy");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The page as it is after loading. */
async function reset(changes: Partial<typeof INITIAL> = {}): Promise<void> {
  store.set({ ...INITIAL, ...changes });
  await settle();
}

/** The state in the fragment of a URL. */
const content = (url: string) =>
  inflateRawSync(Buffer.from(url.slice(url.indexOf("#1.") + 3), "base64url")).toString();

/** The link of Inspect's drawer. */
async function linkOf(isRedacted: boolean) {
  const { link, secrets } = subjectOf("inspect");
  return linkTo(await link(isRedacted), secrets);
}

async function open(fragment: string): Promise<void> {
  address.hash = `#${fragment}`;
  await openLink();
  address.hash = "";
  await settle();
}

test("listeners run at once, and after a change of their keys", () => {
  const state = new Store({ a: 1, b: 1 });
  const calls: number[] = [];
  state.on(["a"], ({ a }) => calls.push(a));
  state.set({ b: 2 });
  state.set({ a: 1 });
  state.set({ a: 2, b: 3 });
  assert.deepEqual(calls, [1, 2]);
});

test("request line and headers survive as lines", () => {
  const head = {
    headers: [["X-A", "1: 2"]] as [string, string][],
    method: "PUT",
    url: "https://h.example/x",
  };
  assert.deepEqual(parseHeaderText(formatHeaderText(head)), head);
  assert.deepEqual(parseHeaderText("POST /x HTTP/1.1\nX-A:1\nno header\n: none\nGET /later").headers, [
    ["X-A", "1"],
  ]);
});

test("a time is a date, or seconds or milliseconds since 1970", () => {
  assert.equal(parseTime("1700000000"), 1_700_000_000_000);
  assert.equal(parseTime(" 1700000000000 "), 1_700_000_000_000);
  assert.equal(parseTime("2026-01-31T09:30Z"), Date.UTC(2026, 0, 31, 9, 30));
  assert.equal(parseTime("yesterday"), undefined);
  assert.equal(parseTime(""), undefined);
});

test("an example is inspected, and a mismatch explained", async () => {
  await reset();
  await actions.pickExample("painchek-rewritten");
  await settle();
  const { result, explanation } = store.state;
  assert.equal(result && "report" in result && result.report.verdict, "rejected");
  assert.equal(explanation?.causes[0]?.proof, true);
});

test("a valid signature is explained for applications that reject the delivery", async () => {
  await reset();
  await actions.pickExample("painchek");
  await settle();
  const codesOf = () => store.state.explanation?.causes.map(({ code, proof }) => `${code} ${proof}`);
  assert.deepEqual(codesOf(), ["signature-valid false"]);
  store.set({ secret: "" });
  await settle();
  assert.equal(codesOf(), undefined, "without a secret nothing is verified");
});

test("a stale signature is no mismatch: there is nothing to explain", async () => {
  await setCustomProvider(template(1));
  const { openInInspect } = await import("../../src/state/custom.ts");
  await openInInspect();
  await settle();
  assert.equal(
    store.state.result && "report" in store.state.result && store.state.result.report.verdict,
    "verified",
  );
  store.set({ asOf: "2031-01-01T00:00Z" });
  await settle();
  const { result, explanation } = store.state;
  assert.equal(result && "report" in result && result.report.signature.status, "stale");
  assert.equal(explanation, undefined);
});

test("what an import reports is shown with the delivery, until another one is", async () => {
  await reset();
  const firstCode = () => store.state.importIssues?.issues[0]?.code;
  const curl = `curl -H 'X-A: 1' -d '{"a":1}' --not-an-option http://h/`;
  await actions.importText(curl, "the clipboard");
  const { importIssues, body } = store.state;
  assert.equal(body, '{"a":1}');
  assert.equal(importIssues?.name, "the clipboard");
  assert.deepEqual(
    importIssues?.issues.map(({ code, span }) => [code, curl.slice(span.start, span.end)]),
    [["input-ignored", "--not-an-option"]],
  );
  await actions.importText('{"a":2}', "the clipboard");
  assert.equal(store.state.importIssues, undefined, "an import without issues");
  await actions.importText("no delivery at all", "the clipboard");
  assert.equal(firstCode(), "import-format-unknown");
  await actions.pickExample("painchek");
  assert.equal(store.state.importIssues, undefined, "an example");
  await actions.importText(curl, "the clipboard");
  actions.clearInspect();
  assert.equal(store.state.importIssues, undefined, "cleared");
});

test("the issues of a file stay while its deliveries are selected", async () => {
  await reset();
  const line = JSON.stringify({ headers: { "X-N": "1" }, body: '{"a":1}' });
  await actions.importText([line, "not a record", line].join("\n"), "captured.ndjson");
  const { importIssues } = store.state;
  assert.equal(importIssues?.issues[0]?.span.line, 2);
  actions.selectDelivery(1);
  assert.equal(store.state.importIssues, importIssues);
});

test("headers without a body keep the body only where they were pasted over the headers", async () => {
  const curl = "curl -H 'X-A: 1' -d @body.json http://h/";
  for (const keepsBody of [true, false]) {
    await reset({ body: '{"a":1}' });
    await actions.importText(curl, "the clipboard", keepsBody);
    assert.match(store.state.headerText, /X-A: 1/);
    assert.equal(store.state.body, keepsBody ? '{"a":1}' : "");
    assert.equal(store.state.importIssues?.issues[0]?.code, "body-not-included");
  }
});

test("a text that is pasted over the headers is imported unless its lines are headers", async () => {
  const { isHeadText } = await import("../../src/ui/field.ts");
  for (const head of ["X-A: 1", "POST /x HTTP/1.1\r\nHost: h\r\nX-A:1\n", "POST https://h/x\nx-a: {1}"])
    assert.ok(isHeadText(head), head);
  for (const other of [
    "curl http://h/",
    "Host: h\n\n{}",
    "{ 'x-a': '1' }",
    "[('x-a', '1')]",
    "map[X-A:[1]]",
    "Array\n(\n    [x-a] => 1\n)",
    "fetch('http://h/')",
    "x-a: 1\n{}",
  ])
    assert.ok(!isHeadText(other), other);
});

test("a file with several deliveries shows the first, and keeps the others", async () => {
  await reset();
  const lines = [1, 2].map((a) => JSON.stringify({ headers: { "X-N": String(a) }, body: `{"a":${a}}` }));
  await actions.importText(lines.join("\n"), "captured.ndjson");
  assert.equal(store.state.imported?.deliveries.length, 2);
  assert.equal(store.state.body, '{"a":1}');
  actions.selectDelivery(1);
  assert.equal(store.state.body, '{"a":2}');
  assert.match(store.state.headerText, /X-N: 2/i);
});

/** A HAR file of these requests. */
const har = (requests: { method: string; url: string; headers?: [string, string][]; body?: string }[]) =>
  JSON.stringify({
    log: {
      entries: requests.map(({ method, url, headers = [], body }) => ({
        request: {
          method,
          url,
          headers: headers.map(([name, value]) => ({ name, value })),
          ...(body === undefined ? {} : { postData: { mimeType: "application/json", text: body } }),
        },
      })),
    },
  });

test("an archive that begins with GET opens the first rejected delivery, and its secret checks all of its provider", async () => {
  await reset();
  await actions.pickExample("painchek");
  await settle();
  const { headerText, body, secret } = store.state;
  const signed = {
    method: "POST",
    url: "https://a.example/",
    headers: parseHeaderText(headerText).headers,
    body,
  };
  await reset();
  const text = har([
    { method: "GET", url: "https://a.example/page" },
    { ...signed },
    { method: "POST", url: "https://a.example/x", body: '{"event":{"type":"calls.user.create"}}' },
    { method: "OPTIONS", url: "https://a.example/x" },
    { method: "POST", url: "https://a.example/broken", body: '{"a":1,}' },
    { method: "POST", url: "https://a.example/other", body: '{"a":1}' },
  ]);
  await actions.importText(text, "friday.har");
  await settle();
  const states = () => store.state.imported?.entries.map(({ state }) => state);
  assert.deepEqual(states(), ["unchecked", "rejected", "rejected", "undetected"]);
  assert.deepEqual([store.state.imported?.others, store.state.imported?.index], [2, 1]);
  assert.match(store.state.body, /calls\.user\.create/);
  actions.selectDelivery(0);
  await settle();
  assert.equal(store.state.body, body);
  assert.equal(store.state.imported?.name, "friday.har");
  store.set({ secret });
  await settle();
  for (let wait = 0; states()?.[0] !== "accepted" && wait < 200; wait++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(states(), ["accepted", "rejected", "rejected", "undetected"]);
  // The secret is that of PainChek, and of no other provider.
  actions.selectDelivery(1);
  assert.equal(store.state.secret, "");
  actions.selectDelivery(0);
  assert.equal(store.state.secret, secret);
  const first = store.state.imported?.entries[0];
  assert.ok(first);
  assert.ok(isListed(first, "accepted", "painchek") && !isListed(first, "rejected", ""));
  assert.ok(!isListed(first, "all", "stripe"));
});

test("a result that arrives after the page was cleared is not shown", async () => {
  await actions.pickExample("painchek");
  await new Promise((resolve) => setImmediate(resolve));
  store.set({ body: "{}" });
  await Promise.resolve();
  actions.clearInspect();
  await settle();
  await new Promise((resolve) => setTimeout(resolve));
  await settle();
  assert.equal(store.state.result, undefined);
});

test("the next issue follows the selected one, in a circle", async () => {
  await reset();
  await actions.pickExample("xon-mistakes");
  await settle();
  assert.ok(store.state.result && "issues" in store.state.result);
  const { length } = store.state.result.issues;
  assert.ok(length >= 4);
  actions.nextIssue(-1);
  assert.equal(store.state.issue, length - 1);
  actions.nextIssue(1);
  assert.equal(store.state.issue, 0);
});

test("a link restores headers, body, time, profile and custom provider, and no secret", async () => {
  await setCustomProvider(template(1));
  const shared = {
    provider: "custom",
    headerText: "POST https://receiver.example/x\nX-Payments-Signature: t=1795573421,v1=00",
    body: '{"id":"e1","note":"caf\udce9"}',
    asOf: "2026-11-25T02:23:41Z",
    tolerance: "60",
    profile: "strict",
  } as const;
  store.set({ ...shared, secret: SECRET, secondSecret: "the next one" });
  await settle();
  const { url, includesDefinition } = await linkOf(false);
  assert.equal(includesDefinition, true);
  assert.doesNotMatch(content(url), /never shared|next one/);
  await reset({ secret: "another" });
  await open(url.slice(url.indexOf("#") + 1));
  const { secret, secondSecret, custom, notice } = store.state;
  for (const [key, value] of Object.entries(shared)) assert.equal(store.state[key as "body"], value, key);
  assert.equal(secret + secondSecret, "");
  assert.deepEqual(custom, template(1));
  assert.match(notice?.text ?? "", /Links contain no secret/);
});

test("SECURITY: a secret in any part of a link keeps it from being created", async () => {
  const parts = [
    { headerText: `Authorization: Bearer ${SECRET}` },
    { body: JSON.stringify({ note: SECRET }) },
    {
      body: JSON.stringify({ note: JSON.stringify({ inner: 'quoted "secret"' }) }),
      secret: 'quoted "secret"',
    },
    { provider: "custom", custom: { ...template(0), sample: SECRET } },
    { body: "the next one", secondSecret: "the next one" },
  ];
  for (const part of parts) {
    await reset({ secret: SECRET, ...part });
    await assert.rejects(linkOf(false), /contain the secret/, JSON.stringify(part));
  }
  // Without values nothing of the secret is left.
  await reset({
    secret: SECRET,
    headerText: `Authorization: Bearer ${SECRET}`,
    body: JSON.stringify([SECRET]),
  });
  assert.doesNotMatch(content((await linkOf(true)).url), /never shared/);
});

test("a link without values has the finding of its sender, whose words are shown as such", async () => {
  await reset();
  await actions.pickExample("painchek-rewritten");
  await settle();
  const { url } = await linkOf(true);
  const { finding } = JSON.parse(content(url));
  assert.deepEqual(finding, {
    kicker: "Rejected",
    headline: "These are not the bytes that were signed",
    causes: ["body-python-style"],
  });
  await reset();
  await open(url.slice(url.indexOf("#") + 1));
  assert.equal(
    store.state.notice?.text,
    'Opened from a link without values. Its sender saw "Rejected: These are not the bytes that were signed" (body-python-style), which cannot be checked here.',
  );
});

test("an example is shared by its id", async () => {
  await reset();
  await actions.pickExample("painchek-rewritten");
  await settle();
  const { url, isExample } = await linkOf(false);
  assert.equal(isExample, true);
  assert.match(content(url), /"example":"painchek-rewritten"/);
  assert.doesNotMatch(content(url), /made-up|assessment|sha256/);
  await reset();
  await open(url.slice(url.indexOf("#") + 1));
  assert.notEqual(store.state.body, "");
});

test("without values a link has types, and its provider", async () => {
  await reset();
  await actions.pickExample("painchek");
  store.set({ body: `${store.state.body} ` });
  await settle();
  assert.match(content((await linkOf(false)).url), /9c2fa320/);
  const text = content((await linkOf(true)).url);
  const link = JSON.parse(text);
  assert.equal(link.provider, "painchek");
  assert.equal(JSON.parse(link.body).data.patient, "string");
  assert.match(link.headerText, /X-PainChek-WH-Signature: sha256=‹64›/);
  assert.doesNotMatch(text, /[0-9a-f]{8}-|2018-|made-up|sha256=[0-9a-f]/);
});

test("a state that is too large for a link is not shared", async () => {
  await reset();
  const body = Array.from({ length: 120_000 }, (_, n) => (n * 2_654_435_761).toString(36)).join("");
  await reset({ body });
  await assert.rejects(linkOf(false), /Too large/);
});

test("SECURITY: a stranger's link sets no secret, and no provider or mode that does not exist", async () => {
  await reset({ secret: SECRET });
  const state = { ...INITIAL, secret: "chosen by a stranger", provider: "__proto__", mode: "constructor" };
  await open(await pack({ ...state, body: '{"event":"x"}' } as never));
  assert.equal(store.state.secret, "");
  assert.equal(store.state.provider, "auto");
  assert.equal(store.state.mode, "inspect");
  assert.equal(store.state.body, '{"event":"x"}');
});

test("a link that cannot be opened changes nothing but the notice", async () => {
  await reset({ body: "{}", secret: SECRET });
  const link = {
    provider: "auto",
    headerText: "",
    body: "",
    profile: "lenient",
    asOf: "",
    tolerance: "",
    mode: "inspect",
  };
  for (const [fragment, reason] of [
    ["results", /Invalid link/],
    [await pack({ ...link, example: "constructor" } as never), /example that does not exist/],
  ] as const) {
    await open(fragment);
    assert.equal(store.state.notice?.tone, "bad");
    assert.match(store.state.notice?.text ?? "", reason);
    assert.equal(store.state.body, "{}");
    assert.equal(store.state.secret, SECRET);
  }
});
