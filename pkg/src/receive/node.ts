/** Reads Node's requests and sends responses, for `node:http` and the frameworks that build on it: Express, Koa, NestJS, Fastify. */
import { asBytes } from "../bytes.js";
import { DRAIN_TIMEOUT_MS, isCompressed, notRawBecause, readBody, type Sink } from "./body.js";
import { createReceiver, withRoutes } from "./lazy-receiver.js";
import type {
  EachOptions,
  Handler,
  ItemHandler,
  ItemRoutes,
  ReceiverOptions,
  Routes,
  WebhookSource,
} from "./options.js";
import type { Incoming } from "./receiver.js";
import {
  incomplete,
  isBodyless,
  notRaw,
  type ResponseHeaders,
  type ResponseParts,
  SUCCESS_HEADERS,
} from "./response.js";

// Node's classes by shape, with the members in use: the declarations need no types of Node, and match the subclasses of every
// framework.

/** The members in use of a readable stream. */
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

/** The members in use of an `http.IncomingMessage`. */
export interface NodeRequest extends NodeStream {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly rawHeaders?: readonly string[];
  readonly socket?: unknown;
  readonly complete?: boolean;
  destroy?(error?: Error): unknown;
}

/** The members in use of an `http.ServerResponse`. */
export interface NodeResponse {
  readonly headersSent: boolean;
  readonly destroyed?: boolean;
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  end(body: string | Uint8Array): unknown;
}

/** Members that frameworks add to a request. */
interface FrameworkRequest {
  body?: unknown;
  rawBody?: unknown;
  originalUrl?: string;
}

/** Where the body of a request is, if not in the request itself. */
export interface BodySource {
  /** The stream to read. */
  stream: NodeStream | undefined;
  /** The bytes, if a parser kept them. */
  rawBody: unknown;
}

/** A request of Node. `fix` is the line to change where other code has read the body. */
export class NodeIncoming<R> implements Incoming<R> {
  readonly request: R;
  readonly method: string;
  readonly headers: NodeRequest["headers"];
  readonly #raw: NodeRequest;
  readonly #fix: string;
  readonly #source: BodySource | undefined;

  /** `request` is the framework's request over `raw`. */
  constructor(request: R, raw: NodeRequest, fix: string, source?: BodySource) {
    this.request = request;
    this.method = raw.method ?? "";
    this.headers = raw.headers;
    this.#raw = raw;
    this.#fix = fix;
    this.#source = source;
  }

  url(): string {
    return urlOf(this.#raw);
  }

  header(name: string): string | undefined {
    if (name === "content-type" && isRepeated(name, this.#raw.rawHeaders)) return REPEATED;
    const value = this.headers[name];
    return typeof value === "string" ? value : value?.[0];
  }

  isDecoded(): boolean {
    const { bytes } = findBody(this.#raw, this.#source);
    return bytes !== undefined && !isCompressed(bytes);
  }

  read(maxBytes: number, timeoutMs: number): Uint8Array | Promise<Uint8Array> {
    const raw = this.#raw as NodeRequest & FrameworkRequest;
    // PERF: most requests have their body in themselves, unread.
    if (this.#source === undefined && raw.rawBody === undefined && !wasRead(raw))
      return readBody(maxBytes, timeoutMs, (sink) => pipeInto(raw, sink));
    const { stream, isRead, bytes, isText } = findBody(this.#raw, this.#source);
    if (stream === undefined) return new Uint8Array(0);
    return readBody(maxBytes, timeoutMs, (sink) => {
      if (bytes !== undefined) {
        sink.add(bytes);
        sink.end();
      } else if (isRead) {
        sink.fail(
          isText ? notRawBecause(`rawBody is a string. Keep the Buffer. ${this.#fix}`) : notRaw(this.#fix),
        );
      } else return pipeInto(stream, sink);
      return () => {};
    });
  }
}

/** The value for several Content-Types: an invalid one, since receivers would disagree on which of them counts. */
const REPEATED = ",";

/** Whether a header was received more than once. Node keeps only the first of some headers. */
function isRepeated(name: string, rawHeaders: readonly string[] | undefined): boolean {
  let count = 0;
  for (let index = 0; index < (rawHeaders?.length ?? 0); index += 2) {
    const received = rawHeaders?.[index];
    if (received?.length === name.length && received.toLowerCase() === name) count += 1;
  }
  return count > 1;
}

/** Finds the body of a request: its stream, whether other code has read it, and the bytes that a parser kept. */
function findBody(request: NodeRequest, source: BodySource | undefined) {
  const { stream, rawBody } = source ?? { stream: request, rawBody: (request as FrameworkRequest).rawBody };
  const isRead = stream !== undefined && wasRead(stream);
  // Serverless platforms and NestJS keep the bytes in `rawBody`, and express.raw() in `body`.
  const bytes = asBytes(rawBody) ?? (isRead ? asBytes(bodyOf(request as FrameworkRequest)) : undefined);
  return { stream, isRead, bytes, isText: typeof rawBody === "string" };
}

/** The property `body`: on some platforms a getter that parses, and throws for an invalid body. */
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
    sink.fail(notRawBecause("request.setEncoding() was called before the receiver. Remove the call."));
    return () => {};
  }
  const onData = (chunk: unknown) => sink.add(chunk);
  const onClose = () => sink.fail(incomplete());
  // Never removed: a stream error without a listener would end the process.
  stream.on("error", (error) => sink.fail(error));
  stream.on("data", onData);
  stream.on("end", () => sink.end());
  stream.on("close", onClose);
  if (stream.destroyed) onClose();
  return () => {
    stream.removeListener("data", onData);
    stream.removeListener("close", onClose);
  };
}

/** The URL as the sender requested it. Frameworks remove the prefix of a route from `url`. */
function urlOf(request: NodeRequest): string {
  const { originalUrl = request.url ?? "/" } = request as FrameworkRequest;
  const { encrypted } = (request.socket ?? {}) as { encrypted?: boolean };
  const host = request.headers.host ?? request.headers[":authority"] ?? "localhost";
  return `${encrypted ? "https" : "http"}://${host}${originalUrl}`;
}

/** Creates a receiver over Node's request and response. `fix` is the line to change where other code has read the body. */
export function nodeReceiver<Events, R extends NodeRequest>(
  fix: string,
  hook: WebhookSource<Events>,
  handler?: Handler<Events, R> | ItemHandler<Events, R>,
  options?: ReceiverOptions<R> | EachOptions<R>,
): ((request: R, response: NodeResponse) => Promise<void>) & Routes<Events, R> & ItemRoutes<Events, R> {
  const receiver = createReceiver(hook, handler, options);
  return withRoutes(receiver, async (request: R, response: NodeResponse) => {
    send(request, response, await receiver.handle(new NodeIncoming(request, request, fix)));
  });
}

/** Sends a response. */
function send(request: NodeRequest, response: NodeResponse, { status, headers, body }: ResponseParts): void {
  // Nothing is sent where other code responded already, or the client has disconnected.
  if (!response.headersSent && response.destroyed !== true) {
    response.writeHead(status, isBodyless(status) ? headers : headersWithLength(headers, body));
    response.end(request.method === "HEAD" ? "" : body);
  }
  drain(request);
}

function headersWithLength(headers: ResponseHeaders, body: ResponseParts["body"]): ResponseHeaders {
  const length = `${body.length}`;
  // PERF: an object of a fixed shape for the most frequent response.
  return headers === SUCCESS_HEADERS
    ? { "content-length": length, "content-type": "application/json" }
    : { "content-length": length, ...headers };
}

/**
 * Discards the rest of a rejected body for up to a second. A connection that is closed while the client still sends is often
 * reset before the client has read the response.
 */
export function drain(request: NodeRequest): void {
  if (request.complete !== false || request.readableEnded === true) return;
  request.resume();
  const timer = setTimeout(() => {
    if (request.complete === false) request.destroy?.();
  }, DRAIN_TIMEOUT_MS);
  // The timer must not keep the process alive.
  (timer as unknown as { unref?: () => void }).unref?.();
}
