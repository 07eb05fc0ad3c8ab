/** Reads requests of the Fetch API and makes responses. By shape, so that users need no library of types. */
import { asBytes } from "../bytes.js";
import { DRAIN_TIMEOUT_MS, readBody, type Sink } from "./body.js";
import { createBodyReader } from "./byob-reader.js";
import type { Incoming } from "./receiver.js";
import { isBodyless, notRaw, type ResponseHeaders, type ResponseParts } from "./response.js";

/** The members in use of a `Request`. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null } & Iterable<readonly [string, string]>;
  readonly bodyUsed: boolean;
  /** Absent in Firefox. */
  readonly body?: FetchBody | null;
}

/** The members in use of a `ReadableStream`. */
export interface FetchBody {
  readonly locked: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a stream's `getReader` has several forms
  getReader(...options: any[]): any;
}

/** `Response`, if the program's libraries declare it. */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer R } } ? R : object;

/** The members in use of a `ReadableStreamDefaultReader`. */
export interface BodyReader {
  read(): Promise<{ done: boolean; value?: unknown }>;
  cancel(): Promise<void>;
}

/** A request of the Fetch API. `fix` is the line to change where other code has read the body. */
export class WebIncoming<R extends FetchRequest> implements Incoming<R> {
  readonly request: R;
  readonly method: string;
  readonly headers: R["headers"];
  readonly #fix: string;

  constructor(request: R, fix: string) {
    this.request = request;
    this.method = request.method;
    this.headers = request.headers;
    this.#fix = fix;
  }

  url(): string {
    return this.request.url;
  }

  header(name: string): string | undefined {
    return this.headers.get(name) ?? undefined;
  }

  async read(maxBytes: number, timeoutMs: number): Promise<Uint8Array> {
    const { request } = this;
    if (request.bodyUsed) throw notRaw(this.#fix);
    if (canReadBuffered(request, maxBytes)) {
      const bytes = await readBuffered(request, maxBytes, timeoutMs);
      if (bytes !== undefined) return bytes;
    }
    const { body } = request;
    if (body?.locked) throw notRaw(this.#fix);
    if (body === undefined && typeof (request as Partial<BufferedBody>).arrayBuffer === "function") {
      // Requests of Firefox have no stream. Without a Content-Length, the size is checked after reading.
      const bytes = await readBuffered(request, maxBytes, timeoutMs);
      if (bytes === undefined) throw notRaw(this.#fix);
      return bytes;
    }
    if (body === null || body === undefined) return new Uint8Array(0);
    const length = Number(this.header("content-length") ?? Number.NaN);
    return await readBody(maxBytes, timeoutMs, (sink) => pump(body, length, maxBytes, sink));
  }
}

/** Reads a stream into a sink. `length` is its Content-Length, or NaN. */
function pump(body: FetchBody, length: number, maxBytes: number, sink: Sink): () => void {
  const reader = createBodyReader(body, length, maxBytes);
  let isStopped = false;
  let remaining = maxBytes;
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      sink.add(value);
      // The rest of a rejected body is discarded up to a limit: a body made by this process could be endless.
      if (isStopped) remaining -= asBytes(value)?.length ?? maxBytes;
      if (!(remaining >= 0)) return;
    }
    sink.end();
  };
  read().catch((error: unknown) => sink.fail(error));
  return () => {
    isStopped = true;
    // Not at once: SvelteKit closes the connection of a canceled body before the response is sent.
    const timer = setTimeout(() => reader.cancel().catch(() => {}), DRAIN_TIMEOUT_MS);
    // The timer must not keep the process alive.
    (timer as unknown as { unref?: () => void }).unref?.();
  };
}

/**
 * Largest body that is read by `arrayBuffer()`. The server keeps a list of chunks meanwhile, which takes up to 300 times the size
 * of a body that arrives byte by byte; and a longer body gains less from it.
 */
const BUFFERED_MAX_BYTES = 16_384;

/** The method that reads a body at once. */
interface BufferedBody {
  arrayBuffer(): Promise<unknown>;
}

/** Reads a body by `arrayBuffer()`. Undefined where the method fails before it has read anything. */
async function readBuffered(
  request: FetchRequest,
  maxBytes: number,
  timeoutMs: number,
): Promise<Uint8Array | undefined> {
  let isUnread = false;
  const bytes = await readBody(maxBytes, timeoutMs, (sink) => {
    const fail = (error: unknown) => {
      // Another reader holds the stream: the caller then looks at the stream itself.
      isUnread = !request.bodyUsed;
      if (isUnread) sink.end();
      else sink.fail(error);
    };
    const end = (body: unknown) => {
      sink.add(body);
      sink.end();
    };
    try {
      (request as unknown as BufferedBody).arrayBuffer().then(end, fail);
    } catch (error) {
      fail(error);
    }
    // `arrayBuffer()` cannot be stopped. After a timeout, the response closes the connection and ends it.
    return () => {};
  });
  return isUnread ? undefined : bytes;
}

/**
 * Whether to read a short body by `arrayBuffer()`, for servers whose own request class does so without a stream. PERF: Hono on
 * Node creates the stream and a complete `Request` when `body` is read, which takes longer than the whole receiver.
 *
 * INVARIANT: only for a request without a constructor, since there the server's parser limits the body to its Content-Length.
 * `new Request()` accepts any Content-Length, and `arrayBuffer()` has no limit.
 */
function canReadBuffered(request: FetchRequest, maxBytes: number): boolean {
  const prototype: object | null = Object.getPrototypeOf(request);
  if (
    prototype === null ||
    !Object.hasOwn(prototype, "arrayBuffer") ||
    Object.hasOwn(prototype, "constructor")
  )
    return false;
  const length = request.headers.get("content-length");
  if (length === null || !/^\d{1,5}$/.test(length) || Number(length) > Math.min(maxBytes, BUFFERED_MAX_BYTES))
    return false;
  // Transfer-Encoding overrides Content-Length (RFC 9112, section 6.3).
  if (request.headers.get("transfer-encoding") !== null) return false;
  return true;
}

/** Creates the response to a request. */
export function createResponse({ status, headers, body }: ResponseParts, method: string): FetchResponse {
  const sent = isBodyless(status) || method === "HEAD" ? null : (body as BodyInit);
  return new Response(sent, { status, headers: headersInit(headers) }) as FetchResponse;
}

function headersInit(headers: ResponseHeaders): HeadersInit {
  // PERF: Hono on Node sends an object as it is. It needs a Content-Type, since Hono completes other headers only.
  if (headers["set-cookie"] === undefined && headers["content-type"] !== undefined)
    return { ...(headers as Record<string, string>) };
  const { "set-cookie": cookies, ...rest } = headers;
  const pairs = Object.entries(rest as Record<string, string>);
  for (const cookie of cookies ?? []) pairs.push(["set-cookie", cookie]);
  return pairs;
}
