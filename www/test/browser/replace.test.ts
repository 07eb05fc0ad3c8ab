/** Another delivery on the built page: pasted anywhere, dropped, undone by a button and by keys. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { type Opened, open, pick } from "./page.ts";
import { settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
});

after(() => opened?.close());

const GITLAB = `curl https://receiver.example/ -H 'X-Gitlab-Event: Push Hook' -H 'X-Gitlab-Token: t' -d '{"object_kind":"push"}'`;
const body = () => page.locator("#mode-inspect .cm-content").innerText();
const head = () => page.getByLabel("Request line and headers").inputValue();
const verdict = () => page.locator("#mode-inspect .verdict .kicker").innerText();
const provider = () => page.locator("#mode-inspect").getByLabel("Provider", { exact: true });

/** Pastes outside of fields. */
async function pasteAnywhere(text: string): Promise<void> {
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.body.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, text);
  await settled(page);
}

test("what is pasted outside of fields replaces the delivery and its settings, and Undo brings both back", async () => {
  await pick(page, "signed with SHA-256");
  await page.locator(".options button").first().click();
  await page.getByLabel("Tolerance in seconds").fill("9");
  await settled(page);
  assert.equal(await verdict(), "Verified");
  const before = [await head(), await body()];
  await pasteAnywhere(GITLAB);
  assert.equal(await body(), '{"object_kind":"push"}');
  assert.ok(!(await head()).includes("PainChek"));
  assert.equal(await page.getByLabel("Tolerance in seconds").inputValue(), "");
  assert.match(
    await page.locator(".notice").innerText(),
    /Read as curl: .* The secret of PainChek was put aside\./,
  );
  assert.deepEqual(await findings(page), []);
  await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
  await settled(page);
  assert.deepEqual([await head(), await body()], before);
  assert.equal(await page.getByLabel("Tolerance in seconds").inputValue(), "9");
  assert.equal(await verdict(), "Verified");
  assert.equal(await page.locator(".notice").isVisible(), false);
});

test("the undo key undoes edits of the body first, and then the delivery", async () => {
  await pick(page, "signed with SHA-256");
  const before = await body();
  await pasteAnywhere(GITLAB);
  await page.locator("#mode-inspect .cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" ");
  await settled(page);
  await page.keyboard.press("Control+z");
  await settled(page);
  assert.equal(await body(), '{"object_kind":"push"}');
  await page.keyboard.press("Control+z");
  await settled(page);
  assert.equal(await body(), before);
  assert.equal(await verdict(), "Verified");
});

test("a secret that is entered before the first delivery stays, and goes with the next one", async () => {
  const secret = page.getByLabel("Secret", { exact: true });
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await secret.fill("entered before the delivery");
  await settled(page);
  await pasteAnywhere(GITLAB);
  assert.equal(await secret.inputValue(), "entered before the delivery");
  await pasteAnywhere(
    `curl https://receiver.example/ -H 'X-GitHub-Event: ping' -H 'X-GitHub-Delivery: 1' -d '{"zen":"a"}'`,
  );
  assert.equal(await secret.inputValue(), "");
});

test("Clear can be undone by the key outside of fields", async () => {
  await pick(page, "signed with SHA-256");
  await provider().selectOption("painchek");
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await settled(page);
  assert.equal(await verdict(), "Nothing to check yet");
  await page.keyboard.press("Control+z");
  await settled(page);
  assert.equal(await verdict(), "Verified");
  assert.equal(await provider().inputValue(), "painchek");
  assert.deepEqual(opened.complaints, []);
});
