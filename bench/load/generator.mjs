// `node generator.mjs URL ROUNDS AMOUNT CONNECTIONS`: the process that sends. It holds each answer to the right one, and prints
// what it counted as a line of JSON. Each round goes to the receiver and to the plain route, one behind the other.
import process from "node:process";
import autocannon from "autocannon";
import { round } from "./deliveries.mjs";

const [url = "", rounds = "", amount = "", connections = ""] = process.argv.slice(2);

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
  const answered = [];
  let next = 0;
  let first = 0;
  let last = 0;
  const result = await autocannon({
    url: `${url}/${route}`,
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
          // The first duplicate may come before anything was answered: then it is the first of its kind.
          const again = sent.kind === "duplicate" ? answered[next % (answered.length || 1)] : undefined;
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
          if (status === 200 && sent.kind === "good") answered.push(sent);
          const said = route === "hook" && body !== "" ? JSON.parse(body) : {};
          const [right, word] = route === "hook" ? expected.hook : [expected.plain, undefined];
          if (status !== right || (word !== undefined && (said.code ?? said.status) !== word)) {
            wrong.push(
              `${route}, ${expected.kind}: ${status} ${said.code ?? said.status ?? ""} instead of ${right} ${word ?? ""}`,
            );
          }
        },
      },
    ],
  });
  // The generator itself ends at its next full second.
  const seconds = (last - first) / 1000;
  latencies.sort((a, b) => a - b);
  if (result.errors + result.timeouts > 0)
    wrong.push(`${route}: ${result.errors} connections broke, ${result.timeouts} timed out`);
  if (latencies.length !== deliveries.length)
    wrong.push(`${route}: ${latencies.length} answers to ${deliveries.length} requests`);
  return {
    seconds,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    answers: latencies.length,
    wrong,
  };
}

/** @type {Record<"hook" | "plain", Awaited<ReturnType<typeof send>>[]>} */
const all = { hook: [], plain: [] };
// One round more than is counted: both sides have to get warm.
for (let turn = 0; turn <= Number(rounds); turn++) {
  /** @type {("hook" | "plain")[]} */
  const order = turn % 2 === 0 ? ["hook", "plain"] : ["plain", "hook"];
  for (const route of order) {
    const outcome = await send(route, round(Number(amount)));
    if (turn === 0) outcome.seconds = Number.NaN;
    all[route].push(outcome);
  }
}
console.log(JSON.stringify(all));
