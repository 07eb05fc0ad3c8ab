/** The page without its full module: slow, blocked, changed, and loaded later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page, Route } from "playwright-core";
import { browser, pick, serve, showBody, untilPrefetched } from "./page.ts";
import { examplesListed, settled } from "./rest.ts";

const verdict = (page: Page) => page.locator(".inspect .verdict .kicker").first().innerText();
const FULL = /\/assets\/full-[^/]+\.js$/;

/** Opens the page with a handler for requests of the full module. Without service worker: its requests cannot be blocked. */
async function openWith(
  handle: (route: Route) => Promise<void>,
  work: (page: Page, complaints: string[]) => Promise<void>,
): Promise<void> {
  const served = await serve();
  const { context, close } = await browser({ serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.route(FULL, handle);
    await page.goto(`${served.url}#inspect`);
    await examplesListed(page);
    await work(page, complaints);
  } finally {
    await close();
    await served.close();
  }
}

/** What the page shows of a delivery, without the explanation. */
async function shown(page: Page): Promise<string[]> {
  await showBody(page, "Tree");
  const all = [
    ...(await page.locator(".step > summary").allInnerTexts()),
    ...(await page.locator(".issue").allInnerTexts()),
    ...(await page.locator(".tree .row .key").allInnerTexts()),
  ];
  await showBody(page, "As it came");
  return all;
}

async function paste(page: Page, text: string): Promise<void> {
  await page.getByLabel("Request line and headers").evaluate((element, text) => {
    // Over all there is: a paste elsewhere is an edit.
    (element as HTMLTextAreaElement).select();
    const data = new DataTransfer();
    data.setData("text/plain", text);
    element.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, text);
}

const CURL = `curl https://receiver.example/hook -H 'Content-Type: application/json' -d '{"pasted":1}'`;

test("the first view works without the full module; an import says what failed, and is tried again", async () => {
  let isBlocked = true;
  let requests = 0;
  await openWith(
    (route) => {
      requests += 1;
      return isBlocked ? route.abort() : route.continue();
    },
    async (page) => {
      await untilPrefetched(page);
      await pick(page, "signed with SHA-256");
      assert.equal(await verdict(page), "Verified");
      assert.equal(await page.locator(".compared.good").innerText(), "The signatures are equal.");
      await pick(page, "re-serialized");
      assert.equal(await verdict(page), "Rejected");
      const explanation = page.locator(".failure", { hasText: "download" });
      await explanation.waitFor();
      assert.match(await explanation.innerText(), /failed\. Check the connection/);
      const light = await shown(page);

      await paste(page, CURL);
      const box = page.locator(".inspect .verdict").first();
      await box.getByRole("button", { name: "Try again" }).waitFor();
      assert.match(await box.innerText(), /The download of the module that explains and imports .* failed/);
      const failed = requests;
      await box.getByRole("button", { name: "Try again" }).click();
      await settled(page);
      assert.ok(requests > failed, "the button downloads again");

      isBlocked = false;
      await box.getByRole("button", { name: "Try again" }).click();
      await page.waitForFunction(() =>
        document.querySelector(".cm-content")?.textContent?.includes('"pasted"'),
      );
      await settled(page);
      assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
      const loaded = requests;

      // The same delivery has the same result, and an explanation.
      await pick(page, "re-serialized");
      await page.locator(".cause.proved").first().waitFor();
      assert.deepEqual(await shown(page), light);
      assert.equal(await page.locator(".failure", { hasText: "download" }).count(), 0);
      assert.equal(requests, loaded, "the full module is downloaded once");
    },
  );
});

test("a failed explanation is tried again", async () => {
  let isBlocked = true;
  await openWith(
    (route) => (isBlocked ? route.abort() : route.continue()),
    async (page) => {
      await pick(page, "re-serialized");
      const button = page.getByRole("button", { name: "Try again" });
      await button.waitFor();
      isBlocked = false;
      await button.click();
      await page.locator(".cause.proved").first().waitFor();
      assert.equal(await verdict(page), "Rejected");
      assert.equal(await button.count(), 0);
    },
  );
});

test("while the full module is on its way, other calls run, and the import follows", async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let requests = 0;
  await openWith(
    async (route) => {
      requests += 1;
      await held;
      await route.continue();
    },
    async (page, complaints) => {
      // Not until the page is idle: the explanation waits.
      await page.getByLabel("Examples", { exact: true }).selectOption("painchek-sha1");
      await page.waitForFunction(
        () => document.querySelector(".inspect .verdict .kicker")?.textContent === "Verified",
      );
      await page.getByRole("button", { name: "Tree" }).click();
      await page.locator(".tree .row").nth(5).waitFor();
      assert.equal(await page.locator(".tree .sensitive").count(), 0);
      release();
      // The shown delivery gets its descriptions and marks.
      await page.locator(".tree .sensitive").first().waitFor();
      await page.getByRole("button", { name: "As it came" }).click();
      await paste(page, CURL);
      await page.waitForFunction(() =>
        document.querySelector(".cm-content")?.textContent?.includes('"pasted"'),
      );
      assert.equal(requests, 1);
      assert.deepEqual(complaints, []);
    },
  );
});

test("a changed full module is refused by its hash", async () => {
  await openWith(
    (route) => route.fulfill({ contentType: "text/javascript", body: "globalThis.isChanged = true;" }),
    async (page) => {
      await untilPrefetched(page);
      assert.equal(await page.evaluate("globalThis.isChanged"), undefined);
      await pick(page, "re-serialized");
      await page.locator(".failure", { hasText: "download" }).waitFor();
      assert.equal(await verdict(page), "Rejected");
    },
  );
});
