/** The parts of the page: what the first view loads, what is loaded later, and that nothing moves meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { BASE, browser, pick, type Served, serve } from "./page.ts";
import { examplesListed, settled } from "./rest.ts";

const FULL = /\/assets\/full-[^/]+\.js$/;

/** The requested files, without their hashes. */
const parts = (served: Served): string[] =>
  [
    ...new Set(
      served.requests.map((path) => path.slice(BASE.length).replace(/^assets\/|-[\w-]{8}(?=\.)/g, "")),
    ),
  ].sort();

/** Opens a first visit. The page prefetches nothing before `release`: the full module comes first, and is held. */
async function visit(
  work: (page: Page, served: Served, release: () => void) => Promise<void>,
  hash = "",
): Promise<void> {
  const served = await serve();
  const { context, close } = await browser({ serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(FULL, async (route) => {
      await held;
      await route.continue();
    });
    await page.addInitScript(`{
      globalThis.shifts = 0;
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shifts += value;
      }).observe({ type: "layout-shift", buffered: true });
    }`);
    await page.goto(`${served.url}${hash}`);
    await examplesListed(page);
    await page.locator("#mode-inspect .cm-content").waitFor({ state: "attached" });
    await work(page, served, release);
  } finally {
    await close();
    await served.close();
  }
}

const FIRST_VIEW = ["", "body.js", "core.js", "editor.js", "engine.js", "icon.svg", "index.css", "page.js"];

test("the first view loads its own parts; those of other modes and dialogs come when the page is idle", async () => {
  await visit(async (page, served, release) => {
    assert.deepEqual(parts(served), FIRST_VIEW);
    release();
    await page.waitForFunction(() => performance.getEntriesByName("hookseal-prefetched").length > 0);
    const later = ["choice.js", "compare.js", "dialogs.js", "full.js", "provider.js", "sign.js", "words.js"];
    assert.deepEqual(parts(served), [...FIRST_VIEW, ...later].sort());
  });
});

test("a mode or a dialog that is opened earlier loads its own part", async () => {
  await visit(async (page, served) => {
    await page.getByRole("link", { name: "Compare" }).click();
    await page.locator("#mode-compare h1").waitFor();
    assert.ok(parts(served).includes("compare.js"));
    await page.getByRole("button", { name: "Code" }).click();
    await page.getByLabel("The code", { exact: true }).waitFor();
    assert.ok(parts(served).includes("dialogs.js"));
    for (const name of ["sign.js", "provider.js"]) assert.ok(!parts(served).includes(name), name);
  });
});

test("a part that cannot be downloaded says so, and the rest of the page works", async () => {
  await visit(async (page, _served, release) => {
    release();
    await page.route(/\/assets\/sign-/, (route) => route.abort());
    await page.getByRole("link", { name: "Sign" }).click();
    const failure = page.locator("#mode-sign [role=alert]");
    await failure.waitFor();
    assert.match(await failure.innerText(), /download .* failed/);
    assert.equal(await page.getByRole("button", { name: "Reload the page" }).count(), 1);
    await page.getByRole("link", { name: "Inspect" }).click();
    await pick(page, "signed with SHA-256");
    assert.equal(await page.locator("#mode-inspect .kicker").innerText(), "Verified");
  }, "#inspect");
});

test("nothing moves while the page starts and while parts arrive", async () => {
  await visit(async (page, _served, release) => {
    release();
    await page.waitForFunction(() => performance.getEntriesByName("hookseal-prefetched").length > 0);
    await settled(page);
    assert.equal(await page.evaluate("shifts"), 0);
  });
});

test("the band keeps its height while a changed delivery is checked", async () => {
  await visit(async (page, _served, release) => {
    release();
    await settled(page);
    await page.evaluate(`{
      const verdict = document.querySelector("#mode-inspect .band");
      const height = () => verdict.getBoundingClientRect().height;
      const before = { height: height(), text: verdict.textContent };
      globalThis.whileBusy = [];
      new MutationObserver(() => {
        if (verdict.dataset.busy === "true" && verdict.textContent === before.text) whileBusy.push(height() - before.height);
      }).observe(verdict, { attributes: true, attributeFilter: ["data-busy"] });
    }`);
    await page.locator("#mode-inspect .cm-content").click();
    await page.keyboard.press("Space");
    await settled(page);
    const changes = (await page.evaluate("whileBusy")) as number[];
    assert.ok(changes.length > 0, "the page was busy");
    assert.deepEqual(new Set(changes), new Set([0]));
  });
});
