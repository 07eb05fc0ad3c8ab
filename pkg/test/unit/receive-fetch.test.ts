// Bodies of requests of the Fetch API: created by a constructor, or by a server, whose short bodies are read at once.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { getRequestListener } from "@hono/node-server";
import { type FetchRequest, receiver } from "../../src/fetch.ts";
import { type PainchekEvents, painchek } from "../../src/index.ts";
import type { ReceiverEvent } from "../../src/receive/options.ts";
import { SECRET } from "../support/fixtures.ts";

const hook = painchek({ secrets: [SECRET] });
const MAX_BYTES = 2_000;
let number = 0;

/** A signed delivery with a body of this length. */
function delivery(length = MAX_BYTES) {
  number += 1;
  const uuid = `5e0c6b3a-91d2-4c7f-8a46-${`${number}`.padStart(12, "0")}`;
  const data = { uuid, patient: uuid, update_stamp: 1 };
  const text = Buffer.from(hook.create("assessment_add", data).body).toString();
  const { headers, body } = hook.sign(text.padEnd(length, " "));
  assert.equal(body.length, length);
  return { headers: headers as Record<string, string>, body: body as Uint8Array<ArrayBuffer> };
}

/** A receiver with a low limit. */
function receiving(bodyTimeout = 10_000) {
  const events: ReceiverEvent[] = [];
  const receive = receiver<PainchekEvents, FetchRequest>(hook, () => {}, {
    maxBytes: MAX_BYTES,
    bodyTimeout,
    onEvent: (event) => events.push(event),
  });
  const outcomeOf = async (request: FetchRequest) => {
    const reply = (await receive(request)) as Response;
    const { code, status } = await reply.json();
    return [reply.status, code ?? status];
  };
  return { receive, outcomeOf, events };
}

const HANDLED = [200, "handled"];
const TOO_LARGE = [413, "body-too-large"];
const NOT_RAW = [500, "body-not-raw"];
const INCOMPLETE = [400, "body-incomplete"];
const TIMEOUT = [408, "body-timeout"];

describe("a body of a request made by a constructor", () => {
  const made = (headers: Record<string, string>, body: BodyInit) =>
    new Request("https://h/hook", { method: "POST", headers, body, duplex: "half" } as RequestInit);
  const { outcomeOf } = receiving();

  it("is limited by its bytes, for any Content-Length", async () => {
    for (const length of [MAX_BYTES - 1, MAX_BYTES, MAX_BYTES + 1]) {
      for (const claimed of [0, 1, MAX_BYTES - 2, MAX_BYTES - 1, MAX_BYTES]) {
        const { headers, body } = delivery(length);
        const reply = await outcomeOf(made({ ...headers, "content-length": `${claimed}` }, body));
        assert.deepEqual(reply, length > MAX_BYTES ? TOO_LARGE : HANDLED, `${claimed} of ${length}`);
      }
    }
  });

  it("is not read beyond the limit, even if its Content-Length is short", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const reply = await outcomeOf(made({ ...delivery().headers, "content-length": "100" }, endless));
    assert.deepEqual(reply, TOO_LARGE);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(pulled < 60, `${pulled}`);
  });

  it("has a timeout", async () => {
    const silent = new ReadableStream();
    const { outcomeOf: outcomeInTime } = receiving(50);
    assert.deepEqual(
      await outcomeInTime(made({ ...delivery().headers, "content-length": "100" }, silent)),
      TIMEOUT,
    );
  });

  it("is not available if it was read, or is being read", async () => {
    const { headers, body } = delivery();
    const read = made(headers, body);
    await read.text();
    assert.deepEqual(await outcomeOf(read), NOT_RAW);
    const held = made(headers, body);
    held.body?.getReader();
    assert.deepEqual(await outcomeOf(held), NOT_RAW);
  });

  it("is available if it arrived before the request was aborted", async () => {
    const { headers, body } = delivery();
    const gone = new Request(made({ ...headers, "content-length": `${MAX_BYTES}` }, body), {
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(await outcomeOf(gone), HANDLED);
  });

  it("is incomplete if its stream fails", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("x")) });
    assert.deepEqual(
      await outcomeOf(made({ ...delivery().headers, "content-length": "100" }, broken)),
      INCOMPLETE,
    );
  });
});

describe("a body of another realm, or of a runtime without streams", () => {
  const { outcomeOf } = receiving();
  const bare = (headers: Record<string, string>, more: object) =>
    ({
      method: "POST",
      url: "https://h/hook",
      headers: new Headers(headers),
      bodyUsed: false,
      ...more,
    }) as never;
  const streaming = (piece: unknown) =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(piece);
        controller.close();
      },
    });

  it("is read in every container", async () => {
    const foreign = runInNewContext("(bytes) => Uint8Array.from(bytes)") as (bytes: Uint8Array) => Uint8Array;
    for (const make of [
      (bytes: Uint8Array) => foreign(bytes),
      (bytes: Uint8Array) => foreign(bytes).buffer,
      (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
      (bytes: Uint8Array) => bytes.slice().buffer,
    ]) {
      const { headers, body } = delivery();
      assert.deepEqual(await outcomeOf(bare(headers, { body: streaming(make(body)) })), HANDLED);
    }
  });

  it("is rejected with the reason if its chunks are strings", async () => {
    const { receive } = receiving();
    for (const [piece, reason] of [
      ["{}", /setEncoding/],
      [{ event: 1 }, /chunks of type object/],
    ] as const) {
      const reply = (await receive(bare(delivery().headers, { body: streaming(piece) }))) as Response;
      const { code, detail } = await reply.json();
      assert.deepEqual([reply.status, code], NOT_RAW);
      assert.match(detail, reason);
      assert.doesNotMatch(detail, /connection/);
    }
  });

  it("is read without a stream, within limit and timeout, and once", async () => {
    const firefox = ({ headers, body }: ReturnType<typeof delivery>, claimed?: string) => {
      const requestHeaders = { ...headers, ...(claimed === undefined ? {} : { "content-length": claimed }) };
      const request = new Request("https://h/hook", { method: "POST", headers: requestHeaders, body });
      return Object.defineProperty(request, "body", { value: undefined });
    };
    for (const claimed of [undefined, "1", `${MAX_BYTES}`]) {
      assert.deepEqual(await outcomeOf(firefox(delivery(), claimed)), HANDLED);
      assert.deepEqual(await outcomeOf(firefox(delivery(MAX_BYTES + 1), claimed)), TOO_LARGE);
    }
    const accessed: string[] = [];
    const announced = firefox(delivery(), `${MAX_BYTES + 1}`);
    Object.defineProperty(announced, "arrayBuffer", { value: () => accessed.push("arrayBuffer") });
    assert.deepEqual([await outcomeOf(announced), accessed], [TOO_LARGE, []]);
    const read = firefox(delivery());
    await read.text();
    assert.deepEqual(await outcomeOf(read), NOT_RAW);
    const silent = firefox(delivery());
    Object.defineProperty(silent, "arrayBuffer", { value: () => new Promise(() => {}) });
    assert.deepEqual(await receiving(20).outcomeOf(silent), TIMEOUT);
    const foreign = firefox(delivery());
    const bytes = runInNewContext("Uint8Array.from(bytes).buffer", { bytes: [...delivery().body] });
    Object.defineProperty(foreign, "arrayBuffer", { value: async () => bytes });
    assert.notDeepEqual(await outcomeOf(foreign), INCOMPLETE);
  });

  it("is empty if there is none", async () => {
    const reply = await outcomeOf(bare(delivery().headers, { body: null }));
    assert.notDeepEqual(reply, HANDLED);
    assert.notDeepEqual(reply, NOT_RAW);
  });
});

/** A request without a constructor, with a scripted `arrayBuffer`. */
function brought(
  requestHeaders: Record<string, string>,
  arrayBuffer: () => Promise<ArrayBuffer>,
  { body, reads = true }: { body?: ReadableStream; reads?: boolean } = {},
) {
  let bodyUsed = false;
  const accessed: string[] = [];
  const kind = {
    method: "POST",
    url: "https://h/hook",
    headers: new Headers(requestHeaders),
    get bodyUsed() {
      return bodyUsed;
    },
    get body() {
      accessed.push("body");
      return body ?? null;
    },
    arrayBuffer() {
      accessed.push("arrayBuffer");
      bodyUsed ||= reads;
      return arrayBuffer();
    },
  };
  return { request: Object.create(kind) as FetchRequest, accessed };
}

const streamOf = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();

describe("a body of a request of a server", () => {
  const { outcomeOf, receive } = receiving();
  const fails = () => Promise.reject(new TypeError("x"));

  it("is read as a whole if its Content-Length is short", async () => {
    const { headers, body } = delivery();
    const { request, accessed } = brought(
      { ...headers, "content-length": `${MAX_BYTES}` },
      async () => body.buffer,
    );
    assert.deepEqual(await outcomeOf(request), HANDLED);
    assert.deepEqual(accessed, ["arrayBuffer"]);
  });

  it("is read from the stream without a short Content-Length, or if a constructor created the request", async () => {
    class Made {
      arrayBuffer = fails;
    }
    const wide = receiver<PainchekEvents, FetchRequest>(hook, () => {});
    for (const [more, prototype] of [
      [{}, undefined],
      [{ "content-length": "16385" }, undefined],
      [{ "content-length": "2000, 2000" }, undefined],
      [{ "content-length": "+2000" }, undefined],
      [{ "content-length": "2e3" }, undefined],
      [{ "content-length": "2000", "transfer-encoding": "chunked" }, undefined],
      [{ "content-length": "2000" }, Made.prototype],
    ] as const) {
      const { headers, body } = delivery();
      const { request, accessed } = brought({ ...headers, ...more }, fails, { body: streamOf(body) });
      if (prototype !== undefined)
        Object.defineProperty(Object.getPrototypeOf(request), "constructor", { value: Made });
      const reply = (await wide(request)) as Response;
      assert.equal(reply.status, 200, JSON.stringify(more));
      assert.ok(!accessed.includes("arrayBuffer"), JSON.stringify(more));
    }
  });

  it("is limited by its bytes, for any Content-Length", async () => {
    for (const [length, expected] of [
      [MAX_BYTES - 1, HANDLED],
      [MAX_BYTES, HANDLED],
      [MAX_BYTES + 1, TOO_LARGE],
      [10 * MAX_BYTES, TOO_LARGE],
    ] as const) {
      for (const claimed of ["0", "100", `${MAX_BYTES}`]) {
        const { headers, body } = delivery(length);
        const { request } = brought({ ...headers, "content-length": claimed }, async () => body.buffer);
        assert.deepEqual(await outcomeOf(request), expected, `${claimed} of ${length}`);
      }
    }
  });

  it("has a timeout, and may fail after it", async () => {
    const { headers } = delivery();
    let fail: (error: Error) => void = () => {};
    const silent = () =>
      new Promise<never>((_, reject) => {
        fail = reject;
      });
    const { outcomeOf, events } = receiving(50);
    const { request } = brought({ ...headers, "content-length": "500" }, silent);
    assert.deepEqual(await outcomeOf(request), TIMEOUT);
    const eventCount = events.length;
    fail(new Error("late"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(events.length, eventCount);
  });

  it("leaves no timer that keeps the process alive", async () => {
    const { headers, body } = delivery();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    for (const reads of [async () => body.buffer, fails]) {
      const receiving = receive(brought({ ...headers, "content-length": `${MAX_BYTES}` }, reads).request);
      assert.equal(timers(), before + 1);
      await receiving;
      assert.equal(timers(), before);
    }
  });

  it("is incomplete if reading fails, at once or later", async () => {
    const { headers } = delivery();
    const atOnce = () => {
      throw new TypeError("x");
    };
    for (const arrayBuffer of [fails, atOnce as () => Promise<never>]) {
      const { request } = brought({ ...headers, "content-length": "500" }, arrayBuffer);
      assert.deepEqual(await outcomeOf(request), INCOMPLETE);
    }
  });

  it("has the result of the stream if `arrayBuffer` rejects an unread body", async () => {
    const { headers, body } = delivery();
    const requestHeaders = { ...headers, "content-length": `${MAX_BYTES}` };
    const refused = (stream: ReadableStream) =>
      brought(requestHeaders, fails, { body: stream, reads: false }).request;
    assert.deepEqual(await outcomeOf(refused(streamOf(body))), HANDLED);
    const held = streamOf(body);
    held.getReader();
    assert.deepEqual(await outcomeOf(refused(held)), NOT_RAW);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("x")) });
    assert.deepEqual(await outcomeOf(refused(broken)), INCOMPLETE);
  });
});

describe("a body of Hono's request on Node", () => {
  let server: Server;
  let port = 0;
  let streams = 0;
  let first: (request: Request) => unknown = () => {};
  const { receive, events } = receiving();
  const { receive: receiveSoon } = receiving(50);

  /** Counts the accesses to the stream. */
  const listener = getRequestListener(
    async (request) => {
      await first(request);
      Object.defineProperty(request, "body", {
        get() {
          streams += 1;
          return Reflect.get(Object.getPrototypeOf(request), "body", request);
        },
      });
      return request.url.endsWith("/soon") ? receiveSoon(request) : receive(request);
    },
    { overrideGlobalObjects: false },
  );

  before(async () => {
    server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  after(() => void server.close());
  afterEach(() => {
    first = () => {};
    streams = 0;
  });

  const post = async (headers: Record<string, string>, body: BodyInit) => {
    const request = { method: "POST", headers, body, duplex: "half" } as RequestInit;
    const reply = await fetch(`http://127.0.0.1:${port}/`, request);
    const { code, status } = await reply.json();
    return [reply.status, code ?? status];
  };

  /** Sends a part of a body, and waits until the connection ends. */
  const raw = async (path: string, cut = false) => {
    const socket = connect(port, "127.0.0.1");
    let response = "";
    socket.on("data", (part) => {
      response += part;
    });
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"event":`,
    );
    // After the request has arrived, since no event reports a request that never arrives.
    if (cut) first = () => void setTimeout(() => socket.destroy(), 10);
    await once(socket, "close");
    return response;
  };

  it("is read without its stream up to the limit, if it is short", async () => {
    const whole = delivery();
    assert.deepEqual(await post(whole.headers, whole.body), HANDLED);
    const larger = delivery(MAX_BYTES + 1);
    assert.deepEqual(await post(larger.headers, larger.body), TOO_LARGE);
    assert.equal(streams, 0);
  });

  it("is read from the stream without a Content-Length", async () => {
    const whole = delivery();
    assert.deepEqual(await post(whole.headers, streamOf(whole.body)), HANDLED);
    const larger = delivery(MAX_BYTES + 1);
    assert.deepEqual(await post(larger.headers, streamOf(larger.body)), TOO_LARGE);
    assert.ok(streams > 0);
  });

  it("is not available if it was read, or is being read", async () => {
    for (const reads of [
      (request: Request) => request.text(),
      (request: Request) => void request.body?.getReader(),
    ]) {
      first = reads;
      const { headers, body } = delivery();
      assert.deepEqual(await post(headers, body), NOT_RAW);
    }
  });

  it("is available if only a clone was read", async () => {
    first = (request) => request.clone().text();
    const { headers, body } = delivery();
    assert.deepEqual(await post(headers, body), HANDLED);
  });

  it("has a timeout, which closes the connection", { timeout: 10_000 }, async () => {
    assert.match(await raw("/soon"), /^HTTP\/1\.1 408 [\s\S]*"code":"body-timeout"/);
  });

  it("is incomplete if the sender disconnects", { timeout: 10_000 }, async () => {
    const eventCount = events.length;
    await raw("/", true);
    while (events.length === eventCount) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([events[eventCount]?.status, events[eventCount]?.code], INCOMPLETE);
  });

  it("is the same over HTTP/2", async () => {
    const http2 = createHttp2Server(listener).listen(0, "127.0.0.1");
    await once(http2, "listening");
    const client = connectHttp2(`http://127.0.0.1:${(http2.address() as AddressInfo).port}`);
    const send = async (path: string, headers: Record<string, string>, body: Uint8Array, end: boolean) => {
      const stream = client.request({ ...headers, ":method": "POST", ":path": path });
      stream.on("error", () => {});
      if (end) stream.end(body);
      else stream.write(body);
      const [{ ":status": status }] = await once(stream, "response");
      stream.close();
      return status;
    };
    try {
      const { headers, body } = delivery();
      const sized = { ...headers, "content-length": `${MAX_BYTES}` };
      assert.equal(await send("/", sized, body, true), 200);
      assert.equal(streams, 0);
      assert.equal(await send("/soon", sized, body.subarray(0, 9), false), 408);
    } finally {
      client.destroy();
      http2.close();
    }
  });
});
