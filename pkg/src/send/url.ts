/** The URL a delivery is sent to, with parameters from its payload as PainChek documents them. */
import { SendError } from "./error.js";

/** A value that a URL can hold. */
export type Parameter = string | number | boolean;

const NAME = /\{([A-Za-z_][\w-]*(?:\.[\w-]+)*)\}/g;

/**
 * Fills `{name}` and `{dotted.path}` in a URL from the event's data. Values are percent-encoded; they cannot change host,
 * port or scheme, nor climb out of a path.
 *
 * @param data The event's data, made when a parameter asks for it.
 * @param given Values that come first, such as `webhook_queue_id`, which is none of the payload.
 */
export function fill(url: string, data: () => unknown, given: Readonly<Record<string, Parameter>>): URL {
  if (typeof url !== "string") throw new SendError("url-invalid", "The URL has to be a text.");
  const [, origin, path = "", rest = ""] = /^(https?:\/\/[^/?#\\]*)([^?#]*)(.*)$/is.exec(url.trim()) ?? [];
  if (origin === undefined)
    throw new SendError("url-invalid", "The URL has to begin with http:// or https:// and a host.");
  if (/[{}]/.test(origin))
    throw new SendError("url-invalid", "A parameter can stand behind the host, not before or in it.");
  let root: unknown;
  let asked = false;
  const replaced = (text: string) =>
    text.replace(NAME, (_, name: string) => {
      if (!Object.hasOwn(given, name) && !asked) {
        root = data();
        asked = true;
      }
      return encoded(name, Object.hasOwn(given, name) ? given[name] : at(root, name.split(".")));
    });
  const segments = path.split("/").map((segment) => {
    const filled = replaced(segment);
    if (filled !== segment && /^(\.|%2e){1,2}$/i.test(filled)) {
      throw new SendError(
        "parameter-invalid",
        `A value in the path of the URL is "." or "..", which would be another path: ${segment}.`,
      );
    }
    return filled;
  });
  const behind = replaced(rest);
  const text = `${origin}${segments.join("/")}${behind}`;
  if (/[{}]/.test(text)) {
    throw new SendError(
      "url-invalid",
      "A brace of the URL belongs to no parameter such as {patient_external_id}. Write %7B or %7D for a brace.",
    );
  }
  let made: URL;
  try {
    made = new URL(text);
  } catch {
    throw new SendError("url-invalid", "This is no URL, for example: https://example.org/webhook");
  }
  if (made.username !== "" || made.password !== "") {
    throw new SendError(
      "url-invalid",
      "The URL holds a name or a password, which end up in logs. Send them as a header: Authorization.",
    );
  }
  made.hash = "";
  return made;
}

function at(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null || Array.isArray(here) || !Object.hasOwn(here, key)) {
      return undefined;
    }
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

function encoded(name: string, value: unknown): string {
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
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new SendError(
      "parameter-invalid",
      `The URL asks for {${name}}, a number with more digits than JavaScript keeps: it would be sent wrong.`,
    );
  }
  try {
    return encodeURIComponent(String(value));
  } catch {
    throw new SendError("parameter-invalid", `The value of {${name}} is no Unicode text.`);
  }
}
