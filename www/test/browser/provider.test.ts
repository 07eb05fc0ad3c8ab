/** Provider on the built page: templates, validation while typing, and the signed sample. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { webhook } from "hookseal";
import type { Page } from "playwright-core";
import { type Opened, open } from "./page.ts";
import { copied, settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  page = opened.page;
});

after(() => opened?.close());

const text = (label: string) => page.locator(`.cm-content[aria-label="${label}"]`);

async function tone(expected: string): Promise<void> {
  await settled(page);
  assert.equal(await page.locator(".provider .verdict").getAttribute("data-tone"), expected);
}

async function begin(index: number): Promise<void> {
  await page.keyboard.press("Alt+4");
  await page.getByLabel("Template").selectOption(String(index));
  await tone("good");
}

/** Replaces the text of an editor. */
async function write(label: string, content: string): Promise<void> {
  await text(label).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(content);
}

test("without a definition the page shows the next action", async () => {
  await page.keyboard.press("Alt+4");
  assert.equal(await page.locator(".provider .verdict .kicker").innerText(), "No definition yet");
});

test("every template is valid, signs its sample, and shows the signed string", async (t) => {
  const formulas = [undefined, /^\d{10}\.\{/, /^[0-9a-f-]{36}\.\d{10}\.\{/];
  for (const [index, formula] of formulas.entries()) {
    await t.test(`template ${index}`, async () => {
      await begin(index);
      await page.getByRole("button", { name: "Sign the sample" }).click();
      await settled(page);
      assert.equal(await page.locator(".inspect .verdict .kicker").first().innerText(), "Verified");
      assert.equal(await page.locator(".compared.good").innerText(), "The signatures are equal.");
      if (formula !== undefined)
        assert.match(await page.getByRole("group", { name: /^Signed bytes/ }).innerText(), formula);
    });
  }
});

test("an issue is marked at its location, and the last valid definition stays in use", async () => {
  await begin(1);
  await text("provider.json").locator(".tok-string", { hasText: '"{timestamp}.{body}"' }).dblclick();
  await page.keyboard.type("nonsense");
  await tone("bad");
  assert.match(await page.locator(".problems").innerText(), /definition-invalid/);
  assert.match(await page.locator(".problems").innerText(), /provider\.json, line \d+/);
  assert.match(await text("provider.json").locator(".mark.error").innerText(), /nonsense/);
  await page.locator(".problems .issue").first().click();
  await settled(page);
  const selected = () => page.evaluate(() => getSelection()?.toString() ?? "");
  assert.match(await selected(), /nonsense/);
  // So do the next step and F8.
  for (const go of [
    () => page.locator(".provider .band .step").click(),
    () => page.keyboard.press("F8"),
    () => page.keyboard.press("Shift+F8"),
  ]) {
    await page.locator("#mode-provider h1").focus();
    await page.evaluate(() => getSelection()?.removeAllRanges());
    await go();
    await settled(page);
    assert.match(await selected(), /nonsense/);
  }
  await page.keyboard.press("Alt+1");
  assert.equal(await page.locator('.settings option[value="custom"]').count(), 1);
});

test("a syntax error is located", async () => {
  await page.keyboard.press("Alt+4");
  await write("provider.json", '{\n  "id": "x"\n  "envelope": {}\n}');
  await tone("bad");
  assert.match(await page.locator(".problems").innerText(), /json-syntax[\s\S]*line [23]/);
});

test("an issue of a schema is shown in the schema", async () => {
  await begin(0);
  await text("Schema order.paid.schema.json").locator(".tok-string", { hasText: '"integer"' }).dblclick();
  await page.keyboard.type("integral");
  await tone("bad");
  assert.match(await page.locator(".problems").innerText(), /order\.paid\.schema\.json, line \d+/);
  assert.match(await text("Schema order.paid.schema.json").locator(".mark.error").innerText(), /integral/);
});

test("Inspect uses the edited definition at once", async () => {
  await begin(0);
  await page.getByRole("button", { name: "Sign the sample" }).click();
  await settled(page);
  assert.equal(await page.locator(".inspect .verdict .kicker").first().innerText(), "Verified");
  // Without a secret, only the definition distinguishes this webhook from the one before.
  await page.getByLabel("Secret", { exact: true }).fill("");
  await settled(page);
  await page.keyboard.press("Alt+4");
  await write("Schema order.paid.schema.json", '{ "required": ["nothing_of_that"] }');
  await tone("good");
  await page.keyboard.press("Alt+1");
  await settled(page);
  assert.match(await page.locator(".spine").innerText(), /nothing_of_that/);
});

test("a definition with inline contracts is accepted, and copied so that the package accepts it", async () => {
  const copy = () => page.getByRole("button", { name: "Copy the definition" }).click();
  await page.keyboard.press("Alt+4");
  await write(
    "provider.json",
    '{"id":"inside","envelope":{"type":"/t"},"events":{"a":{"schema":{"required":["b"]}}}}',
  );
  await tone("good");
  const inside = JSON.parse(await copied(page, copy));
  assert.equal(
    webhook(inside, { unsigned: "allow" }).inspect({ headers: {}, body: '{"t":"a"}' }).verdict,
    "rejected",
  );
  await begin(2);
  const standard = JSON.parse(await copied(page, copy));
  assert.equal(standard.events["order.paid"].schema.type, "object");
  assert.equal(
    webhook(standard, { secrets: [`whsec_${btoa("a key of any bytes")}`] }).provider,
    "my-standard",
  );
});

test("names of inherited members are names like others", async () => {
  await page.keyboard.press("Alt+4");
  await write(
    "provider.json",
    '{"id":"odd","envelope":{"type":"/t"},"events":{"__proto__":{"schema":"__proto__"},"constructor":{"schema":"toString"}}}',
  );
  await tone("bad");
  await page.locator(".switcher span", { hasText: "__proto__" }).click();
  await write("Schema __proto__", "true");
  await page.locator(".switcher span", { hasText: "toString" }).click();
  await write("Schema toString", "true");
  await tone("good");
});
