/** `hookseal/fastify`: a plugin for Fastify 5. */
import { createReceiver, type RequestReceiver, withRoutes } from "./receive/lazy-receiver.js";
import { drain, NodeIncoming, type NodeRequest, type NodeStream } from "./receive/node.js";
import type {
  EachOptions,
  Handler,
  HandlerContext,
  ItemContext,
  ItemHandler,
  ItemRoutes,
  ReceiverOptions,
  Routes,
  WebhookSource,
} from "./receive/options.js";
import { isBodyless } from "./receive/response.js";
import type { ItemOf, VerifiedOf } from "./verified-of.js";

export type { NodeRequest, NodeStream } from "./receive/node.js";
export type * from "./receive/options.js";

const FIX =
  "Fastify: a hook such as preParsing read the stream before the plugin. Return another stream with the same bytes from the hook, or put the bytes into request.rawBody.";

const encoder = new TextEncoder();

/** The members in use of a `FastifyInstance`. */
export interface FastifyScope {
  removeAllContentTypeParsers(): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: Fastify's own signatures have many forms
  addContentTypeParser: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  all: any;
}

/** The members in use of a `FastifyRequest`. */
export interface FastifyIncoming {
  readonly raw: NodeRequest;
  readonly body: unknown;
  readonly originalUrl: string;
  readonly rawBody?: unknown;
}

/** The members in use of a `FastifyReply`. */
interface FastifyReply {
  getHeader(name: string): unknown;
  removeHeader(name: string): unknown;
  code(status: number): FastifyReply;
  headers(values: Record<string, string | string[]>): FastifyReply;
  send(body?: Uint8Array): FastifyReply;
}

/**
 * The options of the plugin: a webhook, its handler, the path, and the options of a receiver. Fastify does not infer the type of
 * one option from another: use `receiver` for typed events.
 */
// biome-ignore lint/suspicious/noExplicitAny: without a map of events, a webhook is any webhook
export interface FastifyOptions<Events = any> extends PluginOptions<Events> {
  /** Handles the deliveries. */
  handler(delivery: VerifiedOf<Events>, context: HandlerContext<FastifyIncoming>): unknown;
}

/** The options of the plugin for events of deliveries that have several. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export interface FastifyEachOptions<Events = any> extends PluginOptions<Events> {
  /** Handles the events. */
  handler(item: ItemOf<Events>, context: ItemContext<FastifyIncoming>): unknown;
}

interface PluginOptions<Events> extends Omit<ReceiverOptions<FastifyIncoming>, "each"> {
  /** The webhook, or a function that makes it when the first request arrives. */
  hook: WebhookSource<Events>;
  /** The path of the route, relative to Fastify's `prefix`. Default: `/`. */
  path?: string | undefined;
}

/** The options of a plugin that Fastify itself reads. */
interface Registration {
  prefix?: unknown;
  logLevel?: unknown;
  logSerializers?: unknown;
}

/**
 * A plugin that receives the deliveries of one webhook on one route. The parsers of the application stay unchanged: the plugin
 * has a scope of its own, in which bodies are not parsed.
 *
 * @example
 * ```ts
 * import Fastify from "fastify";
 * import { painchek } from "hookseal";
 * import { hookseal } from "hookseal/fastify";
 *
 * const app = Fastify();
 * app.register(hookseal, {
 *   path: "/webhooks/painchek",
 *   hook: painchek({ secrets: [process.env.PAINCHEK_SECRET] }),
 *   handler: async (delivery) => {
 *     await save(delivery.id, delivery.event);
 *   },
 * });
 * ```
 */
export async function hookseal(scope: FastifyScope, options: FastifyOptions): Promise<void> {
  plugin(scope, options);
}

/** Like `hookseal`, with the option `each`: the handler is called with each event of a delivery that has several. */
export async function hooksealEach(scope: FastifyScope, options: FastifyEachOptions): Promise<void> {
  plugin(scope, { ...options, each: true });
}

/** The options of `receiver`: those of a receiver, and the path. */
export interface FastifyReceiverOptions extends ReceiverOptions<FastifyIncoming> {
  /** The path of the route, relative to Fastify's `prefix`. Default: `/`. */
  path?: string | undefined;
}

/** The options of `receiver` whose handler is called with each event of a delivery that has several. */
export interface FastifyReceiverEachOptions extends EachOptions<FastifyIncoming> {
  /** The path of the route, relative to Fastify's `prefix`. Default: `/`. */
  path?: string | undefined;
}

/**
 * A receiver as a plugin, whose handler knows the events of its webhook: like `hookseal`, with the arguments of the other receivers.
 *
 * @example
 * ```ts
 * import Fastify from "fastify";
 * import { painchek } from "hookseal";
 * import { receiver } from "hookseal/fastify";
 *
 * const hook = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
 * const app = Fastify();
 * app.register(receiver(hook, async (delivery) => {
 *   await save(delivery.id, delivery.event);
 * }, { path: "/webhooks/painchek" }));
 * ```
 */
export function receiver<Events>(
  hook: WebhookSource<Events>,
  handler?: Handler<Events, FastifyIncoming>,
  options?: FastifyReceiverOptions,
): ((scope: FastifyScope) => Promise<void>) & Routes<Events, FastifyIncoming>;
/** A receiver whose handler is called with each event of a delivery that has several. */
export function receiver<Events>(
  hook: WebhookSource<Events>,
  handler: ItemHandler<Events, FastifyIncoming> | undefined,
  options: FastifyReceiverEachOptions,
): ((scope: FastifyScope) => Promise<void>) & ItemRoutes<Events, FastifyIncoming>;
export function receiver<Events>(
  hook: WebhookSource<Events>,
  handler?: Handler<Events, FastifyIncoming> | ItemHandler<Events, FastifyIncoming>,
  options: FastifyReceiverOptions | FastifyReceiverEachOptions = {},
): ((scope: FastifyScope) => Promise<void>) &
  Routes<Events, FastifyIncoming> &
  ItemRoutes<Events, FastifyIncoming> {
  const { path = "/", ...rest } = options ?? {};
  const receiver = createReceiver(hook, handler, rest);
  return withRoutes(receiver, async (scope: FastifyScope) => mount(scope, path, receiver));
}

function plugin(scope: FastifyScope, options: FastifyOptions | (FastifyEachOptions & { each: true })): void {
  const {
    hook,
    handler,
    path = "/",
    prefix,
    logLevel,
    logSerializers,
    ...rest
  } = options as typeof options & Registration;
  mount(scope, path, createReceiver(hook, handler, rest));
}

/** Adds the route of a receiver to a scope, in which bodies are not parsed. */
function mount(scope: FastifyScope, path: string, receiver: RequestReceiver<FastifyIncoming>): void {
  scope.removeAllContentTypeParsers();
  // The parser returns the stream itself, which the receiver reads with its limit and timeout.
  scope.addContentTypeParser(
    "*",
    (_request: unknown, stream: NodeStream, done: (error: null, body: NodeStream) => void) => {
      done(null, stream);
    },
  );
  // Fastify adds a Content-Type to bytes without one. A Response without a type has to stay without one.
  const untyped = new WeakSet<FastifyReply>();
  const onSend = (_request: unknown, reply: FastifyReply, _payload: unknown, done: () => void) => {
    if (untyped.has(reply) && reply.getHeader("content-type") === "application/octet-stream")
      reply.removeHeader("content-type");
    done();
  };
  scope.all(path, { onSend }, async (request: FastifyIncoming, reply: FastifyReply) => {
    const { raw, body: stream, rawBody } = request;
    const source = { stream: isStream(stream) ? stream : undefined, rawBody };
    const { status, headers, body } = await receiver.handle(new NodeIncoming(request, raw, FIX, source));
    if (headers["content-type"] === undefined) untyped.add(reply);
    reply
      .code(status)
      .headers(headers)
      // As bytes: Fastify would add a charset to a string, which application/problem+json does not have.
      .send(isBodyless(status) ? undefined : typeof body === "string" ? encoder.encode(body) : body);
    drain(raw);
    return reply;
  });
}

function isStream(body: unknown): body is NodeStream {
  return typeof (body as Partial<NodeStream> | null | undefined)?.on === "function";
}
