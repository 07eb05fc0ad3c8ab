// A JSON parser that keeps each token as written. The corpus compares the signed bytes with the received ones by it, and
// serializers of other languages, whose rules are written out, start from it.

/**
 * @typedef {{ kind: "string", raw: string, value: string }} Text
 * @typedef {{ kind: "number", raw: string }} Numeral
 * @typedef {{ kind: "literal", raw: string }} Literal
 * @typedef {{ kind: "array", items: Tree[] }} List
 * @typedef {{ kind: "object", members: { key: Text, value: Tree }[] }} Members
 * @typedef {Text | Numeral | Literal | List | Members} Tree
 */

/**
 * Returns nothing for a text that is not JSON.
 * @param {string} text @returns {Tree | undefined}
 */
export function parse(text) {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let offset = 0;
  const space = () => {
    while (/[ \t\r\n]/.test(text[offset] ?? "")) offset++;
  };
  const string = () => {
    const start = offset++;
    while (text[offset] !== '"') offset += text[offset] === "\\" ? 2 : 1;
    const raw = text.slice(start, ++offset);
    return /** @type {Text} */ ({ kind: "string", raw, value: JSON.parse(raw) });
  };
  /** @returns {Tree} */
  const value = () => {
    space();
    const first = text[offset];
    if (first === '"') return string();
    if (first === "[" || first === "{") {
      offset++;
      const items = [];
      const members = [];
      for (space(); text[offset] !== "]" && text[offset] !== "}"; space()) {
        if (text[offset] === ",") offset++;
        if (first === "[") {
          items.push(value());
          continue;
        }
        space();
        const key = string();
        space();
        offset++;
        members.push({ key, value: value() });
      }
      offset++;
      return first === "[" ? { kind: "array", items } : { kind: "object", members };
    }
    const start = offset;
    while (offset < text.length && !/[,\]} \t\r\n]/.test(text[offset] ?? "")) offset++;
    const raw = text.slice(start, offset);
    return /^[tfn]/.test(raw) ? { kind: "literal", raw } : { kind: "number", raw };
  };
  return value();
}

/**
 * White space of one serializer.
 * @typedef {object} Layout
 * @property {string} [indent] a unit of indentation; absent: one line
 * @property {string} [comma] between two items
 * @property {string} [colon] between key and value
 * @property {string} [empty] inside of empty containers
 * @property {boolean} [inlineArrays] arrays on one line, as Jackson writes them
 * @property {boolean} [emptyLines] line breaks inside of empty containers, as Ruby writes them
 */

/**
 * Writes a tree. Strings and numbers are as written, or as the functions format them.
 * @param {Tree} tree @param {Layout} layout
 * @param {{ string?: (text: Text) => string, number?: (numeral: Numeral) => string, sort?: boolean }} format
 */
export function print(tree, layout, format = {}) {
  const { indent, comma = ",", colon = ":", empty = "", inlineArrays = false, emptyLines = false } = layout;
  const string = format.string ?? ((text) => text.raw);
  const number = format.number ?? ((numeral) => numeral.raw);
  /** @param {Tree} node @param {string} margin @returns {string} */
  const write = (node, margin) => {
    if (node.kind === "string") return string(node);
    if (node.kind === "number") return number(node);
    if (node.kind === "literal") return node.raw;
    const [open, close] = node.kind === "array" ? ["[", "]"] : ["{", "}"];
    const isInline = indent === undefined || (inlineArrays && node.kind === "array");
    const inner = isInline ? margin : margin + indent;
    let members = node.kind === "array" ? [] : node.members;
    if (format.sort) members = [...members].sort((a, b) => compareText(a.key.value, b.key.value));
    const items =
      node.kind === "array"
        ? node.items.map((item) => write(item, inner))
        : members.map((member) => string(member.key) + colon + write(member.value, inner));
    if (items.length === 0) {
      return open + (emptyLines ? `${node.kind === "array" ? "\n\n" : "\n"}${margin}` : empty) + close;
    }
    if (indent === undefined) return open + items.join(comma) + close;
    if (isInline) return `${open} ${items.join(", ")} ${close}`;
    return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`;
  };
  return write(tree, "");
}

/** By code points, as Python and Go (UTF-8 bytes) sort. @param {string} a @param {string} b */
export const compareText = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
