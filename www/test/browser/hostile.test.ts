/** SECURITY: large and malicious payloads are displayed as text, and do not block the page. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Opened, open, showBody } from "./page.ts";
import { settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
});

after(() => opened?.close());

/** Drops a file on the page, and waits for its inspection. Returns the time that it took. */
async function drop(bytes: Uint8Array, name = "payload.json"): Promise<number> {
  const start = Date.now();
  await page.evaluate(
    ([text, name]) => {
      const bytes = Uint8Array.from(atob(text as string), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], name as string));
      document.body.dispatchEvent(
        new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }),
      );
    },
    [Buffer.from(bytes).toString("base64"), name],
  );
  await settled(page);
  return Date.now() - start;
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test("a file with bytes that are not UTF-8 is dropped whole", async () => {
  const bytes = Uint8Array.of(
    0x7b,
    0x22,
    0x61,
    0xff,
    0xfe,
    0x00,
    0xed,
    0xa0,
    0x80,
    0x22,
    0x0d,
    0x0a,
    0x3a,
    0x31,
    0x7d,
  );
  await drop(bytes);
  assert.match(await page.locator(".status").innerText(), /15 bytes · not all UTF-8/);
  assert.equal(await page.locator(".cm-content .chip.raw").count(), 5);
});

test("a payload of a megabyte is inspected, and the page stays responsive", async () => {
  const entry = {
    id: "2e0db25d-8b39-40fa-81fc-cab625fa130f",
    note: "x".repeat(180),
    list: [1, 2, 3, null, true],
  };
  const bytes = json({
    event: { type: "file-request.files.update", entries: Array.from({ length: 4000 }, () => entry) },
  });
  assert.ok(bytes.length > 1_000_000);
  await page.locator(".settings select").first().selectOption("xon");
  await drop(bytes);
  assert.equal(await page.locator(".verdict .kicker").innerText(), "Rejected");
  await showBody(page, "Hex");
  assert.equal(await page.locator(".body-hex .hex > div").count(), 64);
  await showBody(page, "Tree");
  await page.locator(".tree .row").nth(2).waitFor();
  await showBody(page, "As it came");
});

test("typing into 256 KB stays responsive", async () => {
  const entry = { id: "2e0db25d-8b39-40fa-81fc-cab625fa130f", note: "x".repeat(180) };
  const text = JSON.stringify(
    { event: { entries: Array.from({ length: 1000 }, () => entry) } },
    undefined,
    2,
  );
  await drop(new TextEncoder().encode(text));
  await page.locator(".cm-content").click();
  // As text: the compiler of the tests would add helpers that the page does not have.
  await page.evaluate(`(() => {
    globalThis.frames = [];
    let last = performance.now();
    requestAnimationFrame(function tick() {
      const now = performance.now();
      globalThis.frames.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    });
  })()`);
  await page.keyboard.type("hello there", { delay: 40 });
  await settled(page);
  const frames = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames);
  console.log(`longest frame while typing into 256 KB: ${Math.max(...frames).toFixed(0)} ms`);
  assert.match(await page.locator(".cm-content").innerText(), /hello there/);
});

test("markup, prototypes and bidi controls are displayed as text", async () => {
  const evil = "<img src=x onerror=alert(1)><script>alert(2)</script>";
  const bytes = new TextEncoder().encode(
    `{"__proto__":{"polluted":"${evil}"},"constructor":{"prototype":{"polluted":1}},"event":"${evil}","\u202e${"gpj"}":"\u2066${evil}\u2069","data":{"uuid":"${evil}","${evil}":null}}`,
  );
  await drop(bytes);
  await page.locator(".settings select").first().selectOption("painchek");
  await settled(page);
  assert.equal(await page.locator("main img:not(.cm-widgetBuffer), main script").count(), 0);
  assert.equal(
    await page.evaluate(() => ({}) as { polluted?: string }).then(({ polluted }) => polluted),
    undefined,
  );
  assert.ok((await page.locator(".cm-content .chip").count()) > 0);
  await showBody(page, "Tree");
  assert.ok((await page.locator(".tree .chip").count()) > 0);
  await showBody(page, "As it came");
});

test("a hundred thousand keys neither hang the page nor fill it", async () => {
  const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]));
  await drop(json({ event: "assessment_add", data: keys }));
  await showBody(page, "Tree");
  assert.ok((await page.locator(".tree .row").count()) < 400);
  assert.ok((await page.locator(".issue").count()) <= 60);
  await page.locator(".row.more").first().click();
  await page.locator(".tree .row").nth(150).waitFor();
  await showBody(page, "As it came");
});

test("ten thousand levels neither hang the page nor overflow it", async () => {
  await drop(
    new TextEncoder().encode(`{"event":"assessment_add","data":${"[".repeat(10_000)}${"]".repeat(10_000)}}`),
  );
  // No provider is detected in a text that ends before its type is known.
  await page.locator(".settings select").first().selectOption("painchek");
  await settled(page);
  assert.equal(await page.locator(".verdict .kicker").innerText(), "Rejected");
  assert.ok((await page.locator(".issue").allInnerTexts()).some((text) => text.includes("json-too-deep")));
});

test("no script of a payload ran", () => {
  assert.deepEqual(opened.complaints, []);
});
