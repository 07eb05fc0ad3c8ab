// Provider definitions with the signature schemes of Stripe, Slack, Standard Webhooks and GitHub, and invalid definitions.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { type Delivery, defineProvider, type ProviderDefinition, webhook } from "../../src/index.ts";
import { errorOf, oracle, schemeOf } from "../support/fixtures.ts";

const now = Date.UTC(2024, 1, 29, 12);
const seconds = now / 1000;
const secret = "a secret of this test";
const body = '{"type":"ping","id":"evt_1","created":"2024-02-29T12:00:00Z","n":"é"}';
const common = {
  envelope: { type: "/type", id: "/id", createdAt: "/created", data: "" },
  dedupe: ["pointer:/id", "digest"],
  events: { ping: { schema: { type: "object", required: ["type", "id"] } } },
};

/** A provider, and the headers of a body that the oracle signs at a time. */
interface Form {
  definition: ProviderDefinition;
  secret: string;
  sign(body: string, at: number, secret?: string): Record<string, string>;
  stamped: boolean;
}

const key = Buffer.from("a key of thirty-two bytes, base64");
const forms: Record<string, Form> = {
  stripe: {
    definition: {
      id: "stripe",
      signature: {
        header: "Stripe-Signature",
        format: "t={timestamp},v1={hex}",
        algorithms: ["sha256"],
        signedContent: "{timestamp}.{body}",
      },
      ...common,
    },
    secret,
    sign: (body, at, with_ = secret) => ({
      "Stripe-Signature": `t=${at},v1=${oracle("sha256", with_, `${at}.${body}`)},v0=${"0".repeat(64)}`,
    }),
    stamped: true,
  },
  slack: {
    definition: {
      id: "slack",
      signature: {
        header: "X-Slack-Signature",
        format: "v0={hex}",
        algorithms: ["sha256"],
        signedContent: "v0:{timestamp}:{body}",
      },
      headers: { timestamp: "X-Slack-Request-Timestamp" },
      ...common,
    },
    secret,
    sign: (body, at, with_ = secret) => ({
      "X-Slack-Request-Timestamp": String(at),
      "X-Slack-Signature": `v0=${oracle("sha256", with_, `v0:${at}:${body}`)}`,
    }),
    stamped: true,
  },
  "standard webhooks": {
    definition: {
      id: "standard",
      signature: {
        header: "webhook-signature",
        format: "v1,{base64}",
        algorithms: ["sha256"],
        signedContent: "{id}.{timestamp}.{body}",
        secret: "whsec_{base64}",
      },
      headers: { id: "webhook-id", timestamp: "webhook-timestamp", deliveryId: "webhook-id" },
      ...common,
    },
    secret: `whsec_${key.toString("base64")}`,
    sign: (body, at, with_ = `whsec_${key.toString("base64")}`) => {
      const bytes = Buffer.from(with_.slice(6), "base64");
      const mac = createHmac("sha256", bytes).update(`msg_1.${at}.${body}`).digest("base64");
      const other = createHmac("sha256", "other").update(body).digest("base64");
      return {
        "webhook-id": "msg_1",
        "webhook-timestamp": String(at),
        "webhook-signature": `v1a,${other} v1,${other} v1,${mac}`,
      };
    },
    stamped: true,
  },
  github: {
    definition: {
      id: "github",
      signature: { header: "X-Hub-Signature-256", format: "sha256={hex}", algorithms: ["sha256"] },
      headers: { deliveryId: "X-GitHub-Delivery", webhookId: "X-GitHub-Hook-ID" },
      ...common,
      envelope: { type: "header:X-GitHub-Event" },
      dedupe: ["header:X-GitHub-Delivery"],
    },
    secret,
    sign: (body, _at, with_ = secret) => ({
      "X-GitHub-Event": "ping",
      "X-GitHub-Delivery": "guid-1",
      "X-GitHub-Hook-ID": "42",
      "X-Hub-Signature-256": `sha256=${oracle("sha256", with_, body)}`,
    }),
    stamped: false,
  },
};

describe("defineProvider", () => {
  it("returns the definition, of which webhook makes a webhook", () => {
    const definition = {
      id: "mine",
      envelope: { type: "/type" },
      events: { ping: { schema: { type: "object", required: ["n"] } } },
    } as const;
    const provider = defineProvider(definition);
    assert.equal(provider as unknown, definition);
    const hook = webhook(provider, { unsigned: "allow" });
    assert.equal(hook.verify({ headers: {}, body: '{"type":"ping","n":1}' }).type, "ping");
    assert.equal(hook.check({ headers: {}, body: '{"type":"ping"}' }).ok, false);
  });
});

describe("a provider with the signature scheme of", () => {
  for (const [name, form] of Object.entries(forms)) {
    const hook = webhook(form.definition, { secrets: [form.secret] });
    const delivery = (at = seconds): Delivery => ({ headers: form.sign(body, at), body });

    it(`${name} is verified with all its fields`, () => {
      const { event, type, id, signature, createdAt } = hook.verify(delivery(), { now });
      assert.deepEqual([event, type], [JSON.parse(body), "ping"]);
      assert.deepEqual(signature, {
        status: "verified",
        algorithm: "sha256",
        secret: 0,
        covers: "body",
        ...(name === "github" ? { uncovered: ["type", "id"] } : {}),
      });
      assert.equal(id, name === "github" ? "ping:guid-1" : "ping:evt_1");
      assert.equal(createdAt, name === "github" ? undefined : "2024-02-29T12:00:00Z");
      const report = hook.inspect(delivery(), { now });
      assert.equal(report.verdict, "verified");
      assert.equal(report.signature.signedContent, schemeOf(form.definition)?.signedContent ?? "{body}");
    });

    it(`${name} rejects another secret, another body and a missing header`, () => {
      const another =
        name === "standard webhooks" ? `whsec_${Buffer.from("x".repeat(32)).toString("base64")}` : "x";
      const forged = { headers: form.sign(body, seconds, another), body };
      assert.equal(errorOf(() => hook.verify(forged, { now })).code, "signature-mismatch");
      const tampered = { ...delivery(), body: body.replace("evt_1", "evt_2") };
      assert.equal(errorOf(() => hook.verify(tampered, { now })).code, "signature-mismatch");
      assert.equal(errorOf(() => hook.verify({ headers: {}, body }, { now })).code, "signature-missing");
    });

    it(`${name} signs as the oracle does, and its receiver verifies`, () => {
      const signed = hook.sign(body, { now, id: "msg_1" });
      const expected = form.sign(body, seconds);
      const { header } = form.definition.signature as { header: string };
      const own = Object.entries(signed.headers).find(
        ([one]) => one.toLowerCase() === header.toLowerCase(),
      )?.[1];
      assert.ok(own !== undefined && expected[header]?.includes(own), `${own}`);
      const headers = name === "github" ? { ...signed.headers, "X-GitHub-Event": "ping" } : signed.headers;
      assert.equal(hook.verify({ headers, body: signed.body }, { now }).type, "ping");
    });

    if (!form.stamped) {
      it(`${name}, without a signed timestamp, is verified at any time`, () => {
        assert.equal(hook.check(delivery(), { now: 0 }).ok, true);
        assert.equal(hook.check(delivery(), { now: now * 2 }).ok, true);
      });
      continue;
    }

    it(`${name} applies the tolerance in both directions to the second`, () => {
      const at = (offset: number, options = {}) =>
        hook.check(delivery(seconds + offset), { now, ...options });
      const code = (result: ReturnType<typeof at>) => (result.ok ? "in time" : result.error.code);
      assert.deepEqual(
        [-300, 300].map((offset) => code(at(offset))),
        ["in time", "in time"],
      );
      assert.deepEqual(
        [-301, 301].map((offset) => code(at(offset))),
        ["timestamp-too-old", "timestamp-too-new"],
      );
      assert.deepEqual(
        [-10, -11, 10, 11].map((offset) => code(at(offset, { tolerance: 10 }))),
        ["in time", "timestamp-too-old", "in time", "timestamp-too-new"],
      );
      assert.equal(code(at(0, { tolerance: 0 })), "in time");
      assert.equal(code(at(-86_400, { tolerance: 86_400 })), "in time");
      const stale = hook.inspect(delivery(seconds - 301), { now });
      assert.deepEqual([stale.verdict, stale.signature.status], ["rejected", "stale"]);
    });

    it(`${name} accepts the time as a date or in milliseconds, and the webhook's tolerance`, () => {
      const patient = webhook(form.definition, { secrets: [form.secret], tolerance: 1000 });
      const old = delivery(seconds - 900);
      assert.equal(patient.check(old, { now: new Date(now) }).ok, true);
      assert.equal(patient.check(old, { now, tolerance: 10 }).ok, false);
      // The default is the time of the machine.
      assert.equal(patient.check(old).ok, false);
      assert.equal(patient.check(delivery(Math.floor(Date.now() / 1000))).ok, true);
    });

    it(`${name} reports a changed timestamp as a mismatch only`, () => {
      const headers = Object.fromEntries(
        Object.entries(form.sign(body, seconds)).map(([one, value]) => [
          one,
          value.replace(`${seconds}`, `${seconds - 9999}`),
        ]),
      );
      assert.equal(errorOf(() => hook.verify({ headers, body }, { now })).code, "signature-mismatch");
    });
  }

  it("one that signs URL and method verifies those of the delivery, in every verb", () => {
    const definition: ProviderDefinition = {
      id: "request",
      signature: {
        header: "X-Signature",
        format: "{base64}",
        algorithms: ["sha512"],
        signedContent: "{method}{url}{body}",
        ambiguous: true,
      },
      ...common,
    };
    const url = "https://example.com/hook?a=1&b=é";
    const hook = webhook(definition, { secrets: [secret] });
    const mac = createHmac("sha512", secret).update(`POST${url}${body}`).digest("base64");
    const headers = { "X-Signature": mac };
    assert.equal(hook.check({ headers, body, url, method: "POST" }).ok, true);
    assert.equal(hook.inspect({ headers, body, url, method: "POST" }).verdict, "verified");
    for (const [delivery, code] of [
      [{ headers, body, url: `${url}2`, method: "POST" }, "signature-mismatch"],
      [{ headers, body, url, method: "PUT" }, "signature-mismatch"],
      [{ headers, body, method: "POST" }, "url-missing"],
      [{ headers, body, url }, "method-missing"],
      [{ headers: { ":url": url, ":method": "POST", ...headers }, body }, "url-missing"],
    ] as [Delivery, string][]) {
      assert.equal(errorOf(() => hook.verify(delivery)).code, code);
      assert.equal(hook.inspect(delivery).verdict, "rejected");
    }
    const signed = hook.sign(body, { url });
    assert.equal(signed.headers["X-Signature"], mac);
    assert.equal(hook.check({ ...signed, url }).ok, true);
  });
});

describe("the id of a delivery", () => {
  const make = (dedupe: string[]) =>
    webhook({ id: "own", ...common, headers: { deliveryId: "X-Id" }, dedupe }, { unsigned: "allow" });
  const idOf = (dedupe: string[], headers: Record<string, string>, body: string) =>
    make(dedupe).verify({ headers, body }).id;

  it("is taken from the first source that is present", () => {
    const dedupe = ["pointer:/key", "header:X-Key", "digest"];
    const body = '{"type":"ping","id":"1"}';
    assert.equal(idOf(dedupe, { "x-key": "h" }, '{"type":"ping","id":"1","key":"p"}'), "ping:p");
    assert.equal(idOf(dedupe, { "x-key": "h" }, body), "ping:h");
    const { digest, id } = make(dedupe).verify({ headers: {}, body });
    assert.equal(id, `ping:${digest}`);
  });

  it("may be a number in its source text, and no other type", () => {
    const of = (value: string) =>
      idOf(["pointer:/key", "digest"], {}, `{"type":"ping","id":"1","key":${value}}`);
    assert.equal(of("17"), "ping:17");
    assert.equal(of("12345678901234567890"), "ping:12345678901234567890");
    for (const value of ["null", "true", "[]", "{}", '""', JSON.stringify("x".repeat(300))]) {
      assert.match(of(value), /^ping:[0-9a-f]{64}$/, value);
    }
  });
});

describe("an invalid definition", () => {
  const whole: ProviderDefinition = forms.stripe?.definition as ProviderDefinition;
  const change = (edit: (definition: Record<string, Record<string, unknown>>) => void) => {
    const copy = structuredClone(whole) as unknown as Record<string, Record<string, unknown>>;
    edit(copy);
    return copy as unknown as ProviderDefinition;
  };
  const cases: [what: string, definition: unknown, pointer: string][] = [
    ["no envelope", { id: "a", events: {} }, ""],
    ["an unknown key", change((one) => (one.signatures = {})), "/signatures"],
    ["an id in capitals", { ...whole, id: "Stripe" }, "/id"],
    [
      "an unknown algorithm",
      change((one) => ((one.signature ?? {}).algorithms = ["md5"])),
      "/signature/algorithms/0",
    ],
    [
      "a format without a signature",
      change((one) => ((one.signature ?? {}).format = "t={timestamp}")),
      "/signature/format",
    ],
    [
      "an unknown placeholder",
      change((one) => ((one.signature ?? {}).signedContent = "{bdoy}")),
      "/signature/signedContent",
    ],
    ["an invalid pointer", change((one) => ((one.envelope ?? {}).type = "type")), "/envelope/type"],
    [
      "an invalid schema",
      change((one) => (one.events = { ping: { schema: { type: "strnig" } } })),
      "/events/ping/schema/type",
    ],
    [
      "a schema with an unknown keyword",
      change((one) => (one.events = { ping: { schema: { requried: [] } } })),
      "/events/ping/schema/requried",
    ],
    ["an invalid delay", { ...whole, retries: ["soon"] }, "/retries/0"],
    ["an unknown rule", { ...whole, rules: { "no-such-rule": "error" } }, "/rules/no-such-rule"],
  ];
  for (const [what, definition, pointer] of cases) {
    it(`with ${what} is rejected, with the location`, () => {
      const error = errorOf(() => webhook(definition as ProviderDefinition, { secrets: [secret] }));
      assert.deepEqual([error.code, error.status], ["definition-invalid", 500]);
      assert.ok(
        error.issues.some((issue) => issue.pointer === pointer),
        JSON.stringify(error.issues.map(({ pointer, message }) => [pointer, message])),
      );
    });
  }

  it("is reported with all mistakes at once", () => {
    const error = errorOf(() => webhook({ ...whole, id: "No", retries: ["soon"] }, { secrets: [secret] }));
    assert.deepEqual(
      error.issues.map(({ pointer }) => pointer),
      ["/id", "/retries/0"],
    );
  });

  it("may be a value of another type", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const wrong of [undefined, null, 1, true, [], () => whole, circle, { big: 1n }]) {
      const error = errorOf(() => webhook(wrong as never, { secrets: [secret] }));
      assert.equal(error.code, "definition-invalid", String(wrong));
    }
  });

  it("does not replace a built-in one with the same id", () => {
    const own = webhook({ ...whole, id: "painchek" }, { secrets: [secret] });
    assert.equal(own.provider, "painchek");
    assert.equal(errorOf(() => own.verify({ headers: {}, body })).code, "signature-missing");
  });
});
