/** The receiver of the story: a process of its own, as in production, that tells its parent what it handled and answered. */
import { createServer } from "node:http";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { memoryStore, painchek, xon } from "hookseal";
import { receiver } from "hookseal/node";

const [secret, broken, slow] = process.argv.slice(2);
const failed = new Set();

/** What an application does with a delivery. Of one it fails the first time, and one takes a while. */
async function handle(delivery, { key, retryChanged }) {
  if (delivery.id.endsWith(broken) && !failed.has(key)) {
    failed.add(key);
    throw new Error("the database does not answer");
  }
  if (delivery.id.endsWith(slow)) await pause(400);
  process.send({ handled: key, retryChanged, warnings: delivery.issues.map(({ code }) => code) });
}

const options = {
  store: memoryStore(),
  onEvent: ({ outcome, status, code }) => process.send({ outcome, status, code }),
  // The handler's error is part of the story.
  onError: () => {},
};
const routes = {
  "/painchek": receiver(painchek({ secrets: [secret] }), handle, options),
  "/xon": receiver(xon({ unsigned: "allow" }), handle, options),
};

const server = createServer((request, response) => {
  const route = routes[request.url];
  if (route) route(request, response);
  else response.writeHead(404).end();
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("disconnect", () => process.exit());
