/** What `listen` received: one request with its verdict, its response, and what applications responded. */
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { Delivery, Issue, SignatureInfo } from "../../index.js";
import type { ForwardAttempt } from "./forward.js";

/** One request, complete or not. */
export interface Received {
  /** Counts the requests from 1. */
  number: number;
  /** The time of the request, in milliseconds since 1970. */
  at: number;
  method: string;
  url: string;
  /** The headers as received: names and values in turn. */
  rawHeaders: string[];
  /** The body; absent if it is not complete, or larger than `maxBytes`. */
  body?: Uint8Array;
  /** The provider, if there is one or it was detected. */
  provider?: string;
  /** The status of the response. */
  status: number;
  /** Why the request was not accepted, or the application failed. */
  code?: string;
  message?: string;
  hint?: string;
  /** The name of a handshake. */
  handshake?: string;
  /** How an accepted delivery is authenticated. */
  signature?: SignatureInfo;
  type?: string;
  id?: string;
  createdAt?: string;
  revision?: string;
  digest?: string;
  issues: Issue[];
  /** The file of `--save`. */
  file?: string;
  /** What the applications of `--forward` responded. */
  attempts: ForwardAttempt[];
  /** Milliseconds until the response. */
  durationMs: number;
}

/** The delivery that was received; undefined for a request that is none, or that is incomplete. */
export function deliveryOf({
  method,
  body,
  rawHeaders,
  url,
}: Received): (Delivery & { body: Uint8Array }) | undefined {
  return body === undefined || method !== "POST" ? undefined : { headers: rawHeaders, body, method, url };
}

/** How long the provider's detection waits for a body. The receiver's own timeout follows. */
const DETECT_TIMEOUT_MS = 10_000;

/** Collects the body of a request while others read it, too. Resolves to undefined if it exceeds `maxBytes` or is never complete. */
export function collectBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on("data", (part: Buffer) => {
      length += part.length;
      if (length <= maxBytes) parts.push(part);
      else resolve(undefined);
    });
    request.on("end", () => resolve(new Uint8Array(Buffer.concat(parts))));
    request.on("error", () => {});
    request.on("close", () => resolve(undefined));
  });
}

/**
 * Reads the body of a request to detect the provider, and returns a request that a receiver reads from its start. A body that is
 * too large, or takes too long, is read no further, so that the receiver responds to it as to any other.
 */
export async function readAhead(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ request: IncomingMessage; body: Uint8Array | undefined }> {
  const parts: Buffer[] = [];
  let length = 0;
  let isComplete = false;
  const iterator: AsyncIterator<Buffer> = request[Symbol.asyncIterator]();
  const reading = async () => {
    while (length <= maxBytes) {
      const { value, done } = await iterator.next();
      // A connection that ended early ends the stream, too.
      if (done === true) return request.complete;
      parts.push(value);
      length += value.length;
    }
    return false;
  };
  let pending: Promise<unknown> = Promise.resolve();
  if (!(Number(request.headers["content-length"]) > maxBytes)) {
    const whole = reading().catch(() => false);
    pending = whole;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), DETECT_TIMEOUT_MS);
    });
    isComplete = await Promise.race([whole, timeout]);
    clearTimeout(timer);
  }
  async function* replay() {
    // A read that had not ended at the timeout adds to `parts`.
    if (!isComplete) await pending;
    yield* parts;
    for (;;) {
      const { value, done } = await iterator.next();
      if (done === true && request.complete) return;
      if (done === true) throw new Error("The connection ended before the body did.");
      yield value;
    }
  }
  const { method, url, headers, rawHeaders, socket } = request;
  const stream = Object.assign(Readable.from(replay(), { objectMode: false }), {
    method,
    url,
    headers,
    rawHeaders,
    socket,
  });
  Object.defineProperty(stream, "complete", { get: () => request.complete });
  // An error of a stream without a listener ends the process.
  stream.on("error", () => {});
  const body = isComplete ? new Uint8Array(Buffer.concat(parts)) : undefined;
  return { request: stream as unknown as IncomingMessage, body };
}
