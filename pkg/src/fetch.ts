/** `hookseal/fetch`: a receiver for everything that takes a `Request` and wants a `Response`. */
import type { Handler, ReceiverOptions } from "./receive/options.js";
import { Receiver } from "./receive/receiver.js";
import { type FetchRequest, type FetchResponse, response, toIncomingRequest } from "./receive/web.js";
import type { Webhook } from "./webhook.js";

export type * from "./receive/options.js";
export type { FetchBody, FetchRequest, FetchResponse } from "./receive/web.js";

const FIX =
  "Hand over the request before anything reads it. Hono: app.all(path, (c) => receive(c.req.raw)), with no c.req.json() before it. " +
  "Next.js, SvelteKit, Workers, Deno, Bun: no request.json() or request.text() before it, or give those a request.clone().";

/**
 * A receiver of webhook deliveries from `Request` to `Response`: for Hono, Next.js route handlers, SvelteKit, Cloudflare
 * Workers, Deno and Bun. It imports nothing of Node's. Make it once, and not for each request: the store that it
 * has by default is its own.
 *
 * The promise it returns is never rejected.
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
  hook: Webhook<Events>,
  handler: Handler<Events, R>,
  options?: ReceiverOptions<R>,
): (request: R) => Promise<FetchResponse> {
  const core = new Receiver(hook, handler, options);
  return async (request) => response(await core.handle(toIncomingRequest(request, FIX)), request.method);
}
