/** The URL a delivery is sent to, with parameters from its payload as PainChek documents them. */
import { SendError } from "./error.js";

/** A value that a URL can hold. */
export type Parameter = string | number | boolean;

const NAME = /\{([A-Za-z_][\w-]*(?:\.[\w-]+)*)\}/g;
/** Characters that URL parsers drop or read as a slash, so that the URL as written is not the URL that is requested. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters.
const UNSAFE_CHARS = /[\\\u0000-\u001f\u007f]/;
/** A parameter after an incomplete escape such as `%2` could complete it. */
const INCOMPLETE_ESCAPE = /%[0-9a-f]?\{/i;

/**
 * Replaces `{name}` and `{dotted.path}` in a URL by values of the event's data. SECURITY: values are percent-encoded, and the
 * result is compared with the template. A value changes neither scheme, host, port, the rest of the path, nor the number of
 * segments and query parameters.
 *
 * @param data Returns the event's data; called only if a parameter needs it.
 * @param parameters Values that take precedence, such as `webhook_queue_id`, which is not in the payload.
 */
export function expandUrl(
  url: string,
  data: () => unknown,
  parameters: Readonly<Record<string, Parameter>>,
): URL {
  if (typeof url !== "string") throw new SendError("url-invalid", "Invalid URL: expected a string.");
  const template = url.trim();
  if (UNSAFE_CHARS.test(template)) {
    throw new SendError(
      "url-invalid",
      "The URL contains a backslash, a tab, a line break or another control character. Remove it.",
    );
  }
  const [, origin, path = "", rest = ""] = /^(https?:\/\/[^/?#]+)([^?#]*)(.*)$/is.exec(template) ?? [];
  if (origin === undefined)
    throw new SendError("url-invalid", "Invalid URL: expected http:// or https:// and a host.");
  if (/[{}]/.test(origin))
    throw new SendError(
      "url-invalid",
      "The URL has a parameter before the path. Use parameters only after the host.",
    );
  if (INCOMPLETE_ESCAPE.test(template))
    throw new SendError(
      "url-invalid",
      "A parameter of the URL follows an incomplete escape. Write %25 for a percent sign.",
    );
  let root: { data: unknown } | undefined;
  const value = (name: string) => {
    if (Object.hasOwn(parameters, name)) return toText(name, parameters[name]);
    root ??= { data: data() };
    return toText(name, valueAt(root.data, name.split(".")));
  };
  const segments = path.split("/").map((segment) => {
    const raw = segment.replace(NAME, (_, name: string) => value(name));
    if (raw !== segment || HAS_NAME.test(segment)) checkSegment(segment, raw);
    return segment.replace(NAME, (_, name: string) => percentEncode(name, value(name)));
  });
  const afterPath = rest.replace(NAME, (_, name: string) => percentEncode(name, value(name)));
  const filled = `${origin}${segments.join("/")}${afterPath}`;
  if (/[{}]/.test(filled)) {
    throw new SendError(
      "url-invalid",
      "The URL has a brace outside a parameter such as {patient_external_id}. Write %7B or %7D for a brace.",
    );
  }
  const expanded = parseUrl(filled);
  if (expanded.username !== "" || expanded.password !== "") {
    throw new SendError(
      "url-invalid",
      "The URL contains a user name or password, which would end up in logs. Send them in the header Authorization.",
    );
  }
  expanded.hash = "";
  if (
    filled !== template &&
    !hasSameShape(expanded, [parseUrl(template.replace(NAME, "x")), parseUrl(template.replace(NAME, "y"))])
  )
    throw new SendError(
      "parameter-invalid",
      "A value of the payload would change more of the URL than its parameter.",
    );
  return expanded;
}

/** The parameters in a text. SECURITY: nothing else of the text is quoted; it may hold a token. */
const listParameters = (text: string) => [...text.matchAll(NAME)].map(([name]) => name).join("");

const HAS_NAME = new RegExp(NAME.source);

/**
 * Throws where a value would change the path: by the rules of URLs, or for the many proxies that decode `%2F`, `%5C` and `%2E`
 * before they split the path.
 */
function checkSegment(segment: string, raw: string): void {
  const fail = (problem: string): never => {
    throw new SendError(
      "parameter-invalid",
      `The value of ${listParameters(segment)} in the URL's path ${problem}.`,
    );
  };
  if (raw === "") fail("is empty, which would be another path");
  if (/\p{Cc}/u.test(raw)) fail("contains a control character");
  const decoded = raw
    .replace(/%2e/gi, ".")
    .replace(/%2f|%5c/gi, "/")
    .normalize("NFKC");
  // Java servers drop `;` and the rest of a segment.
  if (decoded.split(/[/\\]/).some((part) => /^\s*\.{1,2}\s*(;|$)/.test(part)))
    fail('is "." or "..", or contains such a segment, which would be another path');
}

/**
 * INVARIANT: the expanded URL has the pieces of the template, and only those with a parameter differ. The pieces with a
 * parameter are those that differ between two other expansions.
 */
function hasSameShape(expanded: URL, [x, y]: [URL, URL]): boolean {
  const pieces = ({ pathname, search }: URL) => [...pathname.split("/"), "?", ...search.split(/[?&=]/)];
  const [filled, first, second] = [pieces(expanded), pieces(x), pieces(y)];
  return (
    expanded.origin === x.origin &&
    expanded.origin === y.origin &&
    filled.length === first.length &&
    filled.every((piece, index) => piece === first[index] || first[index] !== second[index])
  );
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new SendError("url-invalid", "Invalid URL: expected one such as https://example.org/webhook.");
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let member = value;
  for (const key of path) {
    if (typeof member !== "object" || member === null || Array.isArray(member) || !Object.hasOwn(member, key))
      return undefined;
    member = (member as Record<string, unknown>)[key];
  }
  return member;
}

/** Converts the value of a parameter to text. */
function toText(name: string, value: unknown): string {
  if (value === undefined || value === null) {
    const received = value === null ? "null" : "no value";
    throw new SendError(
      "parameter-missing",
      `The event's data has ${received} for the URL parameter {${name}}. Remove the parameter, or pass a value in \`parameters\`.`,
    );
  }
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
    throw new SendError(
      "parameter-invalid",
      `The URL parameter {${name}} is an object or an array. Use a dot to select a member: {${name}.key}.`,
    );
  }
  if (
    typeof value === "number" &&
    (Number.isInteger(value) ? !Number.isSafeInteger(value) : !Number.isFinite(value))
  ) {
    throw new SendError(
      "parameter-invalid",
      `JavaScript cannot represent the number of the URL parameter {${name}} exactly. Send it as a string.`,
    );
  }
  return String(value);
}

function percentEncode(name: string, value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    throw new SendError(
      "parameter-invalid",
      `The value of the URL parameter {${name}} is not valid Unicode.`,
    );
  }
}
