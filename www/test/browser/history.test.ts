/** Addresses, titles, reloading, Back and Forward on the built page. Secrets are never stored. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { type Opened, open, pick } from "./page.ts";
import { examplesListed, settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
});

after(() => opened?.close());

const SECRET = "a secret that no storage has";
const hash = () => new URL(page.url()).hash;
const body = () => page.locator("#mode-inspect .cm-content").innerText();
const tab = (name: string) => page.getByRole("tab", { name }).click();

async function reload(): Promise<void> {
  await page.reload();
  await examplesListed(page);
  await settled(page);
}

async function go(step: "goBack" | "goForward"): Promise<void> {
  await page[step]();
  await settled(page);
}

/** Everything that the page has stored on this device. */
const stored = () =>
  page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href]),
  );

test("every mode has an address and a title, and Back and Forward go through them", async () => {
  assert.equal(hash(), "#inspect");
  assert.equal(await page.title(), "Paste a delivery · Inspect · Hookseal");
  for (const [name, address] of [
    ["Compare", "#compare"],
    ["Sign", "#sign"],
    ["Provider", "#provider"],
  ] as const) {
    await tab(name);
    assert.equal(hash(), address);
    assert.equal(await page.title(), `${name} · Hookseal`);
  }
  await go("goBack");
  assert.equal(await page.getByRole("tab", { name: "Sign" }).getAttribute("aria-selected"), "true");
  await go("goForward");
  assert.equal(hash(), "#provider");
  await reload();
  assert.equal(await page.getByRole("tab", { name: "Provider" }).getAttribute("aria-selected"), "true");
  await tab("Inspect");
});

test("Back and Forward go through deliveries, with their settings and the secrets of this tab", async () => {
  await pick(page, "signed with SHA-256");
  assert.equal(await page.title(), "Signed with your secret, 1 warning · Inspect · Hookseal");
  const signed = await body();
  await pick(page, "File request, first revision");
  const unsigned = await body();
  assert.notEqual(signed, unsigned);
  await go("goBack");
  assert.equal(await body(), signed);
  assert.equal(await page.locator("#mode-inspect .kicker").innerText(), "Verified");
  await go("goForward");
  assert.equal(await body(), unsigned);
  const menu = page.getByLabel("History", { exact: true });
  assert.equal(await menu.locator("option").count(), 2);
  assert.match(await menu.locator("option").last().innerText(), /assessment_add · PainChek · verified$/);
  await menu.selectOption({ index: 1 });
  await settled(page);
  assert.equal(await body(), signed);
  assert.deepEqual(await findings(page), []);
});

test("a reload loses nothing but the secret, which no storage has", async () => {
  await pick(page, "Missing signature");
  await page.locator("#mode-inspect .cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("   ");
  await page.getByLabel("Secret", { exact: true }).fill(SECRET);
  await settled(page);
  const before = await body();
  await reload();
  assert.equal(await body(), before);
  assert.match(await page.getByLabel("Request line and headers").inputValue(), /receiver\.example/);
  assert.equal(await page.getByLabel("Secret", { exact: true }).inputValue(), "");
  assert.equal(await page.locator("#mode-inspect .kicker").innerText(), "Unsigned");
  assert.ok((await page.getByLabel("History", { exact: true }).locator("option").count()) >= 3);
  assert.ok(!(await stored()).includes(SECRET));
});

test("a delivery that contains the secret is not stored", async () => {
  await page.getByLabel("Request line and headers").fill(`POST / HTTP/1.1\nX-Gitlab-Token: ${SECRET}`);
  await page.locator("#mode-inspect .secret input").fill(SECRET);
  await settled(page);
  await page.evaluate(() => dispatchEvent(new Event("pagehide")));
  assert.ok(!(await stored()).includes(SECRET));
});

test("a cleared delivery is not stored any more, and Undo keeps it again", async () => {
  await pick(page, "Four issues");
  const isStored = async () => {
    await page.evaluate(() => dispatchEvent(new Event("pagehide")));
    return /2021-02-30T14:33:30/.test(await stored());
  };
  assert.equal(await isStored(), true);
  await page.getByRole("button", { name: "Clear" }).click();
  await settled(page);
  assert.equal(await isStored(), false);
  await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
  await settled(page);
  assert.equal(await isStored(), true);
});

test("the browser reported no problem", () => {
  assert.deepEqual(opened.complaints, []);
});
