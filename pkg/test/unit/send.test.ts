// `send` over real connections to this machine, with a clock, a sleep and a lookup of the test.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { describe, it } from "node:test";
import { type ProviderDefinition, webhook, xon } from "../../src/index.ts";
import { type Attempt, type SendOptions, send } from "../../src/send.ts";
import { SECRET } from "../support/fixtures.ts";
import { type Got, hook, open, quick, receive, respond, SAMPLE } from "../support/sending.ts";

const MINUTE = 60_000;
const PAINCHEK = [1, 4, 10, 45, 120, 180, 360, 720, 1440, 1440].map((minutes) => minutes * MINUTE);

describe("the attempts", () => {
  it("send the same bytes and headers, with the number and the delays of PainChek's attempts", async () => {
    const { url, got } = await receive(respond(500));
    const { delays, options } = quick();
    const reported: Attempt[] = [];
    const delivery = hook.sign(SAMPLE);
    const sent = await send(url, delivery, { ...options, onAttempt: (one) => reported.push(one) });
    assert.deepEqual(delays, PAINCHEK);
    assert.equal(
      delays.reduce((sum, delay) => sum + delay),
      72 * 60 * MINUTE,
    );
    assert.deepEqual(
      [sent.ok, sent.outcome, sent.status, sent.attempts.length],
      [false, "exhausted", 500, 11],
    );
    assert.deepEqual(reported, sent.attempts);
    assert.deepEqual(
      reported.map(({ number, status, nextDelayMs }) => [number, status, nextDelayMs]),
      [...PAINCHEK, undefined].map((delay, index) => [index + 1, 500, delay]),
    );
    assert.equal(got.length, 11);
    for (const one of got) {
      assert.deepEqual(one.raw, got[0]?.raw);
      assert.ok(one.body.equals(SAMPLE));
      assert.equal(hook.verify(one).type, "assessment_add");
    }
    const [name, value] = ["X-PainChek-WH-Delivery-Id", delivery.headers["X-PainChek-WH-Delivery-Id"]];
    assert.equal(got[0]?.headers[name.toLowerCase()], value);
  });

  it("send the bytes of the call, even if its buffer changes later", async () => {
    const { url, got } = await receive(respond(500, 200));
    const delivery = hook.sign(SAMPLE);
    const { options } = quick({
      sleep: async () => {
        delivery.body.fill(0);
      },
    });
    assert.equal((await send(url, delivery, options)).ok, true);
    assert.ok(got[1]?.body.equals(SAMPLE));
  });

  it("end with a status in the provider's success range", async () => {
    for (const [status, provider, ok] of [
      [200, "painchek", true],
      [399, "painchek", true],
      [400, "painchek", false],
      [302, "xon", false],
      [299, "xon", true],
    ] as const) {
      const { url } = await receive(respond(status));
      const { options } = quick({ provider, retries: [] });
      assert.equal((await send(url, { headers: {}, body: "{}" }, options)).ok, ok, `${status} ${provider}`);
    }
    const { url } = await receive(respond(204));
    const delivery = xon({ unsigned: "allow" }).sign("{}");
    assert.equal((await send(url, delivery, quick({ success: "300-399", retries: [] }).options)).ok, false);
  });

  it("continue after a 4xx, which can be fixed while the schedule runs, and end with 410", async () => {
    const { url, got } = await receive(respond(401, 404, 422, 410));
    const { options } = quick();
    const sent = await send(url, hook.sign(SAMPLE), options);
    assert.deepEqual([sent.outcome, sent.status, got.length], ["stopped", 410, 4]);
    const other = await receive(respond(413));
    const stopped = await send(other.url, hook.sign(SAMPLE), { ...options, stopOn: [413] });
    assert.deepEqual([stopped.outcome, other.got.length], ["stopped", 1]);
  });

  it("use backoff with full jitter if the provider has no schedule", async () => {
    const { url } = await receive(respond(503));
    for (const [random, expected] of [
      [1, [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 30720]],
      [0, Array.from({ length: 11 }, () => 0)],
      [0.5, [15, 30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360]],
    ] as const) {
      const { delays, options } = quick({ random: () => random });
      await send(url, { headers: {}, body: "x" }, options);
      assert.deepEqual(
        delays,
        expected.map((seconds) => seconds * 1000),
      );
    }
    const { delays, options } = quick({
      random: () => 1,
      retries: { maxAttempts: 4, baseDelay: "1s", maxDelay: 2500 },
    });
    await send(url, { headers: {}, body: "x" }, options);
    assert.deepEqual(delays, [1000, 2000, 2500]);
  });

  it("wait at least as long as Retry-After requests, up to the maximum", async () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    for (const [header, date, expected] of [
      ["120", undefined, 120_000],
      ["1", undefined, 10_000],
      ["Thu, 01 Jan 2026 00:05:00 GMT", undefined, 300_000],
      ["Thursday, 01-Jan-26 00:05:00 GMT", undefined, 300_000],
      ["Thu Jan  1 00:05:00 2026", undefined, 300_000],
      // The receiver's clock is an hour ahead, and its Date header shows that.
      ["Thu, 01 Jan 2026 01:05:00 GMT", "Thu, 01 Jan 2026 01:00:00 GMT", 300_000],
      ["Wed, 31 Dec 2025 00:00:00 GMT", undefined, 10_000],
      ["9999999999", undefined, 3_600_000],
      ["soon", undefined, 10_000],
      ["-5", undefined, 10_000],
      ["1e9", undefined, 10_000],
    ] as const) {
      const { url } = await receive((response) => {
        response.sendDate = false;
        response
          .writeHead(503, { "Retry-After": header, ...(date === undefined ? {} : { Date: date }) })
          .end();
      });
      const { delays, options } = quick({ retries: ["10s"], maxRetryAfter: "1h", now: () => now });
      await send(url, hook.sign(SAMPLE), options);
      assert.deepEqual(delays, [expected], header);
    }
  });

  it("end when the signal aborts: before, during and between attempts", async () => {
    const { url, got } = await receive(() => {});
    const before = await send(url, hook.sign(SAMPLE), quick({ signal: AbortSignal.abort() }).options);
    assert.deepEqual([before.outcome, before.attempts[0]?.code, got.length], ["aborted", "aborted", 0]);
    const middle = new AbortController();
    const sending = send(url, hook.sign(SAMPLE), quick({ signal: middle.signal }).options);
    while (got.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    middle.abort();
    assert.equal((await sending).outcome, "aborted");
    const { url: failing } = await receive(respond(500));
    const between = new AbortController();
    const sent = await send(failing, hook.sign(SAMPLE), {
      allowAddresses: "any",
      signal: between.signal,
      onAttempt: () => void setTimeout(() => between.abort(), 5),
    });
    assert.deepEqual([sent.outcome, sent.attempts.length], ["aborted", 1]);
  });

  it("are reported without a value of the payload, and an error of the callback changes nothing", async () => {
    const { url } = await receive(respond(500, 200));
    const { options } = quick({
      onAttempt: () => {
        throw new Error("no log");
      },
    });
    const sent = await send(`${url}/{uuid}?secret=s3cr3t`, hook.sign(SAMPLE), options);
    assert.equal(sent.ok, true);
    const { uuid } = JSON.parse(Buffer.from(SAMPLE).toString()).data;
    const text = JSON.stringify(sent);
    assert.ok(!text.includes(uuid) && !text.includes("s3cr3t") && !text.includes(SECRET), text);
  });
});

describe("an attempt without a response", () => {
  const one = async (url: string, options: SendOptions = {}) => {
    const sent = await send(url, hook.sign(SAMPLE), quick({ retries: [], ...options }).options);
    return sent.attempts[0]?.code;
  };
  /** Starts a server that responds with these bytes. */
  const raw = async (response: string | undefined) => {
    const server = createSocket((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => (response === undefined ? socket.resetAndDestroy() : socket.end(response)));
    });
    open.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  it("has a code for its reason", async () => {
    const { url: silent } = await receive(() => {});
    assert.equal(await one(silent, { timeout: 100 }), "timeout");
    assert.equal(await one("http://127.0.0.1:1/"), "connection-failed");
    assert.equal(await one(await raw(undefined)), "connection-lost");
    assert.equal(await one(await raw("SSH-2.0-x\r\n\r\n")), "response-malformed");
    assert.equal(
      await one("http://nowhere.test/", {
        lookup: async () => {
          throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
        },
      }),
      "name-unresolved",
    );
    assert.equal(
      await one("http://nowhere.test/", { timeout: 50, lookup: () => new Promise(() => {}) }),
      "timeout",
    );
  });

  it("ends within its timeout, with all redirects and a slow response", async () => {
    const slowly = (response: ServerResponse) => {
      response.on("error", () => {});
      response.writeHead(200);
      const more = setInterval(() => response.write("x"), 20);
      response.once("close", () => clearInterval(more));
    };
    const { url: dripping } = await receive(slowly);
    // Each redirect takes less than the timeout of an attempt, and all of them take more.
    const { url: hops, got } = await receive((response) =>
      setTimeout(() => response.writeHead(307, { Location: "/next" }).end(), 80),
    );
    const lookup = () => new Promise<never>(() => {});
    const { url: nowhere } = await receive((response) =>
      response.writeHead(307, { Location: "https://nowhere.test/" }).end(),
    );
    for (const url of [dripping, hops, nowhere]) {
      const sent = await send(
        url,
        hook.sign(SAMPLE),
        quick({ retries: [], redirects: 20, timeout: 300, lookup }).options,
      );
      const [first] = sent.attempts;
      assert.equal(first?.code, "timeout", url);
      assert.match(first?.message ?? "", /within 300 ms/);
    }
    // The number of redirects is checked, not a clock: 20 redirects of 80 ms take longer than 300 ms.
    assert.ok(got.length >= 1 && got.length <= 5, `${got.length} hops`);
  });

  it("is retried", async () => {
    const { url } = await receive((response, _, number) => {
      if (number < 3) response.socket?.resetAndDestroy();
      else response.end();
    });
    const { delays, options } = quick();
    assert.equal((await send(url, hook.sign(SAMPLE), options)).ok, true);
    assert.deepEqual(delays, PAINCHEK.slice(0, 2));
  });

  it("is limited if the response has no end, and the status decides", async () => {
    const { url } = await receive((response) => {
      response.on("error", () => {});
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65536)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    const sent = await send(url, hook.sign(SAMPLE), quick({ retries: [], maxResponseBytes: 10 }).options);
    assert.deepEqual([sent.ok, Buffer.from(sent.response?.body ?? []).toString()], [true, "xxxxxxxxxx"]);
    assert.equal(sent.response?.truncated, true);
    const much = await send(
      url,
      hook.sign(SAMPLE),
      quick({ retries: [], maxResponseBytes: 2 ** 20 }).options,
    );
    assert.deepEqual([much.response?.body.length, much.response?.truncated], [65536, true]);
    const without = await send(url, hook.sign(SAMPLE), quick({ retries: [] }).options);
    assert.equal(without.response, undefined);
  });

  it("is complete at the limit, with its headers as received", async () => {
    const { url } = await receive((response) => {
      response.writeHead(200, ["X-Trace", "7", "X-Trace", "8"]).end("x".repeat(65536));
    });
    const { response: kept } = await send(
      url,
      hook.sign(SAMPLE),
      quick({ retries: [], maxResponseBytes: 2 ** 16 }).options,
    );
    assert.deepEqual([kept?.body.length, kept?.truncated], [65536, false]);
    assert.deepEqual(kept?.rawHeaders.slice(0, 4), ["X-Trace", "7", "X-Trace", "8"]);
    assert.equal(kept?.headers["x-trace"], "7, 8");
  });
});

describe("a signature with a timestamp", () => {
  const DEFINITION = {
    id: "standard",
    signature: {
      header: "webhook-signature",
      format: "v1,{base64}",
      algorithms: ["sha256"],
      signedContent: "{id}.{timestamp}.{body}",
    },
    headers: { id: "webhook-id", deliveryId: "webhook-id", timestamp: "webhook-timestamp" },
    envelope: { type: "/type" },
    retries: ["5m", "5h"],
    events: { made: { schema: true } },
  } as const;

  it("is renewed for each attempt, over the same bytes and with the same id", async () => {
    const standard = webhook(DEFINITION as unknown as ProviderDefinition, { secrets: [SECRET] });
    const { url, got } = await receive(respond(500));
    let clock = Date.parse("2026-01-01T00:00:00Z");
    const { options } = quick({
      provider: standard,
      now: () => clock,
      sleep: async (ms) => {
        clock += ms;
      },
    });
    const delivery = standard.sign('{"type":"made"}', { now: clock, id: "evt_1" });
    await send(url, { ...delivery, headers: { ...delivery.headers, "X-Mine": "1" } }, options);
    let now = Date.parse("2026-01-01T00:00:00Z");
    assert.equal(got.length, 3);
    for (const [at, one] of got.entries()) {
      assert.equal(standard.verify(one, { now, tolerance: 1 }).type, "made");
      assert.deepEqual([one.headers["webhook-id"], one.headers["x-mine"]], ["evt_1", "1"]);
      assert.equal(one.body.toString(), '{"type":"made"}');
      now += [300_000, 18_000_000, 0][at] as number;
    }
  });

  it("is renewed if the type of the event is signed and in a header", async () => {
    const typed = webhook(
      {
        ...DEFINITION,
        signature: { ...DEFINITION.signature, signedContent: "{header:X-Event}.{timestamp}.{body}" },
        envelope: { type: "header:X-Event" },
      } as unknown as ProviderDefinition,
      { secrets: [SECRET] },
    );
    const { url, got } = await receive(respond(500, 200));
    const { options } = quick({ provider: typed });
    await send(url, typed.create("made", {}), options);
    assert.deepEqual(
      got.map((one) => typed.verify(one).type),
      ["made", "made"],
    );
  });

  it("is not renewed for a delivery without the id that it covers", async () => {
    const standard = webhook(DEFINITION as unknown as ProviderDefinition, { secrets: [SECRET] });
    const { url, got } = await receive(respond(200));
    const delivery = { headers: {}, body: '{"type":"made"}' };
    await assert.rejects(send(url, delivery, quick({ provider: standard }).options), {
      name: "SendError",
      code: "header-invalid",
      message: /^The signature cannot be renewed\. /,
    });
    assert.equal(got.length, 0);
  });

  it("covers every header that the delivery was signed with", async () => {
    const typed = webhook(
      {
        ...DEFINITION,
        signature: { ...DEFINITION.signature, signedContent: "{header:X-Tenant}\n{timestamp}\n{body}" },
      } as unknown as ProviderDefinition,
      { secrets: [SECRET] },
    );
    const { url, got } = await receive(respond(200));
    const delivery = { headers: { "X-Tenant": "7" }, body: '{"type":"made"}' };
    await send(url, delivery, quick({ provider: typed }).options);
    assert.equal(typed.verify(got[0] as Got).type, "made");
  });

  it("is not retried by a sender that cannot sign", async () => {
    const delivery = { headers: {}, body: '{"type":"made"}' };
    await assert.rejects(
      send(
        "http://127.0.0.1:1/",
        delivery,
        quick({ provider: DEFINITION as unknown as ProviderDefinition }).options,
      ),
      {
        name: "SendError",
        code: "signature-expires",
      },
    );
  });
});

describe("an invalid call", () => {
  it("reports the mistake before anything is sent", async () => {
    const { url, got } = await receive(respond(200));
    const wrong = async (options: object, expected: RegExp, to = url, headers = {}) =>
      assert.rejects(send(to, { headers, body: "{}" }, options), (error: Error & { code?: string }) => {
        assert.match(`${error.name} ${error.code} ${error.message}`, expected);
        return true;
      });
    await wrong({}, /^SendError url-invalid /, "example.org");
    await wrong({}, /^SendError url-invalid /, "ftp://example.org/");
    await wrong({}, /^SendError url-invalid .*Authorization/, "https://user:pass@example.org/");
    await wrong({ provider: "no-such-provider" }, /option-invalid .*`provider`/);
    await wrong({ retries: ["soon"] }, /option-invalid .*`retries`/);
    await wrong({ retries: { maxAttempts: 0 } }, /option-invalid .*maxAttempts/);
    await wrong({ timeout: -1 }, /option-invalid .*`timeout`/);
    await wrong({ success: "ok" }, /option-invalid .*`success`/);
    await wrong({ allowAddresses: ["10.0.0.0/99"] }, /option-invalid .*`allowAddresses`: expected/);
    await wrong({ allowAddresses: ["localhost"] }, /option-invalid .*`allowAddresses`: expected/);
    await wrong({ allowAddresses: 5 }, /option-invalid .*`allowAddresses`: expected/);
    await wrong({ redirects: 99 }, /option-invalid .*`redirects`/);
    await wrong({ stopOn: 410 }, /option-invalid .*`stopOn`/);
    await wrong({}, /header-invalid .*X-Bad/, url, { "X-Bad": "a\r\nInjected: 1" });
    assert.equal(got.length, 0);
  });

  for (const [name, ...values] of [
    ["maxResponseBytes", -1, "x", Number.NaN, 1.5, null],
    ["signal", 5, {}, { aborted: false }, null],
    ["plainHttp", "yes", true, null],
    ["onAttempt", 5, "log", null],
    ["sleep", 5, null],
    ["lookup", 5, {}],
    ["random", 0.5],
    ["now", 5, null, new Date(0)],
    ["parameters", 5, "id=1", ["id"], null],
    ["provider", 5, {}, [], true, { id: "x" }, { definition: {} }, null],
    ["allowAddresses", 5, "all", {}],
    ["success", ["2xx"], 200],
    ["tls.ca", 5, [5], {}],
    ["tls.cert", 5, null],
    ["tls.key", true],
  ] as [string, ...unknown[]][]) {
    it(`rejects an invalid \`${name}\` before anything is sent`, async () => {
      const { url, got } = await receive(respond(200));
      for (const value of values) {
        const [outer = "", inner] = name.split(".");
        const { options } = quick({ retries: [], [outer]: inner === undefined ? value : { [inner]: value } });
        await assert.rejects(send(url, { headers: {}, body: "{}" }, options), (error: Error) => {
          assert.match(
            `${error.name} ${(error as { code?: string }).code} ${error.message}`,
            new RegExp(`^SendError option-invalid .*option \`${name.replace(".", "\\.")}\``),
            String(value),
          );
          return true;
        });
      }
      assert.equal(got.length, 0);
    });
  }

  it("accepts `null` as no options, and valid options", async () => {
    const { url } = await receive(respond(200));
    const delivery = { headers: {}, body: "{}" };
    const { options } = quick({
      retries: [],
      maxResponseBytes: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
      plainHttp: "refuse",
      parameters: {},
      tls: {},
      now: undefined,
    });
    assert.equal((await send(url, delivery, options)).ok, true);
    const blocked = await send("https://127.0.0.1:1/", delivery, null as never);
    assert.deepEqual([blocked.outcome, blocked.attempts[0]?.code], ["stopped", "address-blocked"]);
  });

  it("shows no value that was passed in another argument", async () => {
    const wrong = async (options: object, headers: unknown = {}, url = "https://example.org/") =>
      assert.rejects(
        send(url, { headers, body: "{}" } as never, options),
        (error: Error & { code?: string }) => {
          assert.match(`${error.code} ${error.message}`, /^[a-z]+-[a-z]+ (?!.*s3cr3t)/);
          return true;
        },
      );
    for (const name of [
      "retries",
      "timeout",
      "success",
      "allowAddresses",
      "provider",
      "stopOn",
      "secretHeaders",
    ])
      await wrong({ [name]: "s3cr3t" });
    await wrong({ retries: ["s3cr3t"] });
    await wrong({ allowAddresses: ["s3cr3t"] });
    await wrong({}, ["Bearer s3cr3t", "Authorization"]);
    await wrong({}, { "X-Bad": "s3cr3t\n" });
    await wrong({}, {}, "s3cr3t");
    await wrong({}, {}, "https://s3cr3t@example.org/");
    await wrong({}, {}, "https://s3cr3t example.org/");
    const lookup = async () => {
      throw Object.assign(new Error("s3cr3t"), { code: "HPE_s3cr3t", name: "s3cr3t" });
    };
    const sent = await send(
      "https://example.org/",
      hook.sign(SAMPLE),
      quick({ lookup, retries: [] }).options,
    );
    assert.match(JSON.stringify(sent), /^(?!.*s3cr3t).*name-unresolved/);
    const tls = { key: "s3cr3t", cert: "s3cr3t", ca: "s3cr3t" };
    const unset = await send("https://127.0.0.1:1/", hook.sign(SAMPLE), quick({ tls, retries: [] }).options);
    assert.match(JSON.stringify(unset), /^(?!.*s3cr3t).*-failed/);
  });
});
