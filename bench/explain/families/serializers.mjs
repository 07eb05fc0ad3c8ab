// JSON that one serializer wrote and signed, and that another one parsed and wrote again.
import { changedBody } from "../cases.mjs";
import { differences, isSorted, restored } from "../differences.mjs";
import { documents, integerKeyDocuments, largeDocuments, numericDocuments } from "../documents.mjs";
import { FOREIGN, isAvailable, serializeAll } from "../languages.mjs";
import { generator } from "../random.mjs";
import { NODE, RULES } from "../serializers.mjs";
import { print } from "../tree.mjs";

/** Receivers that parse and serialize: the defaults of each language, and the usual options. */
const RECEIVERS = [
  "JSON.stringify",
  "JSON.stringify, 2",
  "json.dumps",
  "json.dumps, compact",
  "json.dumps, ensure_ascii=False",
  "json.dumps, sort_keys, compact",
  "json_encode",
  "json_encode, UNESCAPED_SLASHES, UNESCAPED_UNICODE",
  "json_encode, arrays",
  "JSON.generate",
];
/** Express and its `express.json()` are the most usual of them, so every document and sender goes through it. */
const USUAL = "JSON.stringify";

/**
 * @typedef {object} Pair
 * @property {string} family
 * @property {import("../documents.mjs").Document} document
 * @property {string} sender @property {string} receiver
 */

/** @param {readonly string[]} languages @param {boolean} isShort @returns {import("../cases.mjs").Case[]} */
export function serializerCases(languages, isShort) {
  const random = generator(101);
  const available = (/** @type {string} */ name) => isAvailable(name, languages);
  const senders = [...Object.keys(NODE), ...Object.keys(FOREIGN), ...Object.keys(RULES)].filter(available);
  const receivers = RECEIVERS.filter(available);
  const pairs = /** @type {Pair[]} */ ([]);
  const ordinary = documents();
  for (const sender of senders) {
    for (const receiver of receivers) {
      const count = isShort ? (receiver === USUAL ? 4 : 1) : receiver === USUAL ? 30 : 9;
      for (const document of random.sample(ordinary, count)) {
        pairs.push({ family: `${languageOf(sender)}, re-serialized`, document, sender, receiver });
      }
    }
    for (const receiver of [USUAL, "json.dumps", "json_encode"].filter(available)) {
      const family = receiver === USUAL ? 12 : 2;
      for (const document of random.sample(numericDocuments(), isShort ? 1 : family)) {
        pairs.push({ family: "numbers re-formatted", document, sender, receiver });
      }
    }
  }
  for (const document of integerKeyDocuments()) {
    for (const sender of [
      "json.dumps",
      "json_encode",
      "Jackson",
      "Go json.Marshal, struct",
      "System.Text.Json",
    ].filter(available)) {
      pairs.push({ family: "integer keys moved", document, sender, receiver: USUAL });
    }
  }
  const large = largeDocuments(isShort ? [8192] : [4096, 16384, 65536]);
  for (const document of large) {
    for (const [sender, receiver] of [
      ["json.dumps", USUAL],
      ["JSON.stringify", "json.dumps"],
      ["json_encode", USUAL],
      ["Go json.Marshal, struct", USUAL],
      ["System.Text.Json", USUAL],
      ["JSON.generate", "json_encode"],
      ["JSON.stringify", "JSON.stringify, 2"],
      ["Jackson, pretty printer", USUAL],
    ]) {
      if (sender === undefined || receiver === undefined || !available(sender) || !available(receiver))
        continue;
      pairs.push({ family: "large, re-serialized", document, sender, receiver });
    }
  }
  return build(pairs);
}

/** @param {string} sender */
function languageOf(sender) {
  const language = FOREIGN[sender]?.language;
  if (language !== undefined)
    return /** @type {Record<string, string>} */ ({ python: "Python", php: "PHP", ruby: "Ruby" })[language];
  if (NODE[sender] !== undefined) return "Node.js";
  if (sender.startsWith("Go")) return "Go";
  if (/^(Jackson|Gson)/.test(sender)) return "Java";
  return sender.startsWith("Rails") ? "Ruby" : ".NET";
}

/** @param {Pair[]} pairs */
function build(pairs) {
  const signed = serializeAll(pairs.map(({ document, sender }) => ({ name: sender, text: document.text })));
  const received = serializeAll(
    pairs.map(({ receiver }, index) => ({ name: receiver, text: signed[index] ?? "" })),
  );
  const found = pairs.map((_, index) => differences(signed[index] ?? "", received[index] ?? ""));
  // What the sender's serializer writes for the received value decides what is provable: as it is, and with the signed
  // numbers or the signed order in it.
  const [plain, numbers, order] = [
    { numbers: false, order: false },
    { numbers: true, order: false },
    { numbers: false, order: true },
  ].map((what) =>
    serializeAll(
      pairs.map(({ sender }, index) => {
        const difference = found[index];
        const text = difference?.isSameValue
          ? print(restored(difference.signed, difference.received, what), {})
          : "";
        return { name: sender, text };
      }),
    ),
  );
  return pairs.flatMap(({ family, document, sender, receiver }, index) => {
    const [original, changed, difference] = [signed[index], received[index], found[index]];
    // A language that cannot serialize the value sends nothing; an equal body is no case.
    if (original == null || changed == null || difference === undefined || original === changed) return [];
    const lost = () => {
      if (!difference.isSameValue) return "a value was lost";
      if (plain?.[index] === original) return "";
      if (numbers?.[index] === original)
        return numbersFollowRule(difference) ? "" : "the format of numbers was lost";
      if (order?.[index] === original)
        return orderFollowsRule(difference, document) ? "" : "the order of keys was lost";
      return "the sender's serializer would not write this value so";
    };
    return [
      changedBody({
        family,
        title: `${document.name}: ${sender} -> ${receiver}`,
        index,
        signed: Buffer.from(original),
        received: Buffer.from(changed),
        // A lost value leaves nothing to prove.
        parts: difference.isSameValue ? difference.parts : [],
        lost: lost(),
        ...(document.provider === undefined || document.provider === "xon"
          ? {}
          : { provider: document.provider }),
      }),
    ];
  });
}

/** Rules by which one format of numbers gives the other. */
const NUMBER_RULES = [
  (/** @type {string} */ raw) => (/^-?\d+$/.test(raw) ? `${raw}.0` : raw),
  (/** @type {string} */ raw) => (/^-?\d+\.\d$/.test(raw) ? `${raw}0` : raw),
  (/** @type {string} */ raw) =>
    /^-?\d+$/.test(raw) ? `${raw}.00` : /^-?\d+\.\d$/.test(raw) ? `${raw}0` : raw,
];

/**
 * Whether one rule gives the signed numbers: for all numbers, for those of the same keys, or for one or two of at most eight
 * candidates.
 * @param {import("../differences.mjs").Differences} difference
 */
function numbersFollowRule({ signed, received, numbers }) {
  const keys = new Set(numbers.map(({ key }) => key));
  const all = /** @type {{ key: string, signed: string, received: string }[]} */ ([]);
  collect(signed, received, "", all);
  return NUMBER_RULES.some((rule) => {
    const holds = (/** @type {typeof all} */ list) =>
      list.every((entry) => rule(entry.received) === entry.signed);
    const candidates = all.filter((entry) => rule(entry.received) !== entry.received);
    return (
      holds(all) ||
      holds(all.filter(({ key }) => keys.has(key))) ||
      (holds(numbers) && numbers.length <= 2 && candidates.length <= 8)
    );
  });
}

/** @typedef {import("../tree.mjs").Tree} Tree */

/** @param {Tree} signed @param {Tree} received @param {string} key @param {{ key: string, signed: string, received: string }[]} all */
function collect(signed, received, key, all) {
  if (signed.kind === "number" && received.kind === "number")
    all.push({ key, signed: signed.raw, received: received.raw });
  if (signed.kind === "array" && received.kind === "array") {
    signed.items.forEach((item, index) => {
      collect(item, /** @type {Tree} */ (received.items[index]), key, all);
    });
  }
  if (signed.kind === "object" && received.kind === "object") {
    const values = new Map(received.members.map((member) => [member.key.value, member.value]));
    for (const member of signed.members) {
      collect(member.value, /** @type {Tree} */ (values.get(member.key.value)), member.key.value, all);
    }
  }
}

/**
 * Whether the signed order can be found: sorted, of a sample, or with integer keys at the end of their object.
 * @param {import("../differences.mjs").Differences} difference @param {import("../documents.mjs").Document} document
 */
function orderFollowsRule({ signed, received }, document) {
  // X-on signs nothing: its samples are sent as those of other providers, whose order is another one.
  const isOfSample = document.provider !== undefined && document.provider !== "xon";
  return isOfSample || isSorted(signed) || hasMovedIntegers(signed, received);
}

/** Whether only integer keys moved, from the end of their object. @param {Tree} signed @param {Tree} received @returns {boolean} */
function hasMovedIntegers(signed, received) {
  if (signed.kind === "array" && received.kind === "array") {
    return signed.items.every((item, index) =>
      hasMovedIntegers(item, /** @type {Tree} */ (received.items[index])),
    );
  }
  if (signed.kind !== "object" || received.kind !== "object") return true;
  const names = signed.members.map(({ key }) => key.value);
  const isInteger = (/** @type {string} */ name) => /^(0|[1-9]\d*)$/.test(name);
  const [before, after] = [signed, received].map(({ members }) =>
    members.map(({ key }) => key.value).filter((name) => !isInteger(name)),
  );
  const first = names.findIndex(isInteger);
  const isLast = first === -1 || names.slice(first).every(isInteger);
  const values = new Map(received.members.map(({ key, value }) => [key.value, value]));
  return (
    isLast &&
    before?.join("\n") === after?.join("\n") &&
    signed.members.every(({ key, value }) =>
      hasMovedIntegers(value, /** @type {Tree} */ (values.get(key.value))),
    )
  );
}
