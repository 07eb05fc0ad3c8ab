/** The receiver of the demo: its own process, as in production. Reports handled deliveries and outcomes to its parent. */
import { createServer } from "node:http";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { memoryStore, painchek, xon } from "hookseal";
import { receiver } from "hookseal/node";

const [secret, broken, slow] = process.argv.slice(2);
const failed = new Set();

/** The application's handler. One delivery fails the first time, and one is slow. */
async function handle(delivery, { key, retryChanged }) {
  if (delivery.id.endsWith(broken) && !failed.has(key)) {
    failed.add(key);
    throw new Error("the database is not reachable");
  }
  if (delivery.id.endsWith(slow)) await pause(400);
  process.send({ handled: key, retryChanged, warnings: delivery.issues.map(({ code }) => code) });
}

const options = {
  store: memoryStore(),
  onEvent: ({ outcome, status, code }) => process.send({ outcome, status, code }),
  // The demo expects the handler's error.
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
