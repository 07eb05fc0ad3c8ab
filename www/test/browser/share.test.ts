/** Links on the built page: state is restored, secrets are not shared, untrusted links are harmless. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { BrowserContext, Page } from "playwright-core";
import { browser, pick, type Served, serve } from "./page.ts";
import { examplesListed, settled } from "./rest.ts";

const SECRET = "a secret of 41 characters, and not in it";

let served: Served;
let context: BrowserContext;
let close: () => Promise<void>;
let page: Page;
const errors: string[] = [];

/** Opens another page, with an optional fragment. */
async function open(fragment = "#inspect"): Promise<Page> {
  const made = await context.newPage();
  made.on("pageerror", (error) => errors.push(String(error)));
  made.on("dialog", (dialog) => {
    errors.push("a dialog was opened");
    void dialog.dismiss();
  });
  await made.goto(served.url + fragment);
  await examplesListed(made);
  return made;
}

before(async () => {
  served = await serve();
  ({ context, close } = await browser());
  page = await open();
});

after(async () => {
  await close?.();
  await served?.close();
});

const body = (of: Page) => of.locator('.cm-content[aria-label="Body of the delivery"]');
const head = (of: Page) => of.getByLabel("Request line and headers");

/** The link of the Share dialog. */
async function link(variant = "The whole delivery"): Promise<string> {
  await page.keyboard.press("Alt+6");
  await page.locator("dialog .choice span", { hasText: variant }).click();
  await page.locator("dialog button.main:enabled").waitFor();
  const url = await page.locator("dialog .out").inputValue();
  await page.keyboard.press("Escape");
  return url;
}

const inside = (url: string) =>
  inflateRawSync(Buffer.from(url.slice(url.indexOf("#1.") + 3), "base64url")).toString();
const packed = (value: unknown) =>
  `#1.${deflateRawSync(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")}`;

const PLAIN = {
  provider: "auto",
  headerText: "",
  body: "",
  profile: "lenient",
  asOf: "",
  tolerance: "",
  mode: "inspect",
};

test("a link restores the state: headers, body, provider, time and definition", async () => {
  await page.keyboard.press("Alt+4");
  await page.getByLabel("Template").selectOption("1");
  await settled(page);
  await page.keyboard.press("Alt+1");
  await page.locator(".settings select").first().selectOption("custom");
  await head(page).fill("POST https://receiver.example/x\nX-Payments-Signature: t=1795573421,v1=00");
  await page.getByLabel("Delivery file").setInputFiles({
    name: "body.json",
    mimeType: "application/json",
    buffer: Buffer.concat([Buffer.from('{"id":"e1","note":"caf'), Buffer.of(0xe9), Buffer.from(' \u202e"}')]),
  });
  await page.locator(".cm-content .chip.raw").waitFor();
  await page.getByLabel("Secret", { exact: true }).fill(SECRET);
  await page.locator(".options button").first().click();
  await page.getByLabel("Verification time").fill("2026-11-25T02:23:41Z");
  await page.getByLabel("Tolerance in seconds").fill("60");
  await page.getByLabel("Profile").selectOption("strict");
  await settled(page);
  const url = await link();
  assert.equal(inside(url).includes("secret of 41"), false);

  const other = await open(url.slice(url.indexOf("#")));
  await other.locator(".notice:visible").waitFor();
  await settled(other);
  assert.match(await other.locator(".notice").innerText(), /Links contain no secret/);
  assert.equal(await head(other).inputValue(), await head(page).inputValue());
  assert.equal(await body(other).innerText(), await body(page).innerText());
  assert.equal(await other.locator(".cm-content .chip.raw").innerText(), "E9");
  assert.equal(await other.locator(".settings select").first().inputValue(), "custom");
  assert.equal(await other.getByLabel("Profile").inputValue(), "strict");
  assert.equal(await other.getByLabel("Verification time").inputValue(), "2026-11-25T02:23:41Z");
  assert.equal(await other.getByLabel("Tolerance in seconds").inputValue(), "60");
  assert.equal(await other.getByLabel("Secret", { exact: true }).inputValue(), "");
  // The fragment of the link is removed from the address.
  assert.equal(new URL(other.url()).hash, "#inspect");
  await other.close();
});

test("a secret in a header is not shared", async () => {
  await head(page).fill(`Authorization: Bearer ${SECRET}`);
  await page.keyboard.press("Alt+6");
  await page.locator("dialog .choice span", { hasText: "The whole delivery" }).click();
  await page.locator("dialog .note-text.bad").waitFor();
  assert.equal(await page.locator("dialog .out").inputValue(), "");
  assert.equal(await page.locator("dialog button.main").isDisabled(), true);
  // A link without values does not contain the header.
  await page.locator("dialog .choice span", { hasText: "Without" }).click();
  await page.locator("dialog button.main:enabled").waitFor();
  assert.equal(inside(await page.locator("dialog .out").inputValue()).includes(SECRET), false);
  await page.keyboard.press("Escape");
});

test("an example is shared by its id", async () => {
  await pick(page, "re-serialized");
  await page.locator(".cause.proved").first().waitFor();
  const url = await link();
  const text = inside(url);
  assert.match(text, /"example":"painchek-rewritten"/);
  assert.equal(/made-up|assessment|sha256/.test(text), false);
  const other = await open(url.slice(url.indexOf("#")));
  await other.locator(".cause.proved").first().waitFor();
  await other.close();
});

test("a link without values contains types, and no value of the payload", async () => {
  await pick(page, "signed with SHA-256");
  await body(page).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" ");
  await settled(page);
  assert.match(inside(await link()), /9c2fa320/);
  await page.keyboard.press("Alt+6");
  await page.locator("dialog button.main:enabled").waitFor();
  // The finding is first.
  assert.match(
    await page.locator("dialog .note-text").innerText(),
    /contains the finding and the field names/,
  );
  await page.locator("dialog .choice span", { hasText: "The whole delivery" }).click();
  await page.locator("dialog .note-text.warning").waitFor();
  assert.match(await page.locator("dialog .note-text").innerText(), /contains the payload and the headers/);
  assert.match(await page.locator("dialog[open]").innerText(), /Links never contain the secret/);
  await page.keyboard.press("Escape");
  const url = await link("Without");
  const shared = JSON.parse(inside(url)) as { body: string; headerText: string; provider: string };
  assert.equal(shared.provider, "painchek");
  const payload = JSON.parse(shared.body) as { data: { patient: string; data: { assessment: object } } };
  assert.equal(payload.data.patient, "string");
  assert.equal(/[0-9a-f]{8}-|2018-|made-up|sha256=[0-9a-f]/.test(inside(url)), false);
  assert.match(shared.headerText, /X-PainChek-WH-Signature: sha256=‹64›/);
});

test("an invalid link shows a reason, and changes nothing", async (t) => {
  const good = packed(PLAIN);
  const cases: [string, string, RegExp][] = [
    ["truncated", good.slice(0, -9), /Invalid link/],
    // Browsers reject trailing data; Node's DecompressionStream accepts it, so this is not tested without a browser.
    ["trailing data", `${good}AAAA`, /Invalid link/],
    ["a decompression bomb", packed(`{"body":"${"a".repeat(50_000_000)}"}`), /too large/],
  ];
  for (const [name, fragment, expected] of cases) {
    await t.test(name, async () => {
      const other = await open(fragment);
      await other.locator('.notice[data-tone="bad"]:visible').waitFor();
      assert.match(await other.locator(".notice").innerText(), expected);
      assert.equal(await head(other).inputValue(), "");
      assert.equal(await other.locator(".verdict .kicker").innerText(), "Nothing to check yet");
      assert.equal(await other.locator(".settings select").first().inputValue(), "auto");
      await other.close();
    });
  }
});

test("the content of an untrusted link is text, and sets no secret, mode or unknown provider", async () => {
  const evil = "<img src=x onerror=alert(1)>\u202e";
  const MARKUP = "<img src=x onerror=alert(1)>";
  const other = await open(
    packed({
      ...PLAIN,
      provider: "__proto__",
      secret: "chosen by a stranger",
      mode: "constructor",
      headerText: `X-${evil}: ${evil}`,
      body: `{"event":"${evil}"}`,
      asOf: evil,
      __proto__: { polluted: 1 },
      custom: {
        // A title with control characters would be rejected.
        definition: JSON.stringify({
          id: "painchek",
          title: MARKUP,
          envelope: { type: "/event" },
          events: {},
        }),
        schemas: [["__proto__", evil]],
        sample: evil,
      },
    }),
  );
  await other.locator(".notice:visible").waitFor();
  await settled(other);
  assert.equal(await other.getByLabel("Secret", { exact: true }).inputValue(), "");
  assert.equal(await other.locator(".settings select").first().inputValue(), "auto");
  assert.equal(await other.locator(".modes [aria-current]").innerText(), "Inspect");
  assert.equal(await other.locator("main img:not(.cm-widgetBuffer)").count(), 0);
  // SECURITY: a provider of a link never has the id of a built-in one.
  assert.match(await other.locator('.settings option[value="custom"]').innerText(), /\(custom\)$/);
  await other.keyboard.press("Alt+4");
  await other.locator(".provider .verdict").waitFor();
  assert.equal(await other.locator("main img:not(.cm-widgetBuffer)").count(), 0);
  await other.close();
});

test("a link that is opened in a page in use replaces its state, secret included", async () => {
  const other = await open();
  await pick(other, "signed with SHA-256");
  const fragment = packed({ ...PLAIN, provider: "xon", body: "{}" });
  await other.evaluate((hash) => {
    location.hash = hash;
  }, fragment);
  await other.locator(".notice:visible").waitFor();
  assert.equal(await body(other).innerText(), "{}");
  assert.equal(await other.getByLabel("Secret", { exact: true }).inputValue(), "");
  assert.equal(await other.locator(".settings select").first().inputValue(), "xon");
  await other.close();
});

test("no script of a payload ran", () => {
  assert.deepEqual(errors, []);
});
