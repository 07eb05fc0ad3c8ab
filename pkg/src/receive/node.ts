/** Requests as Node has them, which Express, Koa, NestJS and Fastify stand on: reading them, and answering them. */

import { asBytes } from "../bytes.js";
import { incomplete, isEmpty, notRaw, type ResponseParts } from "./answer.js";
import { DRAIN_TIMEOUT_MS, isCompressed, notRawBecause, readBody, type Sink } from "./body.js";
import type { Incoming } from "./receiver.js";

// What is used of Node's classes, by shape: so these declarations need no types of Node, and fit every framework's
// extension of them.

/** What is read of a stream of bytes. */
export interface NodeStream {
  // biome-ignore lint/suspicious/noExplicitAny: listeners take what their event brings
  on(event: string, listener: (...values: any[]) => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  removeListener(event: string, listener: (...values: any[]) => void): unknown;
  resume(): unknown;
  readonly readableEnded?: boolean;
  readonly readableDidRead?: boolean;
  readonly destroyed?: boolean;
  readonly readableEncoding?: string | null;
}

/** What is used of an `http.IncomingMessage`. */
export interface NodeRequest extends NodeStream {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly rawHeaders?: readonly string[];
  readonly socket?: unknown;
  readonly complete?: boolean;
  destroy?(error?: Error): unknown;
}

/** What is used of an `http.ServerResponse`. */
export interface NodeResponse {
  readonly headersSent: boolean;
  readonly destroyed?: boolean;
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  end(body: string | Uint8Array): unknown;
}

/** What frameworks put onto a request. */
interface FrameworkRequest {
  body?: unknown;
  rawBody?: unknown;
  originalUrl?: string;
}

/** Where the body of a request is, if not in its own stream. */
export interface Source {
  /** The stream to read. */
  stream: NodeStream | undefined;
  /** The bytes, where something has kept them. */
  rawBody: unknown;
}

/** A request of Node's. `fix` is the line to change where something else has read its body. */
export function toIncomingRequest<R extends NodeRequest>(
  request: R,
  fix: string,
  source?: Source,
): Incoming<R> {
  return {
    request,
    method: request.method ?? "",
    url: () => urlOf(request),
    headers: request.headers,
    header: (name) => {
      if (name === "content-type" && isRepeated(name, request.rawHeaders)) return REPEATED;
      const value = request.headers[name];
      return typeof value === "string" ? value : value?.[0];
    },
    isDecoded: () => {
      const { bytes } = keptOf(request, source);
      return bytes !== undefined && !isCompressed(bytes);
    },
    async read(most, patience) {
      const { stream, read, bytes, text } = keptOf(request, source);
      if (stream === undefined) return new Uint8Array(0);
      return await readBody(most, patience, (sink) => {
        if (bytes !== undefined) {
          sink.add(bytes);
          sink.end();
        } else if (read) {
          sink.fail(text ? notRawBecause(`rawBody is a string: keep the Buffer. ${fix}`) : notRaw(fix));
        } else return pipeInto(stream, sink);
        return () => {};
      });
    },
  };
}

/** What no media type is: of several Content-Types each would be right for somebody, as `check` says. */
const REPEATED = ",";

/** Whether a header came more than once. Of some, Node keeps the first and does not say so. */
function isRepeated(name: string, raw: readonly string[] | undefined): boolean {
  let count = 0;
  for (let at = 0; at < (raw?.length ?? 0); at += 2) {
    const given = raw?.[at];
    if (given?.length === name.length && given.toLowerCase() === name) count += 1;
  }
  return count > 1;
}

/** The stream of a request, whether it was read, and what was kept of it: its bytes, or no more than a text. */
function keptOf(request: NodeRequest, source: Source | undefined) {
  const { stream, rawBody } = source ?? { stream: request, rawBody: (request as FrameworkRequest).rawBody };
  const read = stream !== undefined && wasRead(stream);
  // Serverless platforms and NestJS keep the bytes beside what they parsed; express.raw() puts them into `body`.
  const bytes = asBytes(rawBody) ?? (read ? asBytes(bodyOf(request as FrameworkRequest)) : undefined);
  return { stream, read, bytes, text: typeof rawBody === "string" };
}

/** On some platforms a getter that parses, and throws where that fails. */
function bodyOf(request: FrameworkRequest): unknown {
  try {
    return request.body;
  } catch {
    return undefined;
  }
}

function wasRead({ readableDidRead, readableEnded }: NodeStream): boolean {
  return readableDidRead === true || readableEnded === true;
}

function pipeInto(stream: NodeStream, sink: Sink): () => void {
  const { readableEncoding } = stream;
  if (readableEncoding != null) {
    sink.fail(notRawBecause("request.setEncoding() was called before the receiver: remove the call."));
    return () => {};
  }
  const onClose = () => sink.fail(incomplete());
  // Stays on: an error that nobody listens to would end the process.
  stream.on("error", sink.fail);
  stream.on("data", sink.add);
  stream.on("end", sink.end);
  stream.on("close", onClose);
  if (stream.destroyed) onClose();
  return () => {
    stream.removeListener("data", sink.add);
    stream.removeListener("close", onClose);
  };
}

/** The URL as the sender sent it, before a framework cut off what it routed by. */
function urlOf(request: NodeRequest): string {
  const { originalUrl = request.url ?? "/" } = request as FrameworkRequest;
  const { encrypted } = (request.socket ?? {}) as { encrypted?: boolean };
  const host = request.headers.host ?? request.headers[":authority"] ?? "localhost";
  return `${encrypted ? "https" : "http"}://${host}${originalUrl}`;
}

/** Sends an answer. */
export function send(
  request: NodeRequest,
  response: NodeResponse,
  { status, headers, body }: ResponseParts,
): void {
  // Whoever has answered already, or is gone, gets nothing.
  if (!response.headersSent && response.destroyed !== true) {
    const length: Record<string, string> = isEmpty(status) ? {} : { "content-length": `${body.length}` };
    response.writeHead(status, { ...length, ...headers });
    response.end(request.method === "HEAD" ? "" : body);
  }
  drain(request);
}

/**
 * Lets what is left of a refused body come, and throws it away: a connection that is cut while the sender still sends
 * often takes the answer with it. Not for long.
 */
export function drain(request: NodeRequest): void {
  if (request.complete !== false || request.readableEnded === true) return;
  request.resume();
  const timer = setTimeout(() => {
    if (request.complete === false) request.destroy?.();
  }, DRAIN_TIMEOUT_MS);
  // Node's timers keep a process alive, unless they are told not to.
  (timer as unknown as { unref?: () => void }).unref?.();
}
