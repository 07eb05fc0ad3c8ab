/** What people come for, on the built page from an empty one, with the fewest actions: a paste, a drop, a click, a filled field or a choice. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { painchek, webhook } from "hookseal";
import type { Page } from "playwright-core";
import { browser, type Served, serve, untilPrefetched } from "./page.ts";
import { copied, examplesListed, settled } from "./rest.ts";

const SECRET = "a secret of the jobs alone";
const HOUR = 3600;

let served: Served;
let chromium: Awaited<ReturnType<typeof browser>>;
let page: Page;
let actions = 0;

before(async () => {
  served = await serve();
  chromium = await browser({ permissions: ["clipboard-read", "clipboard-write"] });
});
beforeEach(async () => {
  page = await chromium.context.newPage();
  await page.goto(`${served.url}#inspect`);
  await examplesListed(page);
  await untilPrefetched(page);
  actions = 0;
});
afterEach(() => page.close());
after(async () => {
  await chromium?.close();
  await served?.close();
});

async function act(work: () => Promise<unknown>): Promise<void> {
  actions++;
  await work();
  await settled(page);
}

/** Hands over text as a paste outside of fields, or as a dropped file. */
const handOver = (text: string, file?: string) =>
  act(() =>
    page.evaluate(
      ([text, file]) => {
        const data = new DataTransfer();
        if (file === undefined) data.setData("text/plain", text as string);
        else data.items.add(new File([text as string], file));
        document.body.dispatchEvent(
          file === undefined
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }),
        );
      },
      [text, file],
    ),
  );
const enter = (label: string, value: string) =>
  act(() => page.locator(".mode:visible").getByLabel(label, { exact: true }).fill(value));
const click = (name: string) =>
  act(() => page.locator(".mode:visible, dialog[open]").last().getByRole("button", { name }).first().click());
const mode = (name: string) => act(() => page.getByRole("link", { name, exact: true }).click());
const headline = () => page.locator(".mode:visible .verdict h1").innerText();

const http = (headers: Record<string, string>, body: string) =>
  [
    "POST /hooks HTTP/1.1",
    "Host: receiver.example",
    ...Object.entries(headers).map((pair) => pair.join(": ")),
    "",
    body,
  ].join("\r\n");
const sample = painchek({ secrets: [SECRET] }).create("assessment_add", {
  uuid: "8a46f2d0-0d7e-4f4c-9c58-0e5d3f6a7b10",
  patient: "5e0c6b3a-91d2-4c7f-8a46-000000000002",
  update_stamp: 1,
});
const sampleBody = Buffer.from(sample.body).toString();
/** Signed as PainChek signs, and re-serialized on the way. */
const spaced = `${sampleBody}`.replaceAll('":', '": ').replaceAll(',"', ', "');
const tag = createHmac("sha256", SECRET).update(spaced).digest("hex");
const failing = { "Content-Type": "application/json", "X-PainChek-WH-Signature": `sha256=${tag}` };
const stripe = (age: number) => {
  const hook = webhook("stripe", { secrets: [SECRET] });
  const time = new Date(Date.now() - age * 1000);
  const body =
    '{"id":"evt_1","object":"event","type":"charge.succeeded","created":1700000000,"data":{"object":{}}}';
  return http({ "Content-Type": "application/json", ...hook.sign(body, { now: time }).headers }, body);
};

test("the cause of a curl command that fails: paste, secret", async () => {
  const headers = Object.entries(failing).map(([name, value]) => `-H '${name}: ${value}'`);
  await handOver(`curl https://receiver.example/hooks ${headers.join(" ")} --data-raw '${sampleBody}'`);
  await enter("Secret", SECRET);
  assert.equal(await headline(), "These are not the bytes that were signed");
  assert.equal(actions, 2);
});

test("a comma too many in a delivery of X-on: paste", async () => {
  await handOver('{"event": {\n  "id": "1",\n  "type": "calls.user.create",\n}}');
  assert.match(await headline(), /comma/i);
  assert.equal(actions, 1);
});

test("the delivery that fails in an archive that begins with GET: drop, secret, its row", async () => {
  const entry = (method: string, headers: Record<string, string>, text?: string) => ({
    request: {
      method,
      url: "https://receiver.example/hooks",
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      ...(text === undefined ? {} : { postData: { mimeType: "application/json", text } }),
    },
  });
  const right = { "Content-Type": "application/json", ...sample.headers };
  const entries = [
    entry("GET", {}),
    entry("POST", right, `${sampleBody}`),
    entry("POST", failing, `${sampleBody}`),
  ];
  await handOver(JSON.stringify({ log: { entries } }), "archive.har");
  await enter("Secret", SECRET);
  await act(() => page.locator('.archive [data-state="rejected"]').click());
  assert.equal(await headline(), "These are not the bytes that were signed");
  assert.equal(actions, 3);
});

test("a delivery of Stripe from an hour ago: paste, secret, and verified as of its time", async () => {
  await handOver(stripe(HOUR));
  await enter("Secret", SECRET);
  assert.match(await headline(), /^Signed correctly, 1 h .*ago$/);
  await click("Verify at");
  assert.match(await page.locator(".mode:visible .verdict .kicker").innerText(), /^Verified/);
  assert.equal(actions, 3);
});

test("a form of GitHub: paste, secret", async () => {
  const body = new URLSearchParams({ payload: '{"zen":"Keep it logically awesome."}' }).toString();
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  await handOver(
    http(
      {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-GitHub-Event": "ping",
        "X-GitHub-Delivery": "8a46f2d0-0d7e-4f4c-9c58-0e5d3f6a7b10",
        "X-Hub-Signature-256": `sha256=${signature}`,
      },
      body,
    ),
  );
  await enter("Secret", SECRET);
  assert.match(await page.locator(".mode:visible .verdict .kicker").innerText(), /^Verified/);
  assert.equal(actions, 2);
});

test("a sample that verifies: Sign, secret, copy", async () => {
  await mode("Sign");
  await enter("Secret", SECRET);
  const text = await copied(page, () => click("Copy as curl"));
  assert.match(text, /^curl /);
  assert.equal(actions, 3);
});

test("two attempts of one delivery: Compare, and a paste on each side", async () => {
  await mode("Compare");
  for (const [side, body] of [
    ["original", `${sampleBody}`],
    ["retry", `${sampleBody}`.replace('"update_stamp":1', '"update_stamp":2')],
  ])
    await act(() =>
      page.getByLabel(`Body of the ${side}`, { exact: true }).evaluate((element, text) => {
        const data = new DataTransfer();
        data.setData("text/plain", text as string);
        element.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
        );
      }, body),
    );
  assert.match(await page.locator(".mode:visible .verdict").innerText(), /changed/i);
  assert.equal(actions, 3);
});

test("a definition of a sender that is not built in: paste, secret, describe", async () => {
  const body = '{"type":"order.paid","id":"o1"}';
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  await handOver(http({ "Content-Type": "application/json", "X-Acme-Signature": signature }, body));
  await enter("Secret", SECRET);
  await click("Describe this sender");
  assert.match(
    await page.locator('.cm-content[aria-label="provider.json"]').innerText(),
    /X-Acme-Signature/i,
  );
  assert.equal(actions, 3);
});

test("a finding is shared and opened elsewhere: Share, copy, open", async () => {
  await handOver(http(failing, `${sampleBody}`));
  await enter("Secret", SECRET);
  actions = 0;
  await click("Share");
  await page.locator("dialog button.main:enabled").waitFor();
  const link = await copied(page, () => act(() => page.locator("dialog button.main").click()));
  await act(async () => {
    await page.goto("about:blank");
    await page.goto(link);
    await examplesListed(page);
  });
  assert.match(await page.locator(".mode:visible .verdict").innerText(), /Not checked yet/);
  const inside = inflateRawSync(Buffer.from(link.slice(link.indexOf("#1.") + 3), "base64url")).toString();
  assert.match(inside, /X-PainChek-WH-Signature/);
  for (const text of [SECRET, "8a46f2d0", tag]) assert.ok(!inside.includes(text), text);
  assert.equal(actions, 3);
});
