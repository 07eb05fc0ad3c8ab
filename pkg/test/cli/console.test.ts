// The server of `listen --ui`: who may use it, what it keeps, and what leaves the process.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { Agent, createServer, request as requestHttp } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { ownParts } from "../../scripts/console.mjs";
import { type Delivery, importDeliveries, painchek, webhook } from "../../src/index.ts";
import { bytesOf, SECRET } from "../support/fixtures.ts";
import { COMMAND, file, folder, start, TRUST, usageError } from "./command.ts";

const SAMPLE = Buffer.from(bytesOf("providers/painchek/samples/assessment_add.nrs.json"));
const hook = painchek({ secrets: [SECRET] });
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface Ui {
  child: ChildProcess;
  /** Where deliveries are received. */
  url: string;
  /** The address of the console. */
  base: string;
  token: string;
}

async function listen(...args: string[]): Promise<Ui> {
  const { child, match } = await start(
    ["listen", "0", "--ui", ...args],
    /Listening on (http:\S+) [\s\S]*Console: (http:\/\/127\.0\.0\.1:\d+)\/#(\S+)\n/,
  );
  children.push(child);
  const [, url = "", base = "", token = ""] = match;
  return { child, url, base, token };
}

interface Answered {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of the API
  json: any;
}

const agent = new Agent({ keepAlive: false });

/** A request with any headers, also those that `fetch` sets itself. */
function call(
  url: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const outgoing = requestHttp(url, { method, headers, agent }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      const text = Buffer.concat(parts).toString("utf8");
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {}
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const deliver = (
  url: string,
  { headers, body }: { headers: Record<string, string>; body: Uint8Array | string },
) => call(url, { method: "POST", headers, body });

/** Opens a session, and returns a function that calls the API with it. */
async function session({ base, token }: Ui) {
  const opened = await call(`${base}/api/session`, {
    method: "POST",
    headers: { origin: base, "x-hookseal-token": token },
  });
  assert.equal(opened.status, 200, opened.text);
  const own = { origin: base, "x-hookseal-session": opened.json.session as string };
  return {
    own,
    api: (path: string, body?: object) =>
      call(`${base}/api/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: own,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

interface Row {
  number: number;
  change: number;
  oldest: number;
  [name: string]: unknown;
}

/** Reads the stream until it has a row that satisfies the condition, and then cuts the connection. */
function rowsUntil(
  { base }: Ui,
  own: Record<string, string>,
  from: number,
  isLast: (row: Row) => boolean,
): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const rows: Row[] = [];
    const outgoing = requestHttp(`${base}/api/events?after=${from}`, { headers: own, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        const events = (text + part).split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) {
          const [, data] = /^event: row\ndata: (.*)$/m.exec(event) ?? [];
          if (data === undefined) continue;
          const row = JSON.parse(data) as Row;
          rows.push(row);
          if (!isLast(row)) continue;
          outgoing.destroy();
          resolve(rows);
          return;
        }
      });
      response.on("error", () => {});
    });
    outgoing.on("error", (error) => (rows.some(isLast) ? undefined : reject(error)));
    outgoing.end();
  });
}

describe("the console of listen --ui", () => {
  it("is on another port of this machine, with a policy that permits its own files and connections alone", async () => {
    const ui = await listen(...TRUST);
    assert.notEqual(new URL(ui.url).port, new URL(ui.base).port);
    const page = await call(`${ui.base}/`);
    assert.equal(page.status, 200);
    const policy = page.headers["content-security-policy"] as string;
    assert.match(
      policy,
      /^default-src 'none'; script-src 'self'; .*connect-src 'self';.*frame-ancestors 'none'$/,
    );
    for (const [, path] of page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g))
      assert.equal((await call(`${ui.base}${path}`)).status, 200, path);
    assert.doesNotMatch(page.text, /<script>|style="|https?:/);
    // The receiver's port has no console.
    assert.equal((await call(`${ui.url}api/events`)).status, 405);
  });

  it("ends with an error if its port is that of the receiver, or in use", async () => {
    const same = usageError(["listen", "4998", "--ui", "--ui-port", "4998", ...TRUST]);
    assert.match(same, /port of the receiver[\s\S]*leave --ui-port out/);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    // As a process of its own: a command that waits would stop this test, and its server with it.
    const child = spawn(
      process.execPath,
      [COMMAND, "listen", "0", "--ui", "--ui-port", `${port}`, ...TRUST],
      {
        env: { ...process.env, HOOK_SECRET: SECRET },
        stdio: "ignore",
      },
    );
    children.push(child);
    const [code] = await once(child, "exit");
    assert.equal(code, 2);
    taken.close();
  });

  it("opens one session for each link, which no other request has", async () => {
    const ui = await listen(...TRUST);
    const { api } = await session(ui);
    assert.equal((await api("deliveries/1")).status, 404);
    const again = await call(`${ui.base}/api/session`, {
      method: "POST",
      headers: { origin: ui.base, "x-hookseal-token": ui.token },
    });
    assert.equal(again.status, 401);
    assert.equal(again.json.session, undefined);
    for (const headers of [
      {},
      { "x-hookseal-session": "" },
      { "x-hookseal-session": ui.token },
      { "x-hookseal-session": "x".repeat(32) },
    ])
      for (const path of ["events", "deliveries/1", "compare?a=1&b=2"])
        assert.equal(
          (await call(`${ui.base}/api/${path}`, { headers: { origin: ui.base, ...headers } })).status,
          401,
        );
    assert.equal(
      (await call(`${ui.base}/api/clear`, { method: "POST", headers: { origin: ui.base } })).status,
      401,
    );
  });

  it("rejects other names in Host and other origins, with a valid session, too", async () => {
    const ui = await listen(...TRUST);
    const { own } = await session(ui);
    const { port } = new URL(ui.base);
    const status = async (headers: Record<string, string>, path = "/api/deliveries/1", method = "GET") =>
      (await call(`${ui.base}${path}`, { method, headers: { ...own, ...headers } })).status;
    assert.equal(await status({ host: `localhost:${port}`, origin: `http://localhost:${port}` }), 404);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      "127.0.0.1:1",
      `10.0.0.1:${port}`,
    ]) {
      assert.equal(await status({ host }), 403, host);
      assert.equal(await status({ host }, "/"), 403, host);
    }
    for (const origin of [
      "http://evil.example",
      "null",
      `http://localhost:${port}`,
      `https://127.0.0.1:${port}`,
      "http://127.0.0.1:1",
    ])
      assert.equal(await status({ origin }), 403, origin);
    assert.equal(await status({ "sec-fetch-site": "cross-site" }), 403);
    assert.equal(await status({ "sec-fetch-site": "same-site" }), 403);
    // A form of another page has no Origin that it could choose; without one, nothing is changed.
    const { origin: _, ...withoutOrigin } = own;
    assert.equal(
      (await call(`${ui.base}/api/clear`, { method: "POST", headers: withoutOrigin })).status,
      403,
    );
  });

  it("shows rows and details, and explains in the terminal's process", async () => {
    const ui = await listen(...TRUST);
    const { api, own } = await session(ui);
    const reformatted = hook.sign(JSON.stringify(JSON.parse(SAMPLE.toString()), null, 2));
    await deliver(ui.url, hook.sign(SAMPLE));
    await deliver(ui.url, {
      headers: reformatted.headers,
      body: JSON.stringify(JSON.parse(SAMPLE.toString())),
    });
    await deliver(ui.url, hook.sign('{"event":"assessment_add","data":5}'));
    const [first, second, third] = await rowsUntil(ui, own, 0, ({ number }) => number === 3);
    assert.deepEqual([first?.verdict, first?.status, first?.type], ["verified", 200, "assessment_add"]);
    assert.deepEqual(
      [second?.verdict, second?.status, second?.code],
      ["rejected", 401, "signature-mismatch"],
    );
    assert.deepEqual([third?.verdict, third?.status, third?.stage], ["rejected", 400, "envelope"]);
    const { json } = await api("deliveries/2");
    assert.equal(json.signature.status, "mismatch");
    assert.ok(
      json.causes.some(({ isProven, fix }: { isProven: boolean; fix: string }) => isProven && fix.length > 0),
      JSON.stringify(json.causes),
    );
    const broken = (await api("deliveries/3")).json;
    assert.deepEqual(
      broken.issues.map(({ pointer, line }: { pointer: string; line: number }) => [pointer, line]),
      [["/data", 1]],
    );
    assert.equal((await api("deliveries/999")).status, 404);
    assert.equal((await api("deliveries/1/replay", { kind: "same", target: 0 })).status, 409);
  });

  it("sends no secret to the page: neither of a token nor of basic authentication, and none that the body repeats", async () => {
    const gitlab = webhook("gitlab", { secrets: { token: [SECRET] } });
    assert.ok(gitlab);
    const ui = await listen("--secret-env", "gitlab:token=HOOK_SECRET");
    const { api, own } = await session(ui);
    const login = `Basic ${Buffer.from(`user:${SECRET}`).toString("base64")}`;
    await deliver(`${ui.url}?key=${encodeURIComponent(SECRET)}`, {
      headers: {
        "Content-Type": "application/json",
        "X-Gitlab-Token": SECRET,
        "X-Gitlab-Event": "Push Hook",
        Authorization: login,
      },
      body: JSON.stringify({ object_kind: "push", note: SECRET }),
    });
    const [row] = await rowsUntil(ui, own, 0, () => true);
    const details = await api("deliveries/1");
    assert.equal(details.status, 200);
    const saved = await api("deliveries/1/save", {});
    assert.match(saved.text, /^POST /);
    assert.equal(row?.verdict, "token");
    for (const text of [JSON.stringify(row), details.text, saved.text]) {
      assert.ok(!text.includes(SECRET) && !text.includes(encodeURIComponent(SECRET)), text);
      assert.ok(!text.includes(login));
    }
    assert.match(details.text, /•••/);
    // The rest of a file stays what it was.
    assert.match(saved.text, /"note":"•••"\}\s*$/);
  });

  it("checks with the public keys of --keys-file what it shows", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const keys = file(
      "keys.json",
      JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] }),
    );
    const body = '{"webhook_type":"ITEM","webhook_code":"ERROR"}';
    const claims = {
      iat: Math.floor(Date.now() / 1000),
      request_body_sha256: createHash("sha256").update(body).digest("hex"),
    };
    const token = [{ alg: "ES256", kid: "k" }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const tag = sign("sha256", Buffer.from(token), { key: privateKey, dsaEncoding: "ieee-p1363" });
    const ui = await listen("--keys-file", keys);
    const { api, own } = await session(ui);
    await deliver(ui.url, {
      headers: {
        "Content-Type": "application/json",
        "Plaid-Verification": `${token}.${tag.toString("base64url")}`,
      },
      body,
    });
    const [row] = await rowsUntil(ui, own, 0, () => true);
    assert.deepEqual([row?.verdict, row?.provider], ["verified", "plaid"]);
    const { json } = await api("deliveries/1");
    assert.deepEqual([json.signature.status, json.causes], ["verified", []]);
  });

  it("replays to the URL of --forward alone, and each attempt is a row", async () => {
    const got: { body: string; headers: NodeJS.Dict<string | string[]> }[] = [];
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts);
      got.push({ body: body.toString(), headers: request.headers });
      response.writeHead(hook.check({ headers: request.headers, body }).ok ? 200 : 401).end("seen");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const ui = await listen(
        ...TRUST,
        "--forward",
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
      );
      const { api, own } = await session(ui);
      const signed = hook.sign(SAMPLE);
      await deliver(ui.url, signed);
      for (const kind of ["same", "retry", "tampered", "unsigned"])
        assert.equal((await api("deliveries/1/replay", { kind, target: 0 })).status, 200, kind);
      const rows = await rowsUntil(ui, own, 0, ({ number }) => number === 5);
      assert.deepEqual(
        rows.map(({ replay, app }) => [
          (replay as { kind?: string } | undefined)?.kind,
          (app as { status: number }).status,
        ]),
        [
          [undefined, 200],
          ["same", 200],
          ["retry", 200],
          ["tampered", 401],
          ["unsigned", 401],
        ],
      );
      assert.equal(got[1]?.body, SAMPLE.toString());
      assert.equal(got[1]?.headers["x-painchek-wh-signature"], signed.headers["X-PainChek-WH-Signature"]);
      assert.equal(got[3]?.body.length, SAMPLE.toString().length);
      assert.doesNotThrow(() => JSON.parse(got[3]?.body as string));
      assert.equal(got[4]?.headers["x-painchek-wh-signature"], undefined);
      // The page cannot name another URL.
      assert.equal((await api("deliveries/1/replay", { kind: "same", target: 1 })).status, 409);
      assert.equal(
        (await api("deliveries/1/replay", { kind: "same", target: "http://127.0.0.1:1/" })).status,
        200,
      );
      assert.equal(got.length, 6);
      assert.equal((await api("deliveries/1/replay", { kind: "other", target: 0 })).status, 400);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("saves into the folder of --save, for this user alone", async () => {
    const saved = join(folder, "console");
    const ui = await listen(...TRUST, "--save", saved);
    const { api } = await session(ui);
    await deliver(ui.url, hook.sign(SAMPLE));
    const { json } = await api("deliveries/1/save", {});
    assert.ok(existsSync(json.file));
    assert.equal(statSync(json.file).mode & 0o777, 0o600);
    assert.equal(readdirSync(saved).length, 1);
  });

  it("saves every delivery that is kept, and no replay: into the folder of --save, for this user alone", async () => {
    const saved = join(folder, "console-all");
    const ui = await listen(...TRUST, "--save", saved, "--forward", "http://127.0.0.1:1/");
    const { api } = await session(ui);
    for (let sent = 0; sent < 3; sent++) await deliver(ui.url, hook.sign(SAMPLE));
    await call(ui.url);
    assert.equal((await api("deliveries/1/replay", { kind: "tampered", target: 0 })).status, 200);
    const { json } = await api("save", {});
    assert.deepEqual(json, { folder: saved, saved: 3 });
    const names = readdirSync(saved);
    assert.equal(names.length, 3);
    for (const name of names) assert.equal(statSync(join(saved, name)).mode & 0o777, 0o600);
  });

  it("saves every delivery that is kept as one download, without the secret, which the command reads", async () => {
    const ui = await listen(...TRUST);
    const { api } = await session(ui);
    const bodies = [SAMPLE, Buffer.from([0x22, 0xff, 0x22]), Buffer.from(JSON.stringify({ note: SECRET }))];
    for (const body of bodies) await deliver(ui.url, hook.sign(body));
    const { headers, text } = await api("save", {});
    assert.match(headers["content-disposition"] as string, /filename="deliveries-.*\.ndjson"$/);
    assert.ok(!text.includes(SECRET));
    const { deliveries, issues } = importDeliveries(text);
    assert.deepEqual([deliveries.length, issues], [3, []]);
    assert.deepEqual(
      deliveries.slice(0, 2).map(({ body }) => Buffer.from(body)),
      bodies.slice(0, 2),
    );
    assert.match(Buffer.from(deliveries[2]?.body ?? []).toString(), /"note":"•••"/);
    assert.ok(hook.check(deliveries[0] as Delivery).ok);
  });

  it("shows every byte of a body, and where its errors are", async () => {
    const ui = await listen(...TRUST);
    const { api } = await session(ui);
    const body = Buffer.concat([Buffer.from('{"é":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    await deliver(ui.url, hook.sign(body));
    const { json } = await api("deliveries/1");
    assert.deepEqual(Buffer.from(json.body, "latin1"), body);
    const [{ byteSpan }] = json.issues;
    assert.deepEqual(byteSpan, { start: 7, end: 8 });
  });

  it("says of an accepted delivery whether a contract validated it, and by which secret", async () => {
    const old = `${SECRET} of the past`;
    const github = webhook("github", { secrets: [old] });
    const ui = await listen(
      ...["--provider", "painchek", "--provider", "github", "--secret-env", "HOOK_SECRET"],
      ...["--secret-file", file("old-secret.txt", old)],
    );
    const { own } = await session(ui);
    await deliver(ui.url, hook.sign(SAMPLE));
    await deliver(ui.url, hook.sign('{"event":"invented","data":{}}'));
    await deliver(ui.url, github.sign('{"zen":"x"}', { type: "ping" }));
    const rows = await rowsUntil(ui, own, 0, ({ number }) => number === 3);
    assert.deepEqual(
      rows.map(({ accepted }) => accepted),
      [
        { payload: "valid", warnings: 0, isSecond: false, isPublicKey: false, signs: true },
        { payload: "unknown", warnings: 1, isSecond: false, isPublicKey: false, signs: true },
        { payload: "valid", warnings: 0, isSecond: true, isPublicKey: false, signs: true },
      ],
    );
  });

  it("says what the definition says of the attempts after a failure", async () => {
    const ui = await listen(...TRUST, "--forward", "http://127.0.0.1:1/");
    const { own } = await session(ui);
    await deliver(ui.url, hook.sign(SAMPLE));
    await deliver(ui.url, { headers: {}, body: "{}" });
    const [failed, rejected] = await rowsUntil(ui, own, 0, ({ number }) => number === 2);
    const retries = { count: 10, firstMs: 60_000, totalMs: 72 * 3_600_000 };
    assert.deepEqual([failed?.status, failed?.retries], [502, retries]);
    assert.deepEqual([rejected?.status, rejected?.retries], [401, retries]);
  });

  it("names the source of the secret, and a command that sends a sample", async () => {
    const ui = await listen(...TRUST);
    const { own } = await session(ui);
    const state = await new Promise<string>((resolve) => {
      const outgoing = requestHttp(`${ui.base}/api/events?after=0`, { headers: own, agent }, (response) =>
        response.setEncoding("utf8").once("data", (text: string) => {
          resolve(text);
          outgoing.destroy();
        }),
      );
      outgoing.on("error", () => {});
      outgoing.end();
    });
    const { secrets, example } = JSON.parse(/data: (.*)/.exec(state)?.[1] ?? "");
    assert.deepEqual(secrets, ["HOOK_SECRET"]);
    assert.equal(
      example,
      `hookseal send ${ui.url} --provider painchek --secret-env HOOK_SECRET --event assessment_add`,
    );
  });

  it("compares two deliveries", async () => {
    const ui = await listen(...TRUST);
    const { api } = await session(ui);
    await deliver(ui.url, hook.sign(SAMPLE));
    await deliver(ui.url, hook.sign(SAMPLE.toString().replace(/"pain_score": ?\d+/, '"pain_score": 1')));
    const { json } = await api("compare?a=1&b=2");
    assert.deepEqual(
      [json.same, json.sameEvent, json.changes[0].pointer],
      [false, true, "/data/data/assessment/pain_score"],
    );
  });

  it("keeps 500 of 10,000 deliveries in bounded memory, and a cut connection gets what it missed", async () => {
    const ui = await listen(...TRUST, "--json");
    ui.child.stdout?.resume();
    const { own } = await session(ui);
    // 20 KB each: all of them would be 200 MB.
    const signed = hook.sign(Buffer.concat([SAMPLE, Buffer.alloc(20_000, " ")]));
    const flooder = new Agent({ keepAlive: true, maxSockets: 8 });
    const post = () =>
      new Promise<void>((resolve, reject) => {
        const outgoing = requestHttp(
          ui.url,
          { method: "POST", headers: signed.headers, agent: flooder },
          (response) => {
            response.resume().on("end", () => resolve());
          },
        );
        outgoing.on("error", reject);
        outgoing.end(signed.body);
      });
    const flood = async (total: number) => {
      let left = total;
      const worker = async () => {
        while (left > 0) {
          left -= 1;
          await post();
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
    };
    await flood(400);
    const before = await rowsUntil(ui, own, 0, ({ number }) => number === 400);
    assert.equal(before.length, 400);
    // The connection is cut. What arrives now is missed.
    await flood(300);
    const missed = await rowsUntil(ui, own, before.at(-1)?.change as number, ({ number }) => number === 700);
    assert.deepEqual(
      missed.map(({ number }) => number),
      Array.from({ length: 300 }, (_, index) => 401 + index),
    );
    await flood(9_300);
    const rows = await rowsUntil(ui, own, missed.at(-1)?.change as number, ({ number }) => number === 10_000);
    flooder.destroy();
    assert.deepEqual(
      rows.map(({ number }) => number),
      Array.from({ length: 500 }, (_, index) => 9_501 + index),
    );
    assert.equal(rows.at(-1)?.oldest, 9_501);
    if (process.platform === "linux") {
      const [, peak] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${ui.child.pid}/status`, "utf8")) ?? [];
      assert.ok(Number(peak) < 350_000, `${peak} kB`);
    }
  });
});

describe("the files of the console", () => {
  const dist = join(COMMAND, "..", "console");
  let total = 0;
  before(() => {
    for (const name of readdirSync(dist)) total += brotliCompressSync(readFileSync(join(dist, name))).length;
  });

  it("weigh at most 15 kB after Brotli without the parts of the playground, and 22 kB with them", async () => {
    const parts = await ownParts(join(COMMAND, "../../.."));
    const own = parts.reduce((sum, part) => sum + brotliCompressSync(part).length, 0);
    assert.ok(own > 5_000 && own <= 15_000, `${own} bytes`);
    assert.ok(total > own && total <= 22_000, `${total} bytes`);
  });

  it("use only colors and sizes that the playground defines", () => {
    const css = readFileSync(join(dist, "console.css"), "utf8");
    const defined = new Set([...css.matchAll(/(--[\w-]+):/g)].map(([, name]) => name));
    for (const [, name] of css.matchAll(/var\((--[\w-]+)/g)) assert.ok(defined.has(name), name);
  });
});

after(() => agent.destroy());
