// Tokens, and several signature schemes: verified, received, sent, and never shown.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import { inspect } from "node:util";
import { type ProviderDefinition, type Verified, webhook } from "../../src/index.ts";
import { send } from "../../src/send.ts";
import { errorOf } from "../support/fixtures.ts";
import { receiving } from "../support/receiving.ts";

const TOKEN = "tok_3kQ9vXz7LmN2pR5s";
const SIGNING = "the signing secret of these tests";
const body = '{"type":"ping","id":"evt_1"}';
const common = {
  envelope: { type: "/type" },
  dedupe: ["pointer:/id"],
  events: { ping: { schema: true } },
} satisfies Partial<ProviderDefinition>;
const definition: ProviderDefinition = {
  id: "chat",
  signature: { kind: "token", header: "X-Chat-Key" },
  ...common,
};
const several: ProviderDefinition = {
  id: "forge",
  signature: [
    { name: "signing", header: "X-Sig", format: "{hex}", algorithms: ["sha256"] },
    { name: "token", kind: "token", header: "X-Token" },
  ],
  ...common,
};
const hook = webhook(definition, { secrets: ["tok_the-one-before", TOKEN] });
const delivery = (token: string) => ({ headers: { "x-chat-key": token }, body });

describe("a token", () => {
  it("is a status of its own", () => {
    const { signature, id } = hook.verify(delivery(TOKEN));
    assert.deepEqual(signature, {
      status: "token",
      secret: 1,
      covers: "nothing",
      uncovered: ["type", "id"],
    });
    assert.equal(id, "ping:evt_1");
    const report = hook.inspect(delivery(TOKEN));
    assert.equal(report.verdict, "token");
    assert.deepEqual(report.signature, {
      status: "token",
      header: "X-Chat-Key",
      secret: 1,
      covers: "nothing",
      uncovered: ["type", "id"],
    });
  });

  it("is compared as a whole, and a list of headers is no token", () => {
    for (const headers of [
      { "X-Chat-Key": `${TOKEN}, ${TOKEN}` },
      { "X-Chat-Key": [TOKEN, TOKEN] },
      { "X-Chat-Key": `Bearer ${TOKEN}` },
      { "X-Chat-Key": "" },
      { "X-Chat-Key": "undefined" },
      {},
    ]) {
      const result = hook.check({ headers, body });
      assert.ok(!result.ok && result.error.status === 401, JSON.stringify(headers));
    }
  });

  it("is written by `sign` and `create`", () => {
    const signed = webhook(definition, { secrets: [TOKEN] }).sign(body);
    assert.equal(signed.headers["X-Chat-Key"], TOKEN);
    assert.equal(hook.verify(signed).signature.status, "token");
    assert.equal(hook.verify(hook.create("ping", { id: "evt_2" })).type, "ping");
  });

  it("is in no error, report, explanation, event and log line", async () => {
    const lines: string[] = [];
    const said: unknown[] = [];
    const { send, events, errors } = receiving(hook, (delivery) => void said.push(delivery), {
      log: (line) => lines.push(line),
    });
    for (const value of [TOKEN, `${TOKEN}!`, `"${TOKEN}"`, `${TOKEN}, ${TOKEN}`, `Bearer ${TOKEN}`]) {
      for (const name of ["x-chat-key", "authorization"]) {
        const headers = { [name]: value };
        said.push(hook.inspect({ headers, body }), hook.explain({ headers, body }));
        const result = hook.check({ headers, body });
        said.push(result.ok ? result.value : [result.error, result.error.issues, result.error.stack]);
        const response = await send({
          headers: { ...headers, "content-type": "application/json" },
          body: new TextEncoder().encode(body),
        });
        said.push(response.status, response.text);
      }
    }
    said.push(lines, events, errors, hook, hook.definition);
    const all = `${inspect(said, { depth: 12, showHidden: true })} ${JSON.stringify(said)}`;
    assert.ok(all.length > 5000 && lines.length > 0);
    assert.doesNotMatch(all, /tok_3kQ9|vXz7LmN2/);
  });

  it("makes a receiver respond with 401 to another token, and handle a delivery once", async () => {
    const { send, events, calls } = receiving(hook);
    const bytes = new TextEncoder().encode(body);
    const post = (token: string) =>
      send({ headers: { "X-Chat-Key": token, "Content-Type": "application/json" }, body: bytes });
    assert.equal((await post("tok_of-another-sender")).status, 401);
    assert.equal((await post(TOKEN)).status, 200);
    assert.equal((await post(TOKEN)).status, 200);
    assert.deepEqual(
      events.map(({ outcome, signature }) => [outcome, signature]),
      [
        ["rejected", undefined],
        ["handled", "token"],
        ["duplicate", "token"],
      ],
    );
    assert.equal(calls.length, 1);
  });

  it("has no algorithm", () => {
    assert.equal(
      errorOf(() => webhook(definition, { secrets: [TOKEN], algorithms: ["sha256"] })).code,
      "option-invalid",
    );
  });
});

describe("a token that is sent", async () => {
  const received: [string, string | undefined, string | undefined][] = [];
  const listen = (location?: string) =>
    new Promise<string>((resolve) => {
      const server = createServer((request, response) => {
        received.push([
          `${request.socket.localPort}`,
          request.headers["x-chat-key"] as string | undefined,
          request.headers["x-sig"] as string | undefined,
        ]);
        response.writeHead(location === undefined ? 200 : 307, location === undefined ? {} : { location });
        response.end();
      });
      after(() => server.close());
      server.listen(0, "127.0.0.1", () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
      );
    });

  it("stays with its origin, whatever its header is called", async () => {
    const target = await listen();
    const first = await listen(target);
    const renamed = {
      ...definition,
      signature: { kind: "token", header: "X-Chat-Key" },
    } as ProviderDefinition;
    const provider = webhook(renamed, { secrets: [TOKEN] });
    const result = await send(first, provider.sign(body), {
      provider,
      allowAddresses: "any",
      redirects: 1,
      retries: [],
    });
    assert.equal(result.status, 200);
    assert.deepEqual(
      received.map(([, token]) => token),
      [TOKEN, undefined],
    );
  });
});

describe("several schemes", () => {
  const sign = (secret: string) => createHmac("sha256", secret).update(body).digest("hex");
  const both = webhook(several, { secrets: { signing: [SIGNING], token: [undefined, TOKEN].slice(1) } });
  const signatureOf = (headers: Record<string, string>): Verified["signature"] | string => {
    const result = both.check({ headers, body });
    return result.ok ? result.value.signature : result.error.code;
  };

  it("are named in the result, and the strongest one decides alone", () => {
    assert.deepEqual(signatureOf({ "X-Sig": sign(SIGNING), "X-Token": "another" }), {
      status: "verified",
      scheme: "signing",
      algorithm: "sha256",
      secret: 0,
      covers: "body",
    });
    assert.deepEqual(signatureOf({ "X-Token": TOKEN }), {
      status: "token",
      scheme: "token",
      secret: 0,
      covers: "nothing",
      uncovered: ["type", "id"],
    });
    assert.equal(signatureOf({ "X-Sig": sign("forged"), "X-Token": TOKEN }), "signature-mismatch");
    assert.equal(signatureOf({ "X-Sig": "", "X-Token": TOKEN }), "signature-malformed");
    assert.deepEqual(both.uncovered, []);
    assert.equal(both.inspect({ headers: { "X-Token": TOKEN }, body }).signature.scheme, "token");
  });

  it("are active only with a secret", () => {
    for (const secrets of [[SIGNING], { signing: [SIGNING] }, { signing: [SIGNING], token: [] }]) {
      const result = webhook(several, { secrets }).check({ headers: { "X-Token": TOKEN }, body });
      assert.equal(result.ok ? "accepted" : result.error.code, "signature-missing");
    }
    assert.equal(errorOf(() => webhook(several, { secrets: { token: [undefined] } })).code, "secret-missing");
    assert.equal(errorOf(() => webhook(several, { secrets: {} })).code, "secret-missing");
    const error = errorOf(() => webhook(several, { secrets: { [TOKEN]: [SIGNING] } }));
    assert.equal(error.code, "option-invalid");
    assert.match(error.message, /expected the names signing, token\.$/);
    assert.equal(errorOf(() => webhook("github", { secrets: { token: [TOKEN] } })).code, "option-invalid");
  });

  it("sign with the strongest one", () => {
    const { headers } = both.sign(body);
    assert.deepEqual([headers["X-Sig"], headers["X-Token"]], [sign(SIGNING), undefined]);
    assert.equal(webhook(several, { secrets: { token: [TOKEN] } }).sign(body).headers["X-Token"], TOKEN);
  });
});
