/** Sign on the built page: signed deliveries are verified, the form edits the text, the secret is not shown. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { type Opened, open, untilAnnounced } from "./page.ts";
import { copied, settled } from "./rest.ts";

const SECRET = "a secret of the tests alone";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  page = opened.page;
  await page.keyboard.press("Alt+3");
  await page.locator('#mode-sign .verdict[data-tone="good"]').waitFor();
});

after(() => opened?.close());

const word = () => page.locator("#mode-sign .verdict .kicker").innerText();
const output = (name: string) => page.getByLabel(name, { exact: true }).innerText();
const field = (pointer: string) => page.locator(`.form [data-pointer="${pointer}"]`);
const view = (name: "Form" | "Text") => page.getByRole("button", { name, exact: true }).click();

/** The text of the payload. */
async function text(): Promise<string> {
  const request = await copy("HTTP request");
  return request.slice(request.indexOf("\r\n\r\n") + 4);
}

function copy(what: string): Promise<string> {
  return copied(page, () => page.getByRole("button", { name: `Copy ${what}` }).click());
}

async function sample(provider: string, title: string): Promise<void> {
  await page.getByLabel("Provider", { exact: true }).locator("visible=true").selectOption(provider);
  await settled(page);
  await page.getByLabel("Sample", { exact: true }).selectOption({ label: title });
  await settled(page);
}

const secret = () => page.locator("#mode-sign .secret input");

test("starts with a sample that is signed and verifies", async () => {
  assert.equal(await word(), "Signed and verified");
  assert.deepEqual(await findings(page), []);
});

test("the signature is the HMAC of the text", async () => {
  await secret().fill(SECRET);
  await settled(page);
  for (const [label, algorithm] of [
    ["SHA-1", "sha1"],
    ["SHA-256", "sha256"],
  ] as const) {
    await page.getByLabel("Algorithm").selectOption({ label });
    await settled(page);
    assert.equal(await word(), "Signed and verified");
    const expected = createHmac(algorithm, SECRET)
      .update(await text())
      .digest("hex");
    assert.ok((await output("headers")).includes(`${algorithm}=${expected}`));
  }
});

test("no format of the delivery contains the secret", async () => {
  await secret().fill(SECRET);
  await settled(page);
  for (const what of ["headers", "HTTP request", "curl command"]) {
    const text = await copy(what);
    assert.match(text, /sha256=[0-9a-f]{64}/);
    assert.equal(text.includes(SECRET), false, what);
  }
  // The secret is neither shown nor stored.
  assert.equal(await secret().getAttribute("type"), "password");
  assert.equal((await page.locator("body").innerText()).includes(SECRET), false);
  assert.equal(
    await page
      .evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage, h: location.href }))
      .then((kept) => kept.includes(encodeURIComponent(SECRET)) || kept.includes(SECRET)),
    false,
  );
});

test("another provider has its sample and its sample secret", async () => {
  const select = page.getByLabel("Provider", { exact: true }).locator("visible=true");
  await page.reload();
  await page.keyboard.press("Alt+3");
  await page.locator('#mode-sign .verdict[data-tone="good"]').waitFor();
  await select.selectOption("stripe");
  await settled(page);
  assert.equal(await word(), "Signed and verified");
  assert.notEqual(
    await page.getByLabel("Event", { exact: true }).locator("option:checked").innerText(),
    "none",
  );
});

test("a type that is sent in a header is signed with its header", async () => {
  await sample("shopify", "orders/create");
  assert.match(await output("headers"), /X-Shopify-Topic: orders\/create/);
  await page.getByRole("button", { name: "Open in Inspect" }).click();
  await settled(page);
  assert.equal(await page.locator("#mode-inspect .verdict .kicker").innerText(), "Verified");
  await page.keyboard.press("Alt+3");
});

test("the form shows the contract: required fields, descriptions, choices", async () => {
  await sample("painchek", "Complete assessment");
  assert.match(await field("/data/uuid").innerText(), /uuid\s+required\s+Id of the assessment/);
  const level = field("/data/data/assessment/pain_level");
  const offered = await level.locator("option").allTextContents();
  assert.deepEqual(offered, ["none", "mild", "moderate", "severe", "null"]);
});

test("a field that is edited changes its value in the text, and nothing else", async () => {
  await sample("painchek", "Complete assessment");
  const before = await text();
  await field("/data/patient_first_name").locator("input").fill('Ada "the first" \\');
  await settled(page);
  const after = await text();
  assert.equal(JSON.parse(after).data.patient_first_name, 'Ada "the first" \\');
  assert.equal(after.replace(/"patient_first_name": .*/, ""), before.replace(/"patient_first_name": .*/, ""));
  assert.equal(await word(), "Signed and verified");
});

test("choices, numbers and nulls keep their JSON types", async () => {
  await sample("painchek", "Complete assessment");
  await field("/data/data/assessment").locator("> summary").click();
  await field("/data/data/assessment/timing").locator("select").selectOption({ label: "movement" });
  await field("/data/update_stamp").locator("input").fill("17");
  await page.getByRole("button", { name: "Make patient_first_name null" }).click();
  await settled(page);
  const { data } = JSON.parse(await text());
  assert.equal(data.data.assessment.timing, "movement");
  assert.equal(data.update_stamp, 17);
  assert.equal(data.patient_first_name, null);
});

test("fields and items can be added and removed", async () => {
  await sample("xon", "First revision");
  const files = field("/event/fileRequest/files");
  await files.locator("> .acts").getByRole("button", { name: "Add an item" }).click();
  await settled(page);
  assert.equal(JSON.parse(await text()).event.fileRequest.files.length, 3);
  await field("/event/fileRequest/files/2/mime_type").getByRole("button", { name: "Add mime_type" }).click();
  await settled(page);
  // The added field has the focus.
  assert.equal(
    await page.evaluate(
      () => document.activeElement?.closest<HTMLElement>("[data-pointer]")?.dataset.pointer,
    ),
    "/event/fileRequest/files/2/mime_type",
  );
  assert.equal(JSON.parse(await text()).event.fileRequest.files[2].mime_type, "");
  await page.getByRole("button", { name: "Remove 3." }).click();
  await settled(page);
  assert.equal(JSON.parse(await text()).event.fileRequest.files.length, 2);
});

test("a violation is shown at its field and in the list, and rejected", async () => {
  await sample("painchek", "Complete assessment");
  await field("/data/uuid").locator("input").fill("no uuid");
  await settled(page);
  assert.equal(await word(), "Signed, but rejected");
  assert.equal(await field("/data/uuid").locator("input").getAttribute("aria-invalid"), "true");
  assert.match(await field("/data/uuid").locator(".issue-text.error").innerText(), /UUID/i);
  assert.deepEqual(await findings(page), []);
  await field("/data/uuid")
    .locator("input")
    .evaluate((element) => element.blur());
  await page.locator("#mode-sign .issue.error").first().click();
  assert.equal(
    await page.evaluate(
      () => document.activeElement?.closest<HTMLElement>("[data-pointer]")?.dataset.pointer,
    ),
    "/data/uuid",
  );
  await view("Text");
  await page.locator("#mode-sign .mark.error").first().waitFor();
  assert.deepEqual(await findings(page), []);
  await view("Form");
});

test("a text that cannot be parsed has no form, and is signed as it is", async () => {
  await sample("painchek", "Complete assessment");
  await view("Text");
  await page.locator("#mode-sign .cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(",");
  await settled(page);
  assert.equal(await word(), "Signed, but rejected");
  await view("Form");
  assert.match(await page.locator(".form").innerText(), /cannot be parsed/);
  await view("Text");
  await page.keyboard.press("Alt+3");
  await page.locator("#mode-sign .cm-content").click();
  await page.keyboard.press("Control+z");
  await settled(page);
  assert.equal(await word(), "Signed and verified");
  await view("Form");
});

test("the event is detected in the text, with its revision, and another one starts with its sample", async () => {
  await sample("xon", "Latest revision");
  const event = page.getByLabel("Event", { exact: true });
  const shown = () => event.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent);
  assert.equal(await shown(), "file-request.files.update · R7-R9");
  await event.selectOption({ label: "file-request.files.update · R0" });
  await settled(page);
  assert.match(await text(), /account_id/);
  await event.selectOption({ label: "calls.user.create" });
  await settled(page);
  assert.equal(await shown(), "calls.user.create");
  assert.ok("mobileNumber" in JSON.parse(await text()).event);
});

test("a provider that does not sign gets no signature, and is never shown as valid", async () => {
  await sample("xon", "User can be called");
  assert.equal(await word(), "Created, unsigned");
  assert.equal(await page.locator("#mode-sign .verdict").getAttribute("data-tone"), "open");
  assert.equal(await secret().isDisabled(), true);
  await sample("painchek", "Complete assessment");
  await secret().fill("");
  await settled(page);
  assert.equal(await word(), "No secret yet");
  assert.equal((await output("headers")).includes("Signature"), false);
  await secret().fill(SECRET);
  await settled(page);
});

test("envelope, ids and time are created by the provider's rules, or fixed", async () => {
  await sample("xon", "User can be called");
  await page.locator(".more summary").click();
  await page.getByLabel("Envelope", { exact: true }).selectOption("rules");
  await settled(page);
  const fresh = JSON.parse(await text()).event;
  assert.ok(Math.abs(Date.parse(fresh.createdAt) - Date.now()) < 60_000);
  await page.getByLabel("Event or delivery id").fill("00000000-0000-4000-8000-000000000001");
  await page.getByLabel("Local time").fill("2024-02-29T12:00:01");
  await settled(page);
  const fixed = JSON.parse(await text()).event;
  assert.equal(fixed.id, "00000000-0000-4000-8000-000000000001");
  assert.equal(Date.parse(fixed.createdAt), new Date("2024-02-29T12:00:01").getTime());
  assert.equal(fixed.type, "calls.user.create");
  assert.deepEqual(await findings(page), []);
  // The core does not create a delivery that its receiver would reject.
  await field("/event/mobileNumber").locator("input").fill("none");
  await settled(page);
  assert.equal(await word(), "Not created");
  await page.getByLabel("Envelope", { exact: true }).selectOption("text");
  await page.getByLabel("Event or delivery id").fill("");
  await page.getByLabel("Local time").fill("");
  await sample("painchek", "Complete assessment");
});

test("ids are the headers', and the curl command names the receiver", async () => {
  await page.getByLabel("Subscription id").fill("sub-1");
  await page.getByLabel("Receiver URL").fill("https://other.example/hook?x='1'");
  await settled(page);
  assert.match(await output("headers"), /X-PainChek-Webhook-Id: sub-1/);
  assert.match(await output("curl command"), /^curl .*https:\/\/other\.example\/hook\?x=/);
  await page.getByLabel("Subscription id").fill("two\twords");
  await settled(page);
  assert.equal(await word(), "Not created");
  await page.getByLabel("Subscription id").fill("");
  await page.getByLabel("Receiver URL").fill("https://receiver.example/payload");
  await page.locator(".more summary").click();
  await settled(page);
});

test("bytes that are not UTF-8 are signed unchanged, and are not shown as text", async () => {
  await sample("painchek", "Complete assessment");
  await page.locator(".editing").evaluate((element) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.of(0x7b, 0xe9, 0x7d)], "latin-1.json"));
    element.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await settled(page);
  assert.match(await output("HTTP request"), /Not available/);
  const expected = createHmac("sha256", SECRET)
    .update(Uint8Array.of(0x7b, 0xe9, 0x7d))
    .digest("hex");
  assert.match(await output("headers"), new RegExp(expected));
  assert.equal(await page.getByRole("link", { name: "Sign" }).getAttribute("aria-current"), "page");
});

test("the signed delivery opens in Inspect, and is verified there", async () => {
  await sample("painchek", "Numeric rating");
  await page.getByRole("button", { name: "Open in Inspect" }).click();
  await settled(page);
  assert.equal(await page.locator("#mode-inspect .verdict .kicker").innerText(), "Verified");
  await page.keyboard.press("Alt+3");
});

test("works by keyboard", async () => {
  await sample("painchek", "Complete assessment");
  // Form and Text are one stop.
  await page.getByRole("button", { name: "Form", exact: true }).focus();
  await page.keyboard.press("Tab");
  // The first field, the fold of the record, then the record's id.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.equal(
    await page.evaluate(
      () => document.activeElement?.closest<HTMLElement>("[data-pointer]")?.dataset.pointer,
    ),
    "/data/uuid",
  );
  await page.keyboard.press("End");
  await page.keyboard.type("0");
  await settled(page);
  await page.locator("#mode-sign .issue.error").waitFor();
  await untilAnnounced(page, /rejected/);
  await page.keyboard.press("Backspace");
  await settled(page);
  // The field kept the focus.
  assert.equal(
    await page.evaluate(
      () => document.activeElement?.closest<HTMLElement>("[data-pointer]")?.dataset.pointer,
    ),
    "/data/uuid",
  );
  assert.equal(await word(), "Signed and verified");
  await page.keyboard.press("Tab");
  await page.keyboard.press("F8");
});

test("a hostile payload is neither run nor hangs the form", async () => {
  await view("Text");
  const evil = "<img src=x onerror=alert(1)>";
  const hostile = JSON.stringify({
    event: evil,
    data: { [evil]: evil, list: Array.from({ length: 3000 }, (_, n) => n) },
  }).replace('{"event"', '{"__proto__":{"polluted":1},"event"');
  const replace = (text: string) =>
    page.locator("#mode-sign .cm-content").evaluate((element, text) => {
      getSelection()?.selectAllChildren(element);
      const data = new DataTransfer();
      data.setData("text/plain", text);
      element.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    }, text);
  await page.locator("#mode-sign .cm-content").click();
  await page.keyboard.press("Control+a");
  await replace(hostile);
  await settled(page);
  await view("Form");
  assert.equal(await page.locator("#mode-sign img:not(.cm-widgetBuffer)").count(), 0);
  assert.equal(
    await page.evaluate(() => ({}) as { polluted?: number }).then(({ polluted }) => polluted),
    undefined,
  );
  assert.ok((await page.locator(".form .line").count()) < 200);
  await view("Text");
  await page.locator("#mode-sign .cm-content").click();
  await page.keyboard.press("Control+a");
  await replace(`{"event":"assessment_add","data":${"[".repeat(3000)}${"]".repeat(3000)}}`);
  await settled(page);
  await view("Form");
  assert.match(await word(), /rejected/, await page.locator("#mode-sign .verdict").innerText());
});

test("a tampered and an unsigned delivery are rejected, as they should be", async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await sample("painchek", "Complete assessment");
  await secret().fill(SECRET);
  const make = async (variant: string) => {
    await page.getByRole("radio", { name: variant, exact: true }).check({ force: true });
    await settled(page);
    return word();
  };
  assert.equal(await make("Tampered"), "Tampered, and rejected");
  assert.equal(await page.locator("#mode-sign .verdict").getAttribute("data-tone"), "good");
  assert.match(await page.locator("#mode-sign .verdict").innerText(), /as it should be: 401/);
  assert.equal(await make("Unsigned"), "Unsigned, and rejected");
  assert.equal((await output("headers")).includes("Signature"), false);
  assert.deepEqual(await findings(page), []);
  // PainChek signs no time.
  assert.equal(await page.getByRole("radio", { name: "Too old" }).isDisabled(), true);
  assert.equal(await make("Valid"), "Signed and verified");
});

test("axe finds nothing, in light and dark, wide and narrow", async (t) => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const [provider, title] of [
        ["painchek", "Complete assessment"],
        ["xon", "Latest revision"],
      ] as const) {
        await t.test(`${title}, ${colorScheme}, ${width}`, async () => {
          await sample(provider, title);
          assert.deepEqual(await findings(page), []);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        });
      }
    }
  }
});

test("the browser reported no problem", () => {
  assert.deepEqual(opened.complaints, []);
});
