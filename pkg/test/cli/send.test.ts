// `send` on a retry schedule over real connections: its attempts, its reports and its outcome.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ProviderDefinition, webhook } from "../../src/index.ts";
import { SECRET } from "../support/fixtures.ts";
import { hook, receive, respond, SAMPLE } from "../support/sending.ts";
import { file, start, TRUST, usageError } from "./command.ts";

const BODY = file("body.json", SAMPLE);
/** A definition with a signed timestamp. */
const AGEING = {
  id: "ageing",
  signature: {
    header: "webhook-signature",
    format: "v1,{base64}",
    algorithms: ["sha256"],
    signedContent: "{id}.{timestamp}.{body}",
  },
  headers: { id: "webhook-id", deliveryId: "webhook-id", timestamp: "webhook-timestamp" },
  envelope: { type: "/type" },
  events: { made: { schema: true } },
} as const;

/** Runs `send` to its end. */
async function sent(args: string[]) {
  const { ended } = await start(["send", ...args], /\n/);
  return await ended;
}

describe("send --retry", () => {
  it("retries until success, with the same bytes and ids, and reports each attempt with its delay", async () => {
    const { url, got } = await receive(respond(500, 503, 200));
    const { code, out, err } = await sent([url, BODY, ...TRUST, "--retry", "--delays", "100ms,1s,24h"]);
    assert.equal(code, 0);
    assert.equal(
      err.replace(/(\d{3}) in \d+ ms/g, "$1 in … ms"),
      "attempt 1: 500 in … ms; next attempt in 100 ms\nattempt 2: 503 in … ms; next attempt in 1 s\nattempt 3: 200 in … ms\n",
    );
    assert.match(out, /^POST http:\/\/127\.0\.0\.1:\d+\/hook [\d,]+ bytes\n200 in \d+ ms\n/);
    assert.equal(got.length, 3);
    for (const { headers, body } of got) {
      assert.deepEqual(body, Buffer.from(SAMPLE));
      assert.deepEqual({ ...headers, host: "" }, { ...got[0]?.headers, host: "" });
      assert.equal(hook.verify({ headers, body }).type, "assessment_add");
    }
  });
  it("is off by default: there is one attempt and no report", async () => {
    const { url, got } = await receive(respond(500));
    const { code, out, err } = await sent([url, BODY, ...TRUST]);
    assert.deepEqual([code, got.length, err], [1, 1, ""]);
    assert.match(out, /\nFailed: the sender would retry\. Success is a status from 200 to 399\.\n$/);
  });
  it("uses the delays of the provider", async () => {
    const { url } = await receive(respond(500));
    const { child, ended } = await start(["send", url, BODY, ...TRUST, "--retry"], /; next attempt in .*\n/);
    child.kill();
    assert.match((await ended).err, /^attempt 1: 500 in \d+ ms; next attempt in 1 m\n$/);
  });
  it("ends with the schedule, and prints every attempt in its JSON", async () => {
    const { url } = await receive(respond(500));
    const { code, out } = await sent([url, BODY, ...TRUST, "--delays", "1ms,2ms"]);
    assert.equal(code, 1);
    assert.match(out, /\nNone of 3 attempts succeeded\. Success is a status from 200 to 399\.\n$/);
    const json = await sent([url, BODY, ...TRUST, "--delays", "1ms,2ms", "--json"]);
    const { ok, outcome, status, attempts } = JSON.parse(json.out);
    assert.deepEqual([json.code, ok, outcome, status], [1, false, "exhausted", 500]);
    assert.deepEqual(
      attempts.map((one: { number: number; nextDelayMs?: number }) => [one.number, one.nextDelayMs]),
      [
        [1, 1],
        [2, 2],
        [3, undefined],
      ],
    );
  });
  it("stops at 410 Gone", async () => {
    const { url, got } = await receive(respond(410));
    const { code, out } = await sent([url, BODY, ...TRUST, "--delays", "1ms,2ms"]);
    assert.deepEqual([code, got.length], [1, 1]);
    assert.match(out, /\nPermanent failure: senders do not retry after 410\.\n$/);
  });
  it("retries after attempts without a response, each no longer than --timeout", async () => {
    const { url } = await receive((response, _, number) => {
      if (number === 2) response.end();
    });
    const { code, err } = await sent([url, BODY, ...TRUST, "--delays", "50ms,24h", "--timeout", "300ms"]);
    assert.equal(code, 0);
    assert.match(err, /^attempt 1: timeout after 300ms; next attempt in 50 ms\nattempt 2: 200 in \d+ ms\n$/);
    const refusedConnection = await sent([
      "http://127.0.0.1:1/",
      BODY,
      ...TRUST,
      "--delays",
      "1ms",
      "--json",
    ]);
    const { error, outcome } = JSON.parse(refusedConnection.out);
    assert.deepEqual(
      [refusedConnection.code, error, outcome],
      [1, "No response from 127.0.0.1:1: connection refused.", "exhausted"],
    );
    assert.match(refusedConnection.err, /^attempt 1: connection refused; next attempt in 1 ms\n/);
  });
  it("signs each attempt at its own time, if the timestamp is signed", async () => {
    const own = ["--provider", file("ageing.json", JSON.stringify(AGEING)), "--secret-env", "HOOK_SECRET"];
    const ageing = webhook(AGEING as unknown as ProviderDefinition, { secrets: [SECRET] });
    const body = file("ageing-body.json", '{"type":"made"}');
    const { url, got } = await receive(respond(500, 200));
    assert.equal((await sent([url, body, ...own, "--delays", "1100ms"])).code, 0);
    const [first, second] = got.map(({ headers }) => headers);
    assert.equal(first?.["webhook-id"], second?.["webhook-id"]);
    assert.notEqual(first?.["webhook-timestamp"], second?.["webhook-timestamp"]);
    for (const { headers, body } of got) assert.equal(ageing.check({ headers, body }).ok, true);
    // A single attempt is signed at the time of --now.
    await sent([url, body, ...own, "--now", "2020-01-01T00:00:00Z"]);
    assert.equal(got.at(-1)?.headers["webhook-timestamp"], "1577836800");
    const saved = file("ageing.http", `POST / HTTP/1.1\r\nwebhook-signature: v1,x\r\n\r\n{"type":"made"}`);
    assert.match(
      usageError(["send", url, saved, ...own, "--as-is", "--retry"]),
      /Retries need a new signature .*\nRemove --as-is to sign each attempt, or remove --retry\./,
    );
  });
  for (const [args, words] of [
    [["--delays", "soon"], /Expected a list of delays such as 100ms,30s,2h\./],
    [["--delays", "1s,,2s"], /Expected a list of delays/],
    [["--delays", "99d"], /24 days at most/],
    [["--timeout", "soon"], /Expected a number of seconds, or a duration such as 500ms or 2m\./],
    [["--timeout", "0"], /Expected an integer from 1 to 3600\./],
    [["--retry", "--now", "0"], /signed at its own time, .*\nRemove --now and --url, or remove --retry\./],
  ] as [string[], RegExp][]) {
    it(`rejects ${args.join(" ")}`, () => {
      assert.match(usageError(["send", "http://127.0.0.1:1/", BODY, ...TRUST, ...args]), words);
    });
  }
});

describe("the URL of send", () => {
  it("is filled from the event's data, and printed without its values", async () => {
    const { url, got } = await receive(respond(200));
    const { code, out } = await sent([`${url}/{patient}?q={webhook_queue_id}`, BODY, ...TRUST]);
    const { data } = JSON.parse(Buffer.from(SAMPLE).toString());
    assert.equal(code, 0);
    assert.match(got[0]?.url ?? "", new RegExp(`^/hook/${data.patient}\\?q=[0-9a-f-]{36}$`));
    assert.match(out, /^POST http:\/\/127\.0\.0\.1:\d+\/hook\/\{patient\}\?q=\{webhook_queue_id\} /);
    assert.match(
      usageError(["send", `${url}/{nothing}`, BODY, ...TRUST]),
      /no value for the URL parameter \{nothing\}\..*\nOn the command line, write the value into the URL\./,
    );
  });
  it("may contain a user name and password, which are sent in a header and not printed", async () => {
    const { url, got } = await receive(respond(200));
    const { code, out, err } = await sent([url.replace("//", "//me:p%40ss@"), BODY, ...TRUST]);
    assert.equal(code, 0);
    assert.equal(got[0]?.headers.authorization, `Basic ${Buffer.from("me:p@ss").toString("base64")}`);
    assert.doesNotMatch(out + err, /me:|p@ss|p%40ss/);
    assert.match(
      usageError(["send", "http://%zz:p%40ss@127.0.0.1:1/", BODY, ...TRUST]),
      /^(?!.*(p@ss|p%40ss)).*percent-encoded/,
    );
  });
});
