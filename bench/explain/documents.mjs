// The payloads of the corpus: samples of providers, and made-up ones with what serializers write in different ways.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generator } from "./random.mjs";

const providers = fileURLToPath(new URL("../../providers/", import.meta.url));

/**
 * @typedef {object} Document
 * @property {string} name
 * @property {string} text JSON with every number as it was written
 * @property {string} [provider] whose sample this is
 */

/** @param {string} provider @returns {Document[]} */
const samples = (provider) =>
  readdirSync(join(providers, provider, "samples")).map((file) => ({
    name: `${provider}/${file}`,
    text: readFileSync(join(providers, provider, "samples", file), "utf8").trimEnd(),
    provider,
  }));

/** Texts with characters that some serializer escapes. */
const TEXTS = [
  "plain words",
  "Zoë's café",
  "naïve — “quoted”",
  "emoji 😀 and flag 🇩🇪",
  "日本語のテキスト",
  "Привет, мир",
  "a/b/c?d=1&e=2",
  "https://example.com/path/1?x=y&z=%20",
  "<b>R&D</b>",
  "it's 5 > 4",
  'say "hi"',
  "back\\slash",
  "tab\tand\nline",
  "person+tag@example.com",
  "line\u2028separator",
  "\u001b[31mred\u001b[0m",
  "`code`",
  "100 € ≠ 100 $",
  "",
  "ünïcödé àéîõü ÀÉÎÕÜ ß",
];

const NUMBERS = [
  "0",
  "1",
  "-7",
  "42",
  "1250",
  "3.14",
  "0.5",
  "-0.25",
  "99.99",
  "1767225600",
  "1767225600.0001",
  "9007199254740991",
];
const ODD_NUMBERS = [
  "7.0",
  "10.50",
  "1e21",
  "1e-7",
  "12345678901234567890",
  "0.1e1",
  "100.00",
  "1.5E+3",
  "12345678.9",
  "-0",
];
const KEYS = [
  "id",
  "type",
  "name",
  "status",
  "created_at",
  "amount",
  "items",
  "meta",
  "url",
  "note",
  "user",
  "größe",
  "a/b",
  "is_test",
  "Zeta",
  "alpha",
];

/**
 * A made-up value.
 * @param {import("./random.mjs").Random} random @param {number} depth @param {string[]} numbers
 * @returns {string} as compact JSON
 */
function value(random, depth, numbers) {
  const kind = random.below(depth > 0 ? 10 : 6);
  if (kind < 3) return JSON.stringify(random.pick(TEXTS));
  if (kind < 5) return random.pick(numbers);
  if (kind === 5) return random.pick(["true", "false", "null", "{}", "[]", '""']);
  const count = random.below(4);
  if (kind < 8)
    return `[${Array.from({ length: count }, () => value(random, depth - 1, numbers)).join(",")}]`;
  return object(random, count + 1, depth - 1, numbers);
}

/**
 * @param {import("./random.mjs").Random} random @param {number} count @param {number} depth @param {string[]} numbers
 */
function object(random, count, depth, numbers) {
  const keys = random.sample(KEYS, count);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${value(random, depth, numbers)}`).join(",")}}`;
}

/** @param {string[]} items */
const list = (items) => `{"type":"batch.created","count":${items.length},"items":[${items.join(",")}]}`;

/** An order as shops send it. @param {import("./random.mjs").Random} random @param {number} index */
const order = (random, index) =>
  `{"id":${820982911946154 + index},"name":${JSON.stringify(random.pick(TEXTS))},"price":"${random.below(900)}.${random.below(90) + 10}","quantity":${random.below(9) + 1},"tags":[],"properties":{},"url":"https://shop.example/p/${index}?v=1&w=2","taxable":true,"note":null}`;

/** @param {string} name @param {string} text @returns {Document} */
const made = (name, text) => ({ name, text });

/** @returns {Document[]} */
export function documents() {
  const random = generator(7);
  const all = ["painchek", "xon", "github", "stripe", "slack", "shopify", "standard-webhooks"].flatMap(
    samples,
  );
  TEXTS.forEach((text, index) => {
    all.push(
      made(
        `text ${index}`,
        `{"type":"note.created","id":"n_${index}","data":{"text":${JSON.stringify(text)},"n":1}}`,
      ),
    );
  });
  for (let index = 0; index < 24; index++) {
    all.push(made(`mixed ${index}`, object(random, 4 + random.below(6), 3, NUMBERS)));
  }
  for (let index = 0; index < 8; index++) {
    all.push(
      made(`list ${index}`, list(Array.from({ length: index + 1 }, (_, item) => order(random, item)))),
    );
  }
  all.push(
    made("ascii", '{"action":"opened","number":12,"labels":["bug","help wanted"],"draft":false}'),
    made("empty containers", '{"a":{},"b":[],"c":[{}],"d":[[]],"e":""}'),
    made("array", '[{"event":"processed","email":"a@example.com"},{"event":"open","ip":"192.0.2.1"}]'),
    made("nested", `${'{"a":['.repeat(12)}{"b":"x/y"}${"]}".repeat(12)}`),
    made("long string", `{"log":"${"All work and no play. ".repeat(60)}","ok":true}`),
    made("sorted", '{"amount":1,"currency":"eur","id":"x","type":"paid"}'),
  );
  return all;
}

/** Documents with numbers that serializers format in different ways. @returns {Document[]} */
export function numericDocuments() {
  const random = generator(11);
  const all = [
    made("score 0.0", '{"cvss":{"vector":null,"score":0.0},"n":3}'),
    made("weight 136.0", '{"weight":136.0,"id":"trk"}'),
    made("price 10.50", '{"price":10.50,"count":3}'),
    made("prices", '{"items":[{"price":10.50,"tax":1.10},{"price":7.25,"tax":0.80}],"total":19.65}'),
    made("price 7.00", '{"price":7.00,"currency":"EUR"}'),
    made("floats", '{"lat":52.0,"lon":13.5,"alt":34.0}'),
    made("exponent", '{"size":1e21,"name":"big"}'),
    made("small", '{"rate":1e-7,"name":"small"}'),
    made("million", '{"amount":12345678.9,"unit":"kg"}'),
    made("big integer", '{"id":12345678901234567890,"name":"x"}'),
    made("exact big integer", '{"id":1152921504606846976,"name":"x"}'),
    made("negative zero", '{"x":-0.0,"y":1}'),
  ];
  for (let index = 0; index < 8; index++) {
    all.push(made(`odd numbers ${index}`, object(random, 5, 1, [...NUMBERS.slice(0, 3), ...ODD_NUMBERS])));
  }
  return all;
}

/** Documents with keys that JavaScript moves to the front. @returns {Document[]} */
export function integerKeyDocuments() {
  return [
    made("keys at the end", '{"name":"x","values":{"total":3,"10":"a","2":"b"}}'),
    made("keys as text", '{"10":"a","2":"b","name":"x"}'),
    made("one key", '{"type":"stock","7":true}'),
    made("keys in ascending order", '{"quantities":{"1":5,"2":6,"30":7},"id":"q"}'),
  ];
}

/** Large documents of about these sizes. @param {number[]} sizes @returns {Document[]} */
export function largeDocuments(sizes) {
  const random = generator(13);
  return sizes.map((size) => {
    const items = [];
    let length = 60;
    for (let index = 0; length < size; index++) {
      const item = order(random, index);
      items.push(item);
      length += item.length + 1;
    }
    return made(`${Math.round(size / 1024)} KB`, list(items));
  });
}
