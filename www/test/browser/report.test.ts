/** The Report dialog: it shows and copies the report of the selected level. Its content is tested without a browser. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Opened, open, pick } from "./page.ts";
import { copied, settled } from "./rest.ts";

const SECRET = "a made-up secret for this page only";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  page = opened.page;
});

after(() => opened?.close());

/** The copied report. */
async function report(values?: string, ids = false): Promise<string> {
  await page.keyboard.press("Alt+7");
  await page.locator("dialog .out", { hasText: /##/ }).waitFor();
  if (ids) await page.getByLabel("Keep ids").check();
  if (values !== undefined) await page.locator("dialog .choice span", { hasText: values }).click();
  await settled(page);
  const text = await copied(page, () => page.locator("dialog button.main").click());
  await page.keyboard.press("Escape");
  return text;
}

/** Values of the example that identify a person, or are health data. */
const VALUES = /[0-9a-f]{8}-[0-9a-f]{4}|2018-04|"painchek"|"none"|265901|"pain_score": 0|: false|: true/;

test("by default a report contains the issues, and no value of the payload", async () => {
  await pick(page, "re-serialized");
  await page.locator(".cause.proved").first().waitFor();
  const text = await report();
  assert.match(text, /Webhook delivery: rejected/);
  assert.match(text, /signature-mismatch/);
  assert.match(text, /\*\*match\*\* `body-/);
  assert.match(text, /"patient": "string"/);
  assert.match(text, /"pain_score": "number"/);
  assert.match(text, /X-PainChek-WH-Signature: sha256=‹64›/);
  assert.equal(VALUES.test(text), false);
  assert.equal(/[0-9a-f]{40}/i.test(text), false);
  assert.equal(text.includes(SECRET), false);
});

test("the level selects values without health data, or all values", async () => {
  const some = await report("no health data");
  assert.match(some, /"json_version": "v2"/);
  assert.match(some, /"patient": "string"/);
  assert.match(some, /"pain_level": "string"/);
  assert.match(some, /"brow_lowering": "boolean"/);
  await page.keyboard.press("Alt+7");
  await page.locator("dialog .choice span", { hasText: "All values" }).click();
  assert.match(await page.locator("dialog .note-text.warning").innerText(), /personal and health data/);
  await page.keyboard.press("Escape");
  const all = await report("All values");
  assert.match(all, /"pain_score":0/);
  assert.match(all, /"patient":"9c2fa320/);
});

test("neither secret nor signature is in a report of any level", async () => {
  await pick(page, "signed with SHA-256");
  const header = page.getByLabel("Request line and headers");
  const original = await header.inputValue();
  const signature = /sha256=([0-9a-f]{64})/.exec(original)?.[1] as string;
  await header.fill(`${original}\nX-Note: ${SECRET} and ${signature}\nAuthorization: Bearer abc-def-ghi`);
  await page.locator('.cm-content[aria-label="Body of the delivery"]').click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(`"${SECRET}"`);
  await settled(page);
  await page.keyboard.press("Control+z");
  await settled(page);
  assert.equal(await page.locator(".verdict .kicker").first().innerText(), "Verified");
  for (const values of ["Types only", "no health data", "All values"]) {
    const text = await report(values, true);
    assert.equal(text.includes(SECRET), false, values);
    assert.equal(text.includes(signature), false, values);
    assert.equal(text.includes("abc-def-ghi"), false, values);
  }
});

test("without a delivery there is no report", async () => {
  await page.getByRole("button", { name: "Clear" }).click();
  await page.keyboard.press("Alt+7");
  assert.match(await page.locator("dialog .out").innerText(), /No delivery/);
  assert.equal(await page.locator("dialog button.main").isDisabled(), true);
  await page.keyboard.press("Escape");
});
