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
const tab = (name: string) => page.getByRole("link", { name, exact: true }).click();

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
    assert.match(await page.title(), new RegExp(`^.+ · ${name} · Hookseal$`));
  }
  await go("goBack");
  assert.equal(await page.getByRole("link", { name: "Sign" }).getAttribute("aria-current"), "page");
  await go("goForward");
  assert.equal(hash(), "#provider");
  await reload();
  assert.equal(await page.getByRole("link", { name: "Provider" }).getAttribute("aria-current"), "page");
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
  assert.deepEqual(await menu.locator("option").count(), 3);
  assert.match(await menu.locator("option").nth(1).innerText(), /assessment_add · PainChek · verified$/);
  assert.equal(await menu.locator("option").last().innerText(), "All 2…");
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

test("Compare and Sign keep their texts over a reload, and no secret", async () => {
  await tab("Compare");
  await page.getByLabel("Example pairs").selectOption("changed");
  await settled(page);
  await tab("Sign");
  await page
    .getByRole("button", { name: "Text", exact: true })
    .and(page.locator("#mode-sign button"))
    .click();
  await page.locator("#mode-sign .cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type('{"event":"kept"}');
  await page.locator("#mode-sign .secret input").fill(SECRET);
  await settled(page);
  await page.reload();
  await examplesListed(page);
  await settled(page);
  assert.equal(await page.locator("#mode-sign .cm-content").innerText(), '{"event":"kept"}');
  assert.notEqual(await page.locator("#mode-sign .secret input").inputValue(), SECRET);
  assert.ok(!(await stored()).includes(SECRET));
  await tab("Compare");
  await settled(page);
  assert.equal(await page.locator("#mode-compare .verdict .kicker").innerText(), "Same event, changed");
  await page.getByRole("button", { name: "Clear both" }).click();
  await tab("Inspect");
});

test("a delivery that contains the secret is not stored", async () => {
  await page.locator("#mode-inspect textarea.head").fill(`POST / HTTP/1.1\nX-Gitlab-Token: ${SECRET}`);
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

test("the history on this device is off, and keeps deliveries without secrets when it is on", async () => {
  const kept = () =>
    page.evaluate(async () => {
      const request = indexedDB.open("hookseal", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("deliveries", { keyPath: "time" });
      await new Promise((resolve) => request.addEventListener("success", resolve));
      const all = request.result.transaction("deliveries").objectStore("deliveries").getAll();
      await new Promise((resolve) => all.addEventListener("success", resolve));
      request.result.close();
      return JSON.stringify(all.result);
    });
  assert.equal(await kept(), "[]");
  await pick(page, "signed with SHA-256");
  await page.locator("#mode-inspect .secret input").fill(SECRET);
  await settled(page);
  const menu = page.getByLabel("History", { exact: true }).and(page.locator("select"));
  await menu.selectOption("all");
  const dialog = page.getByRole("dialog", { name: "All deliveries" });
  assert.deepEqual(await findings(page), []);
  await dialog.getByLabel("Keep the history on this device").check();
  await page.waitForFunction(() => localStorage.getItem("hookseal-device-history") === "on");
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.evaluate(() => dispatchEvent(new Event("pagehide")));
  await page.waitForTimeout(300);
  const stored = await kept();
  assert.match(stored, /assessment_add/);
  assert.ok(!stored.includes(SECRET));
  // Another tab has them, too.
  const other = await opened.context.newPage();
  await other.goto(`${opened.served.url}#inspect`);
  await examplesListed(other);
  await other
    .getByLabel("History", { exact: true })
    .locator("option", { hasText: "assessment_add" })
    .first()
    .waitFor({ state: "attached" });
  await other.close();
  await menu.selectOption("all");
  await dialog.getByLabel("Keep the history on this device").uncheck();
  await page.waitForFunction(() => localStorage.getItem("hookseal-device-history") === null);
  await page.waitForTimeout(300);
  assert.equal(await kept(), "[]");
  await dialog.getByRole("button", { name: "Close" }).click();
});

test("the browser reported no problem", () => {
  assert.deepEqual(opened.complaints, []);
});
