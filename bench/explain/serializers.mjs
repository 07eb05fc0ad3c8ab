// Serializers whose languages the test machine may lack: their rules, each with its source.
import { LAYOUTS } from "./layouts.mjs";
import { parse, print } from "./tree.mjs";

/** @typedef {(text: string) => string} Serializer from any JSON text of the value to the sender's */

/** @param {string} character @param {boolean} upper */
const escaped = (character, upper) => {
  const hex = character.charCodeAt(0).toString(16).padStart(4, "0");
  return `\\u${upper ? hex.toUpperCase() : hex}`;
};

const SHORT = /** @type {Record<string, string>} */ ({
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
});

/**
 * A string with short escapes for the seven characters that have them, and \u for control characters and the pattern.
 * @param {RegExp | undefined} pattern characters that are escaped in addition
 * @param {{ upper?: boolean, longQuote?: boolean }} options hexadecimal digits in upper case; `"` as \u0022
 */
const quoted =
  (pattern, { upper = false, longQuote = false } = {}) =>
  (/** @type {{ value: string }} */ { value }) => {
    let text = "";
    for (const unit of value.split("")) {
      if (unit === '"' && longQuote) text += escaped(unit, upper);
      else if (SHORT[unit] !== undefined) text += SHORT[unit];
      else if (unit < " " || pattern?.test(unit)) text += escaped(unit, upper);
      else text += unit;
    }
    return `"${text}"`;
  };

/** Numbers that JavaScript formats. @param {{ raw: string }} numeral */
const short = ({ raw }) =>
  Number.isSafeInteger(Number(raw)) || /[.eE]/.test(raw) ? String(Number(raw)) : raw;

/**
 * `Double.toString`: a digit after the point always, and E notation from 10^7 and below 10^-3. Integers stay as they are.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)
 * @param {{ raw: string }} numeral
 */
const javaDouble = ({ raw }) => {
  if (!/[.eE]/.test(raw)) return raw;
  const value = Number(raw);
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) {
    const text = String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
};

/** @param {import("./tree.mjs").Layout | undefined} layout @param {Parameters<typeof print>[2]} format @returns {Serializer} */
const serializer = (layout, format) => (text) => {
  const tree = parse(text);
  if (tree === undefined) throw new Error("the documents of the corpus are JSON");
  return print(tree, layout ?? {}, format);
};

// `<`, `>`, `&`, U+2028 and U+2029 are escaped, map keys are sorted; floats are formatted as in JavaScript.
// https://pkg.go.dev/encoding/json#Marshal and #Encoder.SetEscapeHTML
const goHtml = quoted(/[<>&\u2028\u2029]/);
const goPlain = quoted(/[\u2028\u2029]/);
// Gson escapes HTML by default, with `=` and `'`. https://github.com/google/gson, stream/JsonWriter.java
const gson = quoted(/[<>&='\u2028\u2029]/);
// Jackson escapes what JSON requires; ESCAPE_NON_ASCII adds the rest, in upper case. jackson-core, io/CharTypes.java
const jackson = quoted(undefined, { upper: true });
const jacksonAscii = quoted(/[^\0-\x7f]/, { upper: true });
// JavaScriptEncoder.Default: everything outside of Basic Latin, and characters that HTML gives a meaning; upper case.
// https://learn.microsoft.com/dotnet/standard/serialization/system-text-json/character-encoding
const systemText = quoted(/[^\0-\x7e]|[&'+<>`]/, { upper: true, longQuote: true });
// Newtonsoft escapes U+0085, U+2028 and U+2029; EscapeHtml adds < > & ' and "; EscapeNonAscii all outside of ASCII.
// https://github.com/JamesNK/Newtonsoft.Json, Utilities/JavaScriptUtils.cs
const newtonsoft = quoted(/[\u0085\u2028\u2029]/);
const newtonsoftHtml = quoted(/[<>&'\u0085\u2028\u2029]/, { longQuote: true });
const newtonsoftAscii = quoted(/[^\0-\x7f]/);
// ActiveSupport escapes < > & and the two separators. activesupport/lib/active_support/json/encoding.rb
const rails = quoted(/[<>&\u2028\u2029]/);

/** @type {Record<string, Serializer>} */
export const RULES = {
  "Go json.Marshal, struct": serializer(LAYOUTS.compact, { string: goHtml, number: short }),
  "Go json.Marshal, map": serializer(LAYOUTS.compact, { string: goHtml, number: short, sort: true }),
  "Go json.MarshalIndent": serializer(LAYOUTS.two, { string: goHtml, number: short }),
  "Go SetEscapeHTML(false)": serializer(LAYOUTS.compact, { string: goPlain, number: short }),
  Jackson: serializer(LAYOUTS.compact, { string: jackson, number: javaDouble }),
  "Jackson, BigDecimal": serializer(LAYOUTS.compact, { string: jackson }),
  "Jackson, pretty printer": serializer(LAYOUTS.jackson, { string: jackson, number: javaDouble }),
  "Jackson, ESCAPE_NON_ASCII": serializer(LAYOUTS.compact, { string: jacksonAscii, number: javaDouble }),
  Gson: serializer(LAYOUTS.compact, { string: gson, number: javaDouble }),
  "Gson, setPrettyPrinting": serializer(LAYOUTS.two, { string: gson, number: javaDouble }),
  "System.Text.Json": serializer(LAYOUTS.compact, { string: systemText }),
  "System.Text.Json, WriteIndented": serializer(LAYOUTS.two, { string: systemText }),
  Newtonsoft: serializer(LAYOUTS.compact, { string: newtonsoft }),
  "Newtonsoft, Indented": serializer(LAYOUTS.two, { string: newtonsoft }),
  "Newtonsoft, EscapeHtml": serializer(LAYOUTS.compact, { string: newtonsoftHtml }),
  "Newtonsoft, EscapeNonAscii": serializer(LAYOUTS.compact, { string: newtonsoftAscii }),
  "Rails to_json": serializer(LAYOUTS.compact, { string: rails }),
};

/** Real serializers of this process. @type {Record<string, Serializer>} */
export const NODE = {
  "JSON.stringify": (text) => JSON.stringify(JSON.parse(text)),
  "JSON.stringify, 2": (text) => JSON.stringify(JSON.parse(text), null, 2),
  "JSON.stringify, 4": (text) => JSON.stringify(JSON.parse(text), null, 4),
  "JSON.stringify, tab": (text) => JSON.stringify(JSON.parse(text), null, "\t"),
};
