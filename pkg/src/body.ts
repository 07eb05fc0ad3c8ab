/** Bodies as they arrive: bytes, or a text that stands for its UTF-8 bytes. */
import { put, putText } from "./core.js";
import { callError, type HooksealError } from "./error.js";

/** A raw body. A string stands for its UTF-8 bytes. */
export type BodyLike = Uint8Array | ArrayBuffer | DataView | string;

/** The body as bytes without a copy, or as the text it is. */
export function rawBody(body: BodyLike): Uint8Array | string {
  if (typeof body === "string") return body;
  const bytes = viewed(body);
  if (bytes === undefined) throw notRaw(body);
  return bytes;
}

/** The bytes of a buffer or a view without a copy; nothing where there are none to read. */
export function viewed(value: unknown): Uint8Array | undefined {
  try {
    if (ArrayBuffer.isView(value)) {
      if (!(value instanceof Uint8Array))
        return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      // An array whose memory was handed to another thread looks as an empty one does, until it is asked for something.
      if (value.length === 0) value.at(0);
      return value;
    }
    if (isBuffer(value)) return new Uint8Array(value);
  } catch {
    // Its memory was handed to another thread.
  }
  return undefined;
}

/** By its name: it may be of another realm, such as a worker, a test runner's sandbox, an iframe. */
function isBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

/** How much room a body may take in the scratch buffer. */
export function roomFor(body: Uint8Array | string, most: number): number {
  // A UTF-16 code unit never needs more than three bytes.
  return Math.min(body.length, most + 1) * (typeof body === "string" ? 3 : 1);
}

/** Puts a body behind what stands in the scratch buffer; not more than `most` bytes of it and one. */
export function putBody(body: Uint8Array | string, offset: number, most: number): number {
  if (typeof body !== "string") {
    // One byte over the limit is enough to know that a body is over it.
    const part = body.length > most ? body.subarray(0, most + 1) : body;
    put(part, offset);
    return part.length;
  }
  return putText(body.length > most ? body.slice(0, most + 1) : body, offset);
}

function notRaw(body: unknown): HooksealError {
  const what =
    body === undefined || body === null
      ? `${body}: nothing was passed, or the body was never read`
      : ArrayBuffer.isView(body) || isBuffer(body)
        ? "one whose memory was handed to another thread: keep a copy of what is transferred"
        : typeof body === "object"
          ? "an object: something has parsed it already, and the bytes that were signed are gone"
          : `a ${typeof body}`;
  const message =
    `The body has to be the raw bytes of the request (Uint8Array, ArrayBuffer, DataView or string), and it is ${what}. ` +
    'Express: app.post(path, express.raw({ type: "*/*" }), handler) before any express.json(), then req.body. ' +
    'Fastify: addContentTypeParser("application/json", { parseAs: "buffer" }, (req, body, done) => done(null, body)). ' +
    "Next.js route handlers: new Uint8Array(await request.arrayBuffer()); pages/api: export const config = { api: { bodyParser: false } }. " +
    "Hono: new Uint8Array(await c.req.arrayBuffer()). " +
    'AWS Lambda: Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8").';
  return callError("body-not-raw", message);
}
