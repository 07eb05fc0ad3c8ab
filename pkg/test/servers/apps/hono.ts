// Hono on Node.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { receiver } from "hookseal/fetch";
import { listening } from "./listening.ts";
import { compressed, each, handler, hook, itemHandler, line, options, seen, slack } from "./shared.ts";

const app = new Hono();
const receive = receiver(hook, handler, options);
app.all("/hook", (c) => receive(c.req.raw));
const inflate = receiver(hook, handler, compressed);
app.all("/gzip", (c) => inflate(c.req.raw));
const respond = receiver(slack, handler, options);
app.all("/slack", (c) => respond(c.req.raw));
const receiveEach = receiver(line, itemHandler, each);
app.all("/each", (c) => receiveEach(c.req.raw));
app.all("/after", async (c) => {
  await c.req.json();
  return receive(c.req.raw);
});
app.get("/seen", (c) => c.text(seen()));
app.post("/json", async (c) => c.json({ got: await c.req.json() }));
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => listening(server));
