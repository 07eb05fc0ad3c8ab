/** `hookseal/node`: a receiver for `node:http`, and for every framework that passes Node's request and response. */
import { type NodeRequest, type NodeResponse, send, toIncomingRequest } from "./receive/node.js";
import type { Handler, ReceiverOptions } from "./receive/options.js";
import { Receiver } from "./receive/receiver.js";
import type { Webhook } from "./webhook.js";

export type { NodeRequest, NodeResponse, NodeStream } from "./receive/node.js";
export type * from "./receive/options.js";

const FIX =
  "Mount the receiver before the body parser. Koa: before koa-bodyparser, or set ctx.disableBodyParser. " +
  "NestJS: NestFactory.create(AppModule, { rawBody: true }). Next.js pages/api: export const config = { api: { bodyParser: false } }.";

/**
 * Creates a receiver of webhook deliveries over Node's request and response: for `node:http`, connect, Koa, NestJS and the
 * like. The receiver reads the body itself, with a limit and a deadline, and responds to every request.
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
  hook: Webhook<Events>,
  handler: Handler<Events, R>,
  options?: ReceiverOptions<R>,
): (request: R, response: NodeResponse) => Promise<void> {
  const core = new Receiver(hook, handler, options);
  return async (request, response) => {
    send(request, response, await core.handle(toIncomingRequest(request, FIX)));
  };
}
