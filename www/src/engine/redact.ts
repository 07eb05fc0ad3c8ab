/**
 * Redacts payloads and headers. Values are replaced by their types. A key is kept if it is a field name, and replaced
 * if it may be data itself.
 */
import type { RedactionLevel } from "./calls.ts";
import { fieldInfo, type findSchema } from "./field-info.ts";
import type { Outline } from "./outline.ts";
import { formatPointer } from "./pointer.ts";

/** The payload, and the parts of it that may be shown. */
export interface RedactionContext {
  /** The values of the payload. The core marks personal and health data, and ids. */
  outline: Outline;
  schema: ReturnType<typeof findSchema>;
  level: RedactionLevel;
  includesIds: boolean;
  /** Names of headers with ids, in lower case. */
  idHeaders: readonly string[];
  schemes: readonly ({ header?: unknown; from?: string; algorithms?: unknown } | undefined)[];
  /** Pointers to signatures and tokens in the payload. */
  signaturePointers: readonly string[];
}

/** Bounds the recursion: payloads may be nested deeper than the stack. */
const MAX_DEPTH = 64;

/** Formats the payload as redacted JSON with at most `maxValues` values. */
export function redactPayload(context: RedactionContext, maxValues: number): string {
  const { outline } = context;
  if (outline.length === 0) return JSON.stringify("no JSON");
  let left = maxValues;
  const write = (node: number, path: (string | number)[], space: string): string => {
    left -= 1;
    const kind = outline.kind(node);
    if (kind !== "object" && kind !== "array") return redactValue(node, kind, path, context);
    const [open, close] = kind === "object" ? ["{", "}"] : ["[", "]"];
    if (path.length > MAX_DEPTH) return JSON.stringify(kind);
    const inner = `${space}  `;
    const parts: string[] = [];
    let unnamed = 0;
    for (const child of outline.children(node, 0, Math.min(100_000, Math.max(0, left)))) {
      if (left <= 0) break;
      const key = outline.key(child) as string | number;
      const childPath = [...path, key];
      const name =
        typeof key === "number"
          ? ""
          : `${JSON.stringify(isFieldName(key, childPath, context) ? key : `name ${++unnamed}`)}: `;
      parts.push(`${inner}${name}${write(child, childPath, inner)}`);
    }
    if (parts.length < outline.count(node)) {
      const omitted = `${outline.count(node) - parts.length} more`;
      parts.push(`${inner}${kind === "object" ? `${JSON.stringify("…")}: ` : ""}${JSON.stringify(omitted)}`);
    }
    return parts.length === 0 ? `${open}${close}` : `${open}\n${parts.join(",\n")}\n${space}${close}`;
  };
  return write(0, [], "");
}

function redactValue(
  node: number,
  kind: string,
  path: readonly (string | number)[],
  { outline, level, includesIds, signaturePointers }: RedactionContext,
): string {
  const isSignature = signaturePointers.length > 0 && signaturePointers.includes(formatPointer(path));
  const isShown =
    !isSignature &&
    ((level === "non-sensitive" && !outline.isSensitive(node)) || (includesIds && outline.isId(node)));
  if (isShown) return outline.raw(node);
  return kind === "null" ? "null" : JSON.stringify(kind);
}

/** Whether a key looks like an identifier in code. */
export function isIdentifier(key: string): boolean {
  return /^[A-Za-z][A-Za-z_-]{0,39}$/.test(key);
}

/** Whether a key is a field name. SECURITY: a key that the schema does not declare may be a person's name or number. */
export function isFieldName(
  key: string,
  path: readonly (string | number)[],
  { schema, level }: RedactionContext,
): boolean {
  if (level !== "types") return true;
  return isIdentifier(key) || fieldInfo(schema, path) !== undefined;
}

/** Formats a path as a JSON Pointer; segments that may be data are replaced. */
export function redactPointer(path: readonly (string | number)[], context: RedactionContext): string {
  const shown = path.slice(0, MAX_DEPTH).map((segment, index) => {
    const isName = typeof segment === "number" || isFieldName(segment, path.slice(0, index + 1), context);
    return isName ? segment : "…";
  });
  return formatPointer(shown);
}

const SAFE_HEADERS = /^(?:content-(?:type|length|encoding)|transfer-encoding)$/i;
const SENSITIVE_HEADERS = /authori[sz]ation|cookie|token|key|secret|signature|password|forwarded|-ip$/i;

/** Redacts headers. Only those that describe the encoding of the body are always shown. */
export function redactHeaders(
  headers: readonly (readonly [string, string])[],
  { level, includesIds, idHeaders, schemes }: RedactionContext,
): [string, string][] {
  return headers.map(([name, text]) => {
    const lower = name.toLowerCase();
    const scheme = schemes.find((one) => `${one?.header}`.toLowerCase().split(",").includes(lower));
    const isShown =
      SAFE_HEADERS.test(name) ||
      (scheme === undefined &&
        !SENSITIVE_HEADERS.test(name) &&
        (idHeaders.includes(lower) ? includesIds : level === "all"));
    // SECURITY: of the signature only its format is shown: labels, and the lengths of digests. A token has none.
    const form = scheme?.algorithms ? text.replaceAll(/[\w+/-]{8,}=*/g, (part) => `‹${part.length}›`) : "";
    return [name, isShown ? text : form !== "" && form !== text ? form : `‹${text.length} characters›`];
  });
}
