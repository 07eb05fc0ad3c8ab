/** `hookseal/node`: a receiver for `node:http` and frameworks that pass on Node's request and response. */
import { type NodeRequest, type NodeResponse, nodeReceiver } from "./receive/node.js";
import type {
  EachOptions,
  Handler,
  ItemHandler,
  ItemRoutes,
  ReceiverOptions,
  Routes,
  WebhookSource,
} from "./receive/options.js";

export type { NodeRequest, NodeResponse, NodeStream } from "./receive/node.js";
export type * from "./receive/options.js";

const FIX =
  "Mount the receiver before body parsers. Koa: before koa-bodyparser, or set ctx.disableBodyParser. " +
  "NestJS: NestFactory.create(AppModule, { rawBody: true }). Next.js pages/api: export const config = { api: { bodyParser: false } }.";

/**
 * A receiver of webhook deliveries over Node's request and response: for `node:http`, connect, Koa, NestJS and the like.
 * The receiver reads the body itself, with a limit and a timeout, and responds to every request.
 *
 * The returned promise is fulfilled after the response, and never rejected.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { painchek } from "hookseal";
 * import { receiver } from "hookseal/node";
 *
 * const hook = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
 * const receive = receiver(hook, async (delivery) => {
 *   await save(delivery.id, delivery.event);
 * });
 * createServer(receive).listen(3000);
 * ```
 */
export function receiver<Events, R extends NodeRequest = NodeRequest>(
  hook: WebhookSource<Events>,
  handler?: Handler<Events, R>,
  options?: ReceiverOptions<R>,
): ((request: R, response: NodeResponse) => Promise<void>) & Routes<Events, R>;
/** A receiver whose handler is called with each event of a delivery that has several. */
export function receiver<Events, R extends NodeRequest = NodeRequest>(
  hook: WebhookSource<Events>,
  handler: ItemHandler<Events, R> | undefined,
  options: EachOptions<R>,
): ((request: R, response: NodeResponse) => Promise<void>) & ItemRoutes<Events, R>;
export function receiver<Events, R extends NodeRequest = NodeRequest>(
  hook: WebhookSource<Events>,
  handler?: Handler<Events, R> | ItemHandler<Events, R>,
  options?: ReceiverOptions<R> | EachOptions<R>,
): ((request: R, response: NodeResponse) => Promise<void>) & Routes<Events, R> & ItemRoutes<Events, R> {
  return nodeReceiver(FIX, hook, handler, options);
}
