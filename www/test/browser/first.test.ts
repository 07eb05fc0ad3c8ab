/** The first visit: its verdict and its cause are in the page before any script runs, and the page shows the same. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings } from "./axe.ts";
import { browser, type Served, serve, untilPrefetched } from "./page.ts";
import { examplesListed, settled } from "./rest.ts";

let served: Served;

before(async () => {
  served = await serve();
});

after(() => served?.close());

const HEADLINE = "These are not the bytes that were signed";

test("without script, verdict, cause and fix of an example are there", async () => {
  const { context, close } = await browser({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(served.url);
  assert.equal(await page.locator(".kicker").innerText(), "Rejected");
  assert.equal(await page.locator(".aside").innerText(), "a receiver responds with 401");
  assert.equal(await page.locator(".verdict h1").innerText(), HEADLINE);
  assert.match(await page.locator(".verdict-text").innerText(), /json\.dumps/);
  assert.match(
    await page.locator(".first-why").innerText(),
    /Signature: does not match[\s\S]*body-python-style/,
  );
  await close();
});

test("with script the same example is shown, and Start empty and a paste remove it", async () => {
  const { context, close } = await browser({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(served.url);
  await examplesListed(page);
  await untilPrefetched(page);
  await settled(page);
  assert.equal(await page.locator("#first").count(), 0);
  assert.equal(await page.locator("#mode-inspect .verdict h1").innerText(), HEADLINE);
  assert.equal(await page.title(), `${HEADLINE} · Inspect · Hookseal`);
  const box = await page.locator("#mode-inspect .verdict h1").boundingBox();
  assert.ok(box !== null && box.y + box.height <= 200);
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Start empty" }).click();
  await settled(page);
  assert.equal(await page.locator("#mode-inspect .kicker").innerText(), "Nothing to check yet");
  assert.equal(await page.getByText("An example.").count(), 0);
  await close();
});

test("an address with a fragment shows no example", async () => {
  const { context, close } = await browser();
  const page = await context.newPage();
  await page.goto(`${served.url}#inspect`, { waitUntil: "commit" });
  await examplesListed(page);
  assert.equal(await page.locator("#mode-inspect .kicker").innerText(), "Nothing to check yet");
  await close();
});
