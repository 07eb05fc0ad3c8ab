// Signature headers that were renamed, edited, split or written in another way.
import { makeCase } from "../cases.mjs";
import { documents } from "../documents.mjs";
import { generator } from "../random.mjs";
import { NODE } from "../serializers.mjs";
import { PROVIDER_IDS, provider, signedHeaders } from "../signing.mjs";

/** @typedef {import("../signing.mjs").Signed} Signed */
/** @typedef {Record<string, string | string[]>} Headers */

/**
 * @typedef {object} Edit
 * @property {string} family
 * @property {string} title
 * @property {string[]} codes
 * @property {(entry: Signed, id: string) => import("../signing.mjs").Deviation | undefined} [sender] what the sender did
 * @property {(headers: Headers, entry: Signed, id: string) => Headers | undefined} [proxy] what was done to the headers
 * @property {"valid" | "either" | "nothing"} [expected]
 * @property {string} [lost]
 */

const RENAMED = "headers renamed";
const WRITTEN = "signature written differently";
const ALGORITHM = "algorithms and labels";
const LISTS = "lists of signatures, split and joined";

const HEADER_RENAMED = ["header-renamed", "header-*"];
const LABEL = ["signature-label-unexpected"];

/** Renames the headers of the signature. @param {(name: string) => string} rename @param {"all" | "signature" | "others"} which */
const renamed =
  (rename, which = "all") =>
  (/** @type {Headers} */ headers, /** @type {Signed} */ entry) => {
    const others = [entry.timestampHeader, entry.idHeader].filter((name) => name !== undefined);
    if (which === "others" && others.length === 0) return undefined;
    const names =
      which === "signature" ? [entry.header] : which === "others" ? others : [entry.header, ...others];
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [names.includes(name) ? rename(name) : name, value]),
    );
  };

/** Edits the value of the signature header. @param {(value: string) => string | string[] | undefined} edit */
const edited = (edit) => (/** @type {Headers} */ headers, /** @type {Signed} */ entry) => {
  const value = edit(String(headers[entry.header]));
  return value === undefined || value === headers[entry.header]
    ? undefined
    : { ...headers, [entry.header]: value };
};

const cgi = (/** @type {string} */ name) => `HTTP_${name.toUpperCase().replaceAll("-", "_")}`;
/** A wrong signature of the same length. @param {Signed} entry */
const zeros = (entry) => (entry.encoding === "hex" ? "0".repeat(64) : `${"A".repeat(43)}=`);

/** @type {Edit[]} */
const EDITS = [
  { family: RENAMED, title: "CGI", codes: HEADER_RENAMED, proxy: renamed(cgi) },
  {
    family: RENAMED,
    title: "underscores",
    codes: HEADER_RENAMED,
    proxy: renamed((name) => name.replaceAll("-", "_")),
  },
  {
    family: RENAMED,
    title: "upper case",
    codes: [],
    proxy: renamed((name) => name.toUpperCase()),
    expected: "valid",
  },
  {
    family: RENAMED,
    title: "lower case",
    codes: [],
    proxy: renamed((name) => name.toLowerCase()),
    expected: "valid",
  },
  {
    family: RENAMED,
    title: "API Gateway's x-amzn-remapped-",
    codes: HEADER_RENAMED,
    proxy: renamed((name) => `x-amzn-remapped-${name}`),
  },
  {
    family: RENAMED,
    title: "X-Forwarded-",
    codes: HEADER_RENAMED,
    proxy: renamed((name) => `X-Forwarded-${name.replace(/^X-/, "")}`),
  },
  {
    family: RENAMED,
    title: "X-Original-",
    codes: HEADER_RENAMED,
    proxy: renamed((name) => `X-Original-${name}`),
  },
  {
    family: RENAMED,
    title: "X- dropped",
    codes: HEADER_RENAMED,
    // Shopify sends its headers with and without `X-`.
    proxy: (headers, entry) =>
      /^X-(?!Shopify-)/.test(entry.header) ? renamed((name) => name.slice(2))(headers, entry) : undefined,
  },
  {
    family: RENAMED,
    title: "CGI, the signature alone",
    codes: HEADER_RENAMED,
    proxy: (headers, entry, id) =>
      entry.timestampHeader ? renamed(cgi, "signature")(headers, entry) : id === "" ? headers : undefined,
  },
  {
    family: RENAMED,
    title: "CGI, the other headers alone",
    codes: HEADER_RENAMED,
    proxy: renamed(cgi, "others"),
  },

  {
    family: WRITTEN,
    title: "label dropped",
    codes: ["signature-label-missing"],
    proxy: edited((value) =>
      /^(sha256|v0)=|^v1,/.test(value) ? value.replace(/^(sha256=|v0=|v1,)/, "") : undefined,
    ),
  },
  {
    family: WRITTEN,
    title: "label dropped by the sender",
    codes: ["signature-label-missing"],
    proxy: edited((value) => (/^t=/.test(value) ? value.replace("v1=", "") : undefined)),
  },
  { family: WRITTEN, title: "double quotes", codes: LABEL, proxy: edited((value) => `"${value}"`) },
  { family: WRITTEN, title: "single quotes", codes: LABEL, proxy: edited((value) => `'${value}'`) },
  { family: WRITTEN, title: "brackets of a list", codes: LABEL, proxy: edited((value) => `["${value}"]`) },
  { family: WRITTEN, title: "Python's bytes", codes: LABEL, proxy: edited((value) => `b'${value}'`) },
  {
    family: WRITTEN,
    title: "semicolon",
    codes: LABEL,
    proxy: edited((value) => `${value};`),
    expected: "either",
  },
  {
    family: WRITTEN,
    title: "colon of the label",
    codes: LABEL,
    proxy: edited((value) => (value.startsWith("sha256=") ? value.replace("=", ":") : undefined)),
  },
  {
    family: WRITTEN,
    title: "space after the label",
    codes: LABEL,
    proxy: edited((value) => (value.startsWith("sha256=") ? value.replace("=", "= ") : undefined)),
    expected: "either",
  },
  {
    family: WRITTEN,
    title: "label in upper case",
    codes: LABEL,
    proxy: edited((value) => (value.startsWith("sha256=") ? value.replace("sha256", "SHA256") : undefined)),
    expected: "either",
  },
  {
    family: WRITTEN,
    title: "a label added",
    codes: LABEL,
    proxy: (headers, entry, id) =>
      id === "shopify" ? edited((value) => `sha256=${value}`)(headers, entry) : undefined,
  },
  // A list separated by spaces skips entries of unknown versions.
  {
    family: WRITTEN,
    title: "Bearer",
    codes: LABEL,
    proxy: edited((value) => `Bearer ${value}`),
    expected: "either",
  },
  {
    family: WRITTEN,
    title: "URL-encoded",
    codes: [...LABEL, "signature-double-encoded"],
    proxy: edited(encodeURIComponent),
  },
  {
    family: WRITTEN,
    title: "white space around",
    codes: [],
    proxy: edited((value) => ` ${value} `),
    expected: "valid",
  },
  {
    family: WRITTEN,
    title: "the other encoding",
    codes: ["signature-encoding"],
    sender: (entry) => ({ encoding: entry.encoding === "hex" ? "base64" : "hex" }),
  },
  {
    family: WRITTEN,
    title: "URL-safe base64",
    codes: ["signature-encoding"],
    sender: () => ({ encoding: "base64url" }),
    expected: "either",
  },
  {
    family: WRITTEN,
    title: "hex in upper case",
    codes: ["signature-upper-case"],
    sender: (entry) => (entry.encoding === "hex" ? { edit: (text) => text.toUpperCase() } : undefined),
    expected: "either",
  },
  {
    family: WRITTEN,
    title: "base64 in lower case",
    codes: ["signature-upper-case"],
    sender: (entry) => (entry.encoding === "base64" ? { edit: (text) => text.toLowerCase() } : undefined),
  },
  {
    family: WRITTEN,
    title: "base64 in upper case",
    codes: ["signature-upper-case"],
    sender: (entry) => (entry.encoding === "base64" ? { edit: (text) => text.toUpperCase() } : undefined),
  },
  {
    family: WRITTEN,
    title: "cut to 32 characters",
    codes: ["signature-truncated"],
    sender: () => ({ edit: (text) => text.slice(0, 32) }),
  },
  {
    family: WRITTEN,
    title: "cut to 40 characters",
    codes: ["signature-truncated"],
    sender: () => ({ edit: (text) => text.slice(0, 40) }),
  },
  {
    family: WRITTEN,
    title: "last character cut",
    codes: ["signature-truncated"],
    sender: (entry) => ({ edit: (text) => text.slice(0, entry.encoding === "hex" ? -1 : -2) }),
  },
  {
    family: WRITTEN,
    title: "padding cut",
    codes: ["signature-truncated", "signature-encoding"],
    sender: (entry) => (entry.encoding === "base64" ? { edit: (text) => text.slice(0, -1) } : undefined),
    expected: "either",
  },
  {
    family: WRITTEN,
    title: "base64 of hex",
    codes: ["signature-double-encoded"],
    sender: (entry) =>
      entry.encoding === "base64"
        ? { encoding: "hex", edit: (text) => Buffer.from(text).toString("base64") }
        : { edit: (text) => Buffer.from(text).toString("base64") },
  },
  {
    family: WRITTEN,
    title: "hex of base64",
    codes: ["signature-double-encoded"],
    sender: () => ({ encoding: "base64", edit: (text) => Buffer.from(text).toString("hex") }),
  },
  {
    family: WRITTEN,
    title: "all zeros",
    codes: [],
    sender: (entry) => ({ edit: () => zeros(entry) }),
    expected: "nothing",
  },

  {
    family: ALGORITHM,
    title: "SHA-1 in place of SHA-256",
    codes: ["algorithm-mislabelled", "algorithm-not-accepted"],
    sender: () => ({ algorithm: "sha1" }),
  },
  {
    family: ALGORITHM,
    title: "SHA-512 in place of SHA-256",
    codes: ["algorithm-mislabelled", "algorithm-not-accepted"],
    sender: () => ({ algorithm: "sha512" }),
  },
  {
    family: ALGORITHM,
    title: "SHA-1 with its label",
    codes: ["algorithm-not-accepted"],
    sender: (_, id) =>
      id === "github" ? { algorithm: "sha1", value: (value) => value.replace("sha256", "sha1") } : undefined,
  },
  {
    family: ALGORITHM,
    title: "SHA-512 with its label",
    codes: ["algorithm-not-accepted"],
    sender: (_, id) =>
      id === "github" || id === "painchek"
        ? { algorithm: "sha512", value: (value) => value.replace("sha256", "sha512") }
        : undefined,
  },
  {
    family: ALGORITHM,
    title: "SHA-256 labelled SHA-1",
    codes: ["algorithm-mislabelled"],
    sender: (_, id) =>
      id === "github" || id === "painchek"
        ? { value: (value) => value.replace("sha256", "sha1") }
        : undefined,
  },
  {
    family: ALGORITHM,
    title: "SHA-1 with its label, accepted",
    codes: [],
    sender: (_, id) =>
      id === "painchek"
        ? { algorithm: "sha1", value: (value) => value.replace("sha256", "sha1") }
        : undefined,
    expected: "valid",
  },
  {
    family: ALGORITHM,
    title: "a hash without key",
    codes: ["signature-not-hmac"],
    sender: () => ({ hash: "plain" }),
  },
  {
    family: ALGORITHM,
    title: "a hash of secret and body",
    codes: ["signature-not-hmac"],
    sender: () => ({ hash: "prefixed" }),
  },
  {
    family: ALGORITHM,
    title: "a hash of body and secret",
    codes: ["signature-not-hmac"],
    sender: () => ({ hash: "suffixed" }),
  },
  {
    family: ALGORITHM,
    title: "an empty body signed",
    codes: ["signature-empty-body"],
    sender: (entry) => ({ content: (_, timestamp, id) => entry.content(Buffer.alloc(0), timestamp, id) }),
  },

  {
    family: LISTS,
    title: "another signature first",
    codes: [],
    proxy: (headers, entry, id) => rotated(headers, entry, id, true),
    expected: "valid",
  },
  {
    family: LISTS,
    title: "another signature last",
    codes: [],
    proxy: (headers, entry, id) => rotated(headers, entry, id, false),
    expected: "valid",
  },
  {
    family: LISTS,
    title: "split at the comma",
    codes: [],
    proxy: (headers, entry, id) =>
      id === "stripe" ? edited((value) => value.split(","))(headers, entry) : undefined,
    expected: "valid",
  },
  {
    family: LISTS,
    title: "joined by comma and space",
    codes: [],
    proxy: (headers, entry, id) =>
      id === "stripe" ? edited((value) => value.replace(",", ", "))(headers, entry) : undefined,
    expected: "valid",
  },
  {
    family: LISTS,
    title: "two lines of a header",
    codes: [],
    proxy: (headers, entry, id) =>
      id === "standard-webhooks"
        ? edited((value) => [`v1,${zeros(entry)}`, value])(headers, entry)
        : undefined,
    expected: "valid",
  },
  {
    family: LISTS,
    title: "two lines joined by comma",
    codes: [],
    proxy: (headers, entry, id) =>
      id === "standard-webhooks"
        ? edited((value) => `v1,${zeros(entry)}, ${value}`)(headers, entry)
        : undefined,
    expected: "valid",
  },
  {
    family: LISTS,
    title: "split at its own comma",
    codes: [],
    proxy: (headers, entry, id) =>
      id === "standard-webhooks" ? edited((value) => value.split(","))(headers, entry) : undefined,
    expected: "valid",
  },
  {
    family: LISTS,
    title: "space after its own comma",
    codes: [],
    proxy: (headers, entry, id) =>
      id === "standard-webhooks" ? edited((value) => value.replace(",", ", "))(headers, entry) : undefined,
    expected: "valid",
  },
  {
    family: LISTS,
    title: "an unknown version",
    codes: [],
    proxy: (headers, entry, id) =>
      id === "standard-webhooks"
        ? edited((value) => `v2,abc ${value}`)(headers, entry)
        : id === "stripe"
          ? edited((value) => `${value},v0=${zeros(entry)}`)(headers, entry)
          : undefined,
    expected: "valid",
  },
  { family: LISTS, title: "a list of one", codes: [], proxy: edited((value) => [value]), expected: "valid" },
];

/** Two signatures, as during a rotation. @param {Headers} headers @param {Signed} entry @param {string} id @param {boolean} isFirst @returns {Headers | undefined} */
function rotated(headers, entry, id, isFirst) {
  const other = zeros(entry);
  const value = String(headers[entry.header]);
  if (id === "stripe") {
    return {
      ...headers,
      [entry.header]: isFirst ? value.replace(",v1=", `,v1=${other},v1=`) : `${value},v1=${other}`,
    };
  }
  if (id !== "standard-webhooks") return undefined;
  return { ...headers, [entry.header]: isFirst ? `v1,${other} ${value}` : `${value} v1,${other}` };
}

/** @param {boolean} isShort @returns {import("../cases.mjs").Case[]} */
export function headerCases(isShort) {
  const random = generator(505);
  const own = documents();
  const all = /** @type {import("../cases.mjs").Case[]} */ ([]);
  for (const edit of EDITS) {
    for (const id of PROVIDER_IDS) {
      for (let round = 0; round < (isShort ? 1 : 3); round++) {
        const entry = provider(id);
        const secret = entry.secrets[round % entry.secrets.length] ?? "";
        const deviation = edit.sender === undefined ? {} : edit.sender(entry, id);
        if (deviation === undefined) continue;
        const body = Buffer.from(NODE["JSON.stringify"]?.(random.pick(own).text) ?? "");
        const sent = signedHeaders(id, secret, body, { ...deviation, length: round === 1 });
        const headers = edit.proxy === undefined ? sent : edit.proxy(sent, entry, id);
        if (headers === undefined) continue;
        all.push(
          makeCase({
            family: edit.family,
            title: `${edit.title}; ${id}`,
            provider: id,
            secrets: [secret],
            delivery: { headers, body },
            // An empty body was signed in one of the edits.
            signed: edit.codes.includes("signature-empty-body") ? Buffer.alloc(0) : body,
            parts: edit.codes.length > 0 ? [edit.codes] : [],
            also: ALSO[edit.title] ?? [],
            expected: edit.expected ?? "cause",
            lost: edit.lost ?? "",
          }),
        );
      }
    }
  }
  return all;
}

/** Further causes that describe the same bytes. @type {Record<string, string[]>} */
const ALSO = {
  "base64 of hex": ["signature-encoding"],
  "hex of base64": ["signature-encoding"],
  "a label added": ["signature-label-*"],
  "colon of the label": ["signature-label-missing"],
  "padding cut": ["signature-truncated"],
  // For a bare base64 signature, a prefix of another scheme is a renamed header as well.
  "SHA-1 in place of SHA-256": ["signature-label-unexpected"],
  "SHA-1 with its label": ["signature-label-unexpected"],
};
