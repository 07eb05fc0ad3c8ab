/** Gives a sample new ids, so that a receiver does not take it for a duplicate of the one before. */
import { randomInt, randomUUID } from "node:crypto";
import type { ProviderDefinition, Webhook } from "../index.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The sample with new ids where the definition has the ids and idempotency keys of its events. An id keeps its form: prefix,
 * length, and which characters are digits. Wherever the payload repeats the id, the new one is repeated. A sample that its
 * contract would then reject is returned as it is.
 */
export function withFreshIds(text: string, definition: ProviderDefinition, hook: Webhook): string {
  const { envelope, dedupe = [] } = definition;
  const pointers = [
    ...dedupe
      .filter((source) => source.startsWith("pointer:"))
      .map((source) => source.slice("pointer:".length)),
    ...(typeof envelope?.id === "string" ? [envelope.id] : []),
  ];
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    // A form, whose fields have no pointers.
    return text;
  }
  const items = envelope?.items === undefined ? [] : [valueAt(payload, envelope.items)].flat();
  const ids = [envelope?.item?.id ?? []].flat();
  const values = [
    ...pointers.map((pointer) => valueAt(payload, pointer)),
    ...items.flatMap((item) => ids.map((pointer) => valueAt(item, pointer))),
  ];
  let fresh = text;
  for (const value of new Set(values)) {
    if (typeof value === "string" && value !== "") {
      const id = JSON.stringify(freshText(value));
      fresh = fresh.replaceAll(JSON.stringify(value), () => id);
    } else if (typeof value === "number" && Number.isSafeInteger(value) && value > 9)
      fresh = fresh.replace(new RegExp(`(?<![\\d.eE"-])${value}(?![\\d.eE"])`, "g"), freshNumber(value));
  }
  const errors = (body: string) =>
    hook
      .inspect({ headers: {}, body })
      .issues.filter(({ severity, stage }) => severity === "error" && stage !== "signature").length;
  return errors(fresh) > errors(text) ? text : fresh;
}

const freshText = (value: string): string =>
  UUID.test(value) ? randomUUID() : value.replace(/[^_-]*$/, randomized);

/** Random characters of the same kinds. Letters of hexadecimal numbers stay hexadecimal. */
function randomized(text: string): string {
  const isHex = /^[0-9a-f]+$/i.test(text);
  const letters = isHex ? "abcdef" : "abcdefghijklmnopqrstuvwxyz";
  return text.replace(/[0-9a-z]/gi, (character) => {
    if (/\d/.test(character)) return String(randomInt(10));
    const letter = letters[randomInt(letters.length)] as string;
    return character === character.toLowerCase() ? letter : letter.toUpperCase();
  });
}

/** A random number with as many digits. */
const freshNumber = (value: number): string =>
  String(value).replace(/\d/g, (_, index: number) => String(index === 0 ? 1 + randomInt(8) : randomInt(10)));

/** The value at a JSON Pointer; undefined if there is none. */
function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const segment of pointer.split("/").slice(1)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[segment.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return value;
}
