// Secrets that differ between the two sides.
import { makeCase } from "../cases.mjs";
import { documents } from "../documents.mjs";
import { generator } from "../random.mjs";
import { NODE } from "../serializers.mjs";
import { PROVIDER_IDS, provider, signedHeaders } from "../signing.mjs";

/**
 * What a sender's key and a receiver's secret are, from the documented secret.
 * @typedef {object} Slip
 * @property {string} title
 * @property {(secret: string, key: Buffer) => { secret?: string, key?: string | Buffer } | undefined} apply
 * @property {string[]} codes
 * @property {boolean} [either] a receiver may accept it
 * @property {boolean} [rare] one secret of each provider shows it
 * @property {string} [lost]
 */

const text = (/** @type {string | Buffer} */ key) => Buffer.from(key);
const SPACE = ["secret-white-space"];
const QUOTES = ["secret-quotes"];
const ARTEFACT = ["secret-*"];

/** @param {string} before @param {string} after @param {string} title @param {string[]} codes @returns {Slip} */
const around = (before, after, title, codes) => ({
  title,
  apply: (secret) => ({ secret: `${before}${secret}${after}` }),
  codes,
  rare: codes === ARTEFACT,
});

/** What the sender's own secret has in addition; its key is the whole text. @param {string} before @param {string} after @param {string} title @param {string[]} codes @returns {Slip} */
const atSender = (before, after, title, codes) => ({
  title,
  apply: (secret, key) => (key.equals(text(secret)) ? { key: `${before}${secret}${after}` } : undefined),
  codes,
});

const isHex = (/** @type {string} */ secret) => /^([0-9a-f]{2})+$/.test(secret);

/** @type {Slip[]} */
const SLIPS = [
  around("", "\n", "LF at the end", SPACE),
  around("", "\r\n", "CRLF at the end", SPACE),
  around("", " ", "space at the end", SPACE),
  around(" ", "", "space at the start", SPACE),
  around("\t", "\n", "tab and LF", SPACE),
  around("", "\r", "CR of a file with CRLF", SPACE),
  around('"', '"', "double quotes", QUOTES),
  around("'", "'", "single quotes", QUOTES),
  around("\u201c", "\u201d", "typographic quotes", ARTEFACT),
  around("", "\\n", "the characters \\n", ["secret-newline-escaped"]),
  around("\ufeff", "", "byte order mark", ARTEFACT),
  around("\u200b", "", "zero-width space", ARTEFACT),
  around("\u00a0", "", "no-break space", ARTEFACT),
  around("WEBHOOK_SECRET=", "", "a line of an env file", ARTEFACT),
  around("export WEBHOOK_SECRET=", "", "export of a shell", ARTEFACT),
  around('WEBHOOK_SECRET="', '"', "a quoted line of an env file", ARTEFACT),
  around("", " # from the dashboard", "comment of an env file", ARTEFACT),
  around("", ";", "semicolon", ARTEFACT),
  around("", ",", "comma", ARTEFACT),
  around("b'", "'", "Python's notation of bytes", ARTEFACT),
  around("Bearer ", "", "Bearer", ARTEFACT),
  atSender("", "\n", "LF at the sender", ["secret-white-space-missing"]),
  atSender("", "\r\n", "CRLF at the sender", ["secret-white-space-missing"]),
  atSender("", " ", "space at the sender", ["secret-white-space-missing"]),
  atSender('"', '"', "quotes at the sender", ["secret-quotes-missing"]),
  atSender("'", "'", "single quotes at the sender", ["secret-quotes-missing"]),
  {
    title: "decoded from hex by the sender",
    apply: (secret, key) =>
      isHex(secret) && key.equals(text(secret)) ? { key: Buffer.from(secret, "hex") } : undefined,
    codes: ["secret-hex-decoded"],
  },
  {
    title: "base64 of a Kubernetes secret",
    apply: (secret, key) => ({ secret: text(secret).toString("base64"), key }),
    codes: ["secret-base64-decoded"],
  },
  {
    title: "base64 of the secret and its LF",
    apply: (secret, key) => ({ secret: text(`${secret}\n`).toString("base64"), key }),
    codes: ["secret-base64-decoded"],
  },
  {
    title: "URL-safe base64 of the secret",
    apply: (secret, key) =>
      /[+/]/.test(text(secret).toString("base64"))
        ? { secret: text(secret).toString("base64url"), key }
        : undefined,
    codes: ["secret-base64url-decoded", "secret-base64-decoded"],
  },
  {
    title: "hex of the secret",
    apply: (secret, key) => ({ secret: text(secret).toString("hex"), key }),
    codes: ["secret-hex-decoded"],
  },
  {
    title: "hex text as the sender's key",
    apply: (secret, key) => (key.equals(text(secret)) ? { key: text(secret).toString("hex") } : undefined),
    codes: ["secret-encoded"],
  },
  {
    title: "base64 text as the sender's key",
    apply: (secret, key) => (key.equals(text(secret)) ? { key: text(secret).toString("base64") } : undefined),
    codes: ["secret-encoded"],
  },
  {
    title: "not decoded by the sender",
    apply: (secret, key) => (key.equals(text(secret)) ? undefined : { key: secret }),
    codes: ["secret-not-decoded", "secret-prefix-kept"],
  },
  {
    title: "not decoded by the sender, without prefix",
    apply: (secret, key) => (key.equals(text(secret)) ? undefined : { key: secret.replace(/^whsec_/, "") }),
    codes: ["secret-not-decoded"],
  },
  {
    title: "prefix dropped by the sender",
    apply: (secret, key) =>
      /^(whsec|shpss)_/.test(secret) && key.equals(text(secret))
        ? { key: secret.replace(/^[a-z]+_/, "") }
        : undefined,
    codes: ["secret-prefix-dropped"],
  },
  {
    title: "whsec_ lost by the receiver",
    apply: (secret) => (secret.startsWith("whsec_") ? { secret: secret.slice(6) } : undefined),
    codes: ["secret-prefix-kept"],
    either: true,
  },
  {
    title: "whsec_ decoded by the sender",
    apply: (secret, key) =>
      secret.startsWith("whsec_") && key.equals(text(secret))
        ? { key: Buffer.from(secret.slice(6), "base64") }
        : undefined,
    codes: ["secret-base64-decoded", "secret-prefix-dropped"],
  },
  {
    title: "v1,whsec_",
    apply: (secret) => (secret.startsWith("whsec_") ? { secret: `v1,${secret}` } : undefined),
    codes: ARTEFACT,
    either: true,
  },
  { title: "undefined at the sender", apply: () => ({ key: "undefined" }), codes: ["secret-unset"] },
  { title: "empty at the sender", apply: () => ({ key: "" }), codes: ["secret-unset"] },
  { title: "None at the sender", apply: () => ({ key: "None" }), codes: ["secret-unset"] },
  { title: "null at the sender", apply: () => ({ key: "null" }), codes: ["secret-unset"] },
  {
    title: "another secret",
    apply: () => ({ key: "another-secret-entirely-98765" }),
    codes: [],
    lost: "another secret",
  },
  {
    title: "another secret of the same form",
    apply: (secret) => ({ key: secret.split("").reverse().join("") }),
    codes: [],
    lost: "another secret",
  },
  {
    title: "last character lost",
    apply: (secret, key) => (key.equals(text(secret)) ? { secret: secret.slice(0, -1) } : undefined),
    codes: [],
    lost: "a part of the secret is missing",
  },
];

export const SECRET_SLIPS = SLIPS;

/** @param {boolean} isShort @returns {import("../cases.mjs").Case[]} */
export function secretCases(isShort) {
  const random = generator(404);
  const own = documents();
  const all = /** @type {import("../cases.mjs").Case[]} */ ([]);
  for (const slip of SLIPS) {
    for (const id of PROVIDER_IDS) {
      const entry = provider(id);
      for (const secret of isShort || slip.rare ? entry.secrets.slice(0, 1) : entry.secrets) {
        const result = slip.apply(secret, text(entry.key(secret)));
        if (result === undefined) continue;
        const body = Buffer.from(NODE["JSON.stringify"]?.(random.pick(own).text) ?? "");
        const { key } = result;
        all.push(
          makeCase({
            family: slip.lost ? "another secret" : "secrets",
            title: `${slip.title}; ${id}`,
            provider: id,
            secrets: [result.secret ?? secret],
            delivery: { headers: signedHeaders(id, secret, body, key === undefined ? {} : { key }), body },
            parts: slip.lost ? [] : [slip.codes],
            // The base64 of a secret with its line break, and quotes with more around them, are two changes.
            also: /LF|quoted|line|\\n|decoded by/.test(slip.title)
              ? ["secret-white-space", "secret-quotes", "secret-prefix-dropped", "secret-base64url-decoded"]
              : [],
            expected: slip.lost ? "nothing" : slip.either ? "either" : "cause",
          }),
        );
      }
    }
  }
  return all;
}
