/** What a provider's definition says of its signatures: public keys, schemes, tokens, batches, settings and handshakes. */
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign as signWith } from "node:crypto";
import { test } from "node:test";
import type { InspectInput, Inspection, PageDelivery, SignInput } from "../../src/engine/protocol.ts";
import { handlers, loadPublicKeys } from "./page.ts";

const { missingModule } = await import("../../src/engine/core.ts");

const SECRET = "a secret of the tests alone";
const NOW = 1_700_000_000_000;

function inspect(delivery: PageDelivery, provider: string, changes: Partial<InspectInput> = {}): Inspection {
  const input = {
    delivery,
    provider,
    secret: SECRET,
    encoding: "provider",
    profile: "lenient",
    now: NOW,
  } as const;
  const result = handlers.inspect({ ...input, ...changes });
  assert.ok(!("isUndetected" in result));
  return result;
}

function signInput(provider: string, changes: Partial<SignInput> = {}): SignInput {
  const { samples, secrets } = handlers.listSignChoices({});
  const sample = samples.find((one) => one.provider === provider);
  assert.ok(sample);
  return {
    provider,
    text: sample.text,
    envelope: "text",
    scheme: "",
    secret: Object.values(secrets[provider] ?? {})[0] ?? "",
    encoding: "provider",
    algorithm: "",
    event: sample.type,
    url: "https://receiver.example/",
    id: "",
    webhookId: "",
    now: NOW,
    ...changes,
  };
}

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const PUBLIC_KEY = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("hex");

function discord(text: string): PageDelivery {
  const time = String(NOW / 1000);
  const signature = signWith(null, Buffer.from(time + text), privateKey).toString("hex");
  const headers: [string, string][] = [
    ["Content-Type", "application/json"],
    ["X-Signature-Ed25519", signature],
    ["X-Signature-Timestamp", time],
  ];
  return { headers, text, url: "https://receiver.example/", method: "POST" };
}

const DISCORD_EVENT =
  '{"version":1,"application_id":"1","type":1,"event":{"type":"APPLICATION_AUTHORIZED","timestamp":"2023-11-14T22:13:20.000000","data":{}}}';

test("a public key needs its module, and verifies with it", () => {
  const delivery = discord(DISCORD_EVENT);
  assert.throws(
    () => inspect(delivery, "discord", { secret: PUBLIC_KEY }),
    (error) => missingModule(error) === "publicKey",
  );
  loadPublicKeys();
  const { report, signed, provider } = inspect(delivery, "auto", { secret: PUBLIC_KEY });
  assert.deepEqual([report.verdict, report.signature.covers], ["verified", "body"]);
  assert.deepEqual(provider.secrets, [{ kind: "public-key", encoding: "hex" }]);
  assert.equal(signed?.computed, undefined);
  assert.match(signed?.reason ?? "", /public key verifies, and cannot sign/);
  const changed = { ...delivery, text: DISCORD_EVENT.replace("AUTHORIZED", "DEAUTHORIZED") };
  assert.equal(inspect(changed, "discord", { secret: PUBLIC_KEY }).report.signature.status, "mismatch");
  const none = inspect(delivery, "discord", { secret: "" });
  assert.match(none.signed?.reason ?? "", /^Enter the public key/);
});

test("a public key cannot sign, and says so", () => {
  const { failure, delivery } = handlers.sign(signInput("discord", { secret: PUBLIC_KEY }));
  assert.match(failure ?? "", /only the provider has the private key/);
  assert.equal(delivery, undefined);
  const without = handlers.sign(signInput("discord"));
  assert.deepEqual([without.failure, without.verdict], [undefined, "unsigned"]);
});

test("each scheme of a provider signs, and the one that decides is shown", () => {
  const { secrets } = handlers.listSignChoices({});
  const gitlab = secrets.gitlab ?? {};
  assert.deepEqual(Object.keys(gitlab), ["signing-token", "token"]);
  for (const [scheme, status] of [
    ["signing-token", "verified"],
    ["token", "token"],
  ] as const) {
    const secret = gitlab[scheme] ?? "";
    const { delivery, verdict, failure } = handlers.sign(signInput("gitlab", { scheme, secret }));
    assert.deepEqual([failure, verdict], [undefined, status]);
    assert.ok(delivery);
    const own = scheme === "token" ? { secret: "", schemeSecrets: { token: secret } } : { secret };
    const { report, signed } = inspect(delivery, "gitlab", own);
    assert.deepEqual([report.verdict, report.signature.scheme], [status, scheme]);
    assert.deepEqual(
      signed?.schemes.map(({ name, isActive, isDecisive }) => [name, isActive, isDecisive]),
      [
        ["signing-token", scheme === "signing-token", scheme === "signing-token"],
        ["token", scheme === "token", scheme === "token"],
      ],
    );
  }
  // Of two schemes of one name, the one for such deliveries decides.
  const { delivery } = handlers.sign(signInput("twilio"));
  assert.ok(delivery);
  const secret = secrets.twilio?.["auth-token"] ?? "";
  const decisive = inspect(delivery, "twilio", { secret }).signed?.schemes.map(
    ({ isDecisive }) => isDecisive,
  );
  assert.deepEqual(decisive, [true, false]);
});

test("a token is no signature: nothing of it is shown, and nothing is covered", () => {
  const input = signInput("telegram");
  const { delivery } = handlers.sign(input);
  assert.ok(delivery);
  const { report, signed } = inspect(delivery, "telegram", { secret: input.secret });
  assert.deepEqual([report.verdict, report.signature.covers], ["token", "nothing"]);
  assert.deepEqual([signed?.parts, signed?.computed, report.signature.received], [[], undefined, undefined]);
  assert.ok(!JSON.stringify([report, signed]).includes(input.secret));
});

test("a JSON Web Token and a value in the body are signed", () => {
  for (const provider of ["netlify", "messagebird", "mailgun"]) {
    const { delivery, failure, verdict } = handlers.sign(signInput(provider));
    assert.equal(failure, undefined, provider);
    assert.equal(verdict, provider === "mailgun" ? "token" : "verified", provider);
    assert.ok(delivery);
  }
  // Figma's token is in the body: no report shows it, with or without the secret.
  const figma = signInput("figma");
  const { delivery } = handlers.sign(figma);
  assert.ok(delivery);
  assert.ok(delivery.text.includes(figma.secret));
  for (const level of ["types", "non-sensitive", "all"] as const) {
    const input = {
      delivery,
      provider: "figma",
      secret: "",
      encoding: "provider",
      profile: "lenient",
    } as const;
    const report = handlers.formatReport({ input, level, includesIds: true, explanation: undefined });
    assert.ok(!report.includes(figma.secret), level);
  }
});

test("the events of a batch are listed", () => {
  const text =
    '{"destination":"U1","events":[{"type":"follow","webhookEventId":"01H","timestamp":1700000000000,"mode":"active","source":{"type":"user","userId":"U2"},"deliveryContext":{"isRedelivery":false},"replyToken":"r"},{"type":"never","webhookEventId":"01J","timestamp":1700000000000,"mode":"active","deliveryContext":{"isRedelivery":false}}]}';
  const tag = createHmac("sha256", SECRET).update(text).digest("base64");
  const headers: [string, string][] = [["X-Line-Signature", tag]];
  const { report } = inspect({ headers, text, url: "https://receiver.example/", method: "POST" }, "line");
  assert.deepEqual(
    report.items?.map(({ type, pointer }) => [type, pointer]),
    [
      ["follow", "/events/0"],
      ["never", "/events/1"],
    ],
  );
  assert.equal(report.verdict, "verified");
});

test("a handshake has the response of a receiver, and needs its setting", () => {
  const url = "https://receiver.example/?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=mine";
  const delivery: PageDelivery = { headers: [], text: "", url, method: "GET" };
  const accepted = inspect(delivery, "meta", { settings: { verifyToken: "mine" } });
  assert.deepEqual([accepted.report.handshake?.status, accepted.handshake?.body], [200, "1158201444"]);
  assert.deepEqual(Object.keys(accepted.provider.settings), ["verifyToken"]);
  const wrong = inspect(delivery, "meta", { settings: { verifyToken: "other" } });
  assert.equal(wrong.handshake, undefined);
  assert.equal(wrong.report.handshake?.status, 403);
  assert.match(wrong.report.handshake?.message ?? "", /./);
  const missing = inspect(delivery, "meta", { settings: { verifyToken: "", unknown: "x" } });
  assert.equal(missing.report.handshake?.code, "setting-missing");
  const ping = inspect(discord('{"version":1,"application_id":"1","type":0}'), "discord", {
    secret: PUBLIC_KEY,
  });
  assert.deepEqual([ping.report.handshake?.name, ping.handshake?.status], ["webhook-ping", 204]);
});

test("a secret that is left from another provider is ignored by one that does not sign", () => {
  const { verdict, failure } = handlers.sign(signInput("xon", { secret: SECRET }));
  assert.deepEqual([verdict, failure], ["unsigned", undefined]);
});

test("a provider that nothing confirms is marked", () => {
  const marked = handlers.start({}).providers.filter(({ isUnconfirmed }) => isUnconfirmed);
  assert.ok(marked.length > 0);
  assert.ok(handlers.start({}).providers.length > marked.length);
});
