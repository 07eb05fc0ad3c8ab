// The bodies of the measured deliveries: samples of the providers, grown to a size by more of their items with made-up
// values. The JSON is formatted as the sender's library formats it.
import { readFileSync } from "node:fs";

const providers = new URL("../providers/", import.meta.url);

/** @param {string} path */
export const read = (path) => JSON.parse(readFileSync(new URL(path, providers), "utf8"));

/** Kilobytes of the measured bodies, with their names. */
export const SIZES = /** @type {const} */ ({
  "1 KB": 1,
  "2.5 KB": 2.5,
  "16 KB": 16,
  "64 KB": 64,
  "1 MB": 1024,
});

/** @typedef {keyof typeof SIZES} Size */

/**
 * A kind of body: whose it is, whether the schema names most of its keys, and whether its texts are ASCII.
 * @typedef {object} Series
 * @property {string} name
 * @property {"github" | "stripe" | "xon" | "painchek"} provider
 * @property {string} type the event type
 * @property {boolean} isNamed
 * @property {boolean} isAscii
 * @property {Size[]} sizes
 * @property {(kilobytes: number, variant: number) => string} make
 */

/**
 * Made-up texts.
 * @typedef {{ name: string, message: string, file: string, prompt: string }} Texts
 */

/** @type {Texts} */
const ASCII = {
  name: "Example Person",
  message: "Say what it is for, and why the order of the list matters",
  file: "bandage",
  prompt: "Please send two photos of the bandage.",
};
/** @type {Texts} */
const NOT_ASCII = {
  name: "Zoë Beispiel",
  message: "Erklärt, wofür es da ist – und warum die Reihenfolge zählt ✓",
  file: "förband-左",
  prompt: "Skicka två bilder av förbandet – tack!",
};

const ALL_SIZES = /** @type {Size[]} */ (Object.keys(SIZES));

/** @type {Series[]} */
export const SERIES = [
  ...[true, false].flatMap((isAscii) => [
    series("github", "GitHub", "push", { isAscii, isNamed: false, make: push }),
    series("stripe", "Stripe", "invoice.paid", { isAscii, isNamed: false, make: invoice }),
    series("xon", "X-on", "file-request.files.update", { isAscii, isNamed: true, make: fileRequest }),
  ]),
  {
    ...series("painchek", "PainChek", "assessment_add", { isAscii: true, isNamed: true, make: assessment }),
    // An assessment has no list that grows.
    sizes: ["1 KB", "2.5 KB"],
  },
];

/**
 * @param {Series["provider"]} provider @param {string} title @param {string} type
 * @param {{ isAscii: boolean, isNamed: boolean, make: (texts: Texts, bytes: number, variant: number) => unknown }} options
 * @returns {Series}
 */
function series(provider, title, type, { isAscii, isNamed, make }) {
  const texts = isAscii ? ASCII : NOT_ASCII;
  // PainChek sends JSON as Python formats it, with a space after `:` and `,`.
  const format = provider === "painchek" ? spaced : JSON.stringify;
  return {
    name: isAscii ? title : `${title}, not ASCII`,
    provider,
    type,
    isNamed,
    isAscii,
    sizes: ALL_SIZES,
    make: (kilobytes, variant) => format(make(texts, kilobytes * 1024, variant)),
  };
}

/** Several bodies in turn, so that no contender gets only one text. @param {Series} one @param {Size} size @returns {Buffer[]} */
export function bodies(one, size) {
  const amount = size === "1 MB" ? 2 : 8;
  return Array.from({ length: amount }, (_, variant) => Buffer.from(one.make(SIZES[size], variant)));
}

/**
 * Adds items to a list while the body is smaller than the size.
 * @param {unknown} event what contains the list @param {unknown[]} list
 * @param {number} bytes @param {(index: number) => unknown} item
 */
function grow(event, list, bytes, item) {
  let length = Buffer.byteLength(JSON.stringify(event));
  for (let index = 0; ; index++) {
    const next = item(index);
    length += Buffer.byteLength(JSON.stringify(next)) + 1;
    // At least one item, except in a body that is smaller than all sizes of a table.
    if (length > bytes && (index > 0 || bytes < 1024)) return;
    list.push(next);
  }
}

/** A push to GitHub: commits with the members that GitHub documents. @param {Texts} texts @param {number} bytes @param {number} variant */
function push(texts, bytes, variant) {
  const event = read("github/samples/push.json");
  event.before = sha(variant);
  event.pusher.name = texts.name;
  event.commits = [];
  const person = { name: texts.name, email: "person@example.com", username: "example-person" };
  grow(event, event.commits, bytes, (index) => {
    const id = sha(variant * 1_000_000 + index);
    return {
      id,
      tree_id: sha(index + 7),
      distinct: true,
      message: `${texts.message} (${index})`,
      timestamp: "2026-01-01T09:30:00+01:00",
      url: `https://git.example/example/notes/commit/${id}`,
      author: person,
      committer: person,
      added: [],
      removed: [],
      modified: [`notes/${texts.file}-${index}.md`],
    };
  });
  return event;
}

/** An invoice of Stripe with its lines. @param {Texts} texts @param {number} bytes @param {number} variant */
function invoice(texts, bytes, variant) {
  const event = read("stripe/samples/invoice.paid.json");
  event.id = `evt_example${String(variant).padStart(4, "0")}`;
  const { object } = event.data;
  object.customer_name = texts.name;
  object.lines = { object: "list", data: [], has_more: false, url: "/v1/invoices/in_example0001/lines" };
  grow(event, object.lines.data, bytes, (index) => ({
    id: `il_example${String(variant * 1_000_000 + index).padStart(8, "0")}`,
    object: "line_item",
    amount: 1250 + index,
    currency: "eur",
    description: `1 × ${texts.message}`.replace("×", texts === ASCII ? "x" : "×"),
    discountable: true,
    discounts: [],
    invoice: "in_example0001",
    livemode: false,
    metadata: {},
    period: { end: 1769904000, start: 1767225600 },
    pricing: {
      price_details: { price: "price_example0001", product: "prod_example0001" },
      type: "price_details",
    },
    quantity: 1,
    taxes: [{ amount: 237, tax_behavior: "exclusive", taxability_reason: "standard_rated" }],
  }));
  return event;
}

/** A file request of X-on with its files. @param {Texts} texts @param {number} bytes @param {number} variant */
function fileRequest(texts, bytes, variant) {
  const event = read("xon/samples/file-request.files.update.R9.json");
  const { fileRequest: request } = event.event;
  event.event.id = uuid(variant);
  event.event.addedFileIds = [];
  request.prompt = texts.prompt;
  request.patientUser.lastName = texts.name;
  const [pattern] = request.files;
  request.files = [];
  grow(event, request.files, bytes, (index) => ({
    ...pattern,
    id: uuid(variant * 1_000_000 + index),
    description: index % 2 === 0 ? null : texts.prompt,
    originalName: `${texts.file}-${index}.jpg`,
  }));
  // A patient adds a few files at a time. (`uniqueItems` takes ajv quadratic time: with a long list of ids that keyword
  // would dominate.)
  event.event.addedFileIds = request.files.slice(0, 4).map((/** @type {{ id: string }} */ { id }) => id);
  return event;
}

/** An assessment of PainChek: the shorter sample, or the longer one. @param {Texts} _texts @param {number} bytes @param {number} variant */
function assessment(_texts, bytes, variant) {
  const event = read(`painchek/samples/assessment_add.${bytes < 2048 ? "nrs" : "painchek"}.json`);
  event.data.uuid = uuid(variant);
  return event;
}

/** A made-up id of version 4. @param {number} number */
export const uuid = (number) => `5e0c6b3a-91d2-4c7f-8a46-${number.toString(16).padStart(12, "0")}`;

/** A made-up commit id. @param {number} number */
const sha = (number) => `1a2b3c4d5e6f708192a3b4c5d6e7${number.toString(16).padStart(12, "0")}`;

/** JSON with a space after `:` and `,`, as Python formats it. @param {unknown} value @returns {string} */
function spaced(value) {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`);
  return `{${members.join(", ")}}`;
}
