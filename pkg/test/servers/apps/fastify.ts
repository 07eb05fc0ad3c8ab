// Fastify: the plugin together with the application's own JSON parser.
import Fastify from "fastify";
import { hookseal, hooksealEach } from "hookseal/fastify";
import { listening } from "./listening.ts";
import { compressed, handler, hook, itemHandler, line, options, seen, slack } from "./shared.ts";

const app = Fastify();
app.register(hookseal, { path: "/hook", hook, handler, ...options });
app.register(hookseal, { path: "/gzip", hook, handler, ...compressed });
app.register(hookseal, { path: "/slack", hook: slack, handler, ...options });
app.register(hooksealEach, { path: "/each", hook: line, handler: itemHandler, ...options });
app.register(async (scope) => {
  scope.addHook("preParsing", async (_request, _reply, payload) => {
    for await (const _ of payload);
    return payload;
  });
  scope.register(hookseal, { prefix: "/after", hook, handler, ...options });
});
app.get("/seen", () => seen());
app.post("/json", (request) => ({ got: request.body }));
await app.listen({ port: 0, host: "127.0.0.1" });
listening(app.server);
