// The contenders. The job: verify a SHA-1 signature over the raw body, validate the payload, and return the event as an
// object. All contenders take the same headers and bytes.
import { createHmac, timingSafeEqual } from "node:crypto";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { painchek, webhook } from "hookseal";
import { fromJSONSchema } from "zod";
import { read } from "./workloads.mjs";

export const SECRET = "0a3f1c5e7b9d2468ace013579bdf2468";
export const HEADER = "X-PainChek-WH-Signature";

/**
 * @typedef {{ headers: Record<string, string>, body: Buffer }} Delivery
 * @typedef {{ name: string, run: (delivery: Delivery) => unknown }} Contender
 */

/** @param {Buffer} body @returns {Delivery} */
export function delivered(body) {
  const digest = createHmac("sha1", SECRET).update(body).digest("hex");
  return {
    headers: { host: "receiver.example", "content-type": "application/json", [HEADER]: `sha1=${digest}` },
    body,
  };
}

/** The usual code without a library. @param {Delivery} delivery */
function parsed({ headers, body }) {
  const received = Buffer.from((headers[HEADER] ?? "").slice("sha1=".length), "hex");
  const expected = createHmac("sha1", SECRET).update(body).digest();
  if (received.length !== expected.length || !timingSafeEqual(received, expected))
    throw new Error("wrong signature");
  return JSON.parse(body.toString("utf8"));
}

/**
 * Our own entries first, then the others, for one workload.
 * @param {import("./workloads.mjs").Workload} workload
 * @returns {{ ours: Contender[], theirs: Contender[] }}
 */
export function contenders({ provider, schema }) {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv, { mode: "full" });
  const valid = ajv.compile(schema);
  const zod = fromJSONSchema(plain(schema));
  return {
    ours: ours(provider),
    theirs: [
      {
        name: "ajv, full formats",
        run: (delivery) => {
          const event = parsed(delivery);
          if (!valid(event)) throw new Error(ajv.errorsText(valid.errors));
          return event;
        },
      },
      { name: "zod 4", run: (delivery) => zod.parse(parsed(delivery)) },
      { name: "no validation", run: parsed },
    ],
  };
}

/**
 * @param {"painchek" | "xon"} provider
 * @returns {Contender[]}
 */
function ours(provider) {
  const options = { secrets: [SECRET] };
  const hook = provider === "painchek" ? painchek(options) : webhook(signedXon(), options);
  return [
    { name: "hookseal", run: (delivery) => hook.verify(delivery).event },
    { name: "hookseal, event not read", run: (delivery) => hook.verify(delivery).type },
  ];
}

/** X-on's events with a signature, which X-on does not send: only its events exist in every size. */
function signedXon() {
  const manifest = read("xon/provider.json");
  for (const event of Object.values(manifest.events)) {
    for (const revision of event.revisions ?? [event]) revision.schema = read(`xon/${revision.schema}`);
  }
  const { signature } = read("painchek/provider.json");
  return { ...manifest, signature };
}

/** Keywords that zod does not support, so zod does less work. */
const BEYOND_ZOD = new Set(["if", "then", "else", "not", "allOf", "$comment", "x-lenient", "x-strict"]);

/**
 * The schema without the keywords that zod does not support.
 * @param {any} schema
 * @returns {any}
 */
export function plain(schema) {
  return JSON.parse(JSON.stringify(schema), (key, value) => (BEYOND_ZOD.has(key) ? undefined : value));
}
