// Express 5, or 4 by argument: the receiver before the application's JSON parser, and after it, which is rejected.
import process from "node:process";
import type Express from "express";
import { receiver } from "hookseal/express";
import { listening } from "./listening.ts";
import { compressed, each, handler, hook, itemHandler, line, options, seen, slack } from "./shared.ts";

// The types are those of Express 5. The used ones are equal in Express 4.
const express: typeof Express = (await import(process.argv[2] ?? "express")).default;
const app = express();
const receive = receiver(hook, handler, options);
app.all("/hook", receive);
app.all("/gzip", receiver(hook, handler, compressed));
app.all("/slack", receiver(slack, handler, options));
app.all("/each", receiver(line, itemHandler, each));
app.all("/raw", express.raw({ type: "*/*" }), receive);
app.get("/seen", (_request, response) => void response.send(seen()));
app.use(
  "/kept",
  express.json({ verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }) }),
);
app.all("/kept", receive);
app.use(express.json());
app.post("/json", (request, response) => void response.json({ got: request.body }));
app.all("/after", receive);
const server = app.listen(0, "127.0.0.1", () => listening(server));
