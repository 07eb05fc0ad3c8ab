/** More of Inspect: files with several deliveries, old captures, secret rotation; and accessibility of dialogs. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { clear, type Opened, open, pick } from "./page.ts";
import { settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
});

after(() => opened?.close());

const verdict = () => page.locator(".inspect .verdict .kicker").first().innerText();
const body = () => page.locator('.cm-content[aria-label="Body of the delivery"]').innerText();

/** A HAR file with a delivery for each body. */
const har = (...bodies: string[]) =>
  JSON.stringify({
    log: {
      entries: bodies.map((text, index) => ({
        request: {
          method: "POST",
          url: `https://receiver.example/hook/${index}`,
          headers: [{ name: "Content-Type", value: "application/json" }],
          postData: { mimeType: "application/json", text },
        },
      })),
    },
  });

test("a button opens a file, and a delivery of an archive can be selected", async () => {
  const choosing = page.waitForEvent("filechooser");
  await page.locator("#mode-inspect .open-file").click();
  await (await choosing).setFiles({
    name: "captured.har",
    mimeType: "application/json",
    buffer: Buffer.from(har('{"a":1}', '{"b":2}', '{"c":3}')),
  });
  const archive = page.getByRole("region", { name: "captured.har" });
  await archive.waitFor();
  await settled(page);
  assert.match(await archive.innerText(), /3 deliveries in 3 requests/);
  assert.equal(await archive.locator(".entry").count(), 3);
  assert.equal(await body(), '{"a":1}');
  await archive.locator(".entry").nth(2).click();
  await settled(page);
  assert.equal(await body(), '{"c":3}');
  assert.match(await page.getByLabel("Request line and headers").inputValue(), /hook\/2/);
  assert.equal(await archive.locator(".entry").nth(2).getAttribute("aria-current"), "true");
  assert.deepEqual(await findings(page), []);
  await page.goBack();
  await settled(page);
  assert.equal(await body(), '{"a":1}');
  assert.equal(await archive.locator(".entry").first().getAttribute("aria-current"), "true");
  // One is compared with the next one chosen.
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("c");
  await archive.locator(".entry").nth(1).click();
  await settled(page);
  assert.equal(await page.getByRole("link", { name: "Compare" }).getAttribute("aria-current"), "page");
  assert.equal(await page.getByLabel("Body of the original", { exact: true }).innerText(), '{"a":1}');
  assert.equal(await page.getByLabel("Body of the retry", { exact: true }).innerText(), '{"b":2}');
  await page.keyboard.press("Alt+1");
  await archive.getByLabel("Filter the deliveries").fill("stripe");
  assert.equal(await archive.locator(".entry").count(), 0);
  await archive.getByLabel("Filter the deliveries").fill("");
  // A file with one delivery has no selection.
  const again = page.waitForEvent("filechooser");
  await page.locator("#mode-inspect .open-file").click();
  await (await again).setFiles({
    name: "one.json",
    mimeType: "application/json",
    buffer: Buffer.from('{"d":4}'),
  });
  await page.waitForFunction(() => document.querySelector(".cm-content")?.textContent?.includes('"d"'));
  assert.equal(await archive.isVisible(), false);
});

/** The sample of the template with a timestamp, in Inspect. */
async function timestamped(): Promise<void> {
  await page.keyboard.press("Alt+4");
  await page.getByLabel("Template").selectOption("1");
  await settled(page);
  await page.getByRole("button", { name: "Sign the sample" }).click();
  await settled(page);
}

test("an old capture is verified at its own time, within the tolerance", async () => {
  await timestamped();
  assert.equal(await verdict(), "Verified");
  await page.locator(".options button").first().click();
  const at = page.getByLabel("Verification time");
  await at.fill("2031-01-01T00:00Z");
  await settled(page);
  assert.equal(await verdict(), "Right signature, too old");
  assert.match(await page.locator(".spine").innerText(), /timestamp-too-old/);
  // The signature still equals the computed one.
  assert.equal(await page.locator(".compared.good").innerText(), "The signatures are equal.");
  await page.getByRole("button", { name: "Verify at that time" }).click();
  await settled(page);
  assert.equal(await verdict(), "Verified");
  const then = Date.parse(await at.inputValue());
  await at.fill(String(then / 1000 + 200));
  await settled(page);
  assert.equal(await verdict(), "Verified");
  await page.getByLabel("Tolerance in seconds").fill("100");
  await settled(page);
  assert.equal(await verdict(), "Right signature, too old");
  await at.fill("yesterday");
  assert.equal(await at.getAttribute("aria-invalid"), "true");
  await at.fill("");
  await page.getByLabel("Tolerance in seconds").fill("");
  await settled(page);
});

test("during a secret rotation either secret verifies, and computes the signature", async () => {
  await timestamped();
  const secret = page.getByLabel("Secret", { exact: true });
  const right = await secret.inputValue();
  await secret.fill("the next secret");
  await settled(page);
  assert.equal(await verdict(), "Rejected");
  await page.getByLabel("Second secret", { exact: true }).fill(right);
  await settled(page);
  assert.equal(await verdict(), "Verified");
  assert.equal(await page.locator(".compared.good").innerText(), "The signatures are equal.");
  await page.getByLabel("Second secret", { exact: true }).fill("");
});

test("one matching signature of several in a header is enough", async () => {
  await timestamped();
  const head = page.getByLabel("Request line and headers", { exact: true });
  await head.fill((await head.inputValue()).replace("v1=", `v1=${"0".repeat(64)},v1=`));
  await settled(page);
  assert.equal(await verdict(), "Verified");
  assert.match(await page.locator(".compared.good").innerText(), /One of the received signatures/);
});

test("axe finds nothing in dialogs and menus, light or dark, wide or narrow", async (t) => {
  await clear(page);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      const where = `${colorScheme}-${width}`;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.keyboard.press("Alt+1");
      await pick(page, "re-serialized");
      for (const [index, name] of ["share", "report", "code"].entries()) {
        await t.test(`${name}, ${where}`, async () => {
          await page.keyboard.press(`Alt+${index + 6}`);
          await page.locator("dialog .out").waitFor();
          await settled(page);
          assert.deepEqual(await findings(page), []);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
          await page.keyboard.press("Escape");
        });
      }
      await t.test(`shortcuts, ${where}`, async () => {
        if (width < 900) {
          await page.getByRole("button", { name: "Menu" }).click();
          assert.deepEqual(await findings(page), []);
        }
        await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
        assert.deepEqual(await findings(page), []);
        await page.keyboard.press("Escape");
      });
      await t.test(`hover, ${where}`, async () => {
        if (width < 900) await page.getByRole("button", { name: "Request", exact: true }).click();
        // Its first character is marked: a space was signed in front of it.
        const key = page.locator(".tok-key", { hasText: 'pain_score"' }).first();
        await key.scrollIntoViewIfNeeded();
        // Scrolling closes the tooltip, one frame later.
        await settled(page);
        await key.hover();
        await page.locator(".hover").waitFor();
        assert.deepEqual(await findings(page), []);
        await page.mouse.move(1, 1);
      });
      await t.test(`provider, ${where}`, async () => {
        await page.keyboard.press("Alt+4");
        for (const content of ["", '{"id":"A"}']) {
          await page.getByLabel("Template").selectOption("2");
          await settled(page);
          if (content !== "") {
            await page.locator('.cm-content[aria-label="provider.json"]').click();
            await page.keyboard.press("Control+a");
            await page.keyboard.insertText(content);
          }
          await settled(page);
          assert.deepEqual(await findings(page), []);
        }
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      });
    }
  }
});

test("a dialog that is opened as soon as another was closed has its content", async () => {
  await page.keyboard.press("Alt+6");
  await page.locator("dialog .out").waitFor();
  // Both before the close event of the first dialog.
  await page.evaluate(() => {
    (document.querySelector("dialog[open]") as HTMLDialogElement).close();
    dispatchEvent(new KeyboardEvent("keydown", { altKey: true, code: "Digit7" }));
  });
  await settled(page);
  assert.equal(await page.locator("dialog[open] .out").count(), 1);
  await page.keyboard.press("Escape");
});

test("keys open and close dialogs, which return the focus", async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press("Alt+1");
  const button = page.getByRole("button", { name: "Report", exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Report" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("dialog .choice :checked").inputValue(), "non-sensitive");
  await page.keyboard.press("Escape");
  assert.equal(await button.evaluate((element) => element === document.activeElement), true);
});
