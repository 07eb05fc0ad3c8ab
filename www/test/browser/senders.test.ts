/** What senders do, on the built page: forms, public keys, several schemes, tokens, batches, handshakes. */
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { type Opened, open } from "./page.ts";
import { settled } from "./rest.ts";

const SECRET = "a secret of the tests alone";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
});

after(() => opened?.close());

afterEach(async () => {
  assert.deepEqual(opened.complaints, []);
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await settled(page);
});

const inspect = () => page.locator("#mode-inspect");
const verdict = () => inspect().locator(".verdict .kicker").innerText();
const panel = (name: string) => inspect().locator(`.panel.${name}`);

/** Pastes a whole request over everything. */
async function paste(lines: string[], body: string): Promise<void> {
  const text = [...lines, "", body].join("\r\n");
  await page.getByLabel("Request line and headers").evaluate((element, text) => {
    (element as HTMLTextAreaElement).select();
    const data = new DataTransfer();
    data.setData("text/plain", text);
    element.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, text);
  await settled(page);
}

async function enter(label: string, value: string): Promise<void> {
  await inspect().getByLabel(label, { exact: true }).fill(value);
  await settled(page);
}

const hmac = (algorithm: string, text: string, encoding: "hex" | "base64" = "hex") =>
  createHmac(algorithm, SECRET).update(text).digest(encoding);

function githubForm(json: string): [string[], string] {
  const body = new URLSearchParams({ payload: json }).toString();
  return [
    [
      "POST /hooks HTTP/1.1",
      "Host: receiver.example",
      "Content-Type: application/x-www-form-urlencoded",
      "X-GitHub-Event: ping",
      "X-GitHub-Delivery: 00000000-0000-4000-8000-000000000001",
      `X-Hub-Signature-256: sha256=${hmac("sha256", body)}`,
      `Content-Length: ${body.length}`,
    ],
    body,
  ];
}

test("a form is shown by its fields, and a changed field is a mismatch", async () => {
  await paste(...githubForm('{"zen":"Keep it simple","hook_id":1}'));
  await enter("Secret", SECRET);
  assert.equal(await verdict(), "Verified");
  const field = inspect().getByLabel("payload", { exact: true });
  assert.equal(await field.inputValue(), '{"zen":"Keep it simple","hook_id":1}');
  assert.equal(await inspect().locator(".step-title").nth(2).innerText(), "Form");
  assert.deepEqual(await findings(page), []);
  await field.press("Control+End");
  await field.press("ArrowLeft");
  await field.pressSequentially("234");
  await settled(page);
  assert.equal(await field.inputValue(), '{"zen":"Keep it simple","hook_id":1234}');
  assert.equal(await verdict(), "Rejected");
  await inspect().getByRole("button", { name: "As it came" }).click();
  assert.match(await inspect().locator(".body .cm-content").innerText(), /hook_id%22%3A1234%7D$/);
  await inspect().getByRole("button", { name: "Fields" }).click();
});

test("an issue in a form is selected in its field, and marked in its text", async () => {
  await paste(...githubForm('{"zen":"a","hook_id":1,"zen":"b"}'));
  await enter("Secret", SECRET);
  assert.equal(await verdict(), "Rejected");
  await inspect().locator(".issue.error").first().click();
  const field = inspect().getByLabel("payload", { exact: true });
  const selected = await field.evaluate((element) => {
    const { value, selectionStart, selectionEnd } = element as HTMLTextAreaElement;
    return [value.slice(selectionStart, selectionEnd), selectionStart];
  });
  assert.deepEqual(selected, ['"zen"', 23]);
  await inspect().getByRole("button", { name: "As it came" }).click();
  assert.deepEqual(await inspect().locator(".mark.error").allInnerTexts(), ["%22zen%22"]);
  await inspect().getByRole("button", { name: "Fields" }).click();
});

test("a public key is verified by a module that is loaded for it alone", async () => {
  const isKeyModule = (path: string) => path.includes("/assets/public-key-");
  assert.ok(!opened.served.requests.some(isKeyModule));
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("hex");
  const time = String(Math.floor(Date.now() / 1000));
  const body =
    '{"version":1,"application_id":"1","type":1,"event":{"type":"APPLICATION_AUTHORIZED","timestamp":"2026-01-31T09:30:00.000000","data":{}}}';
  await paste(
    [
      "POST /discord HTTP/1.1",
      "Content-Type: application/json",
      `X-Signature-Ed25519: ${sign(null, Buffer.from(time + body), privateKey).toString("hex")}`,
      `X-Signature-Timestamp: ${time}`,
    ],
    body,
  );
  await enter("Public key", key);
  assert.equal(await verdict(), "Verified");
  assert.match(await inspect().locator(".verdict").innerText(), /Signed by the sender's key/);
  assert.ok(opened.served.requests.some(isKeyModule));
  // It is no secret, so it is shown.
  assert.equal(await inspect().locator(".secret input").getAttribute("type"), "text");
  assert.match(await panel("signature").innerText(), /public key verifies, and cannot sign/);
  assert.deepEqual(await findings(page), []);
});

test("every scheme is shown with the one that decides, and a token is not verified", async () => {
  const body = '{"object_kind":"push","event_name":"push"}';
  await paste(["POST /gitlab HTTP/1.1", "X-Gitlab-Event: Push Hook", `X-Gitlab-Token: ${SECRET}`], body);
  await enter("Token", SECRET);
  assert.equal(await verdict(), "Token, nothing signed");
  const schemes = await panel("signature").locator(".schemes li").allInnerTexts();
  assert.equal(schemes.length, 2);
  assert.match(schemes[0] ?? "", /signing-token in webhook-signature.*not active/s);
  assert.match(schemes[1] ?? "", /token in X-Gitlab-Token.*decides/s);
  assert.match(await panel("signature").innerText(), /Nothing is signed/);
  assert.ok(!(await panel("signature").innerText()).includes(SECRET));
  assert.deepEqual(await findings(page), []);
});

test("the events of a batch are listed", async () => {
  const event = (type: string, id: string) =>
    `{"type":"${type}","webhookEventId":"${id}","timestamp":1700000000000,"mode":"active","deliveryContext":{"isRedelivery":false}}`;
  const body = `{"destination":"U1","events":[${event("follow", "01H")},${event("unfollow", "01J")}]}`;
  await paste(["POST /line HTTP/1.1", `X-Line-Signature: ${hmac("sha256", body, "base64")}`], body);
  await enter("Secret", SECRET);
  assert.equal(await verdict(), "Verified");
  const items = await panel("items").locator(".item").allInnerTexts();
  assert.equal(items.length, 2);
  assert.match(items[0] ?? "", /follow.*follow:01H.*\/events\/0/s);
  assert.deepEqual(await findings(page), []);
});

test("a handshake is shown with the response of a receiver, and needs its setting", async () => {
  await inspect().getByLabel("Provider", { exact: true }).selectOption("meta");
  await page
    .getByLabel("Request line and headers")
    .fill("GET /meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=mine HTTP/1.1");
  await settled(page);
  assert.equal(await verdict(), "Handshake rejected");
  await enter("verifyToken", "mine");
  assert.equal(await verdict(), "Handshake");
  assert.match(await panel("handshake").innerText(), /HTTP\/1\.1 200[\s\S]*1158201444/);
  assert.equal(await inspect().locator(".issue").count(), 0);
  assert.deepEqual(await findings(page), []);
});

test("a provider that nothing confirms is marked, and Clear removes what was entered", async () => {
  const options = inspect()
    .getByLabel("Provider", { exact: true })
    .locator("option", { hasText: "(not confirmed)" });
  assert.ok((await options.count()) > 0);
  await inspect().getByLabel("Provider", { exact: true }).selectOption("gitlab");
  assert.equal(await inspect().getByLabel("Token", { exact: true }).inputValue(), "");
});

test("Sign makes forms, tokens of several schemes, and says where it cannot sign", async () => {
  await page.keyboard.press("Alt+3");
  const mode = page.locator("#mode-sign");
  await mode.locator('.verdict[data-tone="good"]').waitFor();
  const choose = async (label: string, value: string) => {
    await mode.getByLabel(label, { exact: true }).selectOption(value);
    await settled(page);
  };
  await choose("Provider", "twilio");
  assert.equal(await mode.locator(".verdict .kicker").innerText(), "Signed and verified");
  await mode.locator('.form [data-pointer="/CallStatus"] input').fill("a & b");
  await settled(page);
  assert.equal(await mode.locator(".verdict .kicker").innerText(), "Signed and verified");
  assert.match(await mode.getByLabel("HTTP request", { exact: true }).innerText(), /CallStatus=a\+%26\+b/);
  await choose("Provider", "github");
  await choose("Format of the body", "field payload");
  assert.match(await mode.getByLabel("HTTP request", { exact: true }).innerText(), /payload=%7B/);
  assert.equal(await mode.locator(".verdict .kicker").innerText(), "Signed and verified");
  await choose("Provider", "gitlab");
  await choose("Scheme", "token");
  assert.equal(await mode.locator(".verdict .kicker").innerText(), "Token added, nothing signed");
  await choose("Provider", "discord");
  assert.equal(await mode.locator(".verdict .kicker").innerText(), "Cannot be signed here");
  assert.equal(await mode.locator(".secret").isVisible(), false);
  assert.deepEqual(await findings(page), []);
  await page.keyboard.press("Alt+1");
});
