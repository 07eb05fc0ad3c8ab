/** Inspections, explanations and values, as the worker returns them. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import type { InspectInput, Inspection } from "../../src/engine/protocol.ts";
import { handlers } from "./page.ts";

function inputOf(example: string, changes: Partial<InspectInput> = {}): InspectInput {
  const { delivery, provider, secret } = handlers.makeExample({ id: example });
  return { delivery, provider, secret, encoding: "provider", profile: "lenient", ...changes };
}

function inspect(input: InspectInput): Inspection {
  const result = handlers.inspect(input);
  assert.ok(!("isUndetected" in result));
  return result;
}

test("every example of the menu is what its title and sign say", async (t) => {
  for (const { id, isValid } of handlers.start({}).examples)
    await t.test(id, () => {
      const { report, provider } = inspect(inputOf(id));
      assert.equal(provider.isDetected, true);
      assert.equal(report.verdict !== "rejected", isValid);
    });
});

test("a delivery of an unknown provider is not detected", () => {
  const delivery = { headers: [], text: '{"a":1}' };
  assert.deepEqual(handlers.inspect({ ...inputOf("xon"), delivery }), {
    isUndetected: true,
    issues: [],
    signatures: [],
    bytes: 7,
    isUtf8: true,
    values: 2,
  });
});

test("the computed signature is the HMAC of the body, and compared with the received one", () => {
  const input = inputOf("painchek");
  const { signed } = inspect(input);
  const expected = createHmac("sha256", input.secret).update(input.delivery.text).digest("hex");
  assert.equal(signed?.computed, `sha256=${expected}`);
  assert.equal(signed?.isMatch, true);
  const changed = inspect({ ...input, delivery: { ...input.delivery, text: `${input.delivery.text} ` } });
  assert.equal(changed.signed?.isMatch, false);
});

test("parts, timestamp and the compared signatures are those of the core", () => {
  const provider = "standard-webhooks";
  const secret = handlers.listSignChoices({}).secrets[provider]?.[""] as string;
  const now = 1_700_000_000_000;
  const text = '{"type":"a","timestamp":"2023-11-14T22:13:20Z","data":{}}';
  const settings = {
    provider,
    scheme: "",
    secret,
    encoding: "provider",
    algorithm: "",
    event: "",
    url: "",
  } as const;
  const { delivery } = handlers.sign({
    ...settings,
    text,
    envelope: "text",
    id: "msg_1",
    webhookId: "",
    now,
  });
  assert.ok(delivery);
  const input = { delivery, provider, secret, encoding: "provider", profile: "lenient", now } as const;
  const { signed, report } = inspect(input);
  assert.deepEqual(signed?.parts, [
    { name: "id", value: "msg_1", bytes: 5 },
    { value: ".", bytes: 1 },
    { name: "timestamp", value: "1700000000", bytes: 10 },
    { value: ".", bytes: 1 },
    { name: "body", value: text, bytes: text.length },
  ]);
  const { tag } = report.signature;
  assert.deepEqual(
    [signed?.timestamp, signed?.isMatch, signed?.computed, signed?.signatures],
    [now, true, `v1,${tag}`, [tag, tag]],
  );
  const other = `${tag?.startsWith("A") ? "B" : "A"}${tag?.slice(1)}`;
  const headers = delivery.headers.map(([name, value]): [string, string] => [
    name,
    value.replace(`v1,${tag}`, `v1,${other}`),
  ]);
  const changed = inspect({ ...input, delivery: { ...delivery, headers } }).signed;
  assert.deepEqual([changed?.isMatch, changed?.signatures], [false, [other, tag]]);
});

test("without a secret nothing is computed, and the reason says what to do", () => {
  const { signed, report } = inspect(inputOf("painchek", { secret: "" }));
  assert.equal(signed?.computed, undefined);
  assert.equal(signed?.reason, "Enter the secret to compute the signature.");
  assert.equal(report.verdict, "unsigned");
});

test("issues are located in the editor's text, also after bytes that are not UTF-8", () => {
  const input = inputOf("xon");
  const text = input.delivery.text.replace('"size": 2904221', '"\udce9": 1, "size": "2904221"');
  const { issues } = inspect({ ...input, provider: "xon", delivery: { ...input.delivery, text } });
  const marked = issues.map(({ code, from, to }) => [code, text.slice(from, to)]);
  assert.ok(
    marked.some(([code, value]) => code === "json-encoding" && value === "\udce9"),
    JSON.stringify(marked),
  );
});

test("an issue of an object is located at its bracket", () => {
  const input = inputOf("xon");
  const text = input.delivery.text.replace(/"removedFileIds": \[[^\]]*\]/, '"removedFileIds": {"a": {}}');
  const { issues } = inspect({ ...input, delivery: { ...input.delivery, text } });
  const issue = issues.find(({ pointer }) => pointer.endsWith("/removedFileIds"));
  assert.equal(text.slice(issue?.from, issue?.to), "{");
});

test("values are served with their fields, from the last inspection", () => {
  const input = inputOf("painchek");
  inspect(input);
  const [root] = handlers.listChildren({ node: -1, from: 0, count: 1 });
  assert.equal(root?.type, "object");
  const rows = handlers.listChildren({ node: root?.node ?? 0, from: 0, count: 10 });
  assert.deepEqual(
    rows.map(({ key }) => key),
    ["event", "data"],
  );
  const offset = input.delivery.text.indexOf('"pain_score"');
  const value = handlers.valueAt({ offset });
  assert.equal(value?.pointer, "/data/data/assessment/pain_score");
  assert.match(value?.info?.description ?? "", /^Total: 0 to 42/);
  assert.equal(value?.info?.sensitive, true);
  assert.equal(handlers.valueAt({ offset: 1e9 }), null);
});

test("a mismatch is explained, with the bytes that differ", () => {
  const { causes } = handlers.explain(inputOf("painchek-rewritten"));
  const [cause] = causes;
  assert.equal(cause?.proof, true);
  assert.match(cause?.code ?? "", /^body-/);
  const { parts = [], places = 0 } = cause?.change ?? {};
  const differing = parts.filter((part) => typeof part === "object" && "signed" in part);
  assert.ok(places > 10 && differing.length === places);
  // Spaces alone were signed that were not received.
  assert.ok(differing.every(({ signed, received }) => signed === " " && received === ""));
});

test("the time of an event is known only if it has an offset and is valid", () => {
  const input = inputOf("xon");
  const created = (time: string) =>
    inspect({
      ...input,
      delivery: {
        ...input.delivery,
        text: input.delivery.text.replace(/("createdAt": ")[^"]*/, `$1${time}`),
      },
    }).created;
  assert.equal(created("2021-01-15T14:33:30+00:00"), Date.UTC(2021, 0, 15, 14, 33, 30));
  assert.equal(created("2021-01-15T14:33:30"), undefined);
  assert.equal(created("2021-02-30T14:33:30+00:00"), undefined);
});

test("a rejected delivery has the status of the response", () => {
  for (const [example, status] of [
    ["painchek", undefined],
    ["painchek-tampered", 401],
    ["painchek-printed", 400],
    ["xon-mistakes", 400],
  ] as const)
    assert.equal(inspect(inputOf(example)).report.status, status, example);
});
