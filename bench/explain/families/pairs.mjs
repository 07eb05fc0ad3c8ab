// Two changes at once: of the body and of the secret, a header, or the signed content.
import { changedBody } from "../cases.mjs";
import { differences } from "../differences.mjs";
import { documents } from "../documents.mjs";
import { isAvailable, serializeAll } from "../languages.mjs";
import { generator } from "../random.mjs";
import { joined, PROVIDER_IDS, provider, signedHeaders } from "../signing.mjs";

/** Bodies: a sender and a receiver, and how often the pair occurs among the chosen ones. @type {[string, string, number][]} */
const BODIES = [
  ["json.dumps", "JSON.stringify", 4],
  ["json_encode", "JSON.stringify", 2],
  ["JSON.stringify", "json.dumps", 2],
  ["JSON.stringify", "JSON.stringify, 2", 1],
  ["Go json.Marshal, struct", "JSON.stringify", 1],
  ["System.Text.Json", "JSON.stringify", 1],
  ["JSON.stringify, 2", "JSON.stringify", 1],
  ["JSON.generate", "json_encode", 1],
];

/**
 * @typedef {object} Second
 * @property {string} title
 * @property {string[]} codes
 * @property {number} weight
 * @property {(secret: string, key: Buffer, id: string) => { secret?: string, deviation?: import("../signing.mjs").Deviation } | undefined} [slip]
 * @property {(headers: Record<string, string | string[]>, id: string) => Record<string, string | string[]> | undefined} [proxy]
 */

/** @param {(name: string) => string} rename @returns {NonNullable<Second["proxy"]>} */
const renamed = (rename) => (headers, id) => {
  const entry = provider(id);
  const names = [entry.header, entry.timestampHeader, entry.idHeader];
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [names.includes(name) ? rename(name) : name, value]),
  );
};
const isText = (/** @type {string} */ secret, /** @type {Buffer} */ key) => key.equals(Buffer.from(secret));

/** @type {Second[]} */
const SECONDS = [
  {
    title: "LF at the secret",
    codes: ["secret-white-space"],
    weight: 4,
    slip: (secret) => ({ secret: `${secret}\n` }),
  },
  {
    title: "quotes at the secret",
    codes: ["secret-quotes"],
    weight: 2,
    slip: (secret) => ({ secret: `"${secret}"` }),
  },
  {
    title: "LF at the sender's secret",
    codes: ["secret-white-space-missing"],
    weight: 2,
    slip: (secret, key) => (isText(secret, key) ? { deviation: { key: `${secret}\n` } } : undefined),
  },
  {
    title: "base64 of the secret",
    codes: ["secret-base64-decoded"],
    weight: 1,
    slip: (secret, key) => ({ secret: Buffer.from(secret).toString("base64"), deviation: { key } }),
  },
  {
    title: "secret not decoded",
    codes: ["secret-not-decoded", "secret-prefix-kept"],
    weight: 1,
    slip: (secret, key) => (isText(secret, key) ? undefined : { deviation: { key: secret } }),
  },
  {
    title: "CGI",
    codes: ["header-renamed"],
    weight: 3,
    proxy: renamed((name) => `HTTP_${name.toUpperCase().replaceAll("-", "_")}`),
  },
  {
    title: "underscores",
    codes: ["header-renamed"],
    weight: 1,
    proxy: renamed((name) => name.replaceAll("-", "_")),
  },
  {
    title: "label dropped",
    codes: ["signature-label-missing"],
    weight: 2,
    slip: (_secret, _key, id) =>
      ["github", "painchek", "slack"].includes(id)
        ? { deviation: { value: (value) => value.replace(/^\w+=/, "") } }
        : undefined,
  },
  {
    title: "the other encoding",
    codes: ["signature-encoding"],
    weight: 2,
    slip: (_secret, _key, id) => ({
      deviation: { encoding: provider(id).encoding === "hex" ? "base64" : "hex" },
    }),
  },
  {
    title: "SHA-1",
    codes: ["algorithm-mislabelled", "algorithm-not-accepted"],
    weight: 1,
    slip: () => ({ deviation: { algorithm: "sha1" } }),
  },
  {
    title: "timestamp not signed",
    codes: ["content-timestamp-missing", "content-other-provider"],
    weight: 1,
    slip: (_secret, _key, id) =>
      ["stripe", "slack"].includes(id) ? { deviation: { content: (body) => body } } : undefined,
  },
  {
    title: "id not signed",
    codes: ["content-id-missing", "content-other-provider"],
    weight: 1,
    slip: (_secret, _key, id) =>
      id === "standard-webhooks"
        ? { deviation: { content: (body, timestamp) => joined(`${timestamp}.`, body) } }
        : undefined,
  },
];

/** A second change of the body. @type {{ title: string, codes: string[], weight: number, edit: (signed: string, received: string) => [string, string] }[]} */
const BODY_SECONDS = [
  {
    title: "LF added",
    codes: ["body-newline-added", "body-space-added"],
    weight: 3,
    edit: (signed, received) => [signed, `${received}\n`],
  },
  {
    title: "LF dropped",
    codes: ["body-newline-dropped"],
    weight: 3,
    edit: (signed, received) => [`${signed}\n`, received],
  },
  {
    title: "byte order mark added",
    codes: ["body-bom-added"],
    weight: 1,
    edit: (signed, received) => [signed, `\ufeff${received}`],
  },
  {
    title: "base64",
    codes: ["body-base64"],
    weight: 1,
    edit: (signed, received) => [signed, Buffer.from(received).toString("base64")],
  },
  {
    title: "stringified twice",
    codes: ["body-json-string"],
    weight: 1,
    edit: (signed, received) => [signed, JSON.stringify(received)],
  },
  {
    title: "form field extracted",
    codes: ["body-form-extracted"],
    weight: 1,
    edit: (signed, received) => [`payload=${encodeURIComponent(signed)}`, received],
  },
];

/** @param {readonly string[]} languages @param {boolean} isShort @returns {import("../cases.mjs").Case[]} */
export function pairCases(languages, isShort) {
  const random = generator(909);
  const bodies = BODIES.filter(
    ([sender, receiver]) => isAvailable(sender, languages) && isAvailable(receiver, languages),
  );
  const jobs = bodies.flatMap(([sender, receiver, weight]) =>
    random
      .sample(documents(), weight * (isShort ? 1 : 4))
      .map((document) => ({ document, sender, receiver })),
  );
  const signed = serializeAll(jobs.map(({ document, sender }) => ({ name: sender, text: document.text })));
  const received = serializeAll(
    jobs.map(({ receiver }, index) => ({ name: receiver, text: signed[index] ?? "" })),
  );
  const back = serializeAll(jobs.map(({ sender }, index) => ({ name: sender, text: received[index] ?? "" })));
  const all = /** @type {import("../cases.mjs").Case[]} */ ([]);
  const simple = documents().map(({ text }) => JSON.stringify(JSON.parse(text)));
  const bodiesOf = jobs.flatMap((job, index) => {
    const [one, two] = [signed[index], received[index]];
    const difference = differences(one ?? "", two ?? "");
    // Two provable changes make a pair: the sender's serializer restores the signed bytes.
    if (one == null || two == null || one === two || back[index] !== one || difference === undefined)
      return [];
    return [
      {
        title: `${job.document.name}: ${job.sender} -> ${job.receiver}`,
        signed: one,
        received: two,
        parts: difference.parts,
      },
    ];
  });
  for (const text of random.sample(simple, isShort ? 2 : 16)) {
    bodiesOf.push({
      title: "LF added",
      signed: text,
      received: `${text}\n`,
      parts: [["body-newline-added"]],
    });
    bodiesOf.push({
      title: "LF dropped",
      signed: `${text}\n`,
      received: text,
      parts: [["body-newline-dropped"]],
    });
    if (/[^\0-\x7f]/.test(text)) {
      bodiesOf.push({
        title: "Latin-1",
        signed: text,
        received: Buffer.from(text).toString("latin1"),
        parts: [["body-latin1-decoded", "body-windows-1252-decoded"]],
      });
    }
    bodiesOf.push({ title: "unchanged", signed: text, received: text, parts: [] });
  }
  for (const body of bodiesOf) {
    const seconds = random.sample(
      SECONDS.flatMap((second) => Array.from({ length: second.weight }, () => second)),
      isShort ? 1 : 5,
    );
    for (const second of new Set(seconds)) pushPair(all, body, second, random);
    if (body.parts.length === 0 || body.title.startsWith("L")) continue;
    for (const second of random.sample(
      BODY_SECONDS.flatMap((one) => Array.from({ length: one.weight }, () => one)),
      isShort ? 1 : 2,
    )) {
      const [one, two] = second.edit(body.signed, body.received);
      all.push(
        changedBody({
          family: "two changes of the body",
          title: `${body.title}, ${second.title}`,
          index: all.length,
          signed: Buffer.from(one),
          received: Buffer.from(two),
          parts: [...body.parts, [...second.codes, ...layoutOf(body.parts, second.title)]],
        }),
      );
    }
  }
  // Two changes without a change of the body.
  for (const first of SECONDS.filter(({ title }) => /secret/.test(title))) {
    for (const second of SECONDS.filter(({ title }) => !/secret/.test(title))) {
      for (const text of random.sample(simple, isShort ? 0 : 2)) {
        const body = { title: first.title, signed: text, received: text, parts: [] };
        pushPair(all, body, { ...second, first }, random);
      }
    }
  }
  return all;
}

/** A line break at the end and another layout are one change of white space. @param {string[][]} parts @param {string} title */
const layoutOf = (parts, title) =>
  title.startsWith("LF")
    ? parts.flat().filter((code) => /^body-(compact|python-style|indent|jackson|ruby|white)/.test(code))
    : [];

/**
 * @param {import("../cases.mjs").Case[]} all
 * @param {{ title: string, signed: string, received: string, parts: string[][] }} body
 * @param {Second & { first?: Second }} second @param {import("../random.mjs").Random} random
 */
function pushPair(all, body, second, random) {
  const id = random.pick(PROVIDER_IDS);
  const entry = provider(id);
  const secret = random.pick(entry.secrets);
  const key = Buffer.from(entry.key(secret));
  const first = second.first?.slip?.(secret, key, id);
  const own = second.slip === undefined ? {} : second.slip(secret, key, id);
  if (own === undefined || (second.first !== undefined && first === undefined)) return;
  const deviation = { ...first?.deviation, ...own.deviation };
  const signed = Buffer.from(body.signed);
  const headers = signedHeaders(id, secret, signed, deviation);
  const proxied = second.proxy === undefined ? headers : second.proxy(headers, id);
  if (proxied === undefined) return;
  const made = changedBody({
    family:
      body.parts.length === 0
        ? second.first
          ? "two changes, not of the body"
          : "secrets and headers, again"
        : "a change of the body and another",
    title: `${body.title}, ${second.title}`,
    index: all.length,
    provider: id,
    secret,
    signed,
    received: Buffer.from(body.received),
    received_secret: own.secret ?? first?.secret ?? secret,
    parts: [...body.parts, ...(second.first ? [second.first.codes] : []), second.codes],
    expected: "cause",
  });
  all.push({ ...made, delivery: { ...made.delivery, headers: proxied } });
}
