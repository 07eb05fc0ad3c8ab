/** Tests for the receiver of every framework, over HTTP to a server in another process. */
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import {
  delivery,
  isProblem,
  post,
  type Running,
  raw,
  SECRET,
  seen,
  signed,
  timesCalled,
} from "./harness.ts";

/** The limit of a body in all servers. */
const MAX_BYTES = 65_536;

const keyOf = (uuid: string) => JSON.stringify(["painchek", "verified", "assessment_add", uuid]);

/** Differences of a platform. */
export interface Exceptions {
  /** The platform's own status for forms and plain text, which never reach the receiver. */
  forms?: number;
  /** The platform passes no body without a Content-Type. */
  untyped?: "no body";
  /** The runtime cannot decompress. */
  compressed?: "not made";
  /** The platform delays every response until the body is complete, and does not report an incomplete one. */
  unfinished?: "held back";
}

export function conforms(name: string, start: () => Promise<Running>, exceptions: Exceptions = {}): void {
  describe(`a receiver in ${name}`, () => {
    let running: Running;
    let hook = "";
    let path = "";
    before(async () => {
      running = await start();
      hook = `${running.url}/hook`;
      path = new URL(hook).pathname;
    });
    after(() => running?.stop());
    /** The number of requests with a code, after it has reached `expected`. */
    const countOf = async (code: string, expected = 0): Promise<number> => {
      for (let tries = 0; tries < 250; tries++) {
        const found = (await seen(running)).events.filter((event) => event.code === code).length;
        if (found >= expected) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return assert.fail(`no event with ${code}`);
    };
    /** Sends a part of a body that is too large. The receiver responds before its end. */
    const refusedEarly = async (unfinished: string) => {
      const before = await countOf("body-too-large");
      const held = exceptions.unfinished !== undefined;
      const output = await raw(running.port, unfinished, held ? 100 : 5_000, /\r\n\r\n/);
      if (!held) assert.match(output, /^HTTP\/1\.1 413 /);
      await countOf("body-too-large", before + 1);
    };

    it("passes a verified delivery to the handler once, and responds to a duplicate without it", async () => {
      const good = delivery();
      const first = await post(hook, good);
      assert.deepEqual([first.status, first.text], [200, '{"status":"handled"}']);
      const again = await post(hook, good);
      assert.deepEqual([again.status, again.text], [200, '{"status":"duplicate"}']);
      const { calls } = await seen(running);
      assert.deepEqual(
        calls.filter(({ id }) => id === good.id),
        [{ id: good.id, key: keyOf(good.uuid), retryChanged: false, issues: [], score: 1 }],
      );
    });

    it("responds with the handler's reply, and to a duplicate without it", async () => {
      const good = delivery({ wish: "reply" });
      const first = await post(hook, good);
      assert.deepEqual([first.status, first.text], [200, "wanted: ✓"]);
      assert.match(`${first.headers["content-type"]}`, /^text\/x-wanted; ?charset=utf-8$/i);
      assert.equal((await post(hook, good)).text, '{"status":"duplicate"}');
    });

    it("gives the handler the raw body of its delivery, also while others are verified", async () => {
      const sent = [1, 2, 3].map(() => delivery({ wish: "body" }));
      const replies = await Promise.all(sent.map((one) => post(hook, one)));
      assert.deepEqual(
        replies.map(({ text }) => text),
        sent.map(({ body }) => body.toString()),
      );
    });

    it("responds with the Response that the handler returns, which counts as handled if it is 2xx", async () => {
      const good = delivery({ wish: "respond" });
      for (const status of [503, 201]) {
        const { headers, text, ...reply } = await post(hook, good);
        assert.deepEqual([reply.status, text, headers["x-own"]], [status, `✓ ${status}`, "yes"]);
        assert.deepEqual(headers["set-cookie"], ["a=1", "b=2"]);
      }
      const again = await post(hook, good);
      assert.deepEqual([again.status, again.text], [200, '{"status":"duplicate"}']);
      assert.equal(await timesCalled(running, good.id), 2);
    });

    it("accepts bodies in chunks, and without a Content-Length", async () => {
      const { id, headers, body } = delivery();
      const pieces = [body.subarray(0, 1), body.subarray(1, 40), body.subarray(40)];
      assert.equal((await post(hook, { headers, body: pieces })).status, 200);
      assert.equal(await timesCalled(running, id), 1);
    });

    it("accepts a body of any length up to the limit, to the byte", async () => {
      for (const length of [4_095, 4_096, 4_097, 20_480, 20_481, MAX_BYTES - 1, MAX_BYTES]) {
        for (const split of [false, true]) {
          const { id, body: start } = delivery();
          const { headers, body } = signed(Buffer.concat([start, Buffer.alloc(length, 0x20)], length));
          const reply = await post(hook, { headers, body: split ? [body] : body });
          assert.equal(reply.status, 200, `${length}: ${reply.text}`);
          assert.equal(await timesCalled(running, id), 1);
        }
      }
    });

    it("rejects unauthenticated deliveries with a code and no details", async () => {
      const { id, headers, body } = delivery();
      const { "X-PainChek-WH-Signature": signature = "", ...unsigned } = headers;
      assert.notEqual(signature, "");
      const tampered = Buffer.from(body.toString().replace("8a46", "8a47"));
      assert.notDeepEqual(tampered, body);
      const forged = { ...headers, "X-PainChek-WH-Signature": `sha256=${"0".repeat(64)}` };
      const malformed = { ...headers, "X-PainChek-WH-Signature": "sha256=no" };
      const private_ = [signature.slice(7), "8a46"];
      isProblem(await post(hook, { headers: unsigned, body }), 401, "signature-missing", private_);
      isProblem(await post(hook, { headers, body: tampered }), 401, "signature-mismatch", private_);
      isProblem(await post(hook, { headers: forged, body }), 401, "signature-mismatch", private_);
      isProblem(await post(hook, { headers: malformed, body }), 401, "signature-malformed", private_);
      assert.equal(await timesCalled(running, id), 0);
    });

    it("rejects a signed body that is not a delivery", async () => {
      const broken = (text: string) => post(hook, signed(Buffer.from(text)));
      isProblem(await broken("{"), 400, "json-syntax");
      isProblem(await broken('{"event":"assessment_add","data":{"uuid":"x"}}'), 400, "event-invalid");
      isProblem(await broken('{"uuid":1}'), 400, "envelope-invalid");
      isProblem(await post(hook, signed(Buffer.alloc(0))), 400, "body-empty");
    });

    it("responds to a handshake if its signature is valid, and does not call the handler", async () => {
      const challenge = (secret: string) => {
        const body = Buffer.from('{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY"}');
        const time = Math.floor(Date.now() / 1000);
        const tag = createHmac("sha256", secret).update(`v0:${time}:`).update(body).digest("hex");
        const headers = {
          "content-type": "application/json",
          "x-slack-request-timestamp": `${time}`,
          "x-slack-signature": `v0=${tag}`,
        };
        return { headers, body };
      };
      const before = (await seen(running)).calls.length;
      const reply = await post(`${running.url}/slack`, challenge(SECRET));
      assert.deepEqual([reply.status, reply.text], [200, "3eZbrw1aBm2rZgRNFdxV2595E9CY"]);
      assert.match(`${reply.headers["content-type"]}`, /^text\/plain\b/);
      assert.equal(reply.headers["x-content-type-options"], "nosniff");
      isProblem(await post(`${running.url}/slack`, challenge("another secret")), 401, "signature-mismatch");
      const { headers, ...unsigned } = challenge(SECRET);
      const json = { "content-type": "application/json" };
      isProblem(await post(`${running.url}/slack`, { ...unsigned, headers: json }), 401, "signature-missing");
      assert.equal((await seen(running)).calls.length, before);
    });

    it("handles each event of a delivery once, and only the one that failed in the retry", async () => {
      const start = randomUUID();
      const body = Buffer.from(
        JSON.stringify({
          destination: "U1",
          events: ["1", "2", "3"].map((end) => ({
            type: "follow",
            webhookEventId: start + end,
            ...(end === "2" && { x_test: "throw" }),
          })),
        }),
      );
      const tag = createHmac("sha256", SECRET).update(body).digest("base64");
      const headers = { "content-type": "application/json", "x-line-signature": tag };
      const send = () => post(`${running.url}/each`, { headers, body });
      isProblem(await send(), 500, "handler-failed", ["user"]);
      assert.deepEqual(
        [(await send()).text, (await send()).text],
        ['{"status":"handled"}', '{"status":"duplicate"}'],
      );
      const times = ["1", "2", "3"].map((end) => timesCalled(running, `follow:${start}${end}`));
      assert.deepEqual(await Promise.all(times), [1, 2, 1]);
    });

    it("accepts only POST", async () => {
      for (const method of ["GET", "PUT", "DELETE"]) {
        const reply = await post(hook, { body: Buffer.alloc(0) }, method);
        isProblem(reply, 405, "method-not-allowed");
        assert.equal(reply.headers.allow, "POST");
      }
      const head = await post(hook, { body: Buffer.alloc(0) }, "HEAD");
      assert.deepEqual([head.status, head.headers.allow, head.text], [405, "POST", ""]);
    });

    it("accepts only JSON in UTF-8", async () => {
      const { headers, body } = delivery();
      const as = (type: string) => post(hook, { headers: { ...headers, "Content-Type": type }, body });
      for (const type of [
        "application/json; charset=utf-8",
        'Application/JSON;Charset="UTF-8"',
        "application/vnd.painchek+json",
      ]) {
        assert.equal((await as(type)).status, 200, type);
      }
      for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
        const reply = await as(type);
        if (exceptions.forms === undefined) isProblem(reply, 415, "content-type");
        else assert.equal(reply.status, exceptions.forms, reply.text);
      }
      for (const type of ["application/xml", "application/json; charset=utf-16"]) {
        isProblem(await as(type), 415, "content-type");
      }
      const { "Content-Type": _, ...untyped } = headers;
      const reply = await post(hook, { headers: untyped, body });
      if (exceptions.untyped === undefined) assert.equal(reply.status, 200);
      else isProblem(reply, 400, "body-empty");
    });

    it("rejects a compressed body", async () => {
      const { headers, body } = delivery();
      const reply = await post(hook, {
        headers: { ...headers, "Content-Encoding": "gzip" },
        body: gzipSync(body),
      });
      isProblem(reply, 415, "encoding-unsupported");
    });

    it("accepts a compressed body with `encodings`, and stops if it exceeds the limit", async () => {
      const send = (encoding: string, body: Buffer, headers = delivery().headers) =>
        post(`${running.url}/gzip`, { headers: { ...headers, "Content-Encoding": encoding }, body });
      if (exceptions.compressed !== undefined) {
        // A receiver with an option that the platform does not support throws.
        const reply = await send("gzip", gzipSync(delivery().body));
        assert.equal(reply.status, 501);
        assert.match(reply.text, /^TypeError: The option `encodings` needs DecompressionStream, /);
        return;
      }
      for (const [encoding, compress] of [
        ["gzip", gzipSync],
        ["x-gzip", gzipSync],
        ["deflate", deflateSync],
      ] as const) {
        const { headers, body, id } = delivery();
        assert.equal((await send(encoding, compress(body), headers)).status, 200, encoding);
        assert.equal(await timesCalled(running, id), 1);
        const tampered = compress(Buffer.from(body.toString().replace("8a46", "8a47")));
        isProblem(await send(encoding, tampered, headers), 401, "signature-mismatch");
      }
      // Decompressed, the body is a thousand times the limit.
      const bomb = gzipSync(Buffer.alloc(MAX_BYTES * 900));
      assert.ok(bomb.length < MAX_BYTES);
      isProblem(await send("gzip", bomb), 413, "body-too-large");
      isProblem(await send("gzip", gzipSync(Buffer.alloc(MAX_BYTES + 1))), 413, "body-too-large");
      const { headers, body } = delivery();
      const gzip = gzipSync(body);
      for (const broken of [body, gzip.subarray(0, -9), Buffer.concat([gzip, Buffer.from("x")])]) {
        isProblem(await send("gzip", broken, headers), 400, "encoding-invalid");
      }
      const refused = await send("br", body, headers);
      isProblem(refused, 415, "encoding-unsupported");
      assert.equal(refused.headers["accept-encoding"], "identity, gzip, deflate");
    });

    it("rejects a body that is too large, by its Content-Length or while it arrives", async () => {
      const { headers } = delivery();
      const body = Buffer.alloc(MAX_BYTES + 1, 0x20);
      isProblem(await post(hook, { headers, body }), 413, "body-too-large");
      const pieces = Array.from({ length: 20 }, () => Buffer.alloc(MAX_BYTES / 16, 0x20));
      isProblem(await post(hook, { headers, body: pieces }), 413, "body-too-large");
      const full = Buffer.concat([delivery().body, Buffer.alloc(MAX_BYTES, 0x20)]).subarray(0, MAX_BYTES);
      assert.equal((await post(hook, signed(full))).status, 200);
    });

    it("responds with 500 if the handler throws, and handles the retry", async () => {
      const { id, headers, body } = delivery({ wish: "throw" });
      isProblem(await post(hook, { headers, body }), 500, "handler-failed", ["patient"]);
      assert.equal((await post(hook, { headers, body })).status, 200);
      assert.equal(await timesCalled(running, id), 2);
    });

    it("responds with 409 while the first attempt is running", async () => {
      const { id, headers, body } = delivery({ wish: "slow" });
      const replies = await Promise.all(Array.from({ length: 5 }, () => post(hook, { headers, body })));
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409, 409, 409]);
      const refused = replies.find(({ status }) => status === 409);
      assert.ok(refused);
      isProblem(refused, 409, "in-progress");
      assert.ok(Number(refused.headers["retry-after"]) > 0);
      assert.equal(await timesCalled(running, id), 1);
    });

    it("handles a retry whose payload changed as an event of its own, once", async () => {
      const first = delivery();
      const changed = delivery({ uuid: first.uuid, stamp: 2 });
      for (const one of [first, changed, changed, first]) assert.equal((await post(hook, one)).status, 200);
      const calls = (await seen(running)).calls.filter(({ id }) => id === first.id);
      assert.deepEqual(
        calls.map(({ retryChanged, issues }) => [retryChanged, issues]),
        [
          [false, []],
          [true, ["retry-changed"]],
        ],
      );
      assert.notEqual(calls[0]?.key, calls[1]?.key);
    });

    it("rejects a Content-Length that is too large before the body arrives", async () => {
      const head = `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: ${MAX_BYTES + 1}\r\n\r\n`;
      await refusedEarly(head);
    });

    it("rejects a body that is one byte too large before its end", async () => {
      const head = `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
      await refusedEarly(`${head}${(MAX_BYTES + 1).toString(16)}\r\n${" ".repeat(MAX_BYTES + 1)}\r\n`);
    });

    it("closes the connection of a sender that is too slow, and survives one that disconnects", async () => {
      const head = `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"event":`;
      const held = exceptions.unfinished !== undefined;
      const late = /^HTTP\/1\.1 408 [\s\S]*"code":"body-timeout"/;
      const output = await raw(running.port, head, held ? 100 : 5_000, late);
      if (!held) assert.match(output, late);
      await countOf("body-timeout", 1);
      await raw(running.port, head, 2_000, "cut");
      assert.equal((await post(hook, delivery())).status, 200);
      await (held ? countOf("body-timeout", 2) : countOf("body-incomplete", 1));
    });

    it("does not change other routes", async () => {
      const body = Buffer.from('{"a":[1,2]}');
      const reply = await post(`${running.url}/json`, {
        headers: { "content-type": "application/json" },
        body,
      });
      assert.deepEqual(JSON.parse(reply.text), { got: { a: [1, 2] } });
    });

    it("reports the outcome of each request, and no value of a payload", async () => {
      const { events, text } = await seen(running);
      const outcomes = new Set(events.map(({ outcome }) => outcome));
      for (const outcome of ["handled", "duplicate", "in-progress", "rejected", "failed", "handshake"]) {
        assert.ok(outcomes.has(outcome), outcome);
      }
      assert.ok(!JSON.stringify(events).includes("5e0c6b3a"), "an event contains the patient");
      assert.ok(!text.includes("sha256="), "an event contains a signature");
      for (const event of events) {
        assert.match(event.provider, event.outcome === "handshake" ? /^slack$/ : /^(line|painchek|slack)$/);
        assert.ok(event.durations.total >= 0 && event.startedAt > 0);
        if (event.status === 401) assert.deepEqual([event.id, event.deliveryId], [undefined, undefined]);
        if (event.outcome === "handled") assert.match(event.digest, /^[0-9a-f]{64}$/);
      }
    });
  });
}
