/** `hookseal/fetch`: a receiver for frameworks that pass a `Request` and expect a `Response`. */

import { createReceiver, withRoutes } from "./receive/lazy-receiver.js";
import type {
  EachOptions,
  Handler,
  ItemHandler,
  ItemRoutes,
  ReceiverOptions,
  Routes,
  WebhookSource,
} from "./receive/options.js";
import { createResponse, type FetchRequest, type FetchResponse, WebIncoming } from "./receive/web.js";

export type * from "./receive/options.js";
export type { FetchBody, FetchRequest, FetchResponse } from "./receive/web.js";

const FIX =
  "Pass the request before other code reads it. Hono: app.all(path, (c) => receive(c.req.raw)), with no c.req.json() before it. " +
  "Next.js, SvelteKit, Workers, Deno, Bun: no request.json() or request.text() before it, or use request.clone() for those.";

/**
 * A receiver of webhook deliveries from `Request` to `Response`: for Hono, Next.js route handlers, SvelteKit, Cloudflare
 * Workers, Deno and Bun. The module imports nothing of Node. Create the receiver once, and not for each request: its default
 * store would forget earlier deliveries.
 *
 * The returned promise is never rejected.
 *
 * @example
 * ```ts
 * import { painchek } from "hookseal";
 * import { receiver } from "hookseal/fetch";
 *
 * const hook = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
 * const receive = receiver(hook, async (delivery) => {
 *   await save(delivery.id, delivery.event);
 * });
 * app.all("/webhooks/painchek", (c) => receive(c.req.raw)); // Hono
 * ```
 */
export function receiver<Events, R extends FetchRequest = FetchRequest>(
  hook: WebhookSource<Events>,
  handler?: Handler<Events, R>,
  options?: ReceiverOptions<R>,
): ((request: R) => Promise<FetchResponse>) & Routes<Events, R>;
/** A receiver whose handler is called with each event of a delivery that has several. */
export function receiver<Events, R extends FetchRequest = FetchRequest>(
  hook: WebhookSource<Events>,
  handler: ItemHandler<Events, R> | undefined,
  options: EachOptions<R>,
): ((request: R) => Promise<FetchResponse>) & ItemRoutes<Events, R>;
export function receiver<Events, R extends FetchRequest = FetchRequest>(
  hook: WebhookSource<Events>,
  handler?: Handler<Events, R> | ItemHandler<Events, R>,
  options?: ReceiverOptions<R> | EachOptions<R>,
): ((request: R) => Promise<FetchResponse>) & Routes<Events, R> & ItemRoutes<Events, R> {
  const receiver = createReceiver(hook, handler, options);
  return withRoutes(receiver, async (request: R) =>
    createResponse(await receiver.handle(new WebIncoming(request, FIX)), request.method),
  );
}
