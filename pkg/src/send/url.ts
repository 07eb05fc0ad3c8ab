/** The URL a delivery is sent to, with parameters from its payload as PainChek documents them. */
import { SendError } from "./error.js";

/** A value that a URL can hold. */
export type Parameter = string | number | boolean;

const NAME = /\{([A-Za-z_][\w-]*(?:\.[\w-]+)*)\}/g;
/** What URL parsers drop, or read as a slash: with it, what is written is not what is sent to. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are looked for.
const UNCLEAR = /[\\\u0000-\u001f\u007f]/;
/** A parameter behind half of an escape such as `%2` could complete it. */
const HALF_ESCAPE = /%[0-9a-f]?\{/i;

/**
 * Fills `{name}` and `{dotted.path}` in a URL from the event's data. SECURITY: values are percent-encoded, and what was
 * filled is compared with the template: a value changes neither scheme, host, port, the path around it, nor how many
 * segments and query parameters there are.
 *
 * @param data The event's data, made when a parameter asks for it.
 * @param given Values that come first, such as `webhook_queue_id`, which is none of the payload.
 */
export function expandUrl(url: string, data: () => unknown, given: Readonly<Record<string, Parameter>>): URL {
  if (typeof url !== "string") throw new SendError("url-invalid", "The URL has to be a text.");
  const template = url.trim();
  if (UNCLEAR.test(template)) {
    throw new SendError(
      "url-invalid",
      "The URL contains a backslash, a tab, a line break or another control character. Remove it.",
    );
  }
  const [, origin, path = "", rest = ""] = /^(https?:\/\/[^/?#]+)([^?#]*)(.*)$/is.exec(template) ?? [];
  if (origin === undefined)
    throw new SendError("url-invalid", "The URL has to begin with http:// or https:// and a host.");
  if (/[{}]/.test(origin))
    throw new SendError("url-invalid", "A parameter can stand behind the host, not before or in it.");
  if (HALF_ESCAPE.test(template))
    throw new SendError(
      "url-invalid",
      "A parameter of the URL follows a lone %. Write %25 for a percent sign.",
    );
  let root: unknown;
  let asked = false;
  const value = (name: string) => {
    if (Object.hasOwn(given, name)) return text(name, given[name]);
    if (!asked) {
      root = data();
      asked = true;
    }
    return text(name, valueAt(root, name.split(".")));
  };
  const segments = path.split("/").map((segment) => {
    const raw = segment.replace(NAME, (_, name: string) => value(name));
    if (raw !== segment || NAMES.test(segment)) checkSegment(segment, raw);
    return segment.replace(NAME, (_, name: string) => encoded(name, value(name)));
  });
  const afterOrigin = rest.replace(NAME, (_, name: string) => encoded(name, value(name)));
  const filled = `${origin}${segments.join("/")}${afterOrigin}`;
  if (/[{}]/.test(filled)) {
    throw new SendError(
      "url-invalid",
      "A brace of the URL belongs to no parameter such as {patient_external_id}. Write %7B or %7D for a brace.",
    );
  }
  const made = parsed(filled);
  if (made.username !== "" || made.password !== "") {
    throw new SendError(
      "url-invalid",
      "The URL holds a name or a password, which end up in logs. Send them as a header: Authorization.",
    );
  }
  made.hash = "";
  if (
    filled !== template &&
    !sameShape(made, [parsed(template.replace(NAME, "x")), parsed(template.replace(NAME, "y"))])
  )
    throw new SendError("parameter-invalid", "A value of the payload would lead the URL to another place.");
  return made;
}

/** Names the parameters of a text, and no more of it: the text may hold a token, and the value is the payload's. */
const named = (text: string) => [...text.matchAll(NAME)].map(([name]) => name).join("");

const NAMES = new RegExp(NAME.source);

/**
 * Refuses a segment of the path that would lead elsewhere: by the URL's own rules, or for receivers that decode `%2F`, `%5C`
 * and `%2E` before they look at the path, which many proxies do.
 */
function checkSegment(segment: string, raw: string): void {
  const refuse = (what: string): never => {
    throw new SendError("parameter-invalid", `The value of ${named(segment)} in the URL's path ${what}.`);
  };
  if (raw === "") refuse("is empty, which would be another path");
  if (/\p{Cc}/u.test(raw)) refuse("contains a control character");
  const decoded = raw
    .replace(/%2e/gi, ".")
    .replace(/%2f|%5c/gi, "/")
    .normalize("NFKC");
  // Servers of Java cut `;` and what follows off a segment.
  if (decoded.split(/[/\\]/).some((part) => /^\s*\.{1,2}\s*(;|$)/.test(part)))
    refuse('is "." or "..", or contains such a segment, which would be another path');
}

/** INVARIANT: what a parameter cannot reach is that of the template, and what it fills is one piece. */
function sameShape(made: URL, [one, two]: [URL, URL]): boolean {
  const pieces = ({ pathname, search }: URL) => [...pathname.split("/"), "?", ...search.split(/[?&=]/)];
  const [filled, first, second] = [pieces(made), pieces(one), pieces(two)];
  return (
    made.origin === one.origin &&
    made.origin === two.origin &&
    filled.length === first.length &&
    filled.every((piece, index) => piece === first[index] || first[index] !== second[index])
  );
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new SendError("url-invalid", "This is no URL, for example: https://example.org/webhook");
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null || Array.isArray(here) || !Object.hasOwn(here, key)) {
      return undefined;
    }
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** The value of a parameter as text. */
function text(name: string, value: unknown): string {
  if (value === undefined || value === null) {
    const what = value === null ? "null" : "no value";
    throw new SendError(
      "parameter-missing",
      `The URL asks for {${name}}, and the event's data has ${what} there. Take it out of the URL, or hand a value over in \`parameters\`.`,
    );
  }
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
    throw new SendError(
      "parameter-invalid",
      `The URL asks for {${name}}, which is an object or a list. A dot reaches deeper: {${name}.key}.`,
    );
  }
  if (
    typeof value === "number" &&
    (Number.isInteger(value) ? !Number.isSafeInteger(value) : !Number.isFinite(value))
  ) {
    throw new SendError(
      "parameter-invalid",
      `The URL asks for {${name}}, a number with more digits than JavaScript keeps: it would be sent wrong.`,
    );
  }
  return String(value);
}

function encoded(name: string, value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    throw new SendError("parameter-invalid", `The value of {${name}} is no Unicode text.`);
  }
}
