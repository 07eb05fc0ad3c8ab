// The built-in providers except PainChek and X-on: deliveries signed by their own libraries are verified, and vice versa.
// Published examples have their published results, and the samples are valid.
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { verify as verifyGitHub } from "@octokit/webhooks-methods";
import { Paddle } from "@paddle/paddle-node-sdk";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import { readDefinition } from "../../scripts/definition.mjs";
import { receiver } from "../../src/fetch.ts";
import {
  compileProvider,
  type Delivery,
  detectProvider,
  type ProviderDefinition,
  providerDefinition,
  providers,
  type Webhook,
  webhook,
} from "../../src/index.ts";
import { codes, contentOf, errorOf, samplesOf, schemeOf, text } from "../support/fixtures.ts";
import {
  bodyOf,
  cannotSign,
  deliveries,
  hasPublicKey,
  hasToken,
  hmac,
  now,
  otherSecretOf,
  SENDERS,
  secretOf,
  settingsOf,
  withValue,
} from "../support/senders.ts";

const OTHERS = providers().filter(
  (id) => id !== "painchek" && providerDefinition(id)?.signature !== undefined,
);
/** The senders that are not detected: they have no header of their own, and any other sender could have such a body. */
const UNDETECTED = ["auth0", "braintree", "google-pubsub", "mailchimp"];

const hookOf = (id: string, profile: "lenient" | "strict" = "lenient") =>
  webhook(id, { secrets: [secretOf(id)], settings: settingsOf(id), profile });

const stripe = new Stripe("sk_test_unused");
const paddle = new Paddle("unused");

/** The headers of a body that the provider signed. */
const signedBy = async (id: string, body: string, type = "") =>
  (await SENDERS[id]?.headers(body, type)) as Record<string, string>;

describe("a built-in provider", () => {
  it("has a sender in these tests", () => assert.deepEqual(OTHERS, Object.keys(SENDERS)));

  for (const id of OTHERS) {
    const { from, each } = schemeOf(providerDefinition(id)) ?? {};
    if (each !== undefined) {
      it(`${id}: every sample is accepted, and no other`, async () => {
        for (const { type, headers, body } of await deliveries(id)) {
          const { signature, issues, ...verified } = hookOf(id, "strict").verify({ headers, body }, { now });
          const expected = hasToken(id) ? "token" : "verified";
          assert.deepEqual([verified.type, signature.status, issues], [type, expected, []]);
          const check = (body: string, secret = secretOf(id)) =>
            errorOf(() =>
              webhook(id, { secrets: [secret], settings: settingsOf(id) }).verify({ headers, body }, { now }),
            ).code;
          assert.equal(check(body, otherSecretOf(id)), "signature-mismatch");
          assert.equal(check(body.replace(/\[.*\]/s, "[]")), "signature-missing");
        }
      });
    } else if (from !== undefined) {
      it(`${id}: every sample is accepted by its value in the body or the URL, and no other`, async () => {
        for (const { type, ...delivery } of await deliveries(id)) {
          const { signature, issues, ...verified } = hookOf(id, "strict").verify(delivery, { now });
          const expected = hasToken(id) ? "token" : "verified";
          assert.deepEqual([verified.type, signature.status, issues], [type, expected, []]);
          const check = (changes: Partial<Delivery>, secret = secretOf(id)) =>
            errorOf(() =>
              webhook(id, { secrets: [secret], settings: settingsOf(id) }).verify(
                { ...delivery, ...changes },
                { now },
              ),
            ).code;
          assert.equal(check({}, otherSecretOf(id)), "signature-mismatch");
          const without: Partial<Delivery> = from.startsWith("query:")
            ? { url: delivery.url?.split("?")[0] }
            : { body: withValue(delivery.body, from, () => null) };
          assert.equal(check(without), "signature-missing");
        }
      });
    } else
      it(`${id}: every sample is verified without an issue`, async () => {
        for (const delivery of await deliveries(id)) {
          for (const profile of ["lenient", "strict"] as const) {
            const { type, event, issues, signature } = hookOf(id, profile).verify(delivery, { now });
            assert.deepEqual([type, event, issues], [delivery.type, delivery.payload, []]);
            assert.equal(signature.status, hasToken(id) ? "token" : "verified");
          }
        }
      });

    it(`${id}: a sample with another byte, secret or signature is rejected`, async (t) => {
      if (schemeOf(providerDefinition(id))?.from !== undefined) return t.skip("does not sign the body");
      if (schemeOf(providerDefinition(id))?.covers !== undefined) return t.skip("does not sign the body");
      for (const { headers, body, url } of await deliveries(id)) {
        const check = (delivery: Delivery, secret = secretOf(id)) =>
          errorOf(() =>
            webhook(id, { secrets: [secret], settings: settingsOf(id) }).verify(
              { url, method: "POST", ...delivery },
              { now },
            ),
          ).code;
        // A token signs nothing. A JSON Web Token is signed itself, and one of its claims is the digest of the body.
        const isJson = body.startsWith("{") || body.startsWith("[");
        const changed = isJson ? `${body.slice(0, 1)} ${body.slice(1)}` : `${body}&a=1`;
        const isJwt = schemeOf(providerDefinition(id))?.kind === "jwt";
        const code = isJwt ? "digest-mismatch" : "signature-mismatch";
        if (!hasToken(id)) assert.equal(check({ headers, body: changed }), code);
        assert.equal(check({ headers, body }, otherSecretOf(id)), "signature-mismatch");
        const names = [schemeOf(providerDefinition(id))?.header ?? []]
          .flat()
          .map((name) => name.toLowerCase());
        const without = Object.entries(headers as object).filter(
          ([one]) => !names.includes(one.toLowerCase()),
        );
        assert.equal(check({ headers: without as [string, string][], body }), "signature-missing");
      }
    });

    it(`${id}: is detected by its deliveries`, async () => {
      // A provider that extends another one sends the same headers.
      const expected = UNDETECTED.includes(id) ? undefined : (providerDefinition(id)?.extends ?? id);
      for (const delivery of await deliveries(id)) assert.equal(detectProvider(delivery), expected);
    });

    it(`${id}: created and signed deliveries are verified`, () => {
      const hook = hookOf(id, "strict");
      if (hasPublicKey(id)) {
        assert.throws(() => hook.sign("{}"), { code: "signing-unsupported" });
        return;
      }
      if (cannotSign(id)) {
        const [{ body } = assert.fail(id)] = samplesOf(id);
        assert.throws(() => hook.sign(bodyOf(id, text.decode(body))), /sends its signature in the URL/);
        return;
      }
      for (const { type, body } of samplesOf(id)) {
        const { url } = SENDERS[id] ?? {};
        const options = { now, type, id: "msg_1", ...(url === undefined ? {} : { url }) };
        assert.equal(
          hook.verify({ url, ...hook.sign(bodyOf(id, text.decode(body)), options) }, { now }).type,
          type,
        );
        const { items } = hook.verify({ url, ...hook.sign(bodyOf(id, text.decode(body)), options) }, { now });
        for (const item of items ?? []) {
          const made = hook.create(item.type, item.event as object, { now, url });
          const [only, ...others] = hook.verify({ url, ...made }, { now }).items ?? assert.fail(id);
          assert.deepEqual([only?.type, others], [item.type, []]);
          // Where each element has a signature of its own, it is the only value that differs.
          const isSignature = (key: string) => schemeOf(providerDefinition(id))?.from?.endsWith(`/${key}`);
          const unsigned = (event: unknown) =>
            JSON.parse(JSON.stringify(event, (key, value) => (isSignature(key) ? undefined : value)));
          const compared =
            schemeOf(providerDefinition(id))?.each === undefined ? (event: unknown) => event : unsigned;
          assert.deepEqual(compared(only?.event), compared(item.event));
        }
        if (items !== undefined) continue;
        const made = hook.create(type, dataOf(id, body), options);
        assert.equal(hook.verify({ url, ...made }, { now }).type, type);
      }
    });
  }

  /** The data of an event: the value that the envelope names, or everything except the type. */
  function dataOf(id: string, body: Uint8Array): object {
    const { type = "", data } = providerDefinition(id)?.envelope ?? {};
    const whole = JSON.parse(text.decode(body));
    if (data) return whole[data.slice(1)];
    // A nested type has to be that of the call, and may stay.
    if (typeof type === "string") delete whole[type.slice(1)];
    return whole;
  }

  it("a timestamp outside the tolerance is rejected if it is signed", async () => {
    for (const id of OTHERS) {
      const late = now + 1000 * (schemeOf(providerDefinition(id))?.tolerance ?? 300) + 3_600_000;
      const [delivery] = await deliveries(id);
      const result = hookOf(id).check(delivery as Delivery, { now: late });
      const { timestamp, kind, requireTime, tolerance, signedHeaders } =
        schemeOf(providerDefinition(id)) ?? {};
      const stamped =
        (kind === "jwt" && requireTime !== false) ||
        timestamp !== undefined ||
        (tolerance !== null && contentOf(providerDefinition(id))?.includes("{timestamp}") === true) ||
        signedHeaders?.require?.includes("x-contentful-timestamp");
      assert.equal(
        result.ok ? "accepted" : result.error.code,
        stamped ? "timestamp-too-old" : "accepted",
        id,
      );
    }
  });

  it("an event without a contract of its own has its type, and is validated against the common contract", async () => {
    const body =
      '{"id":"evt_1","object":"event","type":"a.new.one","data":{"object":{}},"created":"yesterday"}';
    const sent = { headers: await signedBy("stripe", body), body };
    const { ok, error } = hookOf("stripe").check(sent, { now }) as {
      ok: false;
      error: ReturnType<typeof errorOf>;
    };
    assert.equal(ok, false);
    assert.deepEqual(
      error.issues.filter(({ severity }) => severity === "error").map(({ code, pointer }) => [code, pointer]),
      [["type", "/created"]],
    );
    const report = hookOf("stripe").inspect(sent, { now });
    assert.deepEqual([report.type, report.revision, report.id], ["a.new.one", "snapshot", "a.new.one:evt_1"]);
    // A placeholder of the documentation is not a type.
    const placeholder = body.replace("a.new.one", "...").replace('"yesterday"', "1");
    const written = {
      headers: await signedBy("stripe", placeholder),
      body: placeholder,
    };
    assert.equal(errorOf(() => hookOf("stripe").verify(written, { now })).issues[0]?.code, "placeholder");
  });

  it("its revisions are distinguished if no event has a contract of its own", async () => {
    const named = (await deliveries("stripe")).map((one) => hookOf("stripe").verify(one, { now }).revision);
    assert.deepEqual(named, ["snapshot", "snapshot", "thin"]);
  });
});

describe("their own libraries", () => {
  it("accept signed deliveries", async () => {
    for (const id of ["github", "paddle", "standard-webhooks", "stripe", "svix"]) {
      // These libraries check the timestamp against the clock.
      const time = Date.now();
      for (const { type, body: bytes } of samplesOf(id)) {
        const body = text.decode(bytes);
        const { headers } = hookOf(id).sign(body, { now: time, type });
        const header = (name: string) => headers[name] ?? assert.fail(name);
        if (id === "github")
          assert.equal(await verifyGitHub(secretOf(id), body, header("X-Hub-Signature-256")), true);
        if (id === "paddle")
          assert.equal(
            await paddle.webhooks.isSignatureValid(body, secretOf(id), header("Paddle-Signature")),
            true,
          );
        if (id === "standard-webhooks") new StandardWebhook(secretOf(id)).verify(body, headers);
        if (id === "svix") new SvixWebhook(secretOf(id)).verify(body, headers);
        if (id === "stripe")
          stripe.webhooks.signature?.verifyHeader(body, header("Stripe-Signature"), secretOf(id), 300);
      }
    }
  });

  it("reject deliveries signed with another secret", () => {
    const { headers, body } = webhook("stripe", { secrets: ["another"] }).sign("{}", { now: Date.now() });
    assert.throws(() =>
      stripe.webhooks.signature?.verifyHeader(
        text.decode(body),
        headers["Stripe-Signature"] ?? "",
        secretOf("stripe"),
        300,
      ),
    );
  });
});

describe("GitHub's published example events", () => {
  const examples = createRequire(import.meta.url)("@octokit/webhooks-examples/api.github.com/index.json") as {
    name: string;
    examples: object[];
  }[];

  it("are accepted without an issue, with the type of their header", async () => {
    const hook = hookOf("github", "strict");
    let count = 0;
    for (const { name, examples: bodies } of examples) {
      for (const example of bodies) {
        const body = JSON.stringify(example);
        const sent = { headers: await signedBy("github", body, name), body };
        const { type, issues, id } = hook.verify(sent);
        assert.deepEqual([type, codes(issues)], [name, []]);
        assert.equal(id, `${name}:72d3162e-cc78-11e3-81ab-4c9367dc0958`);
        count += 1;
      }
    }
    assert.ok(count > 200, `${count}`);
  });
});

describe("docs/providers.md", () => {
  const page = readFileSync(new URL("../../../docs/providers.md", import.meta.url), "utf8");

  /** What is not signed by the strongest scheme or by a weaker one. */
  function uncoveredOf({ id, signature }: ProviderDefinition) {
    const names = [signature].flat().flatMap((scheme) => scheme?.name ?? []);
    if (names.length === 0) return hookOf(id).uncovered;
    const lists = names.map((name) => webhook(id, { secrets: { [name]: [secretOf(id)] } }).uncovered);
    return (["type", "id"] as const).filter((part) => lists.some((list) => list.includes(part)));
  }

  it("describes every provider as its definition does", () => {
    const code = (text: string) => (text === "" ? "" : `\`${text}\``);
    const rows = providers().map((id) => {
      const definition = providerDefinition(id) as ProviderDefinition;
      const { title, documentation, dedupe, confirmed } = definition;
      const signature = schemeOf(definition);
      const { header, from, format, algorithms = [] } = signature ?? {};
      const cells = [
        `[${code(id)}](providers/${id}.md)`,
        documentation === undefined ? title : `[${title}](${documentation})`,
        // A vertical bar would end the cell.
        ...[
          signature === undefined ? "" : `${[header ?? from].flat().join(", ")}: ${format ?? "{token}"}`,
          contentOf(definition) ?? "",
        ].map((text) => code(text.replaceAll("|", "\\|"))),
        algorithms.join(", "),
        signature?.secret ?? "",
        signature?.tolerance === undefined
          ? ""
          : signature.tolerance === null
            ? "not checked"
            : `${signature.tolerance} s`,
        code(dedupe?.[0] ?? "digest"),
        signature === undefined ? "everything" : uncoveredOf(definition).join(", "),
        confirmed ?? "",
      ];
      return `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |").replaceAll("|  |", "| |");
    });
    assert.deepEqual(
      page.split("\n").filter((line) => line.startsWith("| [`")),
      rows,
    );
  });

  /** Imports a program of the page as a module, which resolves the package as a user's module does. */
  async function program(index: number, end: string, env: Record<string, string>) {
    const [, code] = [...page.matchAll(/```js\n(.*?)```/gs)][index] ?? assert.fail();
    const folder = fileURLToPath(new URL("../../../node_modules/.hookseal-providers/", import.meta.url));
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${index}.mjs`, `${code}\n${end}`);
    Object.assign(process.env, env);
    try {
      return await import(`${folder}${index}.mjs`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("has an example that checks which parts the signature covers", async () => {
    const { isTypeSigned } = await program(0, "", { GITHUB_WEBHOOK_SECRET: secretOf("github") });
    const [delivery] = await deliveries("github");
    assert.equal(isTypeSigned(delivery), false);
  });

  it("has an example that validates an event against a custom contract", async () => {
    const { hook } = await program(1, "export { hook };", { STRIPE_WEBHOOK_SECRET: secretOf("stripe") });
    const isAccepted = async (object: object, type: string) => {
      const [sample] = await deliveries("stripe");
      const body = JSON.stringify({ ...JSON.parse(sample?.body ?? ""), type, data: { object } });
      return hook.check({ headers: await signedBy("stripe", body, type), body }, { now }).ok;
    };
    assert.equal(await isAccepted({ id: "in_1" }, "invoice.paid"), false);
    assert.equal(await isAccepted({ id: "in_1", amount_paid: 1, currency: "eur" }, "invoice.paid"), true);
    assert.equal(await isAccepted({ id: "in_1" }, "invoice.voided"), true);
  });

  it("has examples with a token, and with several schemes", async () => {
    const event = '{"type":"ping","id":1}';
    const chat = await program(2, "", { CHAT_SECRET_TOKEN: "tok_3kQ9vXz7LmN2pR5s" });
    const sent = { headers: { "x-chat-secret-token": "tok_3kQ9vXz7LmN2pR5s" }, body: event };
    assert.equal(chat.hook.verify(sent).signature.status, "token");
    const forge = await program(3, "", {
      FORGE_SIGNING_TOKEN: "the signing token of the test",
      FORGE_TOKEN: "tok_3kQ9vXz7LmN2pR5s",
    });
    assert.equal(forge.hook.verify(forge.hook.sign(event)).signature.scheme, "signing-token");
    const plain = { headers: { "x-forge-token": "tok_3kQ9vXz7LmN2pR5s" }, body: event };
    assert.equal(forge.hook.verify(plain).signature.scheme, "token");
  });

  it("has an example with a compiled provider", async () => {
    const folder = fileURLToPath(new URL("../../../node_modules/.hookseal-providers/", import.meta.url));
    mkdirSync(folder, { recursive: true });
    const mine = compileProvider({
      id: "mine",
      signature: { header: "X-Mine", format: "{hex}", algorithms: ["sha256"] },
      envelope: { type: "/type" },
      events: { ping: { schema: { required: ["id"] } } },
    });
    writeFileSync(`${folder}mine.compiled.js`, `export default ${JSON.stringify(mine)};`);
    writeFileSync(`${folder}package.json`, '{ "type": "module" }');
    const { hook } = await program(8, "", { MINE_SECRET: "a secret of the subscription" });
    assert.equal(hook.verify(hook.sign('{"type":"ping","id":1}')).type, "ping");
    assert.equal(hook.check(hook.sign('{"type":"ping"}')).ok, false);
  });

  it("has an example of public keys", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const key = publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64");
    const { hook } = await program(4, "", { MINE_PUBLIC_KEY: key });
    const body = '{"type":"a"}';
    const time = `${Math.floor(Date.now() / 1000)}`;
    const signature = sign(null, Buffer.from(`${time}.${body}`), privateKey).toString("base64");
    const headers = { "X-Mine-Signature": signature, "X-Mine-Timestamp": time };
    assert.equal(hook.verify({ headers, body }).signature.algorithm, "ed25519");
    assert.equal(hook.check({ headers, body: `${body} ` }).error.code, "signature-mismatch");
  });

  it("has an example of forms", async () => {
    const { hook } = await program(10, "", { CHAT_SECRET: "a secret of the subscription" });
    const eventOf = (body: string) => {
      const { type, event } = hook.verify(hook.sign(body));
      return [type, event];
    };
    assert.deepEqual(eventOf('{"type":"a"}'), ["a", { type: "a" }]);
    assert.deepEqual(eventOf("command=%2Fgo&text=a"), ["command", { command: "/go", text: "a" }]);
    assert.deepEqual(eventOf("type=a&tag=x"), ["a", { type: "a", tag: ["x"] }]);
    assert.deepEqual(eventOf(`payload=${encodeURIComponent('{"type":"é","n":1}')}`), [
      "é",
      { type: "é", n: 1 },
    ]);
  });

  it("has an example of a signature in the body", async () => {
    const { hook } = await program(11, "", { LEDGER_SECRET: "a secret of the subscription" });
    const signed = hook.sign('{"type":"paid","id":"evt_1","amount":1,"sent":"","seal":""}', { now });
    const { signature, id } = hook.verify(signed, { now });
    assert.deepEqual([id, signature.covers, signature.uncovered], ["paid:evt_1", "fields", undefined]);
    const changed = (from: string, to: string) => ({
      ...signed,
      body: text.decode(signed.body).replace(from, to),
    });
    assert.equal(hook.check(changed('"amount":1', '"amount":2'), { now }).ok, true);
    assert.equal(hook.check(changed("evt_1", "evt_2"), { now }).error?.code, "signature-mismatch");
    assert.equal(hook.check(changed('"evt_1"', "null"), { now }).error?.code, "field-missing");
  });

  it("has examples of conditions, digests, and a signature in each element of a list", async () => {
    const { notices, payments, reports } = await program(12, "", {
      REPORTS_SECRET: "one more secret of the subscription",
      NOTICES_SECRET: "a secret of the subscription",
      PAYMENTS_SECRET: "another secret of the subscription",
    });
    for (const url of ["https://example.com/?id=1", "https://example.com/"]) {
      const signed = notices.sign('{"type":"paid"}', { now, url });
      assert.equal(notices.verify({ url, ...signed }, { now }).signature.covers, "body");
      const other = { ...signed, url: "https://example.com/?id=2" };
      assert.equal(notices.check(other, { now }).error?.code, "signature-mismatch");
    }
    const items = [1, 2].map((id) => ({ type: "paid", id: `${id}`, reference: "a:b", seal: "" }));
    const signed = payments.sign(JSON.stringify({ items }), { now });
    assert.deepEqual(
      payments.verify(signed, { now }).items?.map(({ id }: { id: string }) => id),
      ["paid:1", "paid:2"],
    );
    const body = text.decode(signed.body).replace('"id":"2"', '"id":"3"');
    assert.equal(payments.check({ ...signed, body }, { now }).error?.code, "signature-mismatch");
    const form = reports.create("report", { report: " a\n&b\n".repeat(100) }, { now });
    const { id, signature } = reports.verify(form, { now });
    assert.match(id, /^report:[0-9a-f]{64}$/);
    assert.equal(signature.covers, "fields");
    const more = `other=1&${text.decode(form.body)}`;
    assert.equal(reports.verify({ ...form, body: more }, { now }).id, id);
  });

  it("has an example that extends Svix", async () => {
    const { hook } = await program(5, "", { MINE_SECRET: secretOf("svix") });
    const sent = webhook("svix", { secrets: [secretOf("svix")] }).sign('{"event_type":"a","event_id":"1"}');
    assert.equal(hook.verify(sent).type, "a");
  });

  it("has an example of every source of event types", async (t) => {
    const print = t.mock.method(console, "log", () => {});
    const { hook } = await program(6, "export { hook };", { MINE_SECRET: "a secret of the subscription" });
    assert.deepEqual(print.mock.calls[0]?.arguments, ["issue", '{"action":"created","number":7}']);
    print.mock.restore();
    const typeOf = (body: string, type?: string) => hook.verify(hook.sign(body, { type })).type;
    assert.equal(typeOf('{"ping":1}'), "ping");
    assert.equal(typeOf('{"action":"created"}', "issue.created"), "issue.created");
    assert.equal(typeOf('{"type":"a"}'), "a");
    assert.equal(typeOf("{}"), "other");
  });

  it("has a program with the types of vendors, which is checked with the tests", () => {
    const [, program = ""] = /```ts\n(.*?)```/s.exec(page) ?? assert.fail();
    const checked = readFileSync(new URL("vendor-types.test-d.ts", import.meta.url), "utf8");
    const imports = program.replaceAll('"hookseal"', '"../../src/index.ts"');
    assert.ok(checked.includes(imports.replace('"hookseal/fetch"', '"../../src/fetch.ts"')));
  });

  it("has an example of handshakes", async () => {
    const { receive } = await program(7, "", {
      MINE_SECRET: "a secret of mine",
      MINE_VERIFY_TOKEN: "my token",
    });
    const textOf = async (request: Request) => (await receive(request)).text();
    const url = "https://h/?mode=subscribe&verify_token=my+token&challenge=1158201444";
    assert.equal(await textOf(new Request(url)), "1158201444");
    assert.equal((await receive(new Request(url.replace("my", "your")))).status, 403);
    const body = '{"type":"validate","token":"a-made-up-token"}';
    const key = "a secret of mine";
    const headers = {
      "content-type": "application/json",
      "X-Mine-Signature": `sha256=${createHmac("sha256", key).update(body).digest("hex")}`,
    };
    assert.deepEqual(JSON.parse(await textOf(new Request("https://h/", { method: "POST", headers, body }))), {
      token: "a-made-up-token",
      encrypted: createHmac("sha256", key).update("a-made-up-token").digest("hex"),
    });
  });
});

describe("the receivers of Slack and Zoom", () => {
  it("respond to the samples of their handshakes", async () => {
    const responseOf = async (id: string, type: string) => {
      const { body } = samplesOf(id).find((sample) => sample.type === type) ?? assert.fail();
      const { headers } = hookOf(id).sign(body);
      const receive = receiver(hookOf(id), () => {}, { log: false });
      const init = { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> };
      return (await receive(new Request("https://h/", init))).text();
    };
    assert.equal(await responseOf("slack", "url_verification"), "a-made-up-challenge");
    assert.equal(await responseOf("slack", "event_callback"), '{"status":"handled"}');
    assert.deepEqual(JSON.parse(await responseOf("zoom", "endpoint.url_validation")), {
      plainToken: "a-made-up-token",
      encryptedToken: hmac("a-made-up-token", "hex"),
    });
    assert.equal(await responseOf("zoom", "meeting.started"), '{"status":"handled"}');
  });
});

describe("the receivers of providers with a handshake", () => {
  const url = "https://h/";
  /** The status and the body of a response. */
  const responseTo = async (id: string, request: Request, options: object = {}) => {
    const hook: Webhook =
      id === "strava"
        ? webhook(id, { unsigned: "allow", settings: { verifyToken: "a verify token" } })
        : hookOf(id);
    const handler = () => assert.fail(`${id} has no event`);
    const response = await receiver(hook, handler, { log: false, ...options })(request);
    return [response.status, await response.text()];
  };
  const get = (query: string) => new Request(`${url}?${query}`);
  const post = (headers: Record<string, string>, body: string) => {
    const { "Content-Type": type = "application/json", ...rest } = headers;
    return new Request(url, { method: "POST", headers: { "content-type": type, ...rest }, body });
  };

  it("respond to a GET with the challenge, and to no other GET", async () => {
    for (const id of ["dropbox", "nylas"]) {
      assert.deepEqual(await responseTo(id, get("challenge=abc")), [200, "abc"]);
    }
    const token = `sha256=${hmac("abc", "base64")}`;
    const crc = JSON.stringify({ response_token: token });
    assert.deepEqual(await responseTo("x", get("crc_token=abc")), [200, crc]);
    assert.equal((await responseTo("x", get('crc_token={"a":1}')))[0], 403);
    const subscribe = "hub.mode=subscribe&hub.challenge=abc&hub.verify_token=";
    const expected = [200, '{"hub.challenge":"abc"}'];
    assert.deepEqual(await responseTo("strava", get(`${subscribe}a+verify+token`)), expected);
    assert.equal((await responseTo("strava", get(`${subscribe}another`)))[0], 403);
    assert.equal((await responseTo("dropbox", get("other=abc")))[0], 405);
  });

  it("respond to a HEAD", async () => {
    for (const id of ["intercom", "trello"]) {
      assert.deepEqual(await responseTo(id, new Request(url, { method: "HEAD" })), [200, ""], id);
    }
  });

  it("respond to a signed POST with the challenge, and reject one that is not signed", async () => {
    const sync = '{"type":"sync","authorization":{"id":"cmp_example"}}';
    const verification = '{"challenge":"abc","subscription":{"id":"1","type":"channel.follow"}}';
    for (const [id, body, header, value, text] of [
      ["front", sync, "X-Front-Challenge", "abc", '{"challenge":"abc"}'],
      ["twitch", verification, "Twitch-Eventsub-Message-Type", "webhook_callback_verification", "abc"],
    ] as const) {
      const { headers } = hookOf(id).sign(body, { id: "msg_1" });
      assert.deepEqual(await responseTo(id, post({ ...headers, [header]: value }, body)), [200, text], id);
      assert.equal((await responseTo(id, post({ [header]: value }, body)))[0], 401, id);
    }
  });

  it("respond to the ping of WooCommerce, and ask for the token of Notion", async () => {
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    assert.deepEqual(await responseTo("woocommerce", post(form, "webhook_id=1")), [200, ""]);
    const token = '{"verification_token":"secret_example_0001"}';
    const secrets: string[] = [];
    const onSecret = (secret: string) => secrets.push(secret) === 1;
    assert.equal((await responseTo("notion", post({}, token)))[0], 403);
    assert.equal((await responseTo("notion", post({}, token), { onSecret }))[0], 200);
    assert.deepEqual(secrets, ["secret_example_0001"]);
  });
});

describe("a provider that does not sign", () => {
  it("has valid samples, which are detected by their event type if the definition lists it", () => {
    for (const id of ["docker-hub", "strava"]) {
      const hook = webhook(id, { unsigned: "allow" });
      for (const { type, body } of samplesOf(id)) {
        const { issues, signature, ...verified } = hook.verify({ headers: {}, body });
        assert.deepEqual([verified.type, signature.status, issues], [type, "unsigned", []]);
        assert.equal(hook.check(hook.create(type, JSON.parse(text.decode(body)))).ok, true);
        assert.equal(detectProvider({ headers: {}, body }), id === "strava" ? id : undefined);
      }
    }
  });
});

describe("Twitch", () => {
  it("accepts no delivery under another id", async () => {
    const [sample] = await deliveries("twitch");
    const { headers, body } = sample as { headers: Record<string, string>; body: string };
    for (const [id, time] of [
      ["msg_", "12026-01-01T00:00:00.000000001Z"],
      ["msg_12", "026-01-01T00:00:00.000000001Z"],
      ["msg_12026-01-01T00:00:00.000000001Z", ""],
    ] as const) {
      const moved = {
        ...headers,
        "Twitch-Eventsub-Message-Id": id,
        "Twitch-Eventsub-Message-Timestamp": time,
      };
      assert.equal(hookOf("twitch").check({ headers: moved, body }, { now }).ok, false, id);
    }
  });
});

describe("Shopify", () => {
  it("sends the same headers without X-, which are read together", async () => {
    const [sample] = await deliveries("shopify");
    const { headers, body } = sample as { headers: Record<string, string>; body: string };
    const renamed = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase().slice(2), value]),
    );
    const { type, id, deliveryId } = hookOf("shopify").verify({ headers: renamed, body });
    assert.deepEqual([type, id, deliveryId], ["orders/create", "orders/create:delivery-1", "delivery-1"]);
    assert.equal(detectProvider({ headers: renamed, body }), "shopify");
  });
});

describe("GitLab, Flutterwave, Buildkite and RevenueCat", () => {
  it("send a token where nothing else is set, which counts for its own secret alone", () => {
    for (const [id, header] of [
      ["gitlab", "X-Gitlab-Token"],
      ["flutterwave", "verif-hash"],
      ["buildkite", "X-Buildkite-Token"],
      ["revenuecat", "Authorization"],
    ] as const) {
      const [sample] = samplesOf(id);
      const delivery = { headers: { [header]: "tok_3kQ9vXz7LmN2pR5s" }, body: sample?.body ?? "" };
      const hook = webhook(id, { secrets: { token: ["tok_3kQ9vXz7LmN2pR5s"] } });
      const { status, ...rest } = hook.verify(delivery).signature;
      assert.deepEqual([status, "scheme" in rest && rest.scheme], ["token", "token"], id);
      const code = errorOf(() => hookOf(id).verify(delivery)).code;
      assert.equal(code, "signature-missing", id);
    }
  });
});

describe("personal data in a sample", () => {
  it("is listed in `sensitive`, so that it is redacted", () => {
    for (const id of OTHERS) {
      const { sensitive } = readDefinition(id) as { sensitive: string[] };
      for (const { name, body } of samplesOf(id)) {
        const found: string[] = [];
        const walk = (value: unknown, pointer: string) => {
          if (typeof value === "string" && /@example|Example Person/.test(value)) found.push(pointer);
          if (typeof value === "object" && value !== null)
            for (const [key, inner] of Object.entries(value)) walk(inner, `${pointer}/${key}`);
        };
        walk(JSON.parse(text.decode(body)), "");
        for (const pointer of found) {
          const steps = pointer.split("/");
          const named = sensitive.some((one) =>
            one.split("/").every((step, index) => step === "*" || step === steps[index]),
          );
          assert.ok(named, `${id} ${name} ${pointer}`);
        }
      }
    }
  });
});
