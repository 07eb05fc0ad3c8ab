// The diffs of docs/migrating.md: the program before and the one after receive deliveries that the old library signed.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it, mock } from "node:test";
import { pathToFileURL } from "node:url";
import { WebhookVerificationService } from "@hookflo/tern";
import { sign, verify } from "@octokit/webhooks-methods";
import { type Delivery, webhook } from "hookseal";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as Svix } from "svix";
import { freePort, type Running, root, SECRET, start } from "./harness.ts";
import { folder } from "./hosts.ts";

const KEY = `whsec_${Buffer.from(SECRET).toString("base64")}`;
const page = readFileSync(join(root, "docs/migrating.md"), "utf8");
/** The diff after each heading. */
const diffs = new Map(
  [...page.matchAll(/^## (.+)\n(?:(?!^#)[\s\S])*?^```diff\n([\s\S]*?)^```/gm)].map(
    ([, name, diff]) => [name, diff] as [string, string],
  ),
);
const stripe = new Stripe("sk_test_of_these_tests");
const seconds = () => Math.floor(Date.now() / 1000);

type Headers = Record<string, string>;
type Signer = (body: string, time?: number) => Headers | Promise<Headers>;

const github: Signer = async (body) => ({
  "x-github-event": "issues",
  "x-github-delivery": randomUUID(),
  "x-hub-signature-256": await sign(SECRET, body),
});

/** How the old library signs, and a body whose object has the id 7. */
const LIBRARIES: Record<string, { env: Headers; signed: Signer; body: string; isServer?: true }> = {
  stripe: {
    env: { STRIPE_WEBHOOK_SECRET: SECRET, STRIPE_API_KEY: "sk_test_of_these_tests" },
    body: '{"id":"evt_1","object":"event","type":"invoice.paid","data":{"object":{"id":7}}}',
    signed: (payload, timestamp = seconds()) => ({
      "stripe-signature": stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp }),
    }),
    isServer: true,
  },
  "@octokit/webhooks": {
    env: { GITHUB_WEBHOOK_SECRET: SECRET },
    body: '{"action":"opened","issue":{"number":7}}',
    signed: github,
    isServer: true,
  },
  "@octokit/webhooks-methods": {
    env: { GITHUB_WEBHOOK_SECRET: SECRET },
    body: '{"action":"opened","issue":{"number":7}}',
    signed: github,
  },
  svix: {
    env: { SVIX_WEBHOOK_SECRET: KEY },
    body: '{"type":"user.created","data":{"id":7}}',
    signed: (body) => {
      const headers = { "svix-id": `msg_${randomUUID()}`, "svix-timestamp": `${seconds()}` };
      const signature = new Svix(KEY).sign(headers["svix-id"], new Date(), body);
      return { ...headers, "svix-signature": signature };
    },
  },
  standardwebhooks: {
    env: { WEBHOOK_SECRET: KEY },
    body: '{"type":"user.created","data":{"id":7}}',
    signed: (body) => standard(body),
  },
  "@hookflo/tern": {
    env: { GITHUB_WEBHOOK_SECRET: SECRET },
    body: '{"action":"opened","issue":{"number":7}}',
    signed: github,
  },
};

function standard(body: string, timestamp = `${seconds()}`): Headers {
  const id = `msg_${randomUUID()}`;
  const signature = new StandardWebhook(KEY).sign(id, new Date(Number.parseInt(timestamp, 10) * 1000), body);
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
}

/** A program that receives deliveries. */
interface Program {
  post(headers: Headers, body: string): Promise<Response>;
  /** How often the handler has printed the id 7. */
  received(): number;
  stop(): unknown;
}

/** A webhook of any provider. */
interface Checking {
  check(delivery: Delivery, options: object): { ok: true } | { ok: false; error: { code: string } };
}

const SIDES = { before: "-", after: "+" } as const;
type Side = keyof typeof SIDES;

/** Starts the program of one side of a diff. */
async function program(name: string, side: Side): Promise<Program> {
  const { env, isServer } = LIBRARIES[name] as (typeof LIBRARIES)[string];
  const lines = (diffs.get(name) as string).split("\n");
  const code = lines.filter((line) => line.startsWith(SIDES[side]) || !/^[-+]/.test(line));
  const cwd = folder(`migrating-${name.replace(/\W/g, "")}-${side}`);
  const script = join(cwd, "program.mjs");
  writeFileSync(script, code.map((line) => line.slice(1)).join("\n"));
  const init = (headers: Headers, body: string) => ({
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  if (isServer) {
    const port = await freePort();
    const running: Running = await start(process.execPath, [script], {
      cwd,
      port,
      env: { ...env, PORT: `${port}` },
    });
    return {
      post: (headers, body) => fetch(`${running.url}/webhooks`, init(headers, body)),
      received: () => running.output().split("received 7").length - 1,
      stop: () => running.stop(),
    };
  }
  Object.assign(process.env, env);
  const { POST } = await import(pathToFileURL(script).href);
  let count = 0;
  return {
    post: async (headers, body) => {
      const log = mock.method(console, "log", () => {});
      try {
        return await POST(new Request("http://localhost/webhooks", init(headers, body)));
      } finally {
        count += log.mock.calls.filter(
          ({ arguments: [first, id] }) => first === "received" && id === 7,
        ).length;
        log.mock.restore();
      }
    },
    received: () => count,
    stop: () => {},
  };
}

it("every diff of docs/migrating.md is run", () => {
  assert.deepEqual([...diffs.keys()], Object.keys(LIBRARIES));
  assert.equal(page.split("```").length - 1, 2 * diffs.size);
});

for (const [name, { body, signed, isServer }] of Object.entries(LIBRARIES)) {
  describe(`a migration from ${name}`, () => {
    const programs = {} as Record<Side, Program>;
    before(async () => {
      for (const side of ["before", "after"] as const) programs[side] = await program(name, side);
    });
    after(() => Promise.all(Object.values(programs).map((each) => each.stop())));

    /** Waits for output of another process. */
    const received = async (side: Side, expected: number) => {
      for (let tries = 0; programs[side].received() < expected && tries < 200; tries++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      assert.equal(programs[side].received(), expected, side);
    };

    for (const side of ["before", "after"] as const) {
      it(`has a program ${side} that accepts a delivery and rejects a changed one`, async () => {
        const count = programs[side].received();
        const good = await programs[side].post(await signed(body), body);
        assert.ok(good.ok, `${good.status} ${await good.text()}`);
        await received(side, count + 1);
        const changed = await programs[side].post(await signed(body), body.replace("7", "8"));
        const wanted = side === "after" || /methods|tern/.test(name) ? 401 : 400;
        assert.equal(changed.status, wanted);
        assert.equal((await programs[side].post({}, body)).ok, false);
        await received(side, count + 1);
      });
    }

    it("makes a delivery that comes twice one event, with a receiver", async () => {
      const text = body.replace("evt_1", "evt_2").replace("}", ', "again": 1}');
      const headers = await signed(text);
      const counts = { before: programs.before.received(), after: programs.after.received() };
      for (const side of ["before", "after"] as const) {
        for (let attempt = 0; attempt < 2; attempt++)
          assert.ok((await programs[side].post(headers, text)).ok);
      }
      await received("before", counts.before + 2);
      const hasReceiver = (diffs.get(name) as string).includes("hookseal/");
      await received("after", counts.after + (hasReceiver ? 1 : 2));
    });

    it("rejects a property that is there twice, which the old library accepted", async () => {
      const text = body.replace("{", '{"twice":1,"twice":2,');
      assert.ok((await programs.before.post(await signed(text), text)).ok);
      const response = await programs.after.post(await signed(text), text);
      assert.equal(response.status, 400);
      if (isServer) assert.equal(((await response.json()) as { code: string }).code, "json-duplicate-key");
    });
  });
}

describe("a difference that docs/migrating.md names", () => {
  const code = (hook: Checking, headers: Headers, body: string | Uint8Array, options = {}) => {
    const result = hook.check({ headers, body }, options);
    return result.ok ? "accepted" : result.error.code;
  };

  it("is the time of stripe", async () => {
    const { body, signed } = LIBRARIES.stripe as (typeof LIBRARIES)[string];
    const hook = webhook("stripe", { secrets: [SECRET] });
    const at = async (time: number) => (await signed(body, time)) as { "stripe-signature": string };
    const future = await at(seconds() + 3600);
    assert.ok(stripe.webhooks.constructEvent(body, future["stripe-signature"], SECRET));
    assert.equal(code(hook, future, body), "timestamp-too-new");
    const old = await at(seconds() - 3600);
    assert.ok(stripe.webhooks.constructEvent(body, old["stripe-signature"], SECRET, 0));
    assert.throws(() => stripe.webhooks.constructEvent(body, old["stripe-signature"], SECRET));
    assert.equal(code(hook, old, body, { tolerance: 0 }), "timestamp-too-old");
  });

  it("is a thin event of stripe", async () => {
    const body =
      '{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered","created":"2026-01-01T00:00:00Z"}';
    const headers = (await LIBRARIES.stripe?.signed(body)) as { "stripe-signature": string };
    assert.throws(() => stripe.webhooks.constructEvent(body, headers["stripe-signature"], SECRET), /thin/);
    assert.equal(webhook("stripe", { secrets: [SECRET] }).verify({ headers, body }).revision, "thin");
  });

  it("is a form of GitHub", async () => {
    const programs = await Promise.all([
      program("@octokit/webhooks", "before"),
      program("@octokit/webhooks", "after"),
    ]);
    const body = `payload=${encodeURIComponent(LIBRARIES["@octokit/webhooks"]?.body as string)}`;
    const headers = { ...(await github(body)), "content-type": "application/x-www-form-urlencoded" };
    const responses = await Promise.all(programs.map(({ post }) => post(headers, body)));
    assert.deepEqual(
      responses.map(({ status }) => status),
      [415, 200],
    );
    await Promise.all(programs.map((each) => each.stop()));
  });

  it("is an empty signature for @octokit/webhooks-methods", async () => {
    await assert.rejects(verify(SECRET, "{}", ""), TypeError);
    assert.equal(code(webhook("github", { secrets: [SECRET] }), {}, "{}"), "signature-missing");
  });

  it("is bytes, time and empty body for standardwebhooks", () => {
    const old = new StandardWebhook(KEY);
    const hook = webhook("standard-webhooks", { secrets: [KEY] });
    const body = '{"type":"user.created","data":{}}';
    const headers = standard(body);
    assert.throws(() => old.verify(new TextEncoder().encode(body) as Buffer, headers));
    assert.equal(code(hook, headers, new TextEncoder().encode(body)), "accepted");
    const loose = standard(body, `${seconds()}x`);
    assert.ok(old.verify(body, loose));
    assert.equal(code(hook, loose, body), "timestamp-malformed");
    assert.equal(old.verify("", standard("")), undefined);
    assert.equal(code(hook, standard(""), ""), "body-empty");
  });

  it("is the empty secret of @hookflo/tern, and its ids", async () => {
    const body = '{"action":"opened","issue":{"number":7}}';
    const headers = {
      "x-github-event": "issues",
      "x-github-delivery": "1",
      "x-hub-signature-256": `sha256=${createHmac("sha256", "").update(body).digest("hex")}`,
    };
    const request = new Request("http://localhost/", { method: "POST", headers, body });
    const result = await WebhookVerificationService.verifyWithPlatformConfig(request, "github", "");
    assert.deepEqual([result.isValid, result.eventId], [true, "github_1"]);
    assert.throws(() => webhook("github", { secrets: [""] }), { code: "secret-missing" });
    const hook = webhook("github", { secrets: [SECRET] });
    const signed = { ...headers, "x-hub-signature-256": await sign(SECRET, body) };
    assert.equal(hook.verify({ headers: signed, body }).id, "issues:1");
  });

  it("is an event without a type", async () => {
    const body = '{"data":{"id":7}}';
    const headers = (await LIBRARIES.svix?.signed(body)) as Headers;
    assert.ok(new Svix(KEY).verify(body, headers));
    assert.equal(code(webhook("svix", { secrets: [KEY] }), headers, body), "envelope-invalid");
  });
});
