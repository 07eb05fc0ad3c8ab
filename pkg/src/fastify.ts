/** `hookseal/fastify`: a plugin for Fastify 5. */
import { isEmpty } from "./receive/answer.js";
import { drain, type NodeRequest, type NodeStream, toIncomingRequest } from "./receive/node.js";
import type { HandlerContext, ReceiverOptions } from "./receive/options.js";
import { Receiver } from "./receive/receiver.js";
import type { VerifiedOf } from "./verified-of.js";
import type { Webhook } from "./webhook.js";

export type { NodeRequest, NodeStream } from "./receive/node.js";
export type * from "./receive/options.js";

const FIX =
  "Fastify: something has read the stream in a hook before the plugin, such as preParsing; return another stream with the same bytes there, or put them into request.rawBody.";

const encoder = new TextEncoder();

/** The used members of a `FastifyInstance`. */
export interface FastifyScope {
  removeAllContentTypeParsers(): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: Fastify's own signatures have many forms
  addContentTypeParser: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  all: any;
}

/** The used members of a `FastifyRequest`. */
export interface FastifyIncoming {
  readonly raw: NodeRequest;
  readonly body: unknown;
  readonly originalUrl: string;
  readonly rawBody?: unknown;
}

interface FastifyReply {
  getHeader(name: string): unknown;
  removeHeader(name: string): unknown;
  code(status: number): FastifyReply;
  headers(values: Record<string, string | string[]>): FastifyReply;
  send(body?: Uint8Array): FastifyReply;
}

/**
 * The options of the plugin: a webhook, its handler, the path, and the options of a receiver. Fastify does not infer the
 * type of one option from another: write `({ event }: VerifiedOf<PainchekEvents>) => …` for typed events.
 */
// biome-ignore lint/suspicious/noExplicitAny: without a map of events, a webhook is any webhook
export interface FastifyOptions<Events = any> extends ReceiverOptions<FastifyIncoming> {
  /** The webhook. */
  hook: Webhook<Events>;
  /** The handler of its deliveries. */
  handler(delivery: VerifiedOf<Events>, context: HandlerContext<FastifyIncoming>): unknown;
  /** The path of the route, after Fastify's own `prefix`. Default: `/`. */
  path?: string | undefined;
}

/** The options of a plugin that Fastify itself reads. */
interface Registration {
  prefix?: unknown;
  logLevel?: unknown;
  logSerializers?: unknown;
}

/**
 * A plugin that receives the deliveries of one webhook on one route. Does not change the application's parsers: the plugin
 * has a scope of its own, without parsers.
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
  const {
    hook,
    handler,
    path = "/",
    prefix,
    logLevel,
    logSerializers,
    ...rest
  } = options as FastifyOptions & Registration;
  const core = new Receiver(hook, handler, rest);
  scope.removeAllContentTypeParsers();
  // The stream itself, which the receiver reads with its limit and deadline.
  scope.addContentTypeParser(
    "*",
    (_request: unknown, stream: NodeStream, done: (error: null, body: NodeStream) => void) => {
      done(null, stream);
    },
  );
  // Fastify adds a type to bytes without one, which the handler's Response does not have.
  const untyped = new WeakSet<FastifyReply>();
  const onSend = async (_request: unknown, reply: FastifyReply) => {
    if (untyped.has(reply) && reply.getHeader("content-type") === "application/octet-stream")
      reply.removeHeader("content-type");
  };
  scope.all(path, { onSend }, async (request: FastifyIncoming, reply: FastifyReply) => {
    const { raw, body: stream, rawBody } = request;
    const source = { stream: isStream(stream) ? stream : undefined, rawBody };
    const { status, headers, body } = await core.handle({ ...toIncomingRequest(raw, FIX, source), request });
    if (headers["content-type"] === undefined) untyped.add(reply);
    reply
      .code(status)
      .headers(headers)
      // As bytes, since Fastify adds a charset to strings, which application/problem+json does not have.
      .send(isEmpty(status) ? undefined : typeof body === "string" ? encoder.encode(body) : body);
    drain(raw);
    return reply;
  });
}

function isStream(body: unknown): body is NodeStream {
  return typeof (body as Partial<NodeStream> | null | undefined)?.on === "function";
}
