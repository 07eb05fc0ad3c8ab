// The deliveries of one round: good ones, duplicates, and ones to reject, each with the expected response.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { painchek } from "hookseal";

export const SECRET = "a secret of this benchmark only";
/** The `maxBytes` of the servers. */
export const MAX_BYTES = 65_536;

const sample = readFileSync(
  new URL("../../providers/painchek/samples/assessment_add.painchek.json", import.meta.url),
  "utf8",
);
const uuid = JSON.parse(sample).data.uuid;
const hook = painchek({ secrets: [SECRET] });

/**
 * A request, and the expected responses of the receiver and of the plain route, which detects no duplicates.
 * @typedef {{ kind: string, headers: Record<string, string>, body: Buffer, hook: [number, string], plain: number }} Sent
 */

/** The mix of twenty requests: twelve new, four duplicates, two tampered with, one unsigned, one too large. */
export const MIX = [
  "good",
  "good",
  "good",
  "duplicate",
  "good",
  "good",
  "tampered",
  "good",
  "good",
  "duplicate",
].concat([
  "good",
  "good",
  "oversized",
  "good",
  "duplicate",
  "good",
  "tampered",
  "good",
  "duplicate",
  "unsigned",
]);

/** Requests of the mix. @param {number} amount @param {string[]} mix @returns {Sent[]} */
export function round(amount, mix) {
  return Array.from({ length: amount }, (_, index) => one(mix[index % mix.length] ?? "good"));
}

/** @param {string} kind @returns {Sent} */
function one(kind) {
  const { headers, body } = hook.sign(sample.replaceAll(uuid, randomUUID()));
  const good = Buffer.from(body);
  switch (kind) {
    case "tampered": {
      good[good.length >> 1] = /** @type {number} */ (good[good.length >> 1]) ^ 1;
      return { kind, headers, body: good, hook: [401, "signature-mismatch"], plain: 401 };
    }
    case "unsigned": {
      const { "X-PainChek-WH-Signature": _, ...unsigned } = headers;
      return { kind, headers: unsigned, body: good, hook: [401, "signature-missing"], plain: 401 };
    }
    case "oversized":
      return {
        kind,
        headers,
        body: Buffer.alloc(MAX_BYTES + 1, 0x20),
        hook: [413, "body-too-large"],
        plain: 413,
      };
    case "duplicate":
      // The generator chooses the original: a delivery that has its response already.
      return { kind, headers, body: good, hook: [200, "duplicate"], plain: 200 };
    default:
      return { kind, headers, body: good, hook: [200, "handled"], plain: 200 };
  }
}
