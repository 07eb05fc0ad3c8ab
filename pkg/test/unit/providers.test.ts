// The built-in providers except PainChek and X-on: deliveries signed by their own libraries are verified, and vice versa.
// Published examples have their published results, and the samples are valid.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { sign as signGitHub, verify as verifyGitHub } from "@octokit/webhooks-methods";
import { Paddle } from "@paddle/paddle-node-sdk";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import { receiver } from "../../src/fetch.ts";
import {
  compileProvider,
  type Delivery,
  detectProvider,
  type ProviderDefinition,
  providerDefinition,
  providers,
  webhook,
} from "../../src/index.ts";
import { codes, errorOf, jsonOf, samplesOf, text } from "../support/fixtures.ts";

const now = Date.UTC(2026, 0, 1);
const at = now / 1000;
const OTHERS = providers().filter((id) => id !== "painchek" && id !== "xon");

/** A made-up secret in the format of each provider. */
const secretOf = (id: string) =>
  /^(standard-webhooks|svix)$/.test(id)
    ? `whsec_${Buffer.from("thirty-two bytes of a made-up key").toString("base64")}`
    : "whsec_not-a-real-secret";
const hookOf = (id: string, profile: "lenient" | "strict" = "lenient") =>
  webhook(id, { secrets: [secretOf(id)], profile });

const hmac = (message: string, encoding: "hex" | "base64", key = "whsec_not-a-real-secret") =>
  createHmac("sha256", key).update(message).digest(encoding);
const stripe = new Stripe("sk_test_unused");
const paddle = new Paddle("unused");

/** The headers of each provider with a body, signed by its own library, or as its documentation describes. */
const SENT: Record<
  string,
  (body: string, type: string) => Record<string, string> | Promise<Record<string, string>>
> = {
  github: async (body, type) => ({
    "X-GitHub-Event": type,
    "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "X-GitHub-Hook-ID": "292430182",
    "X-Hub-Signature-256": await signGitHub(secretOf("github"), body),
  }),
  linear: (body) => ({ "Linear-Delivery": "delivery-1", "Linear-Signature": hmac(body, "hex") }),
  paddle: (body) => ({ "Paddle-Signature": `ts=${at};h1=${hmac(`${at}:${body}`, "hex")}` }),
  shopify: (body, type) => ({
    "X-Shopify-Topic": type,
    "X-Shopify-Webhook-Id": "delivery-1",
    "X-Shopify-Hmac-Sha256": hmac(body, "base64"),
  }),
  slack: (body) => ({
    "X-Slack-Request-Timestamp": `${at}`,
    "X-Slack-Signature": `v0=${hmac(`v0:${at}:${body}`, "hex")}`,
  }),
  "standard-webhooks": (body) => ({
    "webhook-id": "msg_1",
    "webhook-timestamp": `${at}`,
    "webhook-signature": new StandardWebhook(secretOf("standard-webhooks")).sign(
      "msg_1",
      new Date(now),
      body,
    ),
  }),
  stripe: (body) => ({
    "Stripe-Signature": stripe.webhooks.generateTestHeaderString({
      payload: body,
      secret: secretOf("stripe"),
      timestamp: at,
    }),
  }),
  svix: (body) => ({
    "svix-id": "msg_1",
    "svix-timestamp": `${at}`,
    "svix-signature": new SvixWebhook(secretOf("svix")).sign("msg_1", new Date(now), body),
  }),
  typeform: (body) => ({ "Typeform-Signature": `sha256=${hmac(body, "base64")}` }),
  zoom: (body) => ({
    "x-zm-request-timestamp": `${at}`,
    "x-zm-signature": `v0=${hmac(`v0:${at}:${body}`, "hex")}`,
  }),
};

/** Every sample as a delivery of its provider. */
async function deliveries(id: string): Promise<(Delivery & { type: string; body: string })[]> {
  return Promise.all(
    samplesOf(id).map(async ({ type, body: bytes }) => {
      const body = text.decode(bytes);
      return { type, body, headers: (await SENT[id]?.(body, type)) as Record<string, string> };
    }),
  );
}

describe("a provider with a library of its own", () => {
  it("has a sender in these tests", () => assert.deepEqual(OTHERS, Object.keys(SENT)));

  for (const id of OTHERS) {
    it(`${id}: every sample is verified without an issue`, async () => {
      for (const delivery of await deliveries(id)) {
        for (const profile of ["lenient", "strict"] as const) {
          const { type, event, issues, signature } = hookOf(id, profile).verify(delivery, { now });
          assert.deepEqual([type, event, issues], [delivery.type, JSON.parse(delivery.body), []]);
          assert.equal(signature.status, "verified");
        }
      }
    });

    it(`${id}: a sample with another byte, secret or signature is rejected`, async () => {
      for (const { headers, body } of await deliveries(id)) {
        const check = (delivery: Delivery, secret = secretOf(id)) =>
          errorOf(() => webhook(id, { secrets: [secret] }).verify(delivery, { now })).code;
        assert.equal(check({ headers, body: `${body} ` }), "signature-mismatch");
        const other = `whsec_${Buffer.from("another key of thirty-two bytes.").toString("base64")}`;
        assert.equal(check({ headers, body }, other), "signature-mismatch");
        const name = providerDefinition(id)?.signature?.header.toLowerCase();
        const without = Object.entries(headers as object).filter(([one]) => one.toLowerCase() !== name);
        assert.equal(check({ headers: without as [string, string][], body }), "signature-missing");
      }
    });

    it(`${id}: is detected by its deliveries`, async () => {
      for (const delivery of await deliveries(id)) assert.equal(detectProvider(delivery), id);
    });

    it(`${id}: created and signed deliveries are verified`, () => {
      const hook = hookOf(id, "strict");
      for (const { type, body } of samplesOf(id)) {
        const signed = hook.sign(body, { now, type, id: "msg_1" });
        assert.equal(hook.verify(signed, { now }).type, type);
        const made = hook.create(type, dataOf(id, body), { now, id: "msg_1" });
        assert.equal(hook.verify(made, { now }).type, type);
      }
    });
  }

  /** The data of an event: the value that the envelope names, or everything except the type. */
  function dataOf(id: string, body: Uint8Array): object {
    const { type = "", data } = providerDefinition(id)?.envelope ?? {};
    const whole = JSON.parse(text.decode(body));
    if (data) return whole[data.slice(1)];
    delete whole[type.slice(1)];
    return whole;
  }

  it("a timestamp outside the tolerance is rejected if it is signed", async () => {
    const late = now + 3_600_000;
    for (const id of OTHERS) {
      const [delivery] = await deliveries(id);
      const result = hookOf(id).check(delivery as Delivery, { now: late });
      const { signedContent, timestamp } = providerDefinition(id)?.signature ?? {};
      const stamped = timestamp !== undefined || signedContent?.includes("{timestamp}") === true;
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
    const sent = { headers: (await SENT.stripe?.(body, "")) as Record<string, string>, body };
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
      headers: (await SENT.stripe?.(placeholder, "")) as Record<string, string>,
      body: placeholder,
    };
    assert.equal(errorOf(() => hookOf("stripe").verify(written, { now })).issues[0]?.code, "placeholder");
  });

  it("its revisions are distinguished if no event has a contract of its own", async () => {
    const named = (await deliveries("stripe")).map((one) => hookOf("stripe").verify(one, { now }).revision);
    assert.deepEqual(named, ["snapshot", "thin"]);
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

describe("published examples", () => {
  /** The code of the rejection, or `accepted`. The bodies need not be JSON of an event. */
  const signatureOf = (
    id: string,
    secret: string,
    headers: Record<string, string>,
    body: string,
    time = now,
  ) => webhook(id, { secrets: [secret] }).inspect({ headers, body }, { now: time }).signature.status;

  it("GitHub's documentation and library", () => {
    const headers = (hex: string) => ({ "X-Hub-Signature-256": `sha256=${hex}` });
    assert.equal(
      signatureOf(
        "github",
        "It's a Secret to Everybody",
        headers("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
        "Hello, World!",
      ),
      "verified",
    );
    assert.equal(
      signatureOf(
        "github",
        "mysecret",
        headers("4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3"),
        '{"foo":"bar"}',
      ),
      "verified",
    );
  });

  it("Slack's documentation", () => {
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const headers = {
      "X-Slack-Request-Timestamp": "1531420618",
      "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    };
    assert.equal(
      signatureOf("slack", "8f742231b10e8888abcd99yyyzzz85a5", headers, body, 1531420618_000),
      "verified",
    );
  });

  it("Svix's and OpenAI's, with the scheme of Standard Webhooks", () => {
    const svix = {
      "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "svix-timestamp": "1614265330",
      "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const body = '{"test": 2432232314}';
    assert.equal(signatureOf("svix", secret, svix, body, 1614265330_000), "verified");
    const renamed = Object.fromEntries(
      Object.entries(svix).map(([name, value]) => [name.replace("svix", "webhook"), value]),
    );
    assert.equal(signatureOf("standard-webhooks", secret, renamed, body, 1614265330_000), "verified");
    const openai = {
      "webhook-id": "wh_685c059ae39c8190af8c71ed1022a24d",
      "webhook-timestamp": "1750861210",
      "webhook-signature": "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY=",
    };
    const event =
      '{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}';
    const key = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";
    const { type, issues } = webhook("standard-webhooks", { secrets: [key] }).verify(
      { headers: openai, body: event },
      { now: 1750861210_000 },
    );
    assert.deepEqual([type, codes(issues, "warning")], ["response.completed", []]);
  });

  it("Paddle's libraries, with signatures of several keys in one header", () => {
    for (const [secret, body, header] of [
      [
        "VALID_SECRET",
        '{"data": ["1", "2"]}',
        "ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9",
      ],
      [
        "VALID_SECRET",
        '{"data": "value"}',
        "ts=1698796800;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h2=RANDOM_HASH",
      ],
      [
        "pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_WvRO0eL4Bj9rgYYIBZY6wZhG4EHy9jzh",
        "hello-world",
        "ts=1696195954;h1=dummy;h1=d96299976a6eb066f484d7fde011ac56fc32b38fc9940bc419d6e537fdc6ef02",
      ],
    ] as const) {
      const time = Number(/ts=(\d+)/.exec(header)?.[1]) * 1000;
      assert.equal(signatureOf("paddle", secret, { "Paddle-Signature": header }, body, time), "verified");
    }
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
        const sent = { headers: (await SENT.github?.(body, name)) as Record<string, string>, body };
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

  it("describes every provider as its definition does", () => {
    const code = (text: string) => (text === "" ? "" : `\`${text}\``);
    const rows = providers().map((id) => {
      const { title, documentation, signature, dedupe } = providerDefinition(id) as ProviderDefinition;
      const { header = "", format = "", signedContent = "", algorithms = [] } = signature ?? {};
      const cells = [
        code(id),
        documentation === undefined ? title : `[${title}](${documentation})`,
        code(signature === undefined ? "" : `${header}: ${format}`),
        code(signedContent),
        algorithms.join(", "),
        signature?.secret ?? "",
        signature?.tolerance === undefined ? "" : `${signature.tolerance} s`,
        code(dedupe?.[0] ?? "digest"),
        signature === undefined ? "everything" : hookOf(id).uncovered.join(", "),
      ];
      return `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |").replaceAll("|  |", "| |");
    });
    assert.deepEqual(
      page.split("\n").filter((line) => line.startsWith("| `")),
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
      return hook.check({ headers: await SENT.stripe?.(body, type), body }, { now }).ok;
    };
    assert.equal(await isAccepted({ id: "in_1" }, "invoice.paid"), false);
    assert.equal(await isAccepted({ id: "in_1", amount_paid: 1, currency: "eur" }, "invoice.paid"), true);
    assert.equal(await isAccepted({ id: "in_1" }, "invoice.voided"), true);
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
    const { hook } = await program(3, "", { MINE_SECRET: "a secret of the subscription" });
    assert.equal(hook.verify(hook.sign('{"type":"ping","id":1}')).type, "ping");
    assert.equal(hook.check(hook.sign('{"type":"ping"}')).ok, false);
  });

  it("has an example of handshakes", async () => {
    const { receive } = await program(2, "", {
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

describe("personal data in a sample", () => {
  it("is listed in `sensitive`, so that it is redacted", () => {
    for (const id of OTHERS) {
      const { sensitive } = jsonOf(`providers/${id}/provider.json`) as { sensitive: string[] };
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
