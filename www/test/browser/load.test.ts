/** A cold load: which files are fetched. Times are logged, and decide nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, serve } from "./page.ts";
import { examplesListed, settled } from "./rest.ts";

test("a cold load requests the page's own files alone", async () => {
  const served = await serve();
  const { context, close } = await browser();
  try {
    // An empty page first, so that the start of the browser is not measured.
    const page = await context.newPage();
    await page.goto("about:blank");
    await page.goto(served.url);
    await examplesListed(page);
    const times = await page.evaluate(`(() => {
      const [navigation] = performance.getEntriesByType("navigation");
      const paint = performance.getEntriesByName("first-contentful-paint")[0];
      const ready = performance.getEntriesByName("hookseal-ready")[0];
      return { parsed: navigation.domInteractive, paint: paint?.startTime, ready: ready?.startTime };
    })()`);
    console.log(
      `milliseconds of a cold load: ${JSON.stringify(times, (_, value) => (typeof value === "number" ? Math.round(value) : value))}`,
    );
    const before = served.requests.length;
    await page.evaluate("navigator.serviceWorker.ready");
    const kept = served.requests.length;
    await page.locator(".cm-content").click();
    await page.keyboard.type('{"event":"assessment_add","data":{}}');
    await settled(page);
    assert.ok(before > 0);
    for (const name of ["core", "full"])
      assert.equal(served.requests.filter((path) => path.includes(`/assets/${name}-`)).length, 1, name);
    // Typing causes no further request.
    assert.equal(served.requests.length, kept);
    assert.equal(
      served.requests.some((path) => path.endsWith(".wasm")),
      false,
    );
  } finally {
    await close();
    await served.close();
  }
});
