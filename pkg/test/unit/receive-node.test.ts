// Requests of Node whose body other code has read, stored or decoded before the receiver.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { deflateSync, gzipSync } from "node:zlib";
import express from "express";
import { receiver as expressReceiver } from "../../src/express.ts";
import { painchek } from "../../src/index.ts";
import { receiver } from "../../src/node.ts";
import type { ReceiverOptions } from "../../src/receive/options.ts";
import { SECRET } from "../support/fixtures.ts";

const hook = painchek({ secrets: [SECRET] });
let number = 0;

function delivery() {
  number += 1;
  const uuid = `5e0c6b3a-91d2-4c7f-8a46-${`${number}`.padStart(12, "0")}`;
  const { headers, body } = hook.create("assessment_add", { uuid, patient: uuid });
  return { headers, body: Buffer.from(body) };
}

type Listener = Parameters<typeof createServer>[1];

/** Posts one delivery to a server that handles only this one. */
async function post(
  listener: Listener,
  { headers, body } = delivery(),
  encode: (body: Buffer) => Buffer = (body) => body,
  encoding?: string,
) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      method: "POST",
      headers: { ...headers, ...(encoding === undefined ? {} : { "content-encoding": encoding }) },
      body: new Uint8Array(encode(body)),
    });
    const { code, status, detail = "" } = await response.json();
    return { reply: [response.status, code ?? status], detail };
  } finally {
    server.close();
  }
}

/** A server that changes the request before the receiver. */
const afterParser = (first: (request: IncomingMessage) => unknown, options?: ReceiverOptions): Listener => {
  const receive = receiver(hook, () => {}, options as never);
  return async (request, response) => {
    await first(request);
    await receive(request, response);
  };
};

const readAll = async (request: IncomingMessage) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
};

const HANDLED = [200, "handled"];
const NOT_RAW = [500, "body-not-raw"];

describe("a request of Node", () => {
  it("with more than one Content-Type is rejected, even if one is right", async () => {
    const server = createServer(afterParser(() => {}, { log: false }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const types = async (...values: string[]) => {
      const { headers, body } = delivery();
      const own = Object.entries(headers).filter(([name]) => name.toLowerCase() !== "content-type");
      const raw = [
        ...own.flat(),
        ...values.flatMap((type, at) => [at === 0 ? "Content-Type" : "content-type", type]),
      ];
      const raws = ["host", "h", "content-length", `${body.length}`, ...raw];
      const sent = request({
        port: (server.address() as AddressInfo).port,
        method: "POST",
        headers: raws as never,
      });
      sent.end(body);
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      response.resume();
      const checked = hook.check({ headers: raw, body });
      return [response.statusCode, checked.ok ? 200 : checked.error.status];
    };
    try {
      assert.deepEqual(await types("application/json"), [200, 200]);
      assert.deepEqual(await types("application/json", "text/plain"), [415, 415]);
      assert.deepEqual(await types("application/json", "application/json"), [415, 415]);
      assert.deepEqual(await types(), [200, 200]);
    } finally {
      server.close();
    }
  });

  it("with `setEncoding` is rejected with that reason, and not as a broken connection", async () => {
    for (const encoding of ["utf8", "latin1"] as const) {
      const { reply, detail } = await post(afterParser((request) => request.setEncoding(encoding)));
      assert.deepEqual(reply, NOT_RAW);
      assert.match(detail, /setEncoding\(\)/);
      assert.doesNotMatch(detail, /connection/);
    }
  });

  it("with a string `rawBody` is rejected with that name", async () => {
    const keep = async (request: IncomingMessage) =>
      Object.assign(request, { rawBody: (await readAll(request)).toString() });
    const { reply, detail } = await post(afterParser(keep));
    assert.deepEqual(reply, NOT_RAW);
    assert.match(detail, /rawBody is a string\. Keep the Buffer/);
  });

  it("with a string `rawBody` and an unread stream is read", async () => {
    const { reply } = await post(afterParser((request) => Object.assign(request, { rawBody: "{}" })));
    assert.deepEqual(reply, HANDLED);
  });

  it("with bytes of another realm, or in another container, is read", async () => {
    const foreign = runInNewContext("(bytes) => Uint8Array.from(bytes)") as (bytes: Uint8Array) => Uint8Array;
    for (const container of [foreign, (bytes: Uint8Array) => foreign(bytes).buffer]) {
      for (const name of ["rawBody", "body"]) {
        const keep = async (request: IncomingMessage) =>
          Object.assign(request, { [name]: container(await readAll(request)) });
        assert.deepEqual((await post(afterParser(keep))).reply, HANDLED);
      }
    }
  });

  it("with a `body` getter that throws, as Vercel's, is read", async () => {
    const spoil = (request: IncomingMessage) => {
      const get = () => {
        throw new Error("Invalid JSON");
      };
      Object.defineProperty(request, "body", { get, enumerable: true });
    };
    assert.deepEqual((await post(afterParser(spoil))).reply, HANDLED);
    const { reply } = await post(
      afterParser(async (request) => {
        await readAll(request);
        spoil(request);
      }),
    );
    assert.deepEqual(reply, NOT_RAW);
  });

  it("with compressed bytes is decompressed", async () => {
    const keep = async (request: IncomingMessage) =>
      Object.assign(request, { rawBody: await readAll(request) });
    const listener = afterParser(keep, { encodings: ["gzip", "deflate"] });
    assert.deepEqual((await post(listener, delivery(), gzipSync, "gzip")).reply, HANDLED);
    assert.deepEqual((await post(listener, delivery(), deflateSync, "deflate")).reply, HANDLED);
    const { reply } = await post(afterParser(keep), delivery(), gzipSync, "gzip");
    assert.deepEqual(reply, [415, "encoding-unsupported"]);
  });
});

describe("a body that Express has decompressed", () => {
  const json = express.json({
    verify: (request, _response, bytes) => void Object.assign(request, { rawBody: bytes }),
  });
  for (const [name, parser] of [
    ["express.json({ verify })", json],
    ["express.raw()", express.raw({ type: "*/*" })],
  ] as const) {
    it(`is not decompressed again: ${name}`, async () => {
      for (const options of [{}, { encodings: ["gzip", "deflate"] }] as const) {
        const app = express();
        app.use(parser);
        app.all(
          "/",
          expressReceiver(hook, () => {}, options as never),
        );
        assert.deepEqual((await post(app, delivery(), gzipSync, "gzip")).reply, HANDLED);
        assert.deepEqual((await post(app, delivery(), deflateSync, "deflate")).reply, HANDLED);
        assert.deepEqual((await post(app)).reply, HANDLED);
      }
    });
  }
});
