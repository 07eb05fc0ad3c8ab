// The types of receivers for each framework. Nothing runs: `tsc --strict` checks this file.
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createServer2 } from "node:http2";
import express from "express";
import Fastify, { type FastifyRequest } from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { receiver as expressReceiver } from "../../src/express.ts";
import { hookseal, hooksealEach, receiver as plugin } from "../../src/fastify.ts";
import { receiver as fetchReceiver } from "../../src/fetch.ts";
import {
  type BatchEvents,
  type DeliveryStore,
  type Item,
  memoryStore,
  type PainchekEvents,
  type ProviderDefinition,
  painchek,
  type VerifiedOf,
  webhook,
  xon,
} from "../../src/index.ts";
import { receiver as lambdaReceiver } from "../../src/lambda.ts";
import { type RejectedRequest, receiver } from "../../src/node.ts";

const care = painchek({ secrets: ["a secret"] });
const surgery = xon({ unsigned: "allow" });

// The handler knows the events of its webhook.
const receive = receiver(care, ({ type, event, id, unknown }, { key, retryChanged, replayed }) => {
  // @ts-expect-error: the provider may add events
  event.data;
  if (unknown) return type satisfies string;
  const name: "assessment_add" = type;
  const uuid: string = event.data.uuid;
  // @ts-expect-error: no such key
  event.data.uid;
  const flags: boolean[] = [retryChanged, replayed];
  return [name, uuid, id satisfies string, key satisfies string, flags];
});
receiver(care, ({ body }) => void (body satisfies Uint8Array));
receiver(care, async ({ type, event }) => {
  if (type === "assessment_add") event.data.uuid satisfies string;
  return new Response(null, { status: 503 });
});
fetchReceiver(surgery, (delivery) => {
  if (delivery.type === "file-request.files.update") delivery.event.event.addedFileIds satisfies string[];
});
declare const id: string;
fetchReceiver(webhook(id, {}), ({ event }) => event satisfies unknown);

declare const definition: ProviderDefinition;
// Handlers of single event types know their events.
const routed = receiver(surgery)
  .on("calls.user.create", ({ event }) => event.event.mobileNumber satisfies string)
  .on("file-request.files.update", (delivery) => {
    if (delivery.revision === "R0") delivery.event.event.fileRequest.account_id;
  });
createServer(routed);
// @ts-expect-error: an event of another provider
routed.on("assessment_add", () => {});
receiver(webhook("stripe", { secrets: ["a"] })).on("invoice.paid", ({ type, event }) => [
  type satisfies "invoice.paid",
  event.id,
]);
// A webhook can be made late.
receiver(
  () => painchek({ secrets: ["a secret"] }),
  (delivery) => !delivery.unknown && delivery.event.data.uuid,
);
receiver(care, (_, { retry }) => retry(1000), {
  authorize: async (request) => request.url === "/",
  now: Date.now,
});

// With `each`, the handler gets the items of a delivery.
const batches = webhook<BatchEvents<{ read: { reader: string } }, { account: string }>>(definition, {});
receiver(batches, ({ items, type, event }) => {
  const [item] = items;
  if (item !== undefined && !item.unknown) item.event.reader satisfies string;
  return [type satisfies string, event.account satisfies string];
});
receiver(
  batches,
  (item, { delivery, key }) => {
    if (!item.unknown) item.event.reader satisfies string;
    return [item.id satisfies string, delivery.items?.length, key];
  },
  { each: true },
);
// @ts-expect-error: a delivery without `each` is no item
receiver(batches, ({ pointer }) => pointer);
// @ts-expect-error: an item has no digest
receiver(batches, ({ digest }) => digest, { each: true });
webhook("line", {}).verify({ headers: {}, body: "" }).items[0]?.event.type satisfies string | undefined;
care.verify({ headers: {}, body: "" }).items satisfies readonly Item[] | undefined;

// Every framework accepts a receiver as a handler.
createServer(receive);
createServer2((request, response) => void receive(request, response));
const app = express();
app.all(
  "/",
  expressReceiver(care, async () => {}),
);
app.use("/", receive);
new Koa().use(({ req, res }) => receive(req, res));
const hono = new Hono();
const fetched = fetchReceiver(care, () => {});
hono.all("/", (c) => fetched(c.req.raw));
const POST: (request: Request) => Promise<Response> = fetched;
lambdaReceiver(care, () => {}) satisfies (event: {
  body: string;
  httpMethod: string;
}) => Promise<{ statusCode: number }>;

// The plugin, too. Its handler knows the events of its type parameter.
const fastify = Fastify();
fastify.register(hookseal, { path: "/", hook: care, handler: ({ id }) => void id });
fastify.register(hookseal, { prefix: "/x", hook: surgery, handler: async () => {}, changed: "refuse" });
fastify.register(hookseal, {
  hook: care,
  handler: (delivery: VerifiedOf<PainchekEvents>) => !delivery.unknown && delivery.event.data.uuid,
});
fastify.register(hooksealEach, { hook: batches, handler: (item) => item.pointer satisfies string });
fastify.register(
  plugin(care, (delivery) => !delivery.unknown && delivery.event.data.uuid),
  { prefix: "/y" },
);
fastify.register(plugin(batches, (item) => item.pointer satisfies string, { each: true, path: "/z" }));
// @ts-expect-error: an item has no digest
fastify.register(plugin(batches, ({ digest }) => digest, { each: true }));
// @ts-expect-error: there is no webhook
fastify.register(hookseal, { path: "/", handler: async () => {} });

// A handler can use the request of its framework.
receiver(care, (_, { request }: { request: IncomingMessage }) => request.socket.remoteAddress);
expressReceiver(care, (_, { request }: { request: express.Request }) => request.ip);
fetchReceiver(care, (_, { request }: { request: Request }) => request.headers.get("x"));
fetchReceiver(care, () => {}, { onEvent: (_, request: Request) => request.headers.get("x") });

// Options accept only their values.
// @ts-expect-error: no such value
receiver(care, () => {}, { changed: "drop" });
// @ts-expect-error: DecompressionStream does not support it
receiver(care, () => {}, { encodings: ["br"] });
// @ts-expect-error: a log is on by default
receiver(care, () => {}, { log: true });
receiver(care, () => {}, {
  name: "ward",
  replayed: "handle",
  unknownEvents: "ignore",
  log: (line, { code }) => console.warn(line, code),
  onRejected: async ({ issues, error, code, headers, body, status, method, url, detail }) => [
    issues,
    error?.message,
    code,
    headers,
    body?.length,
    status,
    method satisfies string,
    url satisfies string | undefined,
    detail satisfies string | undefined,
  ],
});
// @ts-expect-error: a request that was rejected before the check has no URL
receiver(care, () => {}, { onRejected: ({ url }) => url.length });
// @ts-expect-error: a rejected request is no event
receiver(care, () => {}, { onRejected: ({ durations }) => durations });
// The framework's own request is typed.
expressReceiver(care, () => {}, {
  onRejected: ({ request }: RejectedRequest<express.Request>) => request.ip,
});
receiver(care, () => {}, { store: memoryStore(), onEvent: async ({ durations }) => durations.total });

/** A store without parameter names is a store. */
class Simple implements DeliveryStore {
  async claim(_id: string, _digest: string) {
    return "new" as const;
  }
  async done(_id: string) {}
  async release(_id: string) {}
}
receiver(care, () => {}, { store: new Simple() });

export type { FastifyRequest };
export { POST };
