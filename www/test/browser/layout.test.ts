/** The frame of the page: the band of each mode, the divider of a wide page, and what a narrow one has at its lower edge. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { type Opened, open, pick } from "./page.ts";
import { copied, examplesListed, settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  page = opened.page;
});

after(() => opened?.close());

const narrow = () => page.setViewportSize({ width: 390, height: 844 });
const wide = () => page.setViewportSize({ width: 1440, height: 900 });

test("each mode has a band with a seal, a verdict, what a receiver does, and one next step", async () => {
  await pick(page, "re-serialized");
  const modes = [
    ["Rejected", "This delivery"],
    ["Nothing to compare yet", "This pair"],
    ["Signed and verified", "What was made"],
    ["No definition yet", "This definition"],
  ] as const;
  for (const [index, [kicker, title]] of modes.entries()) {
    await page.keyboard.press(`Alt+${index + 1}`);
    const band = page.locator(".mode:visible .band");
    await band.locator(".kicker", { hasText: kicker }).waitFor();
    assert.equal(await band.locator("svg.seal[aria-hidden=true]").count(), 1);
    assert.equal(await band.locator(".step:visible").count(), 1);
    assert.equal(await page.locator("h1:visible").count(), 1);
    // The actions are about what the mode shows.
    await band.getByRole("button", { name: "Report" }).click();
    await page.getByRole("dialog", { name: `${title}: Report` }).waitFor();
    await page.getByRole("button", { name: "Share", exact: true }).last().click();
    await page.getByRole("dialog", { name: `${title}: Share` }).waitFor();
    assert.equal(
      await page.evaluate(() => document.activeElement?.textContent),
      "Share",
      "the tab has the focus",
    );
    assert.deepEqual(await findings(page), []);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Report");
  }
  await page.keyboard.press("Alt+1");
});

test("the divider moves by keys and by the pointer, within its limits, and stays after a reload", async () => {
  await wide();
  const divider = page.locator("#mode-inspect").getByRole("separator");
  const input = page.locator("#mode-inspect .input");
  const share = async () => Number(await divider.getAttribute("aria-valuenow"));
  const width = async () => (await input.boundingBox())?.width ?? 0;
  const before = await width();
  const usual = await share();
  await divider.focus();
  await page.keyboard.press("ArrowRight");
  assert.ok((await share()) > usual && (await width()) > before);
  await page.keyboard.press("Home");
  assert.equal(await share(), 30);
  assert.ok(Math.abs((await width()) - 0.3 * 1440) < 2);
  await page.keyboard.press("End");
  assert.equal(await share(), 70);
  const box = await divider.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width / 2, 500);
  await page.mouse.down();
  await page.mouse.move(0.4 * 1440, 520, { steps: 3 });
  assert.equal(await share(), 40);
  await page.mouse.move(5, 520);
  assert.equal(await share(), 30);
  await page.mouse.move(0.45 * 1440, 520);
  await page.mouse.up();
  await page.mouse.move(900, 600);
  assert.equal(await share(), 45);
  assert.deepEqual(await findings(page), []);
  await page.reload();
  await examplesListed(page);
  assert.equal(await share(), 45);
  await divider.dblclick();
  assert.equal(await share(), usual);
});

test("on a narrow page the next step is at the lower edge, and the rest of the bar in a menu", async () => {
  await narrow();
  await pick(page, "signed with SHA-256");
  const thumb = page.getByRole("toolbar", { name: "Next" });
  assert.equal((await page.locator("footer.thumb").boundingBox())?.height, 61);
  await page.evaluate(() => navigator.clipboard.writeText('{"pasted":true}'));
  await thumb.getByRole("button", { name: "Paste a delivery" }).click();
  await page.locator("#mode-inspect .kicker", { hasText: "Not checked yet" }).waitFor();
  const choosing = page.waitForEvent("filechooser");
  await thumb.getByRole("button", { name: "Open a file" }).click();
  await (await choosing).setFiles({
    name: "a.json",
    mimeType: "application/json",
    buffer: Buffer.from('{"event":"assessment_add"}'),
  });
  await settled(page);
  const menu = page.getByRole("button", { name: "Menu" });
  assert.equal(await page.getByRole("button", { name: "Keyboard shortcuts" }).isVisible(), false);
  await menu.click();
  assert.equal(await menu.getAttribute("aria-expanded"), "true");
  await page.getByRole("button", { name: "Nothing leaves this page" }).click();
  assert.match(await page.locator(".notice").innerText(), /connect-src 'none'/);
  await page.getByRole("button", { name: "Close this notice" }).click();
  assert.equal(await menu.getAttribute("aria-expanded"), "false");
  await menu.click();
  await page.keyboard.press("Escape");
  assert.equal(await menu.getAttribute("aria-expanded"), "false");
  await menu.click();
  await page.getByRole("button", { name: "All deliveries" }).click();
  assert.ok((await page.getByRole("dialog", { name: "All deliveries" }).getByRole("listitem").count()) >= 2);
  await page.keyboard.press("Escape");
  // Each other mode has its own next step there, and not twice.
  await page.keyboard.press("Alt+2");
  assert.equal(await page.locator("#mode-compare .band .step:visible").count(), 0);
  await page.getByLabel("Example pairs").selectOption("changed");
  await settled(page);
  await thumb.getByRole("button", { name: "Next change" }).click();
  assert.equal(await page.locator(".change-item[aria-current]").count(), 1);
  await page.keyboard.press("Alt+3");
  await settled(page);
  assert.match(
    await copied(page, () => thumb.getByRole("button", { name: "Copy as curl" }).click()),
    /^curl /,
  );
  await page.keyboard.press("Alt+1");
  await wide();
  assert.equal(await page.locator("footer.thumb").isVisible(), false);
});

test("nothing is hidden below the lower bar, and the headline is in the first 200 pixels in every mode", async () => {
  await narrow();
  for (const mode of [1, 2, 3, 4]) {
    await page.keyboard.press(`Alt+${mode}`);
    await settled(page);
    await page.evaluate(() => scrollTo(0, 0));
    const headline = await page.locator("h1:visible").boundingBox();
    assert.ok(headline && headline.y + headline.height <= 200, `mode ${mode}: ${headline?.y}`);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    const end = await page.evaluate(
      () => document.querySelector("main")?.getBoundingClientRect().bottom ?? Number.NaN,
    );
    const bar = await page.locator("footer.thumb").boundingBox();
    assert.ok(bar && end <= bar.y + 1, `mode ${mode}: ${end} is below ${bar?.y}`);
  }
  await page.keyboard.press("Alt+1");
  await wide();
});

test("the framework of a fix is a tab, remembered, and that of the next step and of Code", async () => {
  await pick(page, "re-serialized");
  const tabs = page.getByRole("toolbar", { name: "Framework" }).first();
  await tabs.getByRole("button", { name: "Fastify" }).click();
  assert.equal(await tabs.locator('[aria-pressed="true"]').innerText(), "Fastify");
  assert.match(await page.locator(".frameworks code").first().innerText(), /addContentTypeParser/);
  const step = page.locator("#mode-inspect .band .step");
  assert.equal(await step.innerText(), "Copy the fix for Fastify");
  assert.match(await copied(page, () => step.click()), /addContentTypeParser/);
  await page.keyboard.press("Alt+8");
  assert.equal(await page.locator("dialog .choice :checked").inputValue(), "fastify");
  await page.locator("dialog .choice span", { hasText: "Next.js" }).click();
  await page.keyboard.press("Escape");
  await page.reload();
  await examplesListed(page);
  await pick(page, "re-serialized");
  assert.match(await step.innerText(), /^Copy the fix for Next\.js/);
});

test("the browser reported no problem", () => {
  assert.deepEqual(opened.complaints, []);
});
