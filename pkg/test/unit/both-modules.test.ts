// Both modules give the same results: the light one, and then the full one in the same program, for the same deliveries. The
// oracles of other suites (ajv, JSON.parse) need the full module, so this suite carries their results over to the light one.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { verify as verifyGithub } from "@octokit/webhooks-methods";
import fc from "fast-check";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import { detectProvider, type Issue, type Webhook, webhook } from "../../src/index.ts";
import { samplesOf, seeded } from "../support/fixtures.ts";

/** The modules that were instantiated, in order. */
const instances: string[] = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) {
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    if (names.includes("hook_verify")) instances.push(names.includes("hook_explain") ? "full" : "core");
    return new target(module, imports);
  },
});

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PROVIDERS = ["painchek", "xon", "github", "stripe", "svix", "standard-webhooks", "slack", "shopify"];
const hooks = new Map<string, Webhook<Record<string, unknown>>>(
  PROVIDERS.map((id) => [
    id,
    webhook(id, id === "xon" ? { unsigned: "allow" } : { secrets: [SECRET] }) as Webhook<
      Record<string, unknown>
    >,
  ]),
);

interface Case {
  provider: string;
  headers: Record<string, string>;
  body: Uint8Array;
  now: Date;
}

const NOW = new Date("2026-01-01T09:30:00Z");
const encoder = new TextEncoder();

/** A delivery of a payload, signed at a fixed time. */
function signed(provider: string, type: string, body: Uint8Array): Case {
  const hook = hooks.get(provider) as Webhook<Record<string, unknown>>;
  if (provider === "xon") return { provider, headers: {}, body, now: NOW };
  try {
    return { provider, headers: hook.sign(body, { type, now: NOW }).headers, body, now: NOW };
  } catch {
    // Bodies that no provider could sign, such as ones without an id, are deliveries without a signature.
    return { provider, headers: {}, body, now: NOW };
  }
}

/** JSON texts that replace a value of a sample. */
const value = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.double().map((number) => (Number.isFinite(number) ? `${number}` : "1e400")),
  fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    "1.0",
    "-0",
    "12345678901234567890",
    '"\\ud800"',
    '{"__proto__":1,"a":1,"a":2}',
    "nul",
    "[1,]",
    "",
  ),
);

/** Samples, samples with another value at a place, and samples with a changed byte. */
function cases(): Case[] {
  const all: Case[] = [];
  for (const provider of PROVIDERS) {
    for (const { type, body } of samplesOf(provider)) {
      all.push(signed(provider, type, body));
      const text = new TextDecoder().decode(body);
      const places = [...text.matchAll(/: ?("[^"]*"|[\d.]+|true|false|null)/g)];
      const mutated = fc.record({ place: fc.nat(), value, flip: fc.nat(), bit: fc.nat(7) });
      for (const one of fc.sample(mutated, { seed: seeded.seed, numRuns: 30 })) {
        const match = places[one.place % places.length];
        if (match === undefined) continue;
        const at = match.index + match[0].length - (match[1] as string).length;
        const other = text.slice(0, at) + one.value + text.slice(at + (match[1] as string).length);
        all.push(signed(provider, type, encoder.encode(other)));
        const bytes = Uint8Array.from(body);
        const index = one.flip % bytes.length;
        bytes[index] = (bytes[index] as number) ^ (1 << one.bit);
        all.push(signed(provider, type, bytes));
      }
    }
  }
  return all;
}

/** Everything that a delivery results in. An accepted one has the event of `JSON.parse`. */
function resultOf({ provider, headers, body, now }: Case): unknown {
  const hook = hooks.get(provider) as Webhook<Record<string, unknown>>;
  const plain = (issues: readonly Issue[]) => issues.map((issue) => ({ ...issue }));
  const { issues, ...report } = hook.inspect({ headers, body }, { now, profile: "strict" });
  const checked = hook.check({ headers, body }, { now });
  const inspected = { ...report, issues: plain(issues) };
  if (!checked.ok) {
    const { code, status, message } = checked.error;
    return { code, status, message, issues: plain(checked.error.issues), inspected };
  }
  const { event, type, id, signature, digest, revision } = checked.value;
  assert.deepEqual(event, JSON.parse(new TextDecoder().decode(body)));
  return { event, type, id, signature, digest, revision, issues: plain(checked.value.issues), inspected };
}

const all = cases();
const light = all.map(resultOf);
const lightInstances = [...instances];
const peersOfLight = await peers();
// A call that needs the full module.
detectProvider({ headers: {}, body: "{}" });
const full = all.map(resultOf);
const peersOfFull = await peers();

/** Whether Hookseal and the library of the provider accept a delivery that the other side signed, and a changed one. */
async function peers(): Promise<Record<string, boolean[]>> {
  const accepts = (call: () => unknown) => {
    try {
      call();
      return true;
    } catch {
      return false;
    }
  };
  const stripe = new Stripe("sk_test_example");
  const results: Record<string, boolean[]> = {};
  const bodies = {
    stripe:
      '{"id":"evt_1","object":"event","type":"invoice.paid","api_version":"2026-08-26","created":1767225600,"data":{"object":{"id":"in_1","object":"invoice"}},"livemode":false,"pending_webhooks":1,"request":null}',
    svix: '{"type":"user.created","data":{"id":"u_1"}}',
    "standard-webhooks": '{"type":"user.created","timestamp":"2026-01-01T00:00:00Z","data":{"id":"u_1"}}',
    github: '{"ref":"refs/heads/main","sender":{"login":"example-person","id":17}}',
  };
  for (const [provider, body] of Object.entries(bodies)) {
    const hook = hooks.get(provider) as Webhook<Record<string, unknown>>;
    const type = provider === "github" ? "push" : (JSON.parse(body).type as string);
    const { headers } = hook.sign(body, { type });
    const theirs: Record<string, (text: string) => unknown> = {
      stripe: (text) => stripe.webhooks.constructEvent(text, headers["Stripe-Signature"] as string, SECRET),
      svix: (text) => new SvixWebhook(SECRET).verify(text, headers),
      "standard-webhooks": (text) => new StandardWebhook(SECRET).verify(text, headers),
    };
    const changed = body.replace("1", "2");
    const peer = theirs[provider];
    if (peer !== undefined) {
      results[provider] = [accepts(() => peer(body)), accepts(() => peer(changed))];
    } else {
      const signature = headers["X-Hub-Signature-256"] as string;
      const made = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
      assert.equal(signature, made);
      results[provider] = [
        await verifyGithub(SECRET, body, signature),
        await verifyGithub(SECRET, changed, signature),
      ];
    }
    results[provider]?.push(
      accepts(() => hook.verify({ headers, body })),
      accepts(() => hook.verify({ headers, body: changed })),
    );
  }
  return results;
}

describe("the light and the full module", () => {
  it("served one half of this suite each", () => {
    assert.deepEqual(lightInstances, ["core"]);
    assert.deepEqual(instances, ["core", "full"]);
  });

  it("give the same results, issues and messages for every delivery", () => {
    const accepted = light.filter((result) => (result as { event?: unknown }).event !== undefined).length;
    assert.ok(accepted > 100 && all.length - accepted > 100, `${accepted} of ${all.length}`);
    for (const [index, result] of light.entries()) assert.deepEqual(full[index], result);
  });

  it("agree with the libraries of the providers", () => {
    const expected = [true, false, true, false];
    for (const results of [peersOfLight, peersOfFull])
      assert.deepEqual(results, {
        stripe: expected,
        svix: expected,
        "standard-webhooks": expected,
        github: expected,
      });
  });
});
