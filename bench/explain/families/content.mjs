// Signed content of another form than the provider documents, and URLs that differ between the two sides.
import { createHmac } from "node:crypto";
import { makeCase } from "../cases.mjs";
import { documents } from "../documents.mjs";
import { generator } from "../random.mjs";
import { NODE } from "../serializers.mjs";
import { joined, provider, signedHeaders, TIME } from "../signing.mjs";

/** @typedef {import("../signing.mjs").Signed["content"]} Content */

/**
 * @typedef {object} Slip
 * @property {string} title
 * @property {string[]} ids
 * @property {Content} content
 * @property {string[]} codes
 * @property {string[]} [also] the same content by another name
 * @property {Record<string, string>} [extra]
 * @property {string} [url]
 * @property {string} [lost]
 */

const TIMED = ["slack", "stripe", "standard-webhooks"];
const BARE = ["github", "painchek", "shopify"];
const OTHER = ["content-other-provider"];
const URL_OF_HOOK = "https://hooks.example.com/webhooks/orders";

/** @type {Slip[]} */
const SLIPS = [
  {
    title: "body alone",
    ids: ["slack", "stripe"],
    content: (body) => body,
    codes: ["content-timestamp-missing", ...OTHER],
  },
  {
    title: "body alone",
    ids: ["standard-webhooks"],
    content: (body) => body,
    codes: ["content-timestamp-missing", "content-id-missing"],
    also: [...OTHER, "content-separator"],
  },
  {
    title: "id missing",
    ids: ["standard-webhooks"],
    content: (body, timestamp) => joined(`${timestamp}.`, body),
    codes: ["content-id-missing"],
    also: OTHER,
  },
  {
    title: "timestamp missing",
    ids: ["standard-webhooks"],
    content: (body, _, id) => joined(`${id}.`, body),
    codes: ["content-timestamp-missing"],
  },
  {
    title: "milliseconds signed",
    ids: ["stripe"],
    content: (body, timestamp) => joined(`${timestamp}000.`, body),
    codes: ["content-timestamp-unit"],
  },
  {
    title: "milliseconds signed",
    ids: ["slack"],
    content: (body, timestamp) => joined(`v0:${timestamp}000:`, body),
    codes: ["content-timestamp-unit"],
  },
  {
    title: "milliseconds signed",
    ids: ["standard-webhooks"],
    content: (body, timestamp, id) => joined(`${id}.${timestamp}000.`, body),
    codes: ["content-timestamp-unit"],
  },
  {
    title: "colon",
    ids: ["stripe"],
    content: (body, timestamp) => joined(`${timestamp}:`, body),
    codes: ["content-separator"],
    also: OTHER,
  },
  {
    title: "no separator",
    ids: ["stripe"],
    content: (body, timestamp) => joined(timestamp, body),
    codes: ["content-separator"],
    also: OTHER,
  },
  {
    title: "line break",
    ids: ["stripe"],
    content: (body, timestamp) => joined(`${timestamp}\n`, body),
    codes: ["content-separator"],
    also: OTHER,
  },
  {
    title: "body first",
    ids: ["stripe"],
    content: (body, timestamp) => joined(body, `.${timestamp}`),
    codes: ["content-separator"],
    also: OTHER,
  },
  {
    title: "timestamp of Stripe's form",
    ids: ["slack"],
    content: (body, timestamp) => joined(`${timestamp}.`, body),
    codes: ["content-separator", ...OTHER],
  },
  {
    title: "version missing",
    ids: ["slack"],
    content: (body, timestamp) => joined(`${timestamp}:`, body),
    codes: ["content-separator", ...OTHER],
  },
  {
    title: "dots",
    ids: ["slack"],
    content: (body, timestamp) => joined(`v0.${timestamp}.`, body),
    codes: ["content-separator"],
    also: OTHER,
  },
  {
    title: "timestamp before id",
    ids: ["standard-webhooks"],
    content: (body, timestamp, id) => joined(`${timestamp}.${id}.`, body),
    codes: ["content-separator"],
    also: OTHER,
  },
  {
    title: "colons",
    ids: ["standard-webhooks"],
    content: (body, timestamp, id) => joined(`${id}:${timestamp}:`, body),
    codes: ["content-separator"],
    also: OTHER,
  },
  {
    title: "Slack's content",
    ids: BARE,
    content: (body) => joined(`v0:${TIME}:`, body),
    codes: OTHER,
    extra: { "X-Slack-Request-Timestamp": String(TIME) },
  },
  {
    title: "Stripe's content",
    ids: BARE,
    content: (body) => joined(`${TIME}.`, body),
    codes: OTHER,
    extra: { "X-Webhook-Timestamp": String(TIME) },
  },
  {
    title: "URL before the body",
    ids: BARE,
    content: (body) => joined(URL_OF_HOOK, body),
    codes: ["content-url"],
    url: URL_OF_HOOK,
  },
  {
    title: "an unknown salt",
    ids: [...BARE, ...TIMED],
    content: (body) => joined("salt-8271:", body),
    codes: [],
    lost: "the salt is unknown",
  },
];

/** A provider that signs the URL, as Square does. */
const SIGNS_URL = {
  id: "signs-url",
  signature: {
    header: "X-Url-Signature",
    format: "{base64}",
    algorithms: ["sha256"],
    signedContent: "{url}{body}",
    secret: "utf8",
    ambiguous: true,
  },
  envelope: { type: "/type" },
  events: { "*": { schema: true } },
};

/**
 * The URL that the sender signed, the URL that the receiver sees, and the headers of proxies.
 * @type {[string, string, string, Record<string, string>, string?][]}
 */
const URLS = [
  [
    "TLS ends at the proxy",
    "https://x.example/hook",
    "http://x.example/hook",
    { Host: "x.example", "X-Forwarded-Proto": "https" },
  ],
  [
    "TLS ends at the proxy, no header says so",
    "https://x.example/hook",
    "http://x.example/hook",
    { Host: "x.example" },
  ],
  [
    "the container's host",
    "https://x.example/hook",
    "http://10.0.0.1:3000/hook",
    { Host: "10.0.0.1:3000", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "x.example" },
  ],
  [
    "the container's host, Host kept",
    "https://x.example/hook",
    "http://localhost:3000/hook",
    { Host: "x.example" },
  ],
  [
    "Forwarded",
    "https://x.example/hook",
    "http://app:8080/hook",
    { Host: "app:8080", Forwarded: "for=192.0.2.1;host=x.example;proto=https" },
  ],
  [
    "Forwarded, in quotes",
    "https://x.example:8443/hook",
    "http://app:8080/hook",
    { Host: "app:8080", Forwarded: 'for=192.0.2.1;host="x.example:8443";proto=https' },
  ],
  [
    "port of X-Forwarded-Port",
    "https://x.example:8443/hook",
    "http://x.example/hook",
    { Host: "x.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443" },
  ],
  [
    "a list of proxies",
    "https://x.example/hook",
    "http://a/hook",
    { Host: "a", "X-Forwarded-Proto": "https,http", "X-Forwarded-Host": "x.example, inner.example" },
  ],
  ["a slash more", "https://x.example/hook", "https://x.example/hook/", { Host: "x.example" }],
  ["a slash less", "https://x.example/hook/", "https://x.example/hook", { Host: "x.example" }],
  ["the default port", "https://x.example/hook", "https://x.example:443/hook", { Host: "x.example" }],
  ["the default port signed", "https://x.example:443/hook", "https://x.example/hook", { Host: "x.example" }],
  ["www.", "https://www.x.example/hook", "https://x.example/hook", { Host: "x.example" }],
  ["the path alone", "https://x.example/hook", "/hook", { Host: "x.example" }],
  [
    "the path alone, forwarded",
    "https://x.example/hook",
    "/hook",
    { Host: "app:3000", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "x.example" },
  ],
  [
    "a prefix of X-Forwarded-Prefix",
    "https://x.example/api/hook",
    "http://app/hook",
    {
      Host: "app",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "x.example",
      "X-Forwarded-Prefix": "/api",
    },
  ],
  [
    "X-Original-URL",
    "https://x.example/api/hook",
    "https://x.example/hook",
    { Host: "x.example", "X-Original-URL": "/api/hook" },
  ],
  [
    "X-Forwarded-Uri",
    "https://x.example/api/hook",
    "https://x.example/hook",
    { Host: "x.example", "X-Forwarded-Uri": "/api/hook" },
  ],
  [
    "query dropped",
    "https://x.example/hook?a=1",
    "https://x.example/hook",
    { Host: "x.example" },
    "the query was lost",
  ],
  ["query signed not", "https://x.example/hook", "https://x.example/hook?a=1", { Host: "x.example" }],
  ["host in upper case", "https://x.example/hook", "https://X.Example/hook", { Host: "X.Example" }],
  [
    "another host",
    "https://x.example/hook",
    "https://other.example/hook",
    { Host: "other.example" },
    "the host was lost",
  ],
];

const URL_CODES = ["url-*", "content-url*", "signed-url*"];

/** @param {boolean} isShort @returns {import("../cases.mjs").Case[]} */
export function contentCases(isShort) {
  const random = generator(707);
  const own = documents();
  const rounds = isShort ? 1 : 4;
  const all = /** @type {import("../cases.mjs").Case[]} */ ([]);
  const randomBody = () => Buffer.from(NODE["JSON.stringify"]?.(random.pick(own).text) ?? "");
  for (const slip of SLIPS) {
    for (const id of slip.ids) {
      for (let round = 0; round < rounds; round++) {
        const { secrets } = provider(id);
        const secret = secrets[round % secrets.length] ?? "";
        const body = randomBody();
        const headers = signedHeaders(id, secret, body, { content: slip.content, extra: slip.extra ?? {} });
        all.push(
          makeCase({
            family: "other signed content",
            title: `${slip.title}; ${id}`,
            provider: id,
            secrets: [secret],
            delivery: { headers, body, ...(slip.url === undefined ? {} : { url: slip.url }) },
            parts: slip.lost ? [] : [slip.codes],
            also: slip.also ?? [],
            expected: slip.lost ? "nothing" : "cause",
          }),
        );
      }
    }
  }
  for (const [title, signed, url, headers, lost] of URLS) {
    for (let round = 0; round < rounds; round++) {
      const body = randomBody();
      const secret = provider("github").secrets[0] ?? "";
      const signature = createHmac("sha256", secret).update(joined(signed, body)).digest("base64");
      all.push(
        makeCase({
          family: "signed URLs",
          title,
          provider: SIGNS_URL,
          secrets: [secret],
          delivery: {
            headers: { "Content-Type": "application/json", ...headers, "X-Url-Signature": signature },
            body,
            url,
          },
          parts: lost === undefined ? [URL_CODES] : [],
          // A receiver may leave out a query, as some senders do.
          expected: lost !== undefined ? "nothing" : title === "query signed not" ? "either" : "cause",
        }),
      );
    }
  }
  return all;
}
