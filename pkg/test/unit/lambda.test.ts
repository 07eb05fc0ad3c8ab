// Deliveries in every documented event format of AWS Lambda.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { painchek } from "../../src/index.ts";
import { type LambdaEvent, receiver } from "../../src/lambda.ts";
import { oracle, SECRET } from "../support/fixtures.ts";

const hook = painchek({ secrets: [SECRET] });
let number = 0;

function delivery() {
  const uuid = `5e0c6b3a-91d2-4c7f-8a46-${`${++number}`.padStart(12, "0")}`;
  const data = { uuid, patient: uuid, comment: "d’après é 𝄞" };
  const { headers, body } = hook.create("assessment_add", data);
  return { headers, body: Buffer.from(body) };
}
type Made = ReturnType<typeof delivery>;

const lower = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The event of API Gateway's REST APIs: the sample of their documentation, with a body. */
const rest = ({ headers, body }: Made): LambdaEvent & Record<string, unknown> => ({
  resource: "/webhooks/painchek",
  path: "/webhooks/painchek",
  httpMethod: "POST",
  headers,
  multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  queryStringParameters: null,
  requestContext: { path: "/prod/webhooks/painchek", httpMethod: "POST", stage: "prod" } as object,
  body: body.toString(),
  isBase64Encoded: false,
});

/** The event of API Gateway's HTTP APIs and of function URLs. */
const http = ({ headers, body }: Made): LambdaEvent & Record<string, unknown> => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: "/webhooks/painchek",
  rawQueryString: "",
  headers: lower(headers),
  requestContext: { http: { method: "POST", path: "/webhooks/painchek" }, stage: "$default" } as object,
  body: body.toString("base64"),
  isBase64Encoded: true,
});

/** The event of a load balancer with multi-value headers, which has no others. */
const balancer = ({ headers, body }: Made): LambdaEvent & Record<string, unknown> => ({
  requestContext: { elb: { targetGroupArn: "arn:aws:…" } } as object,
  httpMethod: "POST",
  path: "/webhooks/painchek",
  multiValueHeaders: Object.fromEntries(
    Object.entries(lower(headers)).map(([name, value]) => [name, [value]]),
  ),
  body: body.toString(),
  isBase64Encoded: false,
});

for (const [name, make] of Object.entries({
  "a REST API": rest,
  "an HTTP API": http,
  "a load balancer": balancer,
})) {
  describe(`an event of ${name}`, () => {
    const types: string[] = [];
    const bodies: string[] = [];
    const take = ({ type, body }: { type: string; body: Uint8Array }) => {
      bodies.push(Buffer.from(body).toString());
      types.push(type);
    };
    const receive = receiver(hook, take, { maxBytes: 2000 });

    it("is verified over the sent bytes, and handled once", async () => {
      types.length = 0;
      const sent = delivery();
      const event = make(sent);
      const first = await receive(event);
      assert.deepEqual(first, {
        statusCode: 200,
        headers: { "content-type": "application/json" },
        body: '{"status":"handled"}',
        isBase64Encoded: false,
      });
      assert.equal((await receive(event)).body, '{"status":"duplicate"}');
      assert.deepEqual(types, ["assessment_add"]);
      assert.equal(bodies.at(-1), sent.body.toString());
    });

    it("is rejected without a valid signature", async () => {
      const codeOf = async (event: LambdaEvent) => {
        const { statusCode, body, headers } = await receive(event);
        assert.equal(headers["content-type"], "application/problem+json");
        return [statusCode, JSON.parse(body).code];
      };
      const event = make(delivery());
      const other = make(delivery()).body as string;
      assert.deepEqual(await codeOf({ ...event, body: other }), [401, "signature-mismatch"]);
      assert.deepEqual(await codeOf({ ...event, headers: {}, multiValueHeaders: null }), [
        401,
        "signature-missing",
      ]);
      const signature = { "X-PainChek-WH-Signature": `sha256=${oracle("sha256", SECRET, "")}` };
      const empty = make({ headers: signature, body: Buffer.alloc(0) });
      assert.deepEqual(await codeOf({ ...empty, body: null }), [400, "body-empty"]);
      assert.deepEqual(await codeOf({ ...event, body: {} as string }), [500, "body-not-raw"]);
      const large = Buffer.alloc(2001, 0x20);
      assert.deepEqual(await codeOf(make({ headers: {}, body: large })), [413, "body-too-large"]);
      assert.deepEqual(await codeOf(make({ headers: {}, body: large.subarray(1) })), [
        401,
        "signature-missing",
      ]);
      const get = { ...event, requestContext: { http: { method: "GET" } } };
      if (event.httpMethod !== undefined) get.httpMethod = "GET";
      assert.deepEqual(await codeOf(get), [405, "method-not-allowed"]);
      const plain = make({ ...delivery(), headers: { "Content-Type": "text/plain" } });
      assert.deepEqual(await codeOf(plain), [415, "content-type"]);
    });
  });
}

describe("an event of Lambda", () => {
  it("is limited by the bytes of its body, not by the characters", async () => {
    const receive = receiver(hook, () => {}, { maxBytes: 100 });
    const event = rest({ headers: {}, body: Buffer.from("é".repeat(51)) });
    assert.equal((await receive(event)).statusCode, 413);
  });

  it("without an HTTP request throws, so that a queue does not remove it", async () => {
    let called = 0;
    const receive = receiver(hook, () => {
      called += 1;
    });
    const { body } = delivery();
    const record = { messageId: "1", body: body.toString(), eventSource: "aws:sqs" };
    for (const [event, what] of [
      [{ Records: [record] }, /`Records` \(SQS, /],
      [{ Records: [{ Sns: { Message: body.toString() } }] }, /`Records`/],
      [{ version: "0", "detail-type": "x", source: "y", detail: {} }, /EventBridge/],
      [
        { version: "1.0", requestContext: { requestId: "x" }, requestPayload: {} },
        /without headers and method/,
      ],
      [{ records: { "topic-0": [] }, eventSource: "aws:kafka" }, /without headers and method/],
      [{ body: body.toString() }, /without headers and method/],
      [[], /got a list/],
      [[{ httpMethod: "POST", headers: {} }], /got a list/],
      [Object.assign([], { httpMethod: "POST", headers: {} }), /got a list/],
      [null, /Expected an HTTP event/],
      ["text", /Expected an HTTP event/],
    ] as const) {
      await assert.rejects(receive(event as never), (error: Error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, what);
        assert.match(error.message, /function URL.*hook\.check/);
        return !error.message.includes("assessment");
      });
    }
    assert.equal(called, 0);
  });

  it("of a console's test, with missing parts, has a response", async () => {
    const receive = receiver(hook, () => {});
    const whole = rest(delivery());
    const empty = { body: null, headers: null, multiValueHeaders: null, queryStringParameters: null };
    assert.equal((await receive({ ...whole, ...empty } as never)).statusCode, 400);
    assert.equal((await receive({ ...whole, requestContext: undefined } as never)).statusCode, 200);
    assert.equal((await receive({ headers: {} })).statusCode, 405);
    assert.equal((await receive({ httpMethod: "GET" })).statusCode, 405);
    assert.equal((await receive({ requestContext: { elb: {} } } as never)).statusCode, 405);
  });

  it("that is malformed has a response", async () => {
    const errors: unknown[] = [];
    const receive = receiver(hook, () => {}, { onError: (error) => errors.push(error) });
    assert.equal((await receive({})).statusCode, 405);
    const { statusCode } = await receive({ ...http(delivery()), body: "%%%" });
    assert.equal(statusCode, 400);
    assert.deepEqual(errors, []);
  });
});
