/** Requests as fetch has them: reading them by shape, so that no library of types is asked for. */
import { asBytes } from "../bytes.js";
import { isEmpty, notRaw, type ResponseParts } from "./answer.js";
import { DRAIN_TIMEOUT_MS, readBody } from "./body.js";
import { createBodyReader } from "./filling.js";
import type { Incoming } from "./receiver.js";

/** What is used of a `Request`. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null } & Iterable<readonly [string, string]>;
  readonly bodyUsed: boolean;
  /** Absent in Firefox. */
  readonly body?: FetchBody | null;
}

/** What is used of a `ReadableStream`. */
export interface FetchBody {
  readonly locked: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a stream's `getReader` has several forms
  getReader(...options: any[]): any;
}

/** `Response`, under its name where the program's libraries have one. */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer R } } ? R : object;

/** What is used of a `ReadableStreamDefaultReader`. */
export interface BodyReader {
  read(): Promise<{ done: boolean; value?: unknown }>;
  cancel(): Promise<void>;
}

/** A request of fetch's. `fix` is the line to change where something else has read its body. */
export function toIncomingRequest<R extends FetchRequest>(request: R, fix: string): Incoming<R> {
  return {
    request,
    method: request.method,
    url: () => request.url,
    headers: request.headers,
    header: (name) => request.headers.get(name) ?? undefined,
    async read(most, patience) {
      if (request.bodyUsed) throw notRaw(fix);
      if (isReadWhole(request, most)) {
        const bytes = await readWhole(request, most, patience);
        if (bytes !== undefined) return bytes;
      }
      const { body } = request;
      if (body?.locked) throw notRaw(fix);
      if (body === undefined && typeof (request as Partial<Whole>).arrayBuffer === "function") {
        // Firefox, whose requests have no stream. What has no Content-Length is measured when all of it is there.
        const bytes = await readWhole(request, most, patience);
        if (bytes === undefined) throw notRaw(fix);
        return bytes;
      }
      if (body === null || body === undefined) return new Uint8Array(0);
      return await readBody(most, patience, (sink) => {
        const reader = createBodyReader(
          body,
          Number(request.headers.get("content-length") ?? Number.NaN),
          most,
        );
        let refused = false;
        let remaining = most;
        const pump = async () => {
          for (;;) {
            const { done, value } = await reader.read();
            if (done) break;
            sink.add(value);
            // What is left of a refused body is thrown away, but not without end: a body may come from this very process.
            if (refused) remaining -= asBytes(value)?.length ?? most;
            if (!(remaining >= 0)) return;
          }
          sink.end();
        };
        pump().catch(sink.fail);
        return () => {
          refused = true;
          // Later: SvelteKit cuts the connection of a body that is cancelled, and with it the answer.
          const timer = setTimeout(() => reader.cancel().catch(() => {}), DRAIN_TIMEOUT_MS);
          // Node's timers keep a process alive, unless they are told not to.
          (timer as unknown as { unref?: () => void }).unref?.();
        };
      });
    },
  };
}

/**
 * Up to which length a body is read as a whole. The server keeps a list of its pieces meanwhile, which of a body that comes
 * byte by byte takes three hundred times as much; and the longer a body is, the less there is to win.
 */
const BUFFERED_MAX_BYTES = 16_384;

/** What reads a body as a whole. */
interface Whole {
  arrayBuffer(): Promise<unknown>;
}

/** Reads a body as a whole; nothing where that is refused unread. */
async function readWhole(
  request: FetchRequest,
  most: number,
  patience: number,
): Promise<Uint8Array | undefined> {
  let unread = false;
  const bytes = await readBody(most, patience, (sink) => {
    const take = async () => {
      sink.add(await (request as unknown as Whole).arrayBuffer());
      sink.end();
    };
    take().catch((error: unknown) => {
      // Refused before anything was read, because somebody holds the stream: it knows best what that means.
      unread = !request.bodyUsed;
      if (unread) sink.end();
      else sink.fail(error);
    });
    // Nothing can stop it, and nothing has to: it ends with the connection, and that with the answer to a late body.
    return () => {};
  });
  return unread ? undefined : bytes;
}

/**
 * Whether to read a short body as a whole, where the server's own request does that without its stream. Hono on Node makes the
 * stream, and all of fetch's request with it, when somebody asks for `body`: that takes longer than everything the
 * receiver does with a delivery.
 *
 * It has to be a request that no constructor makes: of such a one the server's parser has seen that the body is as long as
 * Content-Length says. Whoever calls `new Request()` can say anything there, or leave what was true before the body was
 * decompressed, and `arrayBuffer()` knows no limit.
 */
function isReadWhole(request: FetchRequest, most: number): boolean {
  const kind: object | null = Object.getPrototypeOf(request);
  if (kind === null || !Object.hasOwn(kind, "arrayBuffer") || Object.hasOwn(kind, "constructor"))
    return false;
  const length = request.headers.get("content-length");
  if (length === null || !/^\d{1,5}$/.test(length) || Number(length) > Math.min(most, BUFFERED_MAX_BYTES))
    return false;
  // Where both say how long a body is, Content-Length does not count: RFC 9112, section 6.3.
  if (request.headers.get("transfer-encoding") !== null) return false;
  return true;
}

/** The answer to a request. */
export function response({ status, headers, body }: ResponseParts, method: string): FetchResponse {
  const { "set-cookie": cookies, ...rest } = headers;
  const pairs = Object.entries(rest as Record<string, string>);
  for (const cookie of cookies ?? []) pairs.push(["set-cookie", cookie]);
  const sent = isEmpty(status) || method === "HEAD" ? null : (body as BodyInit);
  return new Response(sent, { status, headers: pairs }) as FetchResponse;
}
