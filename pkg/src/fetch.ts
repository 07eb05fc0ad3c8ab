/** `hookseal/fetch`: a receiver from `Request` to `Response`. */
import type { Handler, ReceiverOptions } from "./receive/options.js";
import { Receiver } from "./receive/receiver.js";
import { type FetchRequest, type FetchResponse, response, toIncomingRequest } from "./receive/web.js";
import type { Webhook } from "./webhook.js";

export type * from "./receive/options.js";
export type { FetchBody, FetchRequest, FetchResponse } from "./receive/web.js";

const FIX =
  "Pass the request before anything reads it. Hono: app.all(path, (c) => receive(c.req.raw)), with no c.req.json() before it. " +
  "Next.js, SvelteKit, Workers, Deno, Bun: no request.json() or request.text() before it, or give those a request.clone().";

/**
 * Creates a receiver of webhook deliveries from `Request` to `Response`: for Hono, Next.js route handlers, SvelteKit,
 * Cloudflare Workers, Deno and Bun. Imports nothing of Node. Create the receiver once, and not for each request: each has a
 * default store of its own.
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
  hook: Webhook<Events>,
  handler: Handler<Events, R>,
  options?: ReceiverOptions<R>,
): (request: R) => Promise<FetchResponse> {
  const core = new Receiver(hook, handler, options);
  return async (request) => response(await core.handle(toIncomingRequest(request, FIX)), request.method);
}
