// The trusted parts of a delivery for JavaScript and receivers: times in bodies, ids, keys, Content-Types, secrets.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { receiver } from "../../src/fetch.ts";
import { type ProviderDefinition, painchek, type Webhook, webhook, xon } from "../../src/index.ts";
import { send } from "../../src/send.ts";
import { codes, errorOf, oracle, SECRET, seeded } from "../support/fixtures.ts";

const now = Date.UTC(2026, 0, 1);
const linear = webhook("linear", { secrets: [SECRET] });
const mine: ProviderDefinition = {
  id: "mine",
  envelope: { type: "/type" },
  events: { "*": { schema: true } },
};
const open = (more: object) => webhook({ ...mine, ...more } as ProviderDefinition, { unsigned: "allow" });
const post = (body: string, headers: Record<string, string> = { "Content-Type": "application/json" }) =>
  new Request("https://h/in", { method: "POST", headers, body });

describe("a timestamp in the signed body", () => {
  const body = JSON.stringify({
    action: "create",
    createdAt: "2026-01-01T00:00:00.000Z",
    organizationId: "o",
    type: "Issue",
    webhookId: "w",
    webhookTimestamp: now,
  });
  const signed = (body: string) => ({
    headers: { "Linear-Signature": oracle("sha256", SECRET, body) },
    body,
  });

  it("is checked after the signature, with the tolerance of the provider or the caller", () => {
    const codeAt = (at: number, options = {}) => {
      const result = linear.check(signed(body), { now: at, ...options });
      return result.ok ? "verified" : `${result.error.code} ${result.error.status}`;
    };
    assert.equal(codeAt(now + 60_000), "verified");
    assert.equal(codeAt(now - 60_000), "verified");
    assert.equal(codeAt(now + 60_001), "timestamp-too-old 401");
    assert.equal(codeAt(now - 60_001), "timestamp-too-new 401");
    assert.equal(codeAt(now + 3_600_000, { tolerance: 3600 }), "verified");
    assert.equal(linear.inspect(signed(body), { now: now + 60_001 }).signature.status, "stale");
    const forged = { ...signed(body), body: body.replace(`${now}`, `${now + 86_400_000}`) };
    const result = linear.check(forged, { now: now + 86_400_000 });
    assert.equal(!result.ok && result.error.code, "signature-mismatch");
  });

  it("is required, and an integer", () => {
    for (const [time, code] of [
      ["null", "timestamp-malformed"],
      ["1.5", "timestamp-malformed"],
      ['"yesterday"', "timestamp-malformed"],
    ] as const) {
      const { error } = linear.check(signed(body.replace(`${now}`, time)), { now }) as { error: Error };
      assert.equal((error as ReturnType<typeof errorOf>).code, code, time);
    }
    const { error } = linear.check(signed(body.replace("webhookTimestamp", "sentAt")), { now }) as {
      error: Error;
    };
    assert.equal((error as ReturnType<typeof errorOf>).code, "timestamp-missing");
  });

  it("is set by create, and kept by sign", () => {
    const data = { action: "create", organizationId: "o", webhookId: "w", webhookTimestamp: 1 };
    const made = linear.create("Issue", data, { now });
    assert.equal(JSON.parse(new TextDecoder().decode(made.body)).webhookTimestamp, now);
    assert.equal(linear.check(made, { now, profile: "strict" }).ok, true);
    const raw = linear.sign(body.replace(`${now}`, "1"), { now });
    assert.equal(errorOf(() => linear.verify(raw, { now })).code, "timestamp-too-old");
  });

  it("is not renewed by send, which reports it", async () => {
    const delivery = linear.create("Issue", { action: "create" }, {});
    for (const provider of [linear, "linear", undefined]) {
      await assert.rejects(send("https://h.example/", delivery, { provider }), {
        code: "signature-expires",
        message: /^Retries need another body because the signed timestamp is in it/,
      });
    }
  });
});

describe("an id or a type with control characters", () => {
  const hook = open({
    headers: { deliveryId: "X-Delivery", webhookId: "X-Webhook" },
    envelope: { type: "/type", createdAt: "/at" },
    dedupe: ["header:X-Key", "pointer:/id", "digest"],
  });
  const code = (body: object, headers: Record<string, string> = {}) => {
    const delivery = { headers, body: JSON.stringify(body) };
    const result = hook.check(delivery);
    const report = hook.inspect(delivery);
    assert.equal(report.verdict === "rejected", !result.ok);
    if (result.ok) return "accepted";
    const { message, issues } = result.error;
    assert.doesNotMatch(`${message} ${JSON.stringify(issues)} ${JSON.stringify(report)}`, /odd/);
    return result.error.code;
  };

  it("is rejected from any source", () => {
    for (const hidden of ["\0", "\x1b", "\x1e", "\x1f", "\x7f", "\x85", "\u2028", "\u202e", "\u2066"]) {
      for (const member of ["type", "id", "at"]) {
        assert.equal(code({ type: "a", id: "1", [member]: `odd${hidden}` }), "envelope-invalid", member);
      }
      for (const name of ["X-Key", "X-Delivery", "X-Webhook"]) {
        assert.equal(code({ type: "a", id: "1" }, { [name]: `odd${hidden}x` }), "envelope-invalid", name);
      }
    }
    assert.equal(code({ type: "é ~", id: "1" }, { "X-Key": "é" }), "accepted");
  });
});

describe("a provider whose deliveries have no idempotency key", () => {
  const hook = open({ dedupe: ["none"] });

  it("has an empty id, and equal deliveries are no duplicates", async () => {
    const delivery = { headers: {}, body: '{"type":"ping"}' };
    assert.equal(hook.verify(delivery).id, "");
    assert.equal("id" in hook.inspect(delivery), false);
    assert.deepEqual(hook.compare(delivery, delivery), { same: false, sameEvent: false, changes: [] });
    const keys: string[] = [];
    const events: object[] = [];
    const store = {
      claim: () => assert.fail("nothing is claimed"),
      done: () => assert.fail("nothing is done"),
      release: () => assert.fail("nothing is released"),
    };
    const receive = receiver(hook, (_, { key }) => void keys.push(key), {
      store,
      onEvent: (event) => events.push(event),
    });
    for (let times = 0; times < 3; times++) {
      const response = await receive(post(delivery.body));
      assert.deepEqual([response.status, await response.text()], [200, '{"status":"handled"}']);
    }
    assert.deepEqual(keys, ["", "", ""]);
    assert.deepEqual(
      events.map((event) => "id" in event),
      [false, false, false],
    );
  });

  it("claims by the first idempotency key that is present", async () => {
    let handled = 0;
    const receive = receiver(open({ dedupe: ["pointer:/id", "none"] }), () => void handled++);
    for (let times = 0; times < 3; times++) await receive(post('{"type":"ping","id":"1"}'));
    assert.equal(handled, 1);
  });
});

describe("the Content-Type", () => {
  const surgery = xon({ unsigned: "allow" });
  const body = '{"event":{"type":"a.new.one"}}';

  const part = fc.constantFrom(
    ...'application/json text/plain application/x+json +json ; ;charset= ;a="b;charset=latin1" utf-8 "UTF-8" latin1'.split(
      " ",
    ),
    ", ",
    " ",
  );
  const value = fc.oneof(
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join("")),
    fc.stringMatching(/^[ -~]{0,30}$/),
  );

  it("is rejected by a receiver exactly if inspect has an error, before the body is read", async () => {
    const seen = new Set<number>();
    const property = fc.asyncProperty(value, async (contentType) => {
      const report = surgery.inspect({ headers: { "content-type": contentType }, body });
      const refused = report.issues.some(
        ({ code, severity }) => code === "content-type" && severity === "error",
      );
      // A body that must not be read.
      const stream = new ReadableStream({ pull: () => assert.fail("the body was read") });
      const request = new Request("https://h/", {
        method: "POST",
        headers: { "content-type": contentType },
        body: refused ? stream : body,
        duplex: "half",
      } as RequestInit);
      const { status } = await receiver(surgery, () => {})(request);
      seen.add(status);
      assert.equal(status, refused ? 415 : 200, contentType);
    });
    await fc.assert(property, { ...seeded, numRuns: 300 });
    assert.deepEqual([...seen].sort(), [200, 415]);
  });

  it("of another kind of JSON is a warning in the strict profile alone", () => {
    const severitiesOf = (profile: "lenient" | "strict", ...types: string[]) =>
      surgery
        .inspect({ headers: { "Content-Type": types }, body }, { profile })
        .issues.filter(({ code }) => code === "content-type")
        .map(({ severity }) => severity);
    assert.deepEqual(severitiesOf("lenient", "application/vnd.api+json"), []);
    assert.deepEqual(severitiesOf("strict", "application/vnd.api+json"), ["warning"]);
    assert.deepEqual(severitiesOf("lenient", "text/plain"), ["error"]);
    assert.deepEqual(severitiesOf("lenient", "application/json", "application/json"), ["error"]);
  });
});

describe("an empty URL", () => {
  const hook = webhook(
    {
      ...mine,
      signature: {
        header: "X-Sig",
        format: "{hex}",
        algorithms: ["sha256"],
        signedContent: "{method}\n{url}\n{body}",
      },
    },
    { secrets: [SECRET] },
  );
  const { headers, body } = hook.sign('{"type":"ping"}', { url: "https://h/in" });

  it("is reported as missing, and not as a mismatch", async () => {
    const code = (url?: string, method?: string) => {
      const result = hook.check({ headers, body, url, method });
      return result.ok ? "verified" : result.error.code;
    };
    assert.equal(code("https://h/in", "POST"), "verified");
    assert.deepEqual([code("", "POST"), code(undefined, "POST")], ["url-missing", "url-missing"]);
    assert.equal(code("https://h/in", ""), "method-missing");
    // An empty option of a receiver is not set.
    for (const url of ["", () => ""]) {
      const receive = receiver(hook, () => {}, { url });
      const { status } = await receive(post(new TextDecoder().decode(body), headers));
      assert.equal(status, url === "" ? 200 : 500);
    }
  });
});

describe("a secret", () => {
  const made = (secret: string) => errorOf(() => painchek({ secrets: [secret] }));

  it("that is effectively empty is missing", () => {
    for (const secret of [
      "",
      " \n",
      "\0",
      "\0\0\0",
      "\ufeff",
      "\u200b",
      " \ufeff\u2060",
      "\ufe0f",
      "\u3164",
      "\u2800",
    ]) {
      assert.equal(made(secret).code, "secret-missing", JSON.stringify(secret));
    }
    const zero = errorOf(() => webhook("svix", { secrets: ["whsec_AA=="] }));
    assert.equal(zero.code, "secret-missing");
    assert.match(zero.message, /zero bytes/);
  });

  it("that is a placeholder for a missing value is rejected with the reason", () => {
    const printed = [
      "undefined",
      "null",
      "NULL",
      "nil",
      "[object Object]",
      "[object Promise]",
      "NaN",
      "true",
      "'undefined'",
    ];
    const templates = [
      "{{ secret }}",
      "$SECRET",
      "#{SECRET}",
      "$(SECRET)",
      "%SECRET%",
      "<%= secret %>",
      "process.env.X",
    ];
    for (const secret of [
      ...printed,
      ...templates,
      "<your-secret>",
      "__SECRET__",
      "YOUR_SECRET_HERE",
      "changeme",
    ]) {
      const { code, message } = made(secret);
      assert.equal(code, "secret-invalid", secret);
      assert.match(message, /a placeholder for a missing value/);
    }
    for (const secret of [
      "{{a}}b{{c}}",
      "undefined behaviour",
      "$3cr3t-and-more",
      "this is no changeme at all",
    ]) {
      assert.equal(typeof painchek({ secrets: [secret] }).verify, "function", secret);
    }
  });

  it("that is short is a warning if it verifies", () => {
    const warningsOf = (hook: Webhook, signer: Webhook) => {
      const { headers, body } = signer.sign('{"event":"a.new.one","data":{}}');
      const issues = codes(hook.verify({ headers, body }).issues, "info");
      assert.deepEqual(codes(hook.inspect({ headers, body }).issues, "info"), issues);
      return issues;
    };
    const [short, long] = [painchek({ secrets: ["hunter2"] }), painchek({ secrets: [SECRET] })];
    assert.deepEqual(warningsOf(short, short), ["secret-short"]);
    assert.deepEqual(warningsOf(long, long), []);
  });

  it("in another argument is not repeated", () => {
    const wrong: (() => unknown)[] = [
      () => webhook(SECRET as string, { secrets: [SECRET] }),
      () => painchek({ secrets: [SECRET], algorithms: [SECRET as "sha1"] }),
      () => painchek({ secrets: [SECRET], profile: SECRET as "strict" }),
      () => painchek({ secrets: [SECRET], unsigned: SECRET as "allow" }),
    ];
    for (const call of wrong) {
      const error = errorOf(call);
      assert.ok(!`${error.stack} ${JSON.stringify(error)}`.includes(SECRET), `${call}`);
    }
    const { issues } = errorOf(() => webhook("gitub" as string, { secrets: [SECRET] }));
    assert.equal(issues[0]?.hint, 'Did you mean "github"?');
  });
});
