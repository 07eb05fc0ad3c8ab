// Bodies that are forms, through the package: events, issues, digests and receivers.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { receiver } from "../../src/fetch.ts";
import { type Delivery, providerDefinition, webhook } from "../../src/index.ts";
import { errorOf } from "../support/fixtures.ts";
import { deliveries, secretOf } from "../support/senders.ts";

const SECRET = "It's a made-up secret of the tests";
const FORM = "application/x-www-form-urlencoded";
const now = Date.UTC(2026, 0, 1);

const hmac = (text: string) => createHmac("sha256", SECRET).update(text).digest("hex");

/** What GitHub sends for a webhook with the content type of a form. */
const github = (payload: string, type = FORM): Delivery & { body: string } => {
  const body = `payload=${encodeURIComponent(payload)}`;
  return {
    headers: {
      "Content-Type": type,
      "X-GitHub-Event": "ping",
      "X-GitHub-Delivery": "delivery-1",
      "X-Hub-Signature-256": `sha256=${hmac(body)}`,
    },
    body,
  };
};

/** What Slack sends for a slash command or an interaction. */
const slack = (body: string): Delivery & { body: string } => ({
  headers: {
    "content-type": FORM,
    "X-Slack-Request-Timestamp": `${now / 1000}`,
    "X-Slack-Signature": `v0=${hmac(`v0:${now / 1000}:${body}`)}`,
  },
  body,
});

const githubHook = webhook("github", { secrets: [SECRET] });
const slackHook = webhook("slack", { secrets: [SECRET] });

describe("a form", () => {
  it("has the event of the JSON in its field", () => {
    const event = {
      zen: 'Keep "it" simple, é 😀',
      hook_id: 9007199254740991,
      hook: { config: [1.5, null, true] },
    };
    const sent = github(JSON.stringify(event));
    const delivery = githubHook.verify(sent);
    assert.deepEqual(delivery.event, event);
    assert.deepEqual([delivery.type, delivery.id, delivery.issues], ["ping", "ping:delivery-1", []]);
    // The bytes that were signed, and their digest.
    assert.equal(Buffer.from(delivery.body).toString(), sent.body);
    assert.equal(delivery.digest, createHash("sha256").update(sent.body).digest("hex"));
    assert.equal(delivery.signature.status, "verified");
  });

  it("keeps its event when other deliveries follow", () => {
    const first = githubHook.verify(github('{"zen":"one","hook_id":1}'));
    const second = githubHook.verify(github('{"zen":"two","hook_id":2}'));
    const json = githubHook.verify(githubHook.sign('{"zen":"three","hook_id":3}', { type: "ping" }));
    assert.deepEqual(
      [first, second, json].map(({ event }) => (event as { zen: string }).zen),
      ["one", "two", "three"],
    );
  });

  it("has the fields as an object of strings", () => {
    const command = slackHook.verify(slack("command=%2Fweather&text=94070+now&__proto__=x"), { now });
    assert.equal(command.type, "slash_command");
    assert.deepEqual(Object.entries(command.event as object), [
      ["command", "/weather"],
      ["text", "94070 now"],
      ["__proto__", "x"],
    ]);
    const action = slackHook.verify(slack("payload=%7B%22type%22%3A%22block_actions%22%7D"), { now });
    assert.deepEqual(
      [action.type, action.event, action.unknown],
      ["block_actions", { type: "block_actions" }, undefined],
    );
  });

  it("is rejected with the place in the form", () => {
    for (const [body, code, text] of [
      ["command=%2Fgo&command=%2Fgo", "form-duplicate-key", "command"],
      ["command=%2Fgo&text=%zz", "form-syntax", "%zz"],
      ["command=%2Fgo&text=%FF", "form-encoding", "%FF"],
      ["payload=%7B", "json-syntax", ""],
      ["payload=%7B%22type%22%3A+x%7D", "json-syntax", "x"],
      ['{"type":"event_callback"}', "form-syntax", '{"type":"event_callback"}'],
    ] as const) {
      const { issues, ...error } = errorOf(() => slackHook.verify(slack(body), { now }));
      assert.equal(error.code, code, body);
      const [{ byteSpan, span } = assert.fail(body)] = issues;
      assert.equal(body.slice(byteSpan.start, byteSpan.end), text);
      assert.deepEqual([span.line, span.column], [1, byteSpan.start + 1]);
    }
    const late = errorOf(() => slackHook.verify(slack("command=%2Fgo"), { now: now + 3_600_000 }));
    assert.equal(late.code, "timestamp-too-old");
    const changed = { ...slack("command=%2Fgo"), body: "command=%2Fgo2" };
    assert.equal(errorOf(() => slackHook.verify(changed, { now })).code, "signature-mismatch");
  });

  it("is compared by its payload", () => {
    const [a, b] = [slack("command=%2Fgo&text=a"), slack("text=b&command=/go")];
    const { changes } = slackHook.compare(a, b);
    assert.deepEqual(
      changes.map(({ pointer, before, after }) => [pointer, before, after]),
      [["/text", "a", "b"]],
    );
  });

  it("is taken by a receiver, and explained", async () => {
    const received: unknown[] = [];
    const receive = receiver(githubHook, ({ event }) => {
      received.push(event);
    });
    const post = ({ headers, body }: Delivery & { body: string }) =>
      receive(
        new Request("https://h/", { method: "POST", headers: headers as Record<string, string>, body }),
      );
    assert.equal((await post(github('{"zen":"a","hook_id":1}'))).status, 200);
    assert.equal((await post(github('{"zen":"a","hook_id":1}', "text/plain"))).status, 415);
    assert.deepEqual(received, [{ zen: "a", hook_id: 1 }]);
    const { matches, observations } = githubHook.explain(github("{}"));
    assert.deepEqual([matches, observations.map(({ code }) => code)], [[], ["signature-valid"]]);
  });

  it("is named by a receiver among the media types that it accepts, after JSON", async () => {
    const expectedOf = async (provider: string, secrets = [SECRET]) => {
      const hook = webhook(provider as "github", { secrets, unsigned: "allow" });
      const receive = receiver(hook, () => {}, { log: false, keys: () => [] });
      const response = await receive(
        new Request("https://h/", { method: "POST", headers: { "content-type": "text/x" }, body: "{}" }),
      );
      assert.equal(response.status, 415, provider);
      const { detail } = (await response.json()) as { detail: string };
      return [detail.replace("Unsupported Content-Type: expected ", ""), response.headers.get("accept")];
    };
    const json = "another type of JSON in UTF-8";
    assert.deepEqual(await expectedOf("stripe"), [`application/json, or ${json}.`, "application/json"]);
    assert.deepEqual(await expectedOf("github"), [
      `application/json, ${FORM}, or ${json}.`,
      `application/json, ${FORM}`,
    ]);
    assert.deepEqual(await expectedOf("twilio"), [
      `application/json, ${FORM}, or ${json}.`,
      `application/json, ${FORM}`,
    ]);
    assert.deepEqual(await expectedOf("aws-sns", []), [
      `application/json, text/plain, or ${json}.`,
      "application/json, text/plain",
    ]);
    assert.deepEqual(await expectedOf("mailchimp"), [`${FORM}.`, FORM]);
  });

  it("is the only body of a provider that sends no JSON, also by its Content-Type", () => {
    const hook = webhook("mandrill", { secrets: [SECRET] });
    for (const type of ["application/json", "application/json; charset=utf-8", "text/x+json"])
      assert.ok(!hook.acceptsContentType(type), type);
    assert.ok(hook.acceptsContentType(FORM));
  });

  it("is not read for a provider that sends none", () => {
    const { body: _, ...stripe } = providerDefinition("stripe") as object as { body?: unknown };
    assert.equal(_, undefined);
    assert.ok(stripe);
    const hook = webhook("stripe", { secrets: [SECRET] });
    const { code } = errorOf(() =>
      hook.verify({ headers: { ...hook.sign("a=1").headers, "Content-Type": FORM }, body: "a=1" }),
    );
    assert.equal(code, "content-type");
  });
});

describe("a form with several events", () => {
  it("has them as items, as the report has", async () => {
    const [delivery] = await deliveries("mandrill");
    const hook = webhook("mandrill", { secrets: [secretOf("mandrill")] });
    const { items = [] } = hook.verify(delivery as Delivery, { now });
    assert.equal(items.length, 1);
    assert.deepEqual(
      items.map(({ type, id, pointer }) => ({ type, id, pointer })),
      hook
        .inspect(delivery as Delivery, { now })
        .items?.map(({ type, id, pointer }) => ({ type, id, pointer })),
    );
  });
});
