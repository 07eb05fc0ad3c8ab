// node:http without a framework.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { receiver } from "hookseal/node";
import { listening } from "./listening.ts";
import { compressed, each, handler, hook, itemHandler, line, options, seen, slack } from "./shared.ts";

const receive = receiver(hook, handler, options);
const inflate = receiver(hook, handler, compressed);
const respond = receiver(slack, handler, options);
const receiveEach = receiver(line, itemHandler, each);
const server = createServer((request, response) => {
  if (request.url === "/hook") receive(request, response);
  else if (request.url === "/gzip") inflate(request, response);
  else if (request.url === "/slack") respond(request, response);
  else if (request.url === "/each") receiveEach(request, response);
  else if (request.url === "/json") json(request).then((got) => response.end(JSON.stringify({ got })));
  else if (request.url === "/seen") response.end(seen());
  else response.writeHead(404).end();
});
server.listen(0, "127.0.0.1", () => listening(server));
