/** `hookseal/express`: a receiver for Express 5 and 4. */
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
  'Express: mount the receiver before express.json(), as app.all("/webhooks/painchek", receiver(hook, handler)); ' +
  "or keep the bytes: express.json({ verify: (req, res, bytes) => { req.rawBody = bytes; } }).";

/**
 * A receiver of webhook deliveries as a handler of Express 5 or 4. Mount it with `all`, so that other methods get
 * 405, and before `express.json()`, since the receiver reads the raw body itself.
 *
 * After a parser, the receiver uses the bytes of `express.raw()` or `req.rawBody`. A body without raw bytes is rejected with
 * 500 `body-not-raw`, and the response says what to change.
 *
 * @example
 * ```ts
 * import express from "express";
 * import { painchek } from "hookseal";
 * import { receiver } from "hookseal/express";
 *
 * const hook = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
 * const app = express();
 * app.all("/webhooks/painchek", receiver(hook, async (delivery) => {
 *   await save(delivery.id, delivery.event);
 * }));
 * app.use(express.json()); // for all other routes
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
