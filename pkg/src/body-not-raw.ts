/** What callers pass instead of a raw body, and how they get the bytes. */
import { isArrayBuffer, tagOf } from "./bytes.js";
import { callError, type HooksealError } from "./error.js";

const WANTED =
  "The body has to be the raw bytes of the request (Uint8Array, ArrayBuffer, DataView or string)";

/** How to get the bytes from what callers pass instead of them. */
const FIXES: Readonly<Record<string, string>> = {
  Promise: "Await it",
  Request: "Pass new Uint8Array(await request.arrayBuffer())",
  Response: "Pass new Uint8Array(await response.arrayBuffer())",
  Blob: "Pass new Uint8Array(await blob.arrayBuffer())",
  File: "Pass new Uint8Array(await file.arrayBuffer())",
  ReadableStream:
    "Pass new Uint8Array(await request.arrayBuffer()), or of a stream alone, new Uint8Array(await new Response(stream).arrayBuffer())",
  FormData: "Pass new Uint8Array(await request.arrayBuffer()), and do not call request.formData() before",
  URLSearchParams: "Pass the text that it was made of: await request.text()",
  SharedArrayBuffer: "Pass new Uint8Array(buffer)",
};

const STREAM_FIX = 'Collect it first: await buffer(request), with buffer of "node:stream/consumers"';

function isNodeStream(value: unknown): boolean {
  const { pipe, on } = (value ?? {}) as { pipe?: unknown; on?: unknown };
  return typeof pipe === "function" && typeof on === "function";
}

/** The error for a request that was passed as the delivery; undefined for anything else. */
export function requestAsDelivery(delivery: unknown): HooksealError | undefined {
  const fetched = tagOf(delivery) === "Request";
  if (!fetched && !isNodeStream(delivery)) return undefined;
  const [what, fix] = fetched
    ? ["a Request", "Pass { headers: request.headers, body: new Uint8Array(await request.arrayBuffer()) }"]
    : ["a request of Node", `Pass { headers: request.headers, body }. The body: ${STREAM_FIX}`];
  return callError("body-not-raw", `Expected a delivery { headers, body }, got ${what}. ${fix}.`);
}

/** The error for a body that is not raw: what was passed, and how to get the bytes. */
export function bodyNotRawError(body: unknown): HooksealError {
  const tag = tagOf(body);
  const stream = isNodeStream(body);
  const fix = stream ? STREAM_FIX : Object.hasOwn(FIXES, tag) ? FIXES[tag] : undefined;
  if (fix !== undefined) {
    const what = stream ? "a Node stream" : `a ${tag}`;
    return callError("body-not-raw", `${WANTED}, and it is ${what}. ${fix}.`);
  }
  const what =
    body === undefined || body === null
      ? `${body}: nothing was passed, or the body was never read`
      : ArrayBuffer.isView(body) || isArrayBuffer(body)
        ? "one whose memory was handed to another thread: keep a copy of what is transferred"
        : typeof body === "object"
          ? "an object: something has parsed it already, and the bytes that were signed are gone"
          : `a ${typeof body}`;
  const message =
    `${WANTED}, and it is ${what}. ` +
    'Express: app.post(path, express.raw({ type: "*/*" }), handler) before any express.json(), then req.body. ' +
    'Fastify: addContentTypeParser("application/json", { parseAs: "buffer" }, (req, body, done) => done(null, body)). ' +
    "Next.js route handlers: new Uint8Array(await request.arrayBuffer()); pages/api: export const config = { api: { bodyParser: false } }. " +
    "Hono: new Uint8Array(await c.req.arrayBuffer()). " +
    'AWS Lambda: Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8").';
  return callError("body-not-raw", message);
}
