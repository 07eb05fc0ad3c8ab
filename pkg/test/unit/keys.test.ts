// Keys from outside: what a delivery needs, receivers that get keys, and `keySource` against a server on this machine.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it, mock } from "node:test";
import { fileURLToPath } from "node:url";
import { receiver } from "../../src/fetch.ts";
import { HooksealError, type ProviderDefinition, webhook } from "../../src/index.ts";
import { type KeySourceOptions, keySource } from "../../src/keys.ts";
import type { KeyNeed } from "../../src/types.ts";

const body = '{"type":"paid"}';
const now = Date.UTC(2026, 0, 1);

const pair = (kid: string) => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, use: "sig" } };
};
const [first, second] = [pair("first"), pair("second")];

const definition: ProviderDefinition = {
  id: "mine",
  signature: {
    kind: "jwt",
    header: "X-Jwt",
    algorithms: ["ES256", "EdDSA", "RS256"],
    claims: { "/sha256": "{body:sha256:hex}" },
    requireTime: false,
  },
  keys: { as: "jwks", url: "https://keys.example.com/jwks" },
  envelope: { type: "/type" },
  events: { "*": { schema: true } },
};
const hook = webhook(definition, {});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
function token(
  key: KeyObject,
  head: object,
  hash: string | null = "sha256",
  claims: object = { sha256: sha256(body) },
): string {
  const parts = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const tag = sign(hash, Buffer.from(parts.join(".")), { key, dsaEncoding: "ieee-p1363" });
  return `${parts.join(".")}.${tag.toString("base64url")}`;
}
const sent = ({ kid, privateKey }: { kid: string; privateKey: KeyObject }) => ({
  headers: { "x-jwt": token(privateKey, { alg: "ES256", kid }) },
  body,
});
const set = (...pairs: { jwk: object }[]) => ({ keys: pairs.map(({ jwk }) => jwk) });

describe("a delivery whose key is not configured", () => {
  it("says which key it needs, and is verified with it", () => {
    assert.deepEqual(hook.needs(sent(second)), {
      kid: "second",
      url: "https://keys.example.com/jwks",
      as: "jwks",
    });
    assert.equal(hook.needs({ headers: {}, body }), undefined);
    for (const keys of [[set(first, second)], [JSON.stringify(set(second))], [first.jwk, second.jwk]]) {
      const verified = hook.verify(sent(second), { keys });
      assert.equal(verified.signature.status, "verified");
      assert.deepEqual(verified.event, { type: "paid" });
      assert.deepEqual(verified.issues, []);
      assert.equal(hook.inspect(sent(second), { keys }).verdict, "verified");
      assert.equal(hook.explain(sent(second), { keys }).observations[0]?.code, "jwt-valid");
    }
    const codeOf = (keys?: object[]) => {
      const result = hook.check(sent(second), { keys });
      return result.ok ? "accepted" : [result.error.code, result.error.status, result.error.issues.length];
    };
    assert.deepEqual(codeOf(), ["key-missing", 503, 1]);
    assert.deepEqual(codeOf([]), ["key-missing", 503, 1]);
    assert.deepEqual(codeOf([set(first)]), ["key-missing", 503, 1]);
    assert.deepEqual(codeOf([set({ jwk: { ...first.jwk, kid: "second" } })]), ["signature-mismatch", 401, 1]);
    assert.deepEqual(codeOf([{ error: "unauthorized" }]), ["key-invalid", 500, 1]);
    for (const keys of [[1], [null], "x"] as never[])
      assert.throws(() => hook.verify(sent(second), { keys }), { code: "option-invalid" });
  });

  it("is verified with each algorithm of public keys, and with no key of another kind", () => {
    const ed = generateKeyPairSync("ed25519");
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const cases = [
      { alg: "ES256", hash: "sha256", ...first, key: first.jwk as object },
      { alg: "EdDSA", hash: null, ...ed, key: ed.publicKey.export({ format: "jwk" }) as object },
      { alg: "RS256", hash: "sha256", ...rsa, key: rsa.publicKey.export({ format: "jwk" }) as object },
    ];
    for (const { alg, hash, privateKey } of cases) {
      const delivery = { headers: { "x-jwt": token(privateKey, { alg }, hash) }, body };
      for (const other of cases) {
        const result = hook.check(delivery, { keys: [other.key] });
        assert.equal(result.ok, alg === other.alg, `${alg} ${other.alg}`);
      }
      // A key of the webhook, as a JSON Web Key and in PEM.
      const key = cases.find((one) => one.alg === alg)?.key as object;
      assert.equal(webhook(definition, { secrets: [JSON.stringify(key)] }).check(delivery).ok, true);
    }
    const pem = rsa.publicKey.export({ format: "pem", type: "spki" }) as string;
    const own = webhook(definition, { secrets: [pem] });
    assert.equal(own.needs(sent(first)), undefined);
    const wrong = own.check(sent(first));
    assert.equal(
      wrong.ok ? "" : wrong.error.issues[0]?.message,
      "The token in X-Jwt is signed with ES256, and the configured public key is of another kind.",
    );
  });

  it("is refused if its key is at another host", () => {
    const named = webhook(
      { ...definition, keys: { as: "jwks", url: "header:X-Keys", hosts: ["keys.*.example.com"] } },
      {},
    );
    const at = (url: string) => ({ ...sent(first), headers: { ...sent(first).headers, "X-Keys": url } });
    assert.equal(named.needs(at("https://keys.eu.example.com/1"))?.url, "https://keys.eu.example.com/1");
    for (const url of [
      "https://evil.example/1",
      "http://keys.eu.example.com/1",
      "https://keys.eu.example.com.evil.example/1",
    ]) {
      assert.throws(() => named.needs(at(url)), { code: "key-source-refused", status: 401 });
      const result = named.check(at(url), { keys: [set(first)] });
      assert.equal(result.ok ? "" : result.error.code, "key-source-refused");
    }
  });
});

describe("the definition in the documentation", () => {
  const page = readFileSync(new URL("../../../docs/providers.md", import.meta.url), "utf8");
  const plaid = '{"webhook_type":"ITEM","webhook_code":"ERROR"}';

  it("says which key a delivery needs", () => {
    const [, json = ""] = /### Keys from outside\n[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? assert.fail();
    const { envelope, events } = definition;
    const documented = webhook(
      { id: "mine", envelope, events, ...JSON.parse(json) } as ProviderDefinition,
      {},
    );
    const headers = { "x-mine-token": token(first.privateKey, { alg: "ES256", kid: "first" }) };
    const need = { kid: "first", url: "https://keys.example.com/jwks.json", as: "jwks" };
    assert.deepEqual(documented.needs({ headers, body }), need);
  });

  it("has an example of a receiver, which requests the key of a delivery", async () => {
    const [, code = ""] = /### Keys from outside\n[\s\S]*?```js\n([\s\S]*?)```/.exec(page) ?? assert.fail();
    const folder = fileURLToPath(new URL("../../../node_modules/.hookseal-keys/", import.meta.url));
    mkdirSync(folder, { recursive: true });
    const requested: unknown[] = [];
    Object.assign(globalThis, {
      requestKeyOfPlaid: async (kid: unknown) => {
        requested.push(kid);
        return { key: first.jwk };
      },
    });
    writeFileSync(`${folder}keys.mjs`, code);
    const log = mock.method(console, "log", () => {});
    try {
      const { POST } = await import(`${folder}keys.mjs`);
      const claims = { iat: Math.floor(Date.now() / 1000), request_body_sha256: sha256(plaid) };
      const jwt = token(first.privateKey, { alg: "ES256", kid: "first" }, "sha256", claims);
      const headers = { "content-type": "application/json", "plaid-verification": jwt };
      const request = new Request("https://example.com/", { method: "POST", headers, body: plaid });
      assert.equal((await POST(request)).status, 200);
      assert.deepEqual(requested, ["first"]);
      assert.deepEqual(log.mock.calls[0]?.arguments, ["ITEM.ERROR"]);
    } finally {
      log.mock.restore();
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a Standard Webhooks signature v1a", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = `whpk_${publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64")}`;
  const secret = `whsec_${Buffer.from("thirty-two bytes of a made-up key").toString("base64")}`;
  const text = '{"type":"paid","timestamp":"2026-01-01T00:00:00Z","data":{}}';
  const content = `msg_1.${now / 1000}.${text}`;
  const v1a = `v1a,${sign(null, Buffer.from(content), privateKey).toString("base64")}`;
  const shared = webhook("standard-webhooks", { secrets: [secret] });
  const v1 = shared.sign(text, { now, id: "msg_1" }).headers["webhook-signature"] as string;
  const status = (secrets: string[], signature: string) => {
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": `${now / 1000}`,
      "webhook-signature": signature,
    };
    const { verdict, code } = webhook("standard-webhooks", { secrets }).inspect(
      { headers, body: text },
      { now },
    );
    return code ?? verdict;
  };

  it("is verified with the public key, next to a v1 and alone", () => {
    for (const signature of [v1a, `${v1} ${v1a}`, `${v1a} ${v1}`]) {
      assert.equal(status([key], signature), "verified", signature);
      assert.equal(status([secret, key], signature), "verified", signature);
      assert.equal(status([key, secret], signature), "verified", signature);
    }
    assert.equal(status([key, secret], v1), "verified");
    assert.equal(status([secret], v1a), "signature-malformed");
    assert.equal(status([key], v1), "signature-malformed");
    assert.equal(status([key], v1a.replace("v1a,", "v1,")), "signature-malformed");
    assert.equal(status([secret], v1a.replace("v1a,", "v1,")), "algorithm-mismatch");
    assert.equal(status([key, secret], `v1a,${Buffer.alloc(64).toString("base64")}`), "signature-mismatch");
    // Of both signatures, the first scheme decides alone.
    assert.equal(
      status([key, secret], `v1,${Buffer.alloc(32).toString("base64")} ${v1a}`),
      "signature-mismatch",
    );
    assert.throws(() => webhook("standard-webhooks", { secrets: [key] }).sign(text), {
      code: "signing-unsupported",
    });
  });
});

describe("keySource", () => {
  let requests: IncomingMessage[] = [];
  let respond: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const server = createServer((request, response) => {
    requests.push(request);
    respond(request, response);
  });
  let url = "";
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    requests = [];
    respond = (_, response) => response.end(JSON.stringify(set(first)));
    mock.timers.reset();
    mock.timers.enable({ apis: ["Date"], now });
  });
  after(() => mock.timers.reset());

  const need = (kid = "first"): KeyNeed => ({ kid, url: "https://keys.example.com/jwks", as: "jwks" });
  const own = (options: KeySourceOptions = {}) => keySource({ url, ...options });

  it("fetches once for many deliveries at once, and again after an hour", async () => {
    const keys = own();
    const results = await Promise.all(Array.from({ length: 50 }, () => keys(need())));
    assert.equal(requests.length, 1);
    for (const result of results) assert.deepEqual(JSON.parse(result[0] as string), set(first));
    mock.timers.tick(3_599_000);
    await keys(need());
    assert.equal(requests.length, 1);
    mock.timers.tick(2_000);
    await keys(need());
    assert.equal(requests.length, 2);
  });

  it("fetches once a minute for an unknown id, and finds a new key then", async () => {
    const keys = own();
    await keys(need());
    for (let index = 0; index < 20; index++) await keys(need(`forged-${index}`));
    assert.equal(requests.length, 1);
    respond = (_, response) => response.end(JSON.stringify(set(first, second)));
    mock.timers.tick(60_000);
    const [text] = await keys(need("second"));
    assert.deepEqual(JSON.parse(text as string), set(first, second));
    await keys(need("forged"));
    assert.equal(requests.length, 2);
  });

  it("uses old keys while the source is down, and tries once a minute", async () => {
    const keys = own({ maxAge: 1_000 });
    await keys(need());
    respond = (_, response) => {
      response.statusCode = 500;
      response.end();
    };
    mock.timers.tick(61_000);
    for (let index = 0; index < 5; index++)
      assert.deepEqual(JSON.parse((await keys(need()))[0] as string), set(first));
    assert.equal(requests.length, 2);
    const without = own();
    for (let index = 0; index < 5; index++) await assert.rejects(without(need()), /status 500/);
    assert.equal(requests.length, 3);
  });

  it("follows no redirect, and reads 64 KiB at most", async () => {
    respond = (_, response) => {
      response.writeHead(302, { location: "/other" });
      response.end();
    };
    await assert.rejects(own()(need()), /status (302|0)/);
    assert.equal(requests.length, 1);
    let isClosed = false;
    respond = (request, response) => {
      request.on("close", () => {
        isClosed = true;
      });
      response.write(Buffer.alloc(64 * 1024, "a"));
      response.end("b");
    };
    await assert.rejects(own()(need()), /more than 64 KiB/);
    assert.ok(isClosed);
    respond = (_, response) => response.end(Buffer.alloc(64 * 1024, "a"));
    assert.equal(((await own()(need()))[0] as string).length, 64 * 1024);
  });

  it("gives up after its timeout, before and while the body comes", async () => {
    for (const start of [false, true]) {
      respond = (_, response) => {
        if (start) response.write("{");
      };
      await assert.rejects(own({ timeout: 50 })(need()), { name: "TimeoutError" });
    }
    const load = () => new Promise<string>(() => {});
    await assert.rejects(keySource({ load, timeout: 50 })(need()), { name: "TimeoutError" });
  });

  it("has messages in the log of a receiver, and few of them", async () => {
    const printed = mock.method(console, "error", () => {});
    const keys = keySource({ load: () => JSON.stringify(set(first)) });
    const receive = receiver(hook, () => {}, { keys, log: false });
    const forged = (kid: string) =>
      new Request("https://h/", {
        method: "POST",
        headers: { ...sent({ ...second, kid }).headers, "content-type": "application/json" },
        body,
      });
    for (let index = 0; index < 40; index++)
      assert.notEqual((await receive(forged(`forged-${index}`))).status, 200);
    const lines = printed.mock.calls.map(({ arguments: [text] }) => `${text}`);
    mock.restoreAll();
    assert.ok(lines.length >= 10 && lines.length < 20, `${lines.length}`);
    for (const line of lines)
      assert.match(line, /`keys` of a receiver .*Too many different keys are requested/);
  });

  it("requests 16 different keys in a minute, and forgets old ones for others", async () => {
    let calls = 0;
    const load = async ({ kid }: KeyNeed) => {
      calls += 1;
      return { ...first.jwk, kid };
    };
    const keys = keySource({ load });
    for (let index = 0; index < 16; index++) await keys(need(`${index}`));
    await assert.rejects(keys(need("16")), /at most 16 in a minute/);
    await keys(need("3"));
    assert.equal(calls, 16);
    mock.timers.tick(60_000);
    await keys(need("16"));
    assert.equal(calls, 17);
  });

  it("fetches only HTTPS, only this machine without, and only the hosts of its option", async () => {
    const from = (text: string, options: KeySourceOptions = {}) =>
      keySource(options)({ url: text, as: "pem" });
    for (const text of [
      url,
      "http://keys.example.com/",
      "file:///etc/passwd",
      "https://a:b@keys.example.com/",
      "x",
    ])
      await assert.rejects(from(text), /not HTTPS/, text);
    await assert.rejects(keySource({ url: "http://keys.example.com/" })(need()), /not HTTPS/);
    await assert.rejects(keySource()({ as: "jwk" }), /has no URL of keys/);
    await assert.rejects(from("https://keys.example.com/", { hosts: ["other.example.com"] }), /`hosts`/);
    assert.equal(requests.length, 0);
  });

  it("rejects options that mean nothing", () => {
    for (const options of [
      { x: 1 },
      { url: 1 },
      { load: "x" },
      { url, load: () => "" },
      { hosts: "a" },
      { maxAge: -1 },
      { timeout: 0 },
    ])
      assert.throws(() => keySource(options as KeySourceOptions), TypeError, JSON.stringify(options));
  });

  describe("of a receiver", () => {
    const request = ({ kid, privateKey }: { kid: string; privateKey: KeyObject }) =>
      new Request("https://example.com/hook", {
        method: "POST",
        headers: { "content-type": "application/json", ...sent({ kid, privateKey }).headers },
        body,
      });
    const call = async (keys: NonNullable<Parameters<typeof receiver>[2]>["keys"], from = first) => {
      const seen: string[] = [];
      const errors: unknown[] = [];
      const handle = receiver(hook, ({ type }) => void seen.push(type), {
        keys,
        log: false,
        onError: (error, source) => errors.push([source, (error as Error).message]),
      });
      const response = await handle(request(from));
      return [response.status, seen.length, ...errors];
    };

    it("makes a delivery handled, and a missing key is 503", async () => {
      assert.deepEqual(await call(own()), [200, 1]);
      assert.deepEqual(await call([set(first, second)], second), [200, 1]);
      assert.deepEqual(await call(own(), second), [503, 0]);
      assert.deepEqual(await call([]), [503, 0]);
      const fail = () => Promise.reject(new Error("down"));
      assert.deepEqual(await call(fail), [503, 0, ["keys", "down"]]);
      assert.deepEqual(await call(own(), { ...first, privateKey: second.privateKey }), [401, 0]);
    });

    it("is an option that a provider without configured keys needs", () => {
      assert.throws(() => receiver(hook, () => {}), { name: "TypeError", message: /Missing option `keys`/ });
      assert.throws(() => receiver(hook, () => {}, { keys: 1 as never }), TypeError);
    });

    it("asks for no key of a request that no key would make valid", async () => {
      let calls = 0;
      const handle = receiver(hook, () => {}, {
        log: false,
        keys: () => {
          calls += 1;
          return [];
        },
      });
      for (const headers of [
        {},
        { "x-jwt": "a.b.c" },
        { "x-jwt": token(first.privateKey, { alg: "none" }) },
      ]) {
        const { status } = await handle(
          new Request("https://example.com", {
            method: "POST",
            headers: { "content-type": "application/json", ...headers } as Record<string, string>,
            body,
          }),
        );
        assert.equal(status, 401);
      }
      assert.equal(calls, 0);
    });
  });

  it("is of errors that have their class", () => {
    assert.throws(() => hook.verify(sent(first)), HooksealError);
  });
});
