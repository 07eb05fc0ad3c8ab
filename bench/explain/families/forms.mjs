// Forms: JSON in a field, forms that were parsed and written again, and forms that became JSON.
import querystring from "node:querystring";
import { changedBody } from "../cases.mjs";
import { documents } from "../documents.mjs";
import { generator } from "../random.mjs";
import { NODE } from "../serializers.mjs";

/** @typedef {[string, string][]} Fields */

/** Percent-encodes all but the permitted characters. @param {RegExp} permitted @param {string} space */
const encoder = (permitted, space) => (/** @type {string} */ text) =>
  [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (character === " ") return space;
      return permitted.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");

/** @param {(text: string) => string} encode @returns {(fields: Fields) => string} */
const form = (encode) => (fields) =>
  fields.map(([key, value]) => `${encode(key)}=${encode(value)}`).join("&");

/**
 * Writers of forms, by their rules for what they do not escape.
 * @type {Record<string, (fields: Fields) => string>}
 */
const WRITERS = {
  // https://nodejs.org/api/querystring.html: as encodeURIComponent, which keeps ! ' ( ) * and writes %20.
  querystring: (fields) => querystring.stringify(Object.fromEntries(fields)),
  // https://url.spec.whatwg.org/#application-x-www-form-urlencoded-percent-encode-set
  URLSearchParams: (fields) => new URLSearchParams(fields).toString(),
  // https://docs.python.org/3/library/urllib.parse.html#urllib.parse.quote_plus: letters, digits, _ . - ~
  "Python urlencode": form(encoder(/[A-Za-z0-9_.~-]/, "+")),
  // https://www.php.net/manual/function.http-build-query.php, RFC 1738: letters, digits, - _ .
  "PHP http_build_query": form(encoder(/[A-Za-z0-9_.-]/, "+")),
  // URI.encode_www_form: letters, digits, * - . _
  "Ruby encode_www_form": form(encoder(/[A-Za-z0-9*._-]/, "+")),
  // https://pkg.go.dev/net/url#QueryEscape: letters, digits, - _ . ~; Values.Encode sorts by key.
  "Go url.Values": (fields) =>
    form(encoder(/[A-Za-z0-9_.~-]/, "+"))([...fields].sort(([a], [b]) => (a < b ? -1 : 1))),
  // https://docs.oracle.com/javase/8/docs/api/java/net/URLEncoder.html: letters, digits, . - * _
  "Java URLEncoder": form(encoder(/[A-Za-z0-9.*_-]/, "+")),
  // qs, and Rack's escape_path: RFC 3986 with %20.
  qs: form(encoder(/[A-Za-z0-9_.~-]/, "%20")),
};

/** @type {Fields[]} */
const FORMS = [
  [
    ["token", "x"],
    ["command", "/weather"],
    ["text", "arg1 arg2 *bold* ~tilde"],
    ["response_url", "https://h.example/1"],
  ],
  [
    ["AccountSid", "AC1"],
    ["Body", "It's 5 o'clock (really)!"],
    ["From", "+15017122661"],
    ["NumMedia", "0"],
  ],
  [
    ["a", "1"],
    ["empty", ""],
    ["text", "Zoë & friends: 100 €"],
  ],
  [["mandrill_events", '[{"event":"send","msg":{"subject":"Hi there *you*"}}]']],
  [
    ["user name", "first last"],
    ["emoji", "😀"],
    ["path", "a/b?c=d&e=f#g"],
  ],
  [
    ["channel_name", "general"],
    ["user_id", "U1"],
    ["text", "plain"],
  ],
];

const REWRITTEN = ["body-form*", "body-url*"];
const FORM_HEADERS = { "Content-Type": "application/x-www-form-urlencoded" };

/** @param {boolean} isShort @returns {import("../cases.mjs").Case[]} */
export function formCases(isShort) {
  const random = generator(303);
  const all = /** @type {import("../cases.mjs").Case[]} */ ([]);
  /** @param {string} family @param {string} title @param {string} signed @param {string} received @param {string[]} codes @param {Record<string, string>} headers @param {string} lost */
  const add = (family, title, signed, received, codes, headers, lost = "") => {
    if (signed === received) return;
    all.push(
      changedBody({
        family,
        title,
        index: all.length,
        signed: Buffer.from(signed),
        received: Buffer.from(received),
        parts: lost ? [] : [codes],
        also: codes,
        lost,
        headers,
      }),
    );
  };
  const writers = Object.entries(WRITERS);
  for (const [index, fields] of FORMS.entries()) {
    for (const [sender, write] of writers) {
      const signed = write(fields);
      for (const [receiver, again] of writers) {
        if (isShort && random.below(6) > 0) continue;
        // Node's parser gives the fields that the receiver writes, with a list for a repeated key.
        const parsed = /** @type {Fields} */ ([...new URLSearchParams(signed)]);
        const received = again(parsed);
        // Sorted keys lose the order.
        const isSorted =
          receiver.startsWith("Go") &&
          write(parsed) !== write([...parsed].sort(([a], [b]) => (a < b ? -1 : 1)));
        add(
          "forms re-encoded",
          `form ${index}: ${sender} -> ${receiver}`,
          signed,
          received,
          REWRITTEN,
          FORM_HEADERS,
          isSorted ? "the order of fields was lost" : "",
        );
      }
      const object = Object.fromEntries(new URLSearchParams(signed));
      add(
        "forms parsed to JSON",
        `form ${index}: ${sender} -> JSON.stringify`,
        signed,
        JSON.stringify(object),
        REWRITTEN,
        FORM_HEADERS,
      );
      add(
        "forms parsed to JSON",
        `form ${index}: ${sender} -> decodeURIComponent`,
        signed,
        decodeURIComponent(signed),
        REWRITTEN,
        FORM_HEADERS,
        /[&=+%]/.test(fields.flat().join("")) || signed.includes("+")
          ? "the separators of fields were lost"
          : "",
      );
    }
  }
  for (const { name, text } of random.sample(documents(), isShort ? 3 : 20)) {
    const json = NODE["JSON.stringify"]?.(text) ?? "";
    for (const [sender, write] of isShort ? random.sample(writers, 2) : writers) {
      const wrapped = write([["payload", json]]);
      add(
        "JSON in a form field",
        `${name}: ${sender}, field extracted`,
        wrapped,
        json,
        ["body-form-extracted"],
        FORM_HEADERS,
      );
      add(
        "JSON in a form field",
        `${name}: ${sender}, field added`,
        json,
        wrapped,
        ["body-form"],
        FORM_HEADERS,
      );
    }
  }
  return all;
}
