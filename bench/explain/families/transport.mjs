// Bodies that were changed on their way, or read in part.
import { changedBody } from "../cases.mjs";
import { documents, largeDocuments } from "../documents.mjs";
import { generator } from "../random.mjs";
import { NODE } from "../serializers.mjs";

const UTF8 = new TextDecoder("utf-8");
const WINDOWS_1252 = new TextDecoder("windows-1252");

/** A character of Windows-1252 as its byte. */
const BYTES = new Map(
  Array.from({ length: 256 }, (_, byte) => [WINDOWS_1252.decode(Uint8Array.of(byte)), byte]),
);

/** Encodes a text in Windows-1252, or returns nothing where that is impossible. @param {string} text */
function windows1252(text) {
  const bytes = [];
  for (const character of text) {
    const byte = BYTES.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}

/** Encodes a text in Latin-1, or returns nothing where that is impossible. @param {string} text */
const latin1 = (text) => (/^[\0-\xff]*$/.test(text) ? Buffer.from(text, "latin1") : undefined);

const isAscii = (/** @type {string} */ text) => /^[\0-\x7f]*$/.test(text);

/**
 * A change. Returns the signed and the received body, or nothing where it changes nothing.
 * @typedef {object} Change
 * @property {string} family
 * @property {string} title
 * @property {(text: string) => [Buffer | string, Buffer | string] | undefined} apply
 * @property {import("../cases.mjs").Codes} codes
 * @property {string} [lost]
 * @property {boolean} [indented] the sender indents
 * @property {boolean} [usual]
 */

const WHITE = "line breaks and white space";
const ENCODING = "character encodings";
const WRAPPED = "base64, JSON strings, URL encoding";
const PARTIAL = "truncated and extended bodies";

/** @param {string} text @param {number} width */
const wrapped = (text, width) => text.replace(new RegExp(`.{1,${width}}`, "g"), "$&\n");
const base64 = (/** @type {string} */ text) => Buffer.from(text).toString("base64");

/** @param {string} text */
const nonAscii = (text) => (isAscii(text) ? undefined : text);

/** The bytes of one encoding, where they are other bytes than UTF-8. @param {string} text @param {(text: string) => Buffer | undefined} encode */
function other(text, encode) {
  const bytes = encode(text);
  return bytes === undefined || isAscii(text) ? undefined : bytes;
}

/** `Encoding.ASCII.GetBytes` of .NET writes ? for each UTF-16 unit, Python's errors="replace" one for each character. @param {string} text */
const questionMarks = (text) => text.replace(/[^\0-\x7f]/g, "?");
const questionMarkPerCharacter = (/** @type {string} */ text) => text.replace(/[^\0-\x7f]/gu, "?");

/** @type {Change[]} */
const CHANGES = [
  {
    family: WHITE,
    title: "LF added",
    apply: (text) => [text, `${text}\n`],
    codes: ["body-newline-added"],
    usual: true,
  },
  {
    family: WHITE,
    title: "CRLF added",
    apply: (text) => [text, `${text}\r\n`],
    codes: ["body-newline-added"],
  },
  {
    family: WHITE,
    title: "two LF added",
    apply: (text) => [text, `${text}\n\n`],
    codes: ["body-space-added", "body-newline-added"],
  },
  {
    family: WHITE,
    title: "spaces added",
    apply: (text) => [text, `  ${text} \n`],
    codes: ["body-space-added"],
  },
  {
    family: WHITE,
    title: "LF dropped",
    apply: (text) => [`${text}\n`, text],
    codes: ["body-newline-dropped"],
    usual: true,
  },
  {
    family: WHITE,
    title: "CRLF dropped",
    apply: (text) => [`${text}\r\n`, text],
    codes: ["body-crlf-dropped"],
  },
  {
    family: WHITE,
    title: "space dropped",
    apply: (text) => [`${text} `, text],
    codes: ["body-space-dropped"],
  },
  {
    family: WHITE,
    title: "indented, LF dropped",
    apply: (text) => [`${text}\n`, text],
    codes: ["body-newline-dropped"],
    indented: true,
  },
  {
    family: WHITE,
    title: "LF to CRLF",
    apply: (text) => [text, text.replaceAll("\n", "\r\n")],
    codes: ["body-lf-to-crlf"],
    indented: true,
  },
  {
    family: WHITE,
    title: "CRLF to LF",
    apply: (text) => [text.replaceAll("\n", "\r\n"), text],
    codes: ["body-crlf-to-lf"],
    indented: true,
  },
  {
    family: WHITE,
    title: "CRLF at the end to LF",
    apply: (text) => [`${text}\r\n`, `${text}\n`],
    codes: ["body-crlf-to-lf"],
  },
  {
    family: WHITE,
    title: "LF at the end to CRLF",
    apply: (text) => [`${text}\n`, `${text}\r\n`],
    codes: ["body-lf-to-crlf"],
  },
  {
    family: WHITE,
    title: "byte order mark added",
    apply: (text) => [text, `\ufeff${text}`],
    codes: ["body-bom-added"],
  },
  {
    family: WHITE,
    title: "byte order mark dropped",
    apply: (text) => [`\ufeff${text}`, text],
    codes: ["body-bom-dropped"],
  },
  {
    family: ENCODING,
    title: "decoded as Latin-1",
    apply: (text) => (nonAscii(text) ? [text, Buffer.from(text).toString("latin1")] : undefined),
    codes: ["body-latin1-decoded"],
    usual: true,
  },
  {
    family: ENCODING,
    title: "decoded as Windows-1252",
    apply: (text) => (nonAscii(text) ? [text, WINDOWS_1252.decode(Buffer.from(text))] : undefined),
    codes: ["body-windows-1252-decoded"],
  },
  {
    family: ENCODING,
    title: "encoded as Latin-1",
    apply: (text) => pair(text, other(text, latin1)),
    codes: ["body-latin1-encoded"],
  },
  {
    family: ENCODING,
    title: "encoded as Windows-1252",
    apply: (text) => pair(text, other(text, windows1252)),
    codes: ["body-windows-1252-encoded"],
  },
  {
    family: ENCODING,
    title: "Latin-1 signed",
    apply: (text) => pair(other(text, latin1), text),
    codes: ["body-latin1-signed"],
  },
  {
    family: ENCODING,
    title: "question marks signed, one for each UTF-16 unit",
    apply: (text) => (nonAscii(text) ? [questionMarks(text), text] : undefined),
    codes: ["body-question-marks-signed"],
  },
  {
    family: ENCODING,
    title: "question marks signed, one for each character",
    apply: (text) => (nonAscii(text) ? [questionMarkPerCharacter(text), text] : undefined),
    codes: ["body-question-marks-signed"],
  },
  {
    family: ENCODING,
    title: "Latin-1 decoded as UTF-8",
    apply: (text) => (other(text, latin1) ? [latin1(text) ?? "", UTF8.decode(latin1(text))] : undefined),
    codes: [],
    lost: "U+FFFD replaces lost bytes",
  },
  {
    family: ENCODING,
    title: "question marks received",
    apply: (text) => (nonAscii(text) ? [text, questionMarks(text)] : undefined),
    codes: [],
    lost: "a question mark replaces lost characters",
  },
  {
    family: WRAPPED,
    title: "base64",
    apply: (text) => [text, base64(text)],
    codes: ["body-base64"],
    usual: true,
  },
  {
    family: WRAPPED,
    title: "base64 with line breaks",
    apply: (text) => [text, wrapped(base64(text), 76)],
    codes: ["body-base64"],
  },
  {
    family: WRAPPED,
    title: "base64 without padding",
    apply: (text) => [text, Buffer.from(text).toString("base64url")],
    codes: ["body-base64*"],
  },
  {
    family: WRAPPED,
    title: "base64 signed",
    apply: (text) => [base64(text), text],
    codes: ["body-base64-signed"],
  },
  {
    family: WRAPPED,
    title: "stringified twice",
    apply: (text) => [text, JSON.stringify(text)],
    codes: ["body-json-string"],
    usual: true,
  },
  {
    family: WRAPPED,
    title: "dumped twice by Python",
    apply: (text) => [
      text,
      JSON.stringify(text).replace(
        /[^\0-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
      ),
    ],
    codes: ["body-json-string"],
  },
  {
    family: WRAPPED,
    title: "stringified twice by PHP",
    apply: (text) => [text, JSON.stringify(text).replaceAll("/", "\\/")],
    codes: ["body-json-string"],
  },
  {
    family: WRAPPED,
    title: "JSON string signed",
    apply: (text) => [JSON.stringify(text), text],
    codes: ["body-json-unwrapped"],
  },
  {
    family: WRAPPED,
    title: "encodeURIComponent",
    apply: (text) => [text, encodeURIComponent(text)],
    codes: ["body-url-encoded"],
  },
  {
    family: WRAPPED,
    title: "quote_plus",
    apply: (text) => [text, encodeURIComponent(text).replaceAll("%20", "+")],
    codes: ["body-url-encoded"],
  },
  {
    family: PARTIAL,
    title: "closing brackets cut off",
    apply: (text) => [text, text.replace(/[\]}\s]+$/, "")],
    codes: ["body-truncated"],
  },
  {
    family: PARTIAL,
    title: "last bracket cut off",
    apply: (text) => [text, text.slice(0, -1)],
    codes: ["body-truncated"],
  },
  {
    family: PARTIAL,
    title: "cut in the middle",
    apply: (text) => [text, text.slice(0, Math.floor(text.length * 0.7))],
    codes: [],
    lost: "the end was lost",
  },
  {
    family: PARTIAL,
    title: "zeros of a buffer",
    apply: (text) => [text, `${text}${"\0".repeat(17)}`],
    codes: ["body-trailing-data"],
  },
  {
    family: PARTIAL,
    title: "the rest of another body",
    apply: (text) => [text, `${text}"name":"x"}]}`],
    codes: ["body-trailing-data"],
  },
  {
    family: PARTIAL,
    title: "a second body",
    apply: (text) => [text, `${text}${text}`],
    codes: ["body-trailing-data"],
  },
  { family: PARTIAL, title: "empty", apply: (text) => [text, ""], codes: [], lost: "no byte is left" },
  {
    family: PARTIAL,
    title: "[object Object]",
    apply: (text) => [text, "[object Object]"],
    codes: [],
    lost: "no byte is left",
  },
];

/** @param {string | Buffer | undefined} signed @param {string | Buffer | undefined} received @returns {[string | Buffer, string | Buffer] | undefined} */
function pair(signed, received) {
  return signed === undefined || received === undefined ? undefined : [signed, received];
}

/** @param {boolean} isShort @returns {import("../cases.mjs").Case[]} */
export function transportCases(isShort) {
  const random = generator(202);
  const own = [...documents(), ...largeDocuments([16_384, 65_536])];
  const all = /** @type {import("../cases.mjs").Case[]} */ ([]);
  for (const change of CHANGES) {
    const count = isShort ? 3 : change.usual ? 40 : 16;
    const possible = own.flatMap(({ name, text }) => {
      const compact = NODE[change.indented ? "JSON.stringify, 2" : "JSON.stringify"]?.(text) ?? "";
      const bodies = change.apply(compact);
      return bodies === undefined ? [] : [{ name, bodies }];
    });
    for (const { name, bodies } of random.sample(possible, count)) {
      const [signed, received] = bodies.map((body) => (Buffer.isBuffer(body) ? body : Buffer.from(body)));
      if (signed === undefined || received === undefined || signed.equals(received)) continue;
      const latin = Buffer.from(signed.toString("latin1"));
      // Latin-1 and Windows-1252 are one change where no byte from 80 to 9F is in the body.
      const windows = Buffer.from(WINDOWS_1252.decode(signed));
      const coincide =
        change.family === ENCODING && (latin.equals(windows) || change.title.startsWith("encoded"));
      const also = coincide
        ? [change.codes[0] ?? ""].flatMap((code) => [
            code.replace("windows-1252", "latin1"),
            code.replace("latin1", "windows-1252"),
          ])
        : [];
      const codes = change.lost ? [] : [[...change.codes, ...also]];
      all.push(
        changedBody({
          family: change.family,
          title: `${name}: ${change.title}`,
          index: all.length,
          signed,
          received,
          parts: codes,
          lost: change.lost ?? "",
        }),
      );
    }
  }
  return all;
}
