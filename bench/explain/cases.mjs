// One case of the corpus: a delivery, what was done to it, and what an explanation of it may say.
import { PROVIDER_IDS, provider, signedHeaders, TIME } from "./signing.mjs";

/**
 * Codes of causes; a `*` at the end matches any ending.
 * @typedef {readonly string[]} Codes
 *
 * What holds for a case:
 * - `cause`: every part was done, and each has to be matched by one of its codes.
 * - `valid`: the delivery verifies, and nothing is matched.
 * - `either`: verifies, or every part is matched. For forms that a receiver may accept.
 * - `nothing`: nothing may be matched.
 * @typedef {"cause" | "valid" | "either" | "nothing"} Expected
 *
 * @typedef {object} Case
 * @property {string} family
 * @property {string} title
 * @property {string | Record<string, unknown>} provider
 * @property {string[]} secrets
 * @property {{ headers: Record<string, string | string[]>, body: Buffer, url?: string }} delivery
 * @property {Buffer} signed the body that was signed
 * @property {Codes[]} parts
 * @property {Codes} also further causes that are true of the same bytes
 * @property {Expected} expected
 * @property {string} lost why nothing can prove the cause; empty: it is provable
 * @property {number} now
 */

/**
 * @param {Pick<Case, "family" | "title" | "delivery"> & Partial<Case>} fields
 * @returns {Case}
 */
export const makeCase = (fields) => ({
  provider: "github",
  secrets: [],
  signed: fields.delivery.body,
  parts: [],
  also: [],
  expected: "cause",
  lost: "",
  now: TIME * 1000,
  ...fields,
});

/**
 * A body that was changed on its way.
 * @param {{ family: string, title: string, index: number, signed: Buffer, received: Buffer, parts: Codes[],
 *   also?: Codes, lost?: string, secret?: string, received_secret?: string, deviation?: import("./signing.mjs").Deviation,
 *   provider?: string, headers?: Record<string, string>, expected?: Expected }} fields
 * @returns {Case}
 */
export function changedBody(fields) {
  const { index, signed, received } = fields;
  const id = fields.provider ?? PROVIDER_IDS[index % PROVIDER_IDS.length] ?? "github";
  const { secrets } = provider(id);
  const secret = fields.secret ?? secrets[index % secrets.length] ?? "";
  const headers = {
    ...signedHeaders(id, secret, signed, { length: index % 2 === 1, ...fields.deviation }),
    ...fields.headers,
  };
  const expected = fields.expected ?? (signed.equals(received) ? "valid" : "cause");
  return makeCase({
    family: fields.family,
    title: `${fields.title}; ${id}`,
    provider: id,
    secrets: [fields.received_secret ?? secret],
    delivery: { headers, body: received },
    signed,
    parts: expected === "valid" ? [] : fields.parts,
    also: fields.also ?? [],
    expected,
    lost: fields.lost ?? "",
  });
}

/** @param {Codes} codes @param {string} code */
export const isAmong = (codes, code) =>
  codes.some((entry) => (entry.endsWith("*") ? code.startsWith(entry.slice(0, -1)) : entry === code));
