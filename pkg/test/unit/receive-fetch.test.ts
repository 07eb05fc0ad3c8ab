// Bodies of fetch's requests: of those that somebody made, and of those that a server brings, which are read as a whole.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { after, afterEach, before, describe, it, mock } from "node:test";
import { runInNewContext } from "node:vm";
import { getRequestListener } from "@hono/node-server";
import { type FetchRequest, receiver } from "../../src/fetch.ts";
import { type PainchekEvents, painchek } from "../../src/index.ts";
import type { ReceiverEvent } from "../../src/receive/options.ts";
import { SECRET } from "../support/fixtures.ts";

const hook = painchek({ secrets: [SECRET] });
const MOST = 2_000;
let number = 0;

/** A signed delivery whose body is so long. */
function delivery(length = MOST) {
  number += 1;
  const uuid = `5e0c6b3a-91d2-4c7f-8a46-${`${number}`.padStart(12, "0")}`;
  const data = { uuid, patient: uuid, update_stamp: 1 };
  const text = Buffer.from(hook.create("assessment_add", data).body).toString();
  const { headers, body } = hook.sign(text.padEnd(length, " "));
  assert.equal(body.length, length);
  return { headers: headers as Record<string, string>, body: body as Uint8Array<ArrayBuffer> };
}

/** A receiver that reads little. */
function receiving(bodyTimeout = 10_000) {
  const events: ReceiverEvent[] = [];
  const receive = receiver<PainchekEvents, FetchRequest>(hook, () => {}, {
    maxBytes: MOST,
    bodyTimeout,
    onEvent: (event) => events.push(event),
  });
  const said = async (request: FetchRequest) => {
    const reply = (await receive(request)) as Response;
    const { code, status } = await reply.json();
    return [reply.status, code ?? status];
  };
  return { receive, said, events };
}

const HANDLED = [200, "handled"];
const TOO_LARGE = [413, "body-too-large"];
const NOT_RAW = [500, "body-not-raw"];
const INCOMPLETE = [400, "body-incomplete"];
const TIMEOUT = [408, "body-timeout"];

describe("a body of a request that somebody made", () => {
  const made = (headers: Record<string, string>, body: BodyInit) =>
    new Request("https://h/hook", { method: "POST", headers, body, duplex: "half" } as RequestInit);
  const { said } = receiving();

  it("counts, whatever length the request claims", async () => {
    for (const length of [MOST - 1, MOST, MOST + 1]) {
      for (const claimed of [0, 1, MOST - 2, MOST - 1, MOST]) {
        const { headers, body } = delivery(length);
        const reply = await said(made({ ...headers, "content-length": `${claimed}` }, body));
        assert.deepEqual(reply, length > MOST ? TOO_LARGE : HANDLED, `${claimed} of ${length}`);
      }
    }
  });

  it("is not read without end, though the request claims to be short", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const reply = await said(made({ ...delivery().headers, "content-length": "100" }, endless));
    assert.deepEqual(reply, TOO_LARGE);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(pulled < 60, `${pulled}`);
  });

  it("is waited for no longer than it may take", async () => {
    const silent = new ReadableStream();
    const { said: saidSoon } = receiving(50);
    assert.deepEqual(
      await saidSoon(made({ ...delivery().headers, "content-length": "100" }, silent)),
      TIMEOUT,
    );
  });

  it("is missing where it was read, or is being read", async () => {
    const { headers, body } = delivery();
    const read = made(headers, body);
    await read.text();
    assert.deepEqual(await said(read), NOT_RAW);
    const held = made(headers, body);
    held.body?.getReader();
    assert.deepEqual(await said(held), NOT_RAW);
  });

  it("is there though the request was aborted, where it arrived before", async () => {
    const { headers, body } = delivery();
    const gone = new Request(made({ ...headers, "content-length": `${MOST}` }, body), {
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(await said(gone), HANDLED);
  });

  it("is incomplete where its stream breaks", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("x")) });
    assert.deepEqual(
      await said(made({ ...delivery().headers, "content-length": "100" }, broken)),
      INCOMPLETE,
    );
  });
});

describe("a body of another realm, or of a runtime with less than a stream", () => {
  const { said } = receiving();
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
      assert.deepEqual(await said(bare(headers, { body: streaming(make(body)) })), HANDLED);
    }
  });

  it("is no body where it comes as text, and that is said", async () => {
    const { receive } = receiving();
    for (const [piece, reason] of [
      ["{}", /setEncoding/],
      [{ event: 1 }, /pieces of type object/],
    ] as const) {
      const reply = (await receive(bare(delivery().headers, { body: streaming(piece) }))) as Response;
      const { code, detail } = await reply.json();
      assert.deepEqual([reply.status, code], NOT_RAW);
      assert.match(detail, reason);
      assert.doesNotMatch(detail, /connection/);
    }
  });

  it("is read without a stream, within the limit, in time, and once", async () => {
    const firefox = ({ headers, body }: ReturnType<typeof delivery>, claimed?: string) => {
      const given = { ...headers, ...(claimed === undefined ? {} : { "content-length": claimed }) };
      const request = new Request("https://h/hook", { method: "POST", headers: given, body });
      return Object.defineProperty(request, "body", { value: undefined });
    };
    for (const claimed of [undefined, "1", `${MOST}`]) {
      assert.deepEqual(await said(firefox(delivery(), claimed)), HANDLED);
      assert.deepEqual(await said(firefox(delivery(MOST + 1), claimed)), TOO_LARGE);
    }
    const asked: string[] = [];
    const announced = firefox(delivery(), `${MOST + 1}`);
    Object.defineProperty(announced, "arrayBuffer", { value: () => asked.push("arrayBuffer") });
    assert.deepEqual([await said(announced), asked], [TOO_LARGE, []]);
    const read = firefox(delivery());
    await read.text();
    assert.deepEqual(await said(read), NOT_RAW);
    const silent = firefox(delivery());
    Object.defineProperty(silent, "arrayBuffer", { value: () => new Promise(() => {}) });
    assert.deepEqual(await receiving(20).said(silent), TIMEOUT);
    const foreign = firefox(delivery());
    const bytes = runInNewContext("Uint8Array.from(bytes).buffer", { bytes: [...delivery().body] });
    Object.defineProperty(foreign, "arrayBuffer", { value: async () => bytes });
    assert.notDeepEqual(await said(foreign), INCOMPLETE);
  });

  it("is empty where there is none", async () => {
    const reply = await said(bare(delivery().headers, { body: null }));
    assert.notDeepEqual(reply, HANDLED);
    assert.notDeepEqual(reply, NOT_RAW);
  });
});

/** A request that no constructor makes, with an `arrayBuffer` of its own that does as it is told. */
function brought(
  given: Record<string, string>,
  arrayBuffer: () => Promise<ArrayBuffer>,
  { body, reads = true }: { body?: ReadableStream; reads?: boolean } = {},
) {
  let bodyUsed = false;
  const asked: string[] = [];
  const kind = {
    method: "POST",
    url: "https://h/hook",
    headers: new Headers(given),
    get bodyUsed() {
      return bodyUsed;
    },
    get body() {
      asked.push("body");
      return body ?? null;
    },
    arrayBuffer() {
      asked.push("arrayBuffer");
      bodyUsed ||= reads;
      return arrayBuffer();
    },
  };
  return { request: Object.create(kind) as FetchRequest, asked };
}

const streamOf = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();

describe("a body of a request that a server brings", () => {
  const { said, receive } = receiving();
  const fails = () => Promise.reject(new TypeError("x"));

  it("is read as a whole where the request says that it is short", async () => {
    const { headers, body } = delivery();
    const { request, asked } = brought({ ...headers, "content-length": `${MOST}` }, async () => body.buffer);
    assert.deepEqual(await said(request), HANDLED);
    assert.deepEqual(asked, ["arrayBuffer"]);
  });

  it("is read from the stream where the request does not say so, or a constructor makes it", async () => {
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
      const { request, asked } = brought({ ...headers, ...more }, fails, { body: streamOf(body) });
      if (prototype !== undefined)
        Object.defineProperty(Object.getPrototypeOf(request), "constructor", { value: Made });
      const reply = (await wide(request)) as Response;
      assert.equal(reply.status, 200, JSON.stringify(more));
      assert.ok(!asked.includes("arrayBuffer"), JSON.stringify(more));
    }
  });

  it("counts, whatever length the request claims", async () => {
    for (const [length, expected] of [
      [MOST - 1, HANDLED],
      [MOST, HANDLED],
      [MOST + 1, TOO_LARGE],
      [10 * MOST, TOO_LARGE],
    ] as const) {
      for (const claimed of ["0", "100", `${MOST}`]) {
        const { headers, body } = delivery(length);
        const { request } = brought({ ...headers, "content-length": claimed }, async () => body.buffer);
        assert.deepEqual(await said(request), expected, `${claimed} of ${length}`);
      }
    }
  });

  it("is waited for no longer than it may take, and may fail behind that", async () => {
    const { headers } = delivery();
    let fail: (error: Error) => void = () => {};
    const silent = () =>
      new Promise<never>((_, reject) => {
        fail = reject;
      });
    const { said, events } = receiving(50);
    const { request } = brought({ ...headers, "content-length": "500" }, silent);
    assert.deepEqual(await said(request), TIMEOUT);
    const told = events.length;
    fail(new Error("late"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(events.length, told);
  });

  it("leaves no timer behind", async () => {
    const cleared = mock.method(globalThis, "clearTimeout");
    try {
      const { headers, body } = delivery();
      await receive(brought({ ...headers, "content-length": `${MOST}` }, async () => body.buffer).request);
      const asked = cleared.mock.callCount();
      await receive(brought({ ...headers, "content-length": `${MOST}` }, fails).request);
      assert.ok(asked > 0 && cleared.mock.callCount() > asked);
    } finally {
      mock.restoreAll();
    }
  });

  it("is incomplete where reading it fails, at once or later", async () => {
    const { headers } = delivery();
    const atOnce = () => {
      throw new TypeError("x");
    };
    for (const arrayBuffer of [fails, atOnce as () => Promise<never>]) {
      const { request } = brought({ ...headers, "content-length": "500" }, arrayBuffer);
      assert.deepEqual(await said(request), INCOMPLETE);
    }
  });

  it("is what the stream says where it was refused unread", async () => {
    const { headers, body } = delivery();
    const given = { ...headers, "content-length": `${MOST}` };
    const refused = (stream: ReadableStream) => brought(given, fails, { body: stream, reads: false }).request;
    assert.deepEqual(await said(refused(streamOf(body))), HANDLED);
    const held = streamOf(body);
    held.getReader();
    assert.deepEqual(await said(refused(held)), NOT_RAW);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("x")) });
    assert.deepEqual(await said(refused(broken)), INCOMPLETE);
  });
});

describe("a body of Hono's request on Node", () => {
  let server: Server;
  let port = 0;
  let streams = 0;
  let first: (request: Request) => unknown = () => {};
  const { receive, events } = receiving();
  const { receive: receiveSoon } = receiving(50);

  /** Counts who asks for the stream. */
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
    let said = "";
    socket.on("data", (part) => {
      said += part;
    });
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"event":`,
    );
    // Once the request is there, since nobody is told of one that never was.
    if (cut) first = () => void setTimeout(() => socket.destroy(), 10);
    await once(socket, "close");
    return said;
  };

  it("is read without its stream where it is short, to the last byte that is allowed", async () => {
    const whole = delivery();
    assert.deepEqual(await post(whole.headers, whole.body), HANDLED);
    const larger = delivery(MOST + 1);
    assert.deepEqual(await post(larger.headers, larger.body), TOO_LARGE);
    assert.equal(streams, 0);
  });

  it("is read from the stream where it comes without a length", async () => {
    const whole = delivery();
    assert.deepEqual(await post(whole.headers, streamOf(whole.body)), HANDLED);
    const larger = delivery(MOST + 1);
    assert.deepEqual(await post(larger.headers, streamOf(larger.body)), TOO_LARGE);
    assert.ok(streams > 0);
  });

  it("is missing where it was read, or is being read", async () => {
    for (const reads of [
      (request: Request) => request.text(),
      (request: Request) => void request.body?.getReader(),
    ]) {
      first = reads;
      const { headers, body } = delivery();
      assert.deepEqual(await post(headers, body), NOT_RAW);
    }
  });

  it("is there where only a clone was read", async () => {
    first = (request) => request.clone().text();
    const { headers, body } = delivery();
    assert.deepEqual(await post(headers, body), HANDLED);
  });

  it("costs a sender that is too slow its connection", { timeout: 10_000 }, async () => {
    assert.match(await raw("/soon"), /^HTTP\/1\.1 408 [\s\S]*"code":"body-timeout"/);
  });

  it("is incomplete where the sender goes away", { timeout: 10_000 }, async () => {
    const told = events.length;
    await raw("/", true);
    while (events.length === told) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([events[told]?.status, events[told]?.code], INCOMPLETE);
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
      const sized = { ...headers, "content-length": `${MOST}` };
      assert.equal(await send("/", sized, body, true), 200);
      assert.equal(streams, 0);
      assert.equal(await send("/soon", sized, body.subarray(0, 9), false), 408);
    } finally {
      client.destroy();
      http2.close();
    }
  });
});
