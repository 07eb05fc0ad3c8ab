// What a second serializer changed: the differences between two JSON texts of one value, each with the causes that name it.
import { LAYOUTS } from "./layouts.mjs";
import { compareText, parse, print } from "./tree.mjs";

/** @typedef {import("./tree.mjs").Tree} Tree */

const LAYOUT_CODES = /** @type {Record<string, string[]>} */ ({
  compact: ["body-compact"],
  python: ["body-python-style"],
  two: ["body-indent-2"],
  four: ["body-indent-4"],
  tab: ["body-indent-tab"],
  jackson: ["body-jackson-style"],
  ruby: ["body-ruby-style", "body-white-space", "body-indent-2"],
});

/** Causes that name numbers in another format. */
const NUMBERS = ["body-number*"];
/** Causes that name another order of keys. */
const ORDER = ["body-key*", "body-integer-keys-moved"];

/**
 * @typedef {object} Differences
 * @property {string[][]} parts
 * @property {boolean} isSameValue
 * @property {boolean} hasOrder whether the order of keys differs
 * @property {{ signed: string, received: string, key: string }[]} numbers
 * @property {Tree} signed @property {Tree} received
 */

/** The layouts that reproduce a text. @param {string} text @param {Tree} tree */
const layouts = (text, tree) =>
  Object.keys(LAYOUTS).filter((name) => print(tree, LAYOUTS[name] ?? {}) === text);

/** Characters of a string as written, one escape each. @param {string} raw */
const units = (raw) => raw.slice(1, -1).match(/\\u[0-9a-fA-F]{4}|\\.|[^\\]/gs) ?? [];

/**
 * The kinds of escapes that differ.
 * @param {string} signed @param {string} received @param {Set<string>} kinds
 */
function compareStrings(signed, received, kinds) {
  const [ours, theirs] = [units(signed), units(received)].map((list) =>
    list.flatMap((unit) => (unit.length === 1 || unit.startsWith("\\") ? [unit] : unit.split(""))),
  );
  ours?.forEach((unit, index) => {
    const other = theirs?.[index] ?? "";
    if (unit === other) return;
    const code = JSON.parse(`"${unit.startsWith("\\") ? unit : "x"}"`).charCodeAt(0);
    const character = unit.startsWith("\\") ? code : unit.charCodeAt(0);
    const isLong = unit.startsWith("\\u");
    const wasLong = other.startsWith("\\u");
    if (character === 0x2f)
      kinds.add(
        unit.length > 1 && !isLong ? "slash-escaped" : other === "\\/" ? "slash-unescaped" : "escaped",
      );
    else if (isLong && wasLong) kinds.add("hex-case");
    else if (character < 0x20 || character === 0x7f) kinds.add("control");
    else if (character === 0x2028 || character === 0x2029) kinds.add(isLong ? "separator" : "unescaped");
    else if (character >= 0x80) kinds.add(isLong ? "unicode" : "unescaped");
    else kinds.add(isLong ? "escaped" : "unescaped");
  });
}

const ESCAPED = ["body-html-escaped", "body-dotnet-escaped", "body-escape*"];
const KIND_CODES = /** @type {Record<string, string[]>} */ ({
  "slash-escaped": ["body-slashes-escaped"],
  "slash-unescaped": ["body-slashes-unescaped"],
  escaped: ESCAPED,
  separator: [...ESCAPED, "body-unicode-escaped"],
  unicode: [...ESCAPED, "body-unicode-escaped"],
  "hex-case": [...ESCAPED, "body-unicode-escaped", "body-unicode-unescaped", "body-hex*"],
  control: [...ESCAPED, "body-unicode-escaped", "body-unicode-unescaped", "body-hex*", "body-control*"],
  unescaped: ["body-unicode-unescaped", "body-escape*", "body-html-unescaped"],
});

/**
 * Returns nothing if one of the texts is not JSON.
 * @param {string} signed @param {string} received @returns {Differences | undefined}
 */
export function differences(signed, received) {
  const [ours, theirs] = [parse(signed), parse(received)];
  if (ours === undefined || theirs === undefined) return undefined;
  const parts = /** @type {string[][]} */ ([]);
  const [before, after] = [layouts(signed, ours), layouts(received, theirs)];
  if (!before.some((name) => after.includes(name))) {
    const codes = before.flatMap((name) => LAYOUT_CODES[name] ?? []);
    parts.push(codes.length > 0 ? codes : ["body-white-space"]);
  }
  const kinds = /** @type {Set<string>} */ (new Set());
  const numbers = /** @type {Differences["numbers"]} */ ([]);
  let hasOrder = false;
  /** @param {Tree} one @param {Tree} two @param {string} key @returns {boolean} */
  const compare = (one, two, key) => {
    if (one.kind === "string" && two.kind === "string") {
      if (one.raw !== two.raw) compareStrings(one.raw, two.raw, kinds);
      return one.value === two.value;
    }
    if (one.kind === "number" && two.kind === "number") {
      if (one.raw !== two.raw) numbers.push({ signed: one.raw, received: two.raw, key });
      return isSameNumber(one.raw, two.raw);
    }
    if (one.kind === "literal" && two.kind === "literal") return one.raw === two.raw;
    if (one.kind === "array" && two.kind === "array") {
      return (
        one.items.length === two.items.length &&
        one.items.every((item, index) => compare(item, /** @type {Tree} */ (two.items[index]), key))
      );
    }
    if (one.kind !== "object" || two.kind !== "object" || one.members.length !== two.members.length)
      return false;
    const others = new Map(two.members.map((member) => [member.key.value, member]));
    if (others.size !== one.members.length) return false;
    hasOrder ||= one.members.some(({ key: name }, index) => name.value !== two.members[index]?.key.value);
    return one.members.every((member) => {
      const other = others.get(member.key.value);
      if (other === undefined) return false;
      if (member.key.raw !== other.key.raw) compareStrings(member.key.raw, other.key.raw, kinds);
      return compare(member.value, other.value, member.key.value);
    });
  };
  const isSameValue = compare(ours, theirs, "");
  for (const kind of kinds) parts.push(KIND_CODES[kind] ?? []);
  if (numbers.length > 0) parts.push(NUMBERS);
  if (hasOrder) parts.push(ORDER);
  return { parts, isSameValue, hasOrder, numbers, signed: ours, received: theirs };
}

/** Whether two numerals are the same decimal number. @param {string} one @param {string} two */
export function isSameNumber(one, two) {
  const [first, second] = [decimal(one), decimal(two)];
  return first === second;
}

/** Sign, digits without outer zeros, and exponent. @param {string} raw */
function decimal(raw) {
  const {
    sign = "",
    whole = "",
    part = "",
    exponent = "0",
  } = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<part>\d+))?(?:[eE](?<exponent>[+-]?\d+))?$/.exec(raw)?.groups ?? {};
  const digits = `${whole}${part ?? ""}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(exponent) - (part ?? "").length + digits.length - significant.length}`;
}

/** A copy of the received tree with the numbers and the order of keys of the signed one. @param {Tree} signed @param {Tree} received @param {{ numbers: boolean, order: boolean }} what @returns {Tree} */
export function restored(signed, received, what) {
  if (signed.kind === "number" && received.kind === "number") return what.numbers ? signed : received;
  if (signed.kind === "array" && received.kind === "array") {
    return {
      kind: "array",
      items: received.items.map((item, index) =>
        restored(/** @type {Tree} */ (signed.items[index]), item, what),
      ),
    };
  }
  if (signed.kind === "object" && received.kind === "object") {
    const originals = new Map(signed.members.map((member) => [member.key.value, member.value]));
    const members = received.members.map(({ key, value }) => ({
      key,
      value: restored(/** @type {Tree} */ (originals.get(key.value)), value, what),
    }));
    if (what.order) {
      const order = signed.members.map((member) => member.key.value);
      members.sort((a, b) => order.indexOf(a.key.value) - order.indexOf(b.key.value));
    }
    return { kind: "object", members };
  }
  return received;
}

/** Whether the keys of each object are sorted. @param {Tree} tree @returns {boolean} */
export function isSorted(tree) {
  if (tree.kind === "array") return tree.items.every(isSorted);
  if (tree.kind !== "object") return true;
  const keys = tree.members.map((member) => member.key.value);
  return (
    keys.every(
      (key, index) => index === 0 || compareText(/** @type {string} */ (keys[index - 1]), key) <= 0,
    ) && tree.members.every((member) => isSorted(member.value))
  );
}
