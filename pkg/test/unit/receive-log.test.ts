// Log lines of a receiver: one per rejection, rate-limited, with nothing that a sender could forge.
import assert from "node:assert/strict";
import { afterEach, describe, it, mock } from "node:test";
import { runInNewContext } from "node:vm";
import { receiver } from "../../src/fetch.ts";
import { HooksealError, xon } from "../../src/index.ts";
import { formatLine, LogRateLimit, sanitize } from "../../src/receive/log.ts";
import type { RejectedRequest } from "../../src/receive/options.ts";
import { hook, receiving, requestOf, signed, soon } from "../support/receiving.ts";

const forged = () => ({ ...signed(), headers: { "x-painchek-wh-signature": `sha256=${"0".repeat(64)}` } });
afterEach(() => mock.restoreAll());

describe("the line about a rejection", () => {
  it("goes to the console by default, and no line is written about a handled delivery", async () => {
    const printed = mock.method(console, "error", () => {});
    const receive = receiver(hook, () => {});
    const good = signed();
    for (let time = 0; time < 2; time++) await receive(requestOf(good));
    assert.equal(printed.mock.callCount(), 0);
    await receive(requestOf(forged()));
    assert.equal(printed.mock.callCount(), 1);
    assert.match(
      `${printed.mock.calls[0]?.arguments[0]}`,
      /^hookseal: receiver painchek: rejected, 401 signature-mismatch\. /,
    );
    await receiver(hook, () => {}, { log: false })(requestOf(forged()));
    assert.equal(printed.mock.callCount(), 1);
    assert.throws(() => receiver(hook, () => {}, { log: "off" as never }), /`log`/);
  });

  it("names receiver, provider, status, code, type and issues, and no value", async () => {
    const lines: string[] = [];
    const { send } = receiving(hook, undefined, { name: "ward 7", log: (line) => lines.push(line) });
    await send(
      hook.sign(
        '{"event":"assessment_add","data":{"uuid":"a-patient","id":1,"patient":2,"created_at":4,"pain_score":"a-patient"}}',
      ),
    );
    await send(hook.sign("{"));
    assert.match(
      lines[0] as string,
      /^hookseal: receiver ward 7 \(painchek\): rejected, 400 event-invalid, event type "assessment_add"\. \/data/,
    );
    const { error } = hook.check(hook.sign("{")) as { error: HooksealError };
    const issues = Array(5).fill(error.issues[0]);
    const event = {
      receiver: "a",
      provider: "a",
      outcome: "rejected",
      status: 400,
      durations: { total: 0 },
    } as const;
    const counted = formatLine(
      { ...event, startedAt: 0, code: "json-syntax" },
      { issues, detail: "", type: undefined },
      7,
    );
    assert.match(counted, / 2 more issues\. \(7 more lines with this code were omitted\.\)$/);
    assert.match(lines[1] as string, /400 json-syntax/);
    assert.ok(!lines.join().includes("a-patient"), lines.join());
  });

  it("is written for every rejection, and not for deliveries that are retried anyway", async () => {
    const codes: (string | undefined)[] = [];
    const { send, receive } = receiving(hook, undefined, {
      changed: "refuse",
      log: (_, { code }) => codes.push(code),
    });
    const uuid = "5e0c6b3a-91d2-4c7f-8a46-aaaaaaaaaaaa";
    for (const stamp of [1, 1, 2]) await send(signed(uuid, stamp));
    await receive(new Request("https://h/"));
    await send({ ...signed(), headers: { "content-type": "text/plain" } });
    const read = requestOf(signed());
    await read.text();
    await receive(read);
    assert.deepEqual(codes, ["retry-changed", "method-not-allowed", "content-type", "body-not-raw"]);
  });

  it("contains no control characters of a sender", async () => {
    const lines: string[] = [];
    const { send } = receiving(xon({ unsigned: "allow" }), undefined, { log: (line) => lines.push(line) });
    const key = JSON.stringify("k\n2026 200 handled\u001b[2J\u202e\u2028");
    const body = Buffer.from(`{"event":{"type":"x\\n","id":"1\\u001b[2J",${key}:1,${key}:2}}`);
    await send({ headers: { "content-type": "application/json" }, body });
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines[0] as string, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    assert.equal(
      sanitize("a\n\u007f\u009b\u2028\u202e\u2066\ud800\u{e0001}b", 99),
      "a\\u000a\\u007f\\u009b\\u2028\\u202e\\u2066\\ud800\\u{e0001}b",
    );
    assert.equal(sanitize("x".repeat(100), 10), `${"x".repeat(9)}…`);
  });

  it("is omitted and counted if there are too many of its code", async () => {
    const lines: string[] = [];
    const { send } = receiving(hook, undefined, { log: (line) => lines.push(line) });
    for (let time = 0; time < 200; time++) await send(forged());
    assert.ok(lines.length < 100, `${lines.length}`);
    await send(hook.sign("{"));
    assert.match(lines.at(-1) as string, /json-syntax/);
    const limit = new LogRateLimit();
    const admitted = Array.from({ length: 15 }, () => limit.admit("a", 0));
    assert.deepEqual(admitted, [...Array(10).fill(0), ...Array(5).fill(undefined)]);
    assert.deepEqual(
      [limit.admit("b", 0), limit.admit("a", 1_000), limit.admit("a", 1_000)],
      [0, 5, undefined],
    );
    assert.deepEqual(
      Array.from({ length: 12 }, () => limit.admit("a", 1e6)).filter((n) => n !== undefined).length,
      10,
    );
  });

  it("does not fail a request if `log` throws", async () => {
    for (const log of [
      () => Promise.reject(new Error("x")),
      () => {
        throw new Error("x");
      },
    ]) {
      const { outcomeOf, errors } = receiving(hook, undefined, { log });
      assert.equal(await outcomeOf(forged()), "401 signature-mismatch");
      await soon(1);
      assert.equal(errors[0]?.[0], "log");
    }
  });
});

describe("a request passed to onRejected", () => {
  it("is complete", async () => {
    const kept: RejectedRequest[] = [];
    const { send, receive } = receiving(hook, undefined, { onRejected: (one) => kept.push(one) });
    const bad = forged();
    await send(bad);
    await send(signed());
    await receive(new Request("https://h/"));
    const [first, second] = kept as [RejectedRequest, RejectedRequest];
    assert.equal(kept.length, 2);
    assert.deepEqual(
      [first.code, first.status, first.issues[0]?.code],
      ["signature-mismatch", 401, "signature-mismatch"],
    );
    assert.ok(first.error instanceof HooksealError && first.request instanceof Request);
    assert.deepEqual(Buffer.from(first.body as Uint8Array), Buffer.from(bad.body));
    assert.match(`${(first.headers as Headers).get("x-painchek-wh-signature")}`, /^sha256=0/);
    assert.deepEqual([first.method, first.url], ["POST", "https://h/hook"]);
    assert.deepEqual([second.method, "url" in second], ["GET", false]);
    assert.equal(second.detail, "Method not allowed; use POST.");
    assert.deepEqual(
      [second.code, second.issues, "body" in second, "error" in second, "detail" in first],
      ["method-not-allowed", [], false, false, false],
    );
  });

  it("delays the response for a second at most, and errors are reported", async () => {
    let done = false;
    const slow = receiving(hook, undefined, {
      onRejected: () =>
        soon(20).then(() => {
          done = true;
        }),
    });
    await slow.outcomeOf(forged());
    assert.ok(done);
    mock.timers.enable({ apis: ["setTimeout"] });
    const responding = receiving(hook, undefined, { onRejected: () => new Promise(() => {}) }).outcomeOf(
      forged(),
    );
    let answered = false;
    responding.then(() => {
      answered = true;
    });
    for (let turn = 0; turn < 50 && !answered; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      mock.timers.tick(1_000);
    }
    mock.timers.reset();
    assert.equal(await responding, "401 signature-mismatch");
    const broken = receiving(hook, undefined, { onRejected: () => Promise.reject(new Error("x")) });
    assert.equal(await broken.outcomeOf(forged()), "401 signature-mismatch");
    assert.equal(broken.errors[0]?.[0], "onRejected");
  });
});

describe("the line about an error without `onError`", () => {
  const saidOf = async (error: unknown): Promise<string> => {
    const printed = mock.method(console, "error", () => {});
    const receive = receiver(hook, () => Promise.reject(error), { log: false });
    assert.equal((await receive(requestOf(signed()))).status, 500);
    const [call] = printed.mock.calls;
    mock.restoreAll();
    return String(call?.arguments[0]);
  };

  it("has class and stack, and the message if the package wrote it", async () => {
    class NotFound extends Error {}
    class Named extends Error {
      constructor(message: string) {
        super(message);
        this.name = "OwnName";
      }
    }
    const changed = new Error("a patient");
    changed.message = "another patient";
    for (const [error, name] of [
      [new NotFound("a patient\n    at home"), "NotFound"],
      [new Named("a patient"), "OwnName"],
      [changed, "Error"],
      [runInNewContext("new RangeError('a patient')"), "RangeError"],
    ] as const) {
      const text = await saidOf(error);
      assert.match(
        text,
        new RegExp(`the handler of a receiver for painchek threw ${name}\\. The message is omitted`),
      );
      assert.match(text, /\n {4}at .+:\d+:\d+/);
      assert.ok(!/patient|home/.test(text), text);
    }
    const own = await saidOf(
      hook.check(forged()).ok ? undefined : (hook.check(forged()) as { error: unknown }).error,
    );
    assert.match(own, /threw HooksealError\. The signature in /);
  });

  it("has the type of a value that is not an Error", async () => {
    const throwing = new Proxy(
      {},
      {
        get() {
          throw new Error("a patient");
        },
      },
    );
    for (const [error, expected] of [
      ["a patient", /not an Error \(string\)/],
      [undefined, /not an Error \(undefined\)/],
      [null, /not an Error \(null\)/],
      [throwing, /an object without a class/],
      [Object.create(null), /an object without a class/],
    ] as const) {
      const text = await saidOf(error);
      assert.match(text, expected);
      assert.ok(!text.includes("patient"), text);
    }
  });

  it("is omitted and counted if requests without a signature cause too many, and not for those of the handler", async () => {
    const printed = mock.method(console, "error", () => {});
    const clock = mock.method(performance, "now", () => 0);
    const options = { log: false, authorize: () => Promise.reject(new Error("not loaded")) } as const;
    const receive = receiver(hook, () => {}, options);
    for (let time = 0; time < 15; time++) await receive(requestOf(forged()));
    assert.equal(printed.mock.callCount(), 10);
    clock.mock.mockImplementation(() => 1_000);
    await receive(requestOf(forged()));
    assert.match(
      `${printed.mock.calls[10]?.arguments[0]}`,
      /\n\(5 more errors of this source were omitted\.\)$/,
    );
    const handle = receiver(hook, () => Promise.reject(new Error("no")), { log: false });
    for (let time = 0; time < 15; time++) await handle(requestOf(signed()));
    assert.equal(printed.mock.callCount(), 26);
  });

  it("has class and stack of all its causes", async () => {
    const inner = new TypeError("a patient");
    const outer = new Error("a patient", { cause: inner });
    (inner as Error).cause = outer;
    const text = await saidOf(outer);
    assert.match(text, /\ncaused by TypeError\n {4}at /);
    assert.ok(!text.includes("patient") && text.split("caused by").length < 10, text);
  });
});
