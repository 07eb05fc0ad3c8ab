// The deliveries of a round: good ones, duplicates, and everything that has to be refused, each with its only right answer.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { painchek } from "hookseal";

export const SECRET = "a secret of this benchmark only";
/** What the servers read at most. */
export const MOST = 65_536;

const sample = readFileSync(
  new URL("../../providers/painchek/samples/assessment_add.painchek.json", import.meta.url),
  "utf8",
);
const uuid = JSON.parse(sample).data.uuid;
const hook = painchek({ secrets: [SECRET] });

/**
 * A request, and what has to come back: by the receiver, and by the plain route, which tells no duplicates.
 * @typedef {{ kind: string, headers: Record<string, string>, body: Buffer, hook: [number, string], plain: number }} Sent
 */

/** One of each twenty: twelve new ones, four duplicates, two tampered with, one unsigned, one too large. */
const MIX = [
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

/** So many requests of the mix. @param {number} amount @returns {Sent[]} */
export function round(amount) {
  return Array.from({ length: amount }, (_, index) => one(MIX[index % MIX.length] ?? "good"));
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
      return { kind, headers, body: Buffer.alloc(MOST + 1, 0x20), hook: [413, "body-too-large"], plain: 413 };
    case "duplicate":
      // Of which, the generator says: of one that was answered.
      return { kind, headers, body: good, hook: [200, "duplicate"], plain: 200 };
    default:
      return { kind, headers, body: good, hook: [200, "handled"], plain: 200 };
  }
}
