// `bullmqSender` on a real Redis: stored data, retries, and crashes.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { type BullmqSenderOptions, bullmqSender } from "../../src/bullmq.ts";
import { painchek, webhook } from "../../src/index.ts";
import type { Attempt } from "../../src/send.ts";
import { bytesOf, SECRET } from "../support/fixtures.ts";
import { RedisServer, until } from "./server.ts";

const SAMPLE = bytesOf("providers/painchek/samples/assessment_add.painchek.json");
const hook = painchek({ secrets: [SECRET] });
let server: RedisServer;
const open: (() => unknown)[] = [];
before(async () => {
  server = await RedisServer.start();
});
after(async () => {
  await Promise.allSettled(open.map(async (close) => close()));
  await server.stop();
});

let last = 0;
/** A sender on a queue of its own, with short delays. */
function sender(options: Partial<BullmqSenderOptions> = {}) {
  const attempts: (Attempt & { id: string })[] = [];
  const made = bullmqSender({
    connection: { host: "127.0.0.1", port: server.port },
    queue: `test-${++last}`,
    provider: hook,
    allowAddresses: ["127.0.0.1"],
    retries: [10, 20, 30],
    onAttempt: (one) => attempts.push(one),
    onError: () => {},
    ...options,
  });
  open.push(() => made.close());
  return { ...bind(made), attempts };
}
function bind<T extends object>(object: T): T {
  const methods = ["add", "start", "deadLetters", "resend", "discard", "close"] as const;
  return Object.fromEntries(
    methods.map((name) => [name, (object as never as Record<string, () => void>)[name]?.bind(object)]),
  ) as T;
}

interface Got {
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}
async function receive(reply: (response: ServerResponse, number: number) => void) {
  const got: Got[] = [];
  const receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    got.push({ headers: request.headers, body: Buffer.concat(parts) });
    reply(response, got.length);
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  open.push(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  return { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`, got };
}
/** All data in Redis, as one text. */
async function everything(): Promise<string> {
  const redis = new Redis(server.url);
  let text = "";
  for (const key of await redis.keys("*")) {
    const kind = await redis.type(key);
    const value =
      kind === "hash"
        ? await redis.hgetall(key)
        : kind === "string"
          ? await redis.get(key)
          : kind === "stream"
            ? await redis.xrange(key, "-", "+")
            : "";
    text += `${key} ${JSON.stringify(value)}\n`;
  }
  redis.disconnect();
  return text;
}

/** Whether a delivery is stored. The stream of events contains its id for longer, and no data of it. */
async function has(id: string): Promise<boolean> {
  const kept = await everything();
  assert.ok(!kept.split("\n").some((line) => line.includes(":events ") && line.includes("patient")));
  return kept.split("\n").some((line) => line.split(" ", 1)[0]?.endsWith(id));
}

describe("a queue of deliveries", () => {
  it("sends the same bytes with the same ids until success, and then stores nothing of them", async () => {
    const { url, got } = await receive((response, number) =>
      response.writeHead(number < 3 ? 500 : 200).end(),
    );
    const { add, start: work, attempts } = sender();
    const delivery = hook.sign(SAMPLE);
    const id = await add(url, delivery);
    assert.ok((await everything()).includes(Buffer.from(SAMPLE).toString("base64").slice(0, 99)));
    work();
    await until("it is taken", () => got.length === 3 && attempts.length === 3);
    assert.deepEqual(
      attempts.map(({ number, status, nextDelayMs: wait, id }) => [number, status, wait, id]),
      [
        [1, 500, 10, id],
        [2, 500, 20, id],
        [3, 200, undefined, id],
      ],
    );
    for (const one of got) {
      assert.ok(one.body.equals(SAMPLE));
      assert.equal(hook.verify(one).type, "assessment_add");
      assert.deepEqual(one.headers, got[0]?.headers);
    }
    await until("its body is gone", async () => !(await has(id)));
  });

  it("keeps dead letters, to be resent manually: once, or on the whole schedule", async () => {
    let status = 500;
    const { url, got } = await receive((response) => response.writeHead(status).end());
    const { add, start: work, deadLetters: dead, resend, discard } = sender();
    const [id, other] = [await add(url, hook.sign(SAMPLE)), await add(url, hook.sign(SAMPLE))];
    work();
    await until("both are dead", async () => (await dead()).length === 2);
    assert.equal(got.length, 8);
    const [first] = await dead();
    assert.deepEqual([first?.attempts, first?.reason], [4, "status 500"]);
    assert.ok((first?.lastAttemptAt ?? 0) > 1e12);
    await resend(id);
    await until("it was sent once", () => got.length === 9);
    await until("it is dead again", async () => (await dead()).length === 2);
    assert.equal(got.length, 9);
    await resend(id, { retries: true });
    await until("it was sent on the schedule", () => got.length === 13);
    await until("it is dead again", async () => (await dead()).length === 2);
    status = 200;
    await resend(id);
    await until("it is taken", async () => (await dead()).length === 1);
    assert.ok(got.every(({ body }) => body.equals(SAMPLE)));
    await discard(other);
    assert.deepEqual(await dead(), []);
    await assert.rejects(resend(other), /No dead letter has this id/);
  });

  it("stops at 410 and at a blocked address", async () => {
    const { url, got } = await receive((response) => response.writeHead(410).end());
    const { add, start: work, deadLetters: dead } = sender();
    await add(url, hook.sign(SAMPLE));
    await add("https://10.0.0.1/", hook.sign(SAMPLE));
    work();
    await until("both are dead", async () => (await dead()).length === 2);
    assert.equal(got.length, 1);
    const reasons = (await dead()).map(({ reason }) => reason).sort();
    assert.match(reasons[0] as string, /^address-blocked: /);
    assert.equal(reasons[1], "status 410");
  });

  it("waits as long as Retry-After requests", async () => {
    const { url } = await receive((response, number) =>
      response.writeHead(number === 1 ? 503 : 200, { "Retry-After": "1" }).end(),
    );
    const { add, start: work, attempts } = sender();
    await add(url, hook.sign(SAMPLE));
    work();
    await until("it is taken", () => attempts.length === 2);
    assert.equal(attempts[0]?.nextDelayMs, 1000);
    assert.ok((attempts[1]?.startedAt ?? 0) - (attempts[0]?.startedAt ?? 0) >= 990);
  });

  it("schedules PainChek's eleven attempts within 72 hours", async () => {
    const { url } = await receive((response) => response.writeHead(500).end());
    const made = bullmqSender({
      connection: { host: "127.0.0.1", port: server.port },
      queue: `test-${++last}`,
      allowAddresses: ["127.0.0.1"],
    });
    open.push(() => made.close());
    const id = await made.add(url, hook.sign(SAMPLE));
    assert.match(await everything(), new RegExp(`${id} .*\\\\"attempts\\\\":11`));
  });

  it("accepts a delivery once by its id while it is pending", async () => {
    const { url, got } = await receive((response) => response.end());
    const { add, start: work } = sender();
    const ids = await Promise.all(
      [1, 2, 3].map(() => add(url, hook.sign(SAMPLE), { id: "assessment_add:1" })),
    );
    assert.equal(new Set(ids).size, 1);
    assert.ok(!(ids[0] as string).includes("assessment_add"));
    work();
    await until("it is taken", () => got.length > 0);
    await until("it is gone", async () => !(await has(ids[0] as string)));
    assert.equal(got.length, 1);
  });

  it("renews a signature with a timestamp, and stores no secret", async () => {
    const standard = webhook(
      {
        id: "standard",
        signature: {
          header: "webhook-signature",
          format: "v1,{base64}",
          algorithms: ["sha256"],
          signedContent: "{id}.{timestamp}.{body}",
        },
        headers: { id: "webhook-id", deliveryId: "webhook-id", timestamp: "webhook-timestamp" },
        envelope: { type: "/type" },
        events: { made: { schema: true } },
      },
      { secrets: [SECRET] },
    );
    const { url, got } = await receive((response, number) =>
      response.writeHead(number < 2 ? 500 : 200).end(),
    );
    let clock = 1_700_000_000_000;
    const { add, start: work } = sender({
      provider: standard,
      now: () => {
        clock += 3_600_000;
        return clock;
      },
      secretHeaders: () => ({ Authorization: "Bearer of-the-worker" }),
    });
    const body = '{"type":"made"}';
    await add(url, standard.sign(body, { now: 1_700_000_000_000, id: "evt_1" }));
    const kept = await everything();
    assert.ok(!kept.includes(SECRET) && !kept.includes("of-the-worker"));
    work();
    await until("it is taken", () => got.length === 2);
    for (const one of got) {
      const time = Number(one.headers["webhook-timestamp"]) * 1000;
      assert.equal(standard.verify(one, { now: time, tolerance: 0 }).type, "made");
      assert.equal(one.headers["webhook-id"], "evt_1");
      assert.equal(one.headers.authorization, "Bearer of-the-worker");
    }
    assert.notEqual(got[0]?.headers["webhook-timestamp"], got[1]?.headers["webhook-timestamp"]);
    await assert.rejects(
      add(url, { headers: { Authorization: "Bearer x" }, body }),
      /header Authorization .*`secretHeaders`/,
    );
  });

  it("stores no header that looks like a secret, and reports the fix", async () => {
    const { add } = sender({ cipher: { encrypt: (data) => data, decrypt: (data) => data } });
    for (const [name, value] of [
      ["authorization", "s3cr3t"],
      ["Proxy-Authorization", "s3cr3t"],
      ["Cookie", "s3cr3t"],
      ["X-Api-Key", "s3cr3t"],
      ["X-Auth-Token", "s3cr3t"],
      ["X-Shared-Secret", "s3cr3t"],
      ["apikey", "s3cr3t"],
      ["X-Ordinary", "Bearer s3cr3t"],
      ["X-Ordinary", "basic s3cr3t"],
    ] as const) {
      const { body, headers } = hook.sign(SAMPLE);
      await assert.rejects(add("https://example.org/", { headers: { ...headers, [name]: value }, body }), {
        code: "header-invalid",
        message: `The header ${name} of the delivery looks like a secret, and secrets are not stored in Redis. Remove it, and return it from the option \`secretHeaders\`.`,
      });
    }
    assert.ok(!(await everything()).includes("s3cr3t"));
    // Headers of the provider's definition are no secrets, whatever their name.
    const own = webhook(
      {
        id: "own",
        signature: { header: "Authorization", format: "HMAC {base64}", algorithms: ["sha256"] },
        envelope: { type: "/type" },
        events: { made: { schema: true } },
      },
      { secrets: [SECRET] },
    );
    const signing = sender({ provider: own });
    await signing.add("https://example.org/", own.sign('{"type":"made"}'));
    assert.match(await everything(), /HMAC /);
  });

  it("sends the worker's secrets to the URL's origin and to no other", async () => {
    const other = await receive((response) => response.end());
    const { url, got } = await receive((response) => response.writeHead(307, { Location: other.url }).end());
    const { add, start: work } = sender({
      redirects: 1,
      secretHeaders: () => ({ "X-Acme": "of-the-worker" }),
    });
    await add(url, hook.sign(SAMPLE));
    work();
    await until("it is taken", () => other.got.length === 1);
    assert.deepEqual(
      [got[0]?.headers["x-acme"], other.got[0]?.headers["x-acme"]],
      ["of-the-worker", undefined],
    );
  });

  it("stores no path of the machine with a dead letter, and no value of the payload with its reason", async () => {
    const { add, start: work, deadLetters: dead } = sender();
    const body = JSON.stringify({ event: "assessment_add", data: { uuid: "of-the-payload" } });
    await add("https://10.0.0.1/{uuid}", hook.sign(body));
    work();
    await until("it is dead", async () => (await dead()).length === 1);
    const [job] = (await everything()).split("\n").filter((line) => line.includes("address-blocked"));
    assert.ok(job !== undefined && !/\bat .*\.[jt]s:\d+/.test(job), job);
    assert.ok(!(await dead())[0]?.reason.includes("of-the-payload"));
  });

  it("stores nothing of an error of a worker's secrets or cipher", async () => {
    const { url } = await receive((response) => response.end());
    const reported: unknown[] = [];
    const {
      add,
      start: work,
      deadLetters: dead,
    } = sender({
      retries: [],
      secretHeaders: () => {
        throw new TypeError("of-the-worker is no token");
      },
      onError: (error) => reported.push(error.message),
    });
    await add(url, hook.sign(SAMPLE));
    work();
    await until("it is dead", async () => (await dead()).length === 1);
    assert.equal((await dead())[0]?.reason, "`secretHeaders` failed: TypeError");
    assert.ok(!(await everything()).includes("of-the-worker"));
    assert.deepEqual(reported, ["of-the-worker is no token"]);

    const named = sender({
      retries: [],
      secretHeaders: () => Promise.reject(Object.assign(new Error("no"), { name: "of-the-worker" })),
    });
    const hanging = sender({ retries: [], timeout: 50, secretHeaders: () => new Promise(() => {}) });
    for (const [one, reason] of [
      [named, "`secretHeaders` failed: Error"],
      [hanging, "`secretHeaders` failed: TimeoutError"],
    ] as const) {
      await one.add(url, hook.sign(SAMPLE));
      one.start();
      await until("it is dead", async () => (await one.deadLetters()).length === 1);
      assert.equal((await one.deadLetters())[0]?.reason, reason);
    }
    assert.ok(!(await everything()).includes("of-the-worker"));

    const other = sender({
      retries: [],
      cipher: { encrypt: (data) => data, decrypt: () => Buffer.from("a-patient") },
    });
    await other.add(url, hook.sign(SAMPLE));
    other.start();
    await until("it is dead", async () => (await other.deadLetters()).length === 1);
    assert.equal((await other.deadLetters())[0]?.reason, "The stored delivery cannot be read: SyntaxError");
    assert.ok(!(await everything()).includes("a-patient"));
  });

  it("lists dead letters even if Redis has lost one of them", async () => {
    const { url } = await receive((response) => response.writeHead(410).end());
    const { add, start: work, deadLetters: dead, resend } = sender();
    const [lost, kept] = [await add(url, hook.sign(SAMPLE)), await add(url, hook.sign(SAMPLE))];
    work();
    await until("both are dead", async () => (await dead()).length === 2);
    await server.ask("DEL", `bull:test-${last}:${lost}`);
    assert.deepEqual(
      (await dead()).map(({ id }) => id),
      [kept],
    );
    await assert.rejects(resend(lost), /No dead letter has this id/);
  });

  it("distinguishes deliveries whose ids differ in lone surrogates", async () => {
    const { add } = sender();
    const ids = ["\ud83d", "\ud83e", "\ufffd"].map((id) =>
      add("https://example.org/", hook.sign(SAMPLE), { id }),
    );
    assert.equal(new Set(await Promise.all(ids)).size, 3);
  });

  it("encrypts stored deliveries with a cipher", async () => {
    const { url, got } = await receive((response) => response.end());
    const key = randomBytes(32);
    const { add, start: work } = sender({
      cipher: {
        encrypt(data) {
          const nonce = randomBytes(12);
          const cipher = createCipheriv("aes-256-gcm", key, nonce);
          return Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
        },
        decrypt(data) {
          const decipher = createDecipheriv("aes-256-gcm", key, data.subarray(0, 12));
          decipher.setAuthTag(data.subarray(-16));
          return Buffer.concat([decipher.update(data.subarray(12, -16)), decipher.final()]);
        },
      },
    });
    const id = await add(url, hook.sign(SAMPLE));
    const kept = (await everything())
      .split("\n")
      .filter((line) => line.includes(id))
      .join();
    assert.match(kept, /encrypted/);
    assert.ok(
      !kept.includes(Buffer.from(SAMPLE).toString("base64").slice(0, 40)) && !kept.includes("PainChek"),
    );
    work();
    await until("it is taken", () => got.length === 1);
    assert.ok(got[0]?.body.equals(SAMPLE));
  });

  it("rejects invalid calls at once", async () => {
    assert.throws(() => bullmqSender({} as BullmqSenderOptions), /Missing option `connection`/);
    assert.throws(() => sender({ retries: ["soon"] }), /`retries`/);
    for (const name of "cipher onError onAttempt secretHeaders lookup queue prefix plainHttp".split(" "))
      assert.throws(() => sender({ [name]: 5 }), new RegExp(`option \`${name}\``));
    assert.throws(() => sender({ cipher: { encrypt: (data: Uint8Array) => data } as never }), /`decrypt`/);
    const { add, start } = sender();
    for (const concurrency of [0, 1.5, "2", Number.NaN])
      assert.throws(() => start(concurrency as number), /option `concurrency`/);
    for (const options of [{ id: 5 }, { id: "" }, { parameters: 5 }] as object[])
      await assert.rejects(add("https://a.test/", hook.sign(SAMPLE), options), { code: "option-invalid" });
    await assert.rejects(add("https://example.org/{nothing}", hook.sign(SAMPLE)), {
      code: "parameter-missing",
    });
  });
});

describe("a crash", () => {
  /** A worker in a process of its own. */
  async function worker(): Promise<ChildProcess> {
    const script = fileURLToPath(new URL("bullmq-worker.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, `${server.port}`], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    open.push(() => child.kill("SIGKILL"));
    await once(child, "message");
    return child;
  }

  it("of a worker during an attempt loses nothing: another one sends the same bytes and ids", async () => {
    const { url, got } = await receive((response, number) => {
      // The first three get no response: their worker is killed.
      if (number > 3) response.end();
    });
    const { add, deadLetters: dead } = sender({ queue: "hookseal" });
    const ids = await Promise.all([1, 2, 3].map(() => add(url, hook.sign(SAMPLE))));
    const first = await worker();
    await until("the worker is in the middle of three attempts", () => got.length === 3);
    first.kill("SIGKILL");
    await once(first, "exit");
    await worker();
    await until("another has sent them", () => got.length === 6, 60_000);
    const names = (list: Got[]) => list.map(({ headers }) => headers["x-painchek-wh-delivery-id"]).sort();
    assert.deepEqual(names(got.slice(3)), names(got.slice(0, 3)));
    for (const one of got) assert.equal(hook.verify(one).type, "assessment_add");
    for (const id of ids) await until("nothing is left", async () => !(await has(id)));
    assert.deepEqual(await dead(), []);
  });

  it("of Redis loses no added delivery, and its worker continues", async () => {
    const other = await RedisServer.start();
    const { url, got } = await receive((response) => response.end());
    const {
      add,
      start: work,
      close,
    } = sender({
      connection: { host: "127.0.0.1", port: other.port },
      timeout: "2s",
    });
    const ids = () => new Set(got.map(({ headers }) => headers["x-painchek-wh-delivery-id"]));
    await Promise.all(Array.from({ length: 50 }, () => add(url, hook.sign(SAMPLE))));
    await other.kill();
    await other.start();
    work();
    await until("all are taken", () => ids().size === 50);
    await other.kill();
    await other.start();
    await add(url, hook.sign(SAMPLE));
    await until("one more is taken", () => ids().size === 51);
    await close();
    await other.stop();
  });
});
