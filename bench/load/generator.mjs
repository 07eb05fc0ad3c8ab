// `node generator.mjs URL PLAIN ROUNDS AMOUNT CONNECTIONS MIX`: the process that sends. Compares each response with the expected one,
// and prints the counts as one line of JSON. Sends each round to the receiver and to the plain route, in turn.
import process from "node:process";
import autocannon from "autocannon";
import { MIX, round } from "./deliveries.mjs";

const [hook = "", plain = "", rounds = "", amount = "", connections = "", mix = ""] = process.argv.slice(2);
/** The servers of both routes. */
const urls = { hook, plain };

/** The processor time that a server has used, in microseconds. @param {"hook" | "plain"} route */
const cpu = async (route) => (await (await fetch(`${urls[route]}/counts`)).json()).cpu;

/**
 * Sends one round to one route.
 * @param {"hook" | "plain"} route
 * @param {import("./deliveries.mjs").Sent[]} deliveries
 */
async function send(route, deliveries) {
  /** @type {number[]} */
  const latencies = [];
  /** @type {string[]} */
  const wrong = [];
  /** @type {import("./deliveries.mjs").Sent[]} */
  const handled = [];
  let next = 0;
  let first = 0;
  let last = 0;
  const before = await cpu(route);
  const result = await autocannon({
    url: `${urls[route]}/${route}`,
    amount: deliveries.length,
    connections: Number(connections),
    timeout: 20,
    requests: [
      {
        method: "POST",
        setupRequest(request, context) {
          const sent = /** @type {import("./deliveries.mjs").Sent} */ (deliveries[next % deliveries.length]);
          next += 1;
          first ||= performance.now();
          // Before the first response there is nothing to duplicate: the delivery is then a new one.
          const again = sent.kind === "duplicate" ? handled[next % (handled.length || 1)] : undefined;
          const { headers, body } = again ?? sent;
          const expected =
            again === undefined && sent.kind === "duplicate" ? { ...sent, hook: [200, "handled"] } : sent;
          Object.assign(context, { expected, sent, at: performance.now() });
          return { ...request, headers, body };
        },
        onResponse(status, body, context) {
          const { expected, sent, at } = /** @type {any} */ (context);
          last = performance.now();
          latencies.push(last - at);
          if (status === 200 && sent.kind === "good") handled.push(sent);
          const reply = route === "hook" && body !== "" ? JSON.parse(body) : {};
          const [expectedStatus, expectedCode] =
            route === "hook" ? expected.hook : [expected.plain, undefined];
          if (
            status !== expectedStatus ||
            (expectedCode !== undefined && (reply.code ?? reply.status) !== expectedCode)
          ) {
            wrong.push(
              `${route}, ${expected.kind}: ${status} ${reply.code ?? reply.status ?? ""} instead of ${expectedStatus} ${expectedCode ?? ""}`,
            );
          }
        },
      },
    ],
  });
  // autocannon rounds its own duration up to a full second.
  const seconds = (last - first) / 1000;
  const used = (await cpu(route)) - before;
  latencies.sort((a, b) => a - b);
  if (result.errors + result.timeouts > 0)
    wrong.push(`${route}: ${result.errors} connections broke, ${result.timeouts} timed out`);
  if (latencies.length !== deliveries.length)
    wrong.push(`${route}: ${latencies.length} responses to ${deliveries.length} requests`);
  return {
    seconds,
    cpu: used,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    responses: latencies.length,
    wrong,
  };
}

/** @type {Record<"hook" | "plain", Awaited<ReturnType<typeof send>>[]>} */
const all = { hook: [], plain: [] };
for (let turn = 0; turn < Number(rounds); turn++) {
  /** @type {("hook" | "plain")[]} */
  const order = turn % 2 === 0 ? ["hook", "plain"] : ["plain", "hook"];
  for (const route of order) {
    const outcome = await send(route, round(Number(amount), mix === "good" ? ["good"] : MIX));
    all[route].push(outcome);
  }
}
console.log(JSON.stringify(all));
