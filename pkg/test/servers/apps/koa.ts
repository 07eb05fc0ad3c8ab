// Koa: the receiver before the application's body parser, and after it, which is rejected.

import { receiver } from "hookseal/node";
import Koa from "koa";
// @ts-expect-error: the package has no types
import bodyParser from "koa-bodyparser";
import { listening } from "./listening.ts";
import { compressed, each, handler, hook, itemHandler, line, options, seen, slack } from "./shared.ts";

const app = new Koa();
const receive = receiver(hook, handler, options);
const routes: Record<string, (...parts: Parameters<typeof receive>) => Promise<void>> = {
  "/hook": receive,
  "/gzip": receiver(hook, handler, compressed),
  "/slack": receiver(slack, handler, options),
  "/each": receiver(line, itemHandler, each),
};
app.use(async (context, next) => {
  const route = routes[context.path];
  if (route === undefined) return next();
  context.respond = false;
  await route(context.req, context.res);
});
app.use(bodyParser());
app.use(async (context) => {
  if (context.path === "/seen") context.body = seen();
  if (context.path === "/json")
    context.body = { got: (context.request as unknown as { body: unknown }).body };
  if (context.path === "/after") {
    context.respond = false;
    await receive(context.req, context.res);
  }
});
const server = app.listen(0, "127.0.0.1", () => listening(server));
