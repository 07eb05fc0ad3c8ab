/** The Code dialog: it shows and copies the code of the selected provider and framework, without the secret. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { frameworks, snippet } from "../../src/views/actions/snippets.ts";
import { type Opened, open } from "./page.ts";
import { copied, settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  page = opened.page;
  await page.keyboard.press("Alt+4");
  await page.getByLabel("Template").selectOption("2");
  await settled(page);
  await page.getByRole("button", { name: "Sign the sample" }).click();
  await settled(page);
});

after(() => opened?.close());

const copyCode = () => copied(page, () => page.locator("dialog button.main").click());

test("the code of every framework can be copied, and contains no secret", async () => {
  const secret = await page.getByLabel("Secret", { exact: true }).inputValue();
  assert.match(secret, /^whsec_/);
  await page.keyboard.press("Alt+8");
  // The provider of Inspect is selected.
  assert.equal(await page.locator("dialog select").inputValue(), "custom");
  const custom = await copyCode();
  assert.match(custom, /MY_STANDARD_SECRET/);
  assert.ok(!custom.includes(secret) && !custom.includes("made-up"));
  await page.locator("dialog select").selectOption("painchek");
  for (const [framework, title] of frameworks) {
    await page.locator("dialog .choice span", { hasText: title }).click();
    assert.equal(await copyCode(), snippet(framework, { id: "painchek", signs: true }));
  }
  await page.keyboard.press("Escape");
});

test("without a valid definition there is no code, and the dialog says what to do", async () => {
  await page.keyboard.press("Alt+4");
  await page.locator('.cm-content[aria-label="provider.json"]').click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("{");
  await settled(page);
  await page.keyboard.press("Alt+8");
  await page.locator("dialog select").selectOption("custom");
  assert.equal(await page.locator("dialog .out").innerText(), "Fix the definition to generate code.");
  assert.equal(await page.locator("dialog button.main").isDisabled(), true);
  await page.keyboard.press("Escape");
});
