// Checks that no payload controls the run time: compares hostile bodies and headers with an ordinary, accepted body of the
// same size, for every built-in provider and verb. Fails if one takes more than twenty times as long.
import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import process from "node:process";
import v8 from "node:v8";
import { ENDS, HEADERS, ordinary, SCHEMAS, SHAPES } from "./hostile-shapes.mjs";

// Compiles the module with the optimizing compiler at once, so that no measured call includes compilation.
v8.setFlagsFromString("--no-liftoff");
v8.setFlagsFromString("--no-wasm-tier-up");
const { compileSchema, HooksealError, providerDefinition, providers, webhook } = await import(
  "../pkg/dist/esm/index.js"
);

/** The largest permitted ratio of a hostile delivery to an ordinary one. */
const MAX_RATIO = 20;
const SIZES = { "64 KB": 64_000, "1 MB": 1_000_000 };
/** @typedef {keyof typeof SIZES} Size */
const EVERY_SIZE = /** @type {Size[]} */ (Object.keys(SIZES));
/** A secret in every format: text, base64 and hex. */
const SECRET = "0123456789abcdef0123456789abcdef";

/** The providers with schemas and rules, one that signs the body only, and one that signs more. */
const THOROUGH = /^(xon|painchek|github|stripe)$/;
/**
 * Providers with every kind of schema, envelope, event type and signed content. Those of the others are of the same kinds, and
 * with all of them this takes three times as long.
 */
const MEASURED =
  /^(xon|painchek|github|linear|paddle|revolut|replicate|retell|sentry|shopify|slack|square|standard-webhooks|stripe|svix|typeform|zoom)$/;

/**
 * @typedef {{ url?: string, headers: Record<string, string> | [string, string][], body: string }} Delivery
 * @typedef {import("../pkg/dist/esm/index.js").Webhook<Record<string, unknown>>} Webhook
 * @typedef {{ name: string, usual: () => unknown, call: () => unknown, usually: string, ratio: number, own: number }} Case
 */

/** Every location of a value in a payload: the text before and after a replacement.
 * @param {unknown} value @returns {Generator<[string, string]>} */
function* places(value, before = "", after = "") {
  yield [before, after];
  if (typeof value !== "object" || value === null) return;
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const parts = entries.map(
    ([name, member]) => `${list ? "" : `${JSON.stringify(name)}:`}${JSON.stringify(member)}`,
  );
  for (const [at, [name, member]] of entries.entries()) {
    const front = [...parts.slice(0, at), list ? "" : `${JSON.stringify(name)}:`].join(",");
    const back = ["", ...parts.slice(at + 1)].join(",");
    yield* places(member, before + (list ? "[" : "{") + front, back + (list ? "]" : "}") + after);
  }
}

/** @param {() => unknown} call */
function attempt(call) {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof HooksealError)) throw error;
  }
}

/** Every verb of a webhook: `open` accepts unsigned deliveries, `closed` has a secret.
 * @type {Record<string, (hooks: { open: Webhook, closed: Webhook }, delivery: Delivery) => unknown>} */
const VERBS = {
  check: ({ open }, delivery) => open.check(delivery),
  "check and issues": ({ open }, delivery) => {
    const result = open.check(delivery);
    return (result.ok ? result.value : result.error).issues.length;
  },
  inspect: ({ open }, delivery) => open.inspect(delivery, { profile: "strict" }),
  compare: ({ open }, delivery) =>
    open.compare(delivery, { ...delivery, body: delivery.body.replace(/[01a](?=[^01a]*$)/, "2") }),
  sign: ({ closed }, { body }) => attempt(() => closed.sign(body, { type: "ping" })),
  "verify, signed": ({ closed }, delivery) => attempt(() => closed.verify(delivery)),
  explain: ({ closed }, delivery) => closed.explain(delivery),
};

/** Milliseconds of one call: processor time, or wall time if other threads of the engine ran.
 * @param {() => unknown} call */
function time(call) {
  const used = process.cpuUsage();
  const start = performance.now();
  call();
  const clock = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  return Math.min(clock, (user + system) / 1000 || clock);
}

/** @type {Map<string, number>} */
const least = new Map();
/** @type {Case[]} */
const cases = [];
const [filter = "", shown = "10"] = process.argv.slice(2);
const started = performance.now();

/** Compares a call with the ordinary one of its kind, which is measured once.
 * @param {string} name @param {string} usually @param {() => unknown} usual @param {() => unknown} call */
function hold(name, usually, usual, call) {
  if (!name.includes(filter)) return;
  let usualTime = least.get(usually);
  if (usualTime === undefined) {
    usualTime = Number.POSITIVE_INFINITY;
    const rounds = usually.includes("64 KB") && !usually.includes("explain") ? 40 : 5;
    for (let round = 0; round < rounds; round++) usualTime = Math.min(usualTime, time(usual));
    least.set(usually, usualTime);
  }
  // The first call may have to flatten a concatenated string.
  let own = Math.min(time(call), time(call));
  for (let round = 0; round < 3 && own > MAX_RATIO * usualTime; round++) own = Math.min(own, time(call));
  const one = { name, usual, call, usually, ratio: own / usualTime, own };
  // Keeps only the cases that are measured again, because bodies are large.
  if (one.ratio <= MAX_RATIO) one.usual = one.call = () => {};
  cases.push(one);
}

/** Repeats a slow measurement, alternating with the ordinary call: the machine may have been busy. @param {Case} one */
function again(one) {
  for (let attempt = 0; attempt < 3 && one.ratio > MAX_RATIO; attempt++) {
    let [usual, own] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < 8; round++) {
      usual = Math.min(usual, time(one.usual));
      own = Math.min(own, time(one.call));
    }
    if (own / usual < one.ratio) Object.assign(one, { ratio: own / usual, own });
  }
}

const values = Object.entries(SHAPES).flatMap(([shape, make]) =>
  EVERY_SIZE.map((label) => ({ shape, label, value: make(SIZES[label]) })),
);
let place = 0;
const url = "https://example.com/hook";

for (const id of providers().filter((id) => MEASURED.test(id))) {
  const definition = providerDefinition(id);
  if (definition === undefined) continue;
  const isSigned = definition.signature !== undefined;
  const open = webhook(id, { unsigned: "allow", maxBytes: 4e6 });
  const hooks = { open, closed: isSigned ? webhook(id, { secrets: [SECRET], maxBytes: 4e6 }) : open };
  /** @type {Record<string, string>} */
  const headers = {};
  for (const source of [
    ...[definition.envelope.type].flat(),
    ...Object.values(definition.headers ?? {}),
    ...(definition.dedupe ?? []),
  ])
    if (typeof source === "string" && source.startsWith("header:")) headers[source.slice(7)] = "ping";
  const folder = new URL(`../providers/${id}/samples/`, import.meta.url);
  const names = readdirSync(folder);
  for (const name of names.filter((name, at) => at === 0 || /R9\.json/.test(name))) {
    const payload = JSON.parse(readFileSync(new URL(encodeURIComponent(name), folder), "utf8"));
    const start = JSON.stringify(payload).slice(0, -1);
    const usual = Object.fromEntries(
      EVERY_SIZE.map((label) => [label, `${start},"zz":${ordinary(SIZES[label])}}`]),
    );
    /** @param {string} body @returns {Delivery} */
    const signed = (body) => {
      const made = /** @type {Delivery | undefined} */ (
        attempt(() => hooks.closed.sign(body, { type: "ping", url }))
      );
      return { url, headers: { ...headers, ...made?.headers }, body };
    };
    /** @param {string} what @param {Size} label @param {string} verb @param {Delivery} delivery */
    const run = (what, label, verb, delivery) => {
      // Without a signature there is no mismatch to explain.
      if (verb === "explain" && !isSigned) return;
      const body = usual[label] ?? "";
      const ordinaryDelivery = verb === "verify, signed" ? signed(body) : { headers, body };
      hold(
        `${id} ${name} ${label} ${verb}: ${what}`,
        `${id} ${name} ${label} ${verb}`,
        () => VERBS[verb]?.(hooks, ordinaryDelivery),
        () => VERBS[verb]?.(hooks, delivery),
      );
    };
    const all = [...places(payload)];
    for (const { shape, label, value } of values) {
      const isLarge = label === "1 MB";
      if (isLarge && !THOROUGH.test(id)) continue;
      const body = `${start},"zz":${value}}`;
      // In addition to the sample's own members, with every verb.
      if (name === names[0])
        for (const verb of Object.keys(VERBS)) {
          if (verb === "explain" && (isLarge || !THOROUGH.test(id))) continue;
          if (isLarge && !/^(check|inspect)$/.test(verb)) continue;
          run(shape, label, verb, verb === "verify, signed" ? signed(body) : { headers, body });
        }
      if (name === names[0] && id === "xon" && !isLarge)
        for (const [end, change] of Object.entries(ENDS))
          run(`${shape}, ${end}`, label, "check and issues", { headers, body: change(body) });
      // In place of values: at a few locations in turn, and always where items must be unique.
      for (const [at, [before, after]] of all.entries()) {
        const isUnique = /(Ids|_ids)":$/.test(before);
        if (!isUnique && (isLarge || (at + place++) % Math.ceil(all.length / 4) !== 0)) continue;
        run(`${shape} at ${before.slice(-30)}`, label, at % 3 === 0 ? "inspect" : "check", {
          headers,
          body: before + value + after,
        });
      }
    }
    if (name !== names[0] || !/^(xon|painchek|stripe|svix)$/.test(id)) continue;
    for (const [what, make] of Object.entries(HEADERS))
      for (const label of EVERY_SIZE)
        for (const verb of ["verify, signed", "inspect", "explain", "compare"]) {
          if (verb === "explain" && label === "1 MB") continue;
          const made = make(
            SIZES[label],
            [[definition.signature].flat()[0]?.header].flat()[0] ?? "X-Signature",
          );
          run(what, label, verb, { headers: [...Object.entries(headers), ...made], body: `${start}}` });
        }
  }
}

for (const [name, own] of Object.entries(SCHEMAS)) {
  // A schema for an object or a list also applies to the items of the ordinary list. Otherwise the ordinary call would do no work.
  const schema = typeof own === "boolean" || "items" in own || "$ref" in own ? own : { ...own, items: own };
  const compiled = compileSchema(schema);
  const usual = ordinary(SIZES["64 KB"]);
  for (const { shape, label, value } of values)
    if (label === "64 KB")
      hold(
        `schema of ${name} ${label}: ${shape}`,
        `schema of ${name} ${label}`,
        () => compiled.check(usual),
        () => compiled.check(value),
      );
}

cases.filter(({ ratio }) => ratio > MAX_RATIO).forEach(again);
cases.sort((a, b) => b.ratio - a.ratio);
for (const { name, ratio, own } of cases.slice(0, Number(shown)))
  console.log(
    `${ratio.toFixed(1).padStart(6)} × ${own.toFixed(2).padStart(8)} ms  ${name.replaceAll("\n", " ").slice(0, 160)}`,
  );
const over = cases.filter(({ ratio }) => ratio > MAX_RATIO).length;
console.log(
  `${cases.length} hostile deliveries in ${((performance.now() - started) / 1000).toFixed(0)} s; ${over} take more than ${MAX_RATIO} times an ordinary one.`,
);
process.exitCode = over === 0 ? 0 : 1;
