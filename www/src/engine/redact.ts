/** A payload without its values: types stand in their place, and names of fields stay where they are no data themselves. */
import type { Values } from "./calls.ts";
import { type contractOf, covers, meaningOf } from "./meaning.ts";
import type { Outline } from "./outline.ts";

/** What there is to take care of. */
export interface Care {
  outline: Outline;
  contract: ReturnType<typeof contractOf>;
  values: Values;
  ids: boolean;
  /** Pointers to personal or health data, and to ids. */
  sensitive: readonly string[];
  kept: readonly string[];
  /** Headers, in lower case. */
  idHeaders: readonly string[];
  signature: string | undefined;
}

const DEEPEST = 64;

/** The payload as JSON with no more than so many values. */
export function redacted(care: Care, most: number): string {
  const { outline } = care;
  if (outline.length === 0) return JSON.stringify("no JSON");
  let left = most;
  const write = (node: number, path: (string | number)[], space: string): string => {
    left -= 1;
    const kind = outline.kind(node);
    if (kind !== "object" && kind !== "array") return value(node, kind, path, care);
    const [open, close] = kind === "object" ? ["{", "}"] : ["[", "]"];
    if (path.length > DEEPEST) return JSON.stringify(kind);
    const inner = `${space}  `;
    const parts: string[] = [];
    let unnamed = 0;
    for (const child of outline.children(node, 0, Math.min(100_000, Math.max(0, left)))) {
      if (left <= 0) break;
      const key = outline.key(child) as string | number;
      const below = [...path, key];
      const name =
        typeof key === "number"
          ? ""
          : `${JSON.stringify(isName(key, below, care) ? key : `name ${++unnamed}`)}: `;
      parts.push(`${inner}${name}${write(child, below, inner)}`);
    }
    if (parts.length < outline.count(node)) {
      const rest = `${outline.count(node) - parts.length} more`;
      parts.push(`${inner}${kind === "object" ? `${JSON.stringify("…")}: ` : ""}${JSON.stringify(rest)}`);
    }
    return parts.length === 0 ? `${open}${close}` : `${open}\n${parts.join(",\n")}\n${space}${close}`;
  };
  return write(0, [], "");
}

function value(node: number, kind: string, path: (string | number)[], care: Care): string {
  const { outline, values, ids, kept, sensitive } = care;
  const told =
    (values === "plain" && !sensitive.some((pattern) => covers(pattern, path))) ||
    (ids && kept.some((pointer) => pointer.split("/").length - 1 === path.length && covers(pointer, path)));
  if (told) return outline.text.slice(outline.start(node), outline.end(node));
  return kind === "null" ? "null" : JSON.stringify(kind);
}

/** Whether a key looks like something that a programmer wrote. */
export function isWord(key: string): boolean {
  return /^[A-Za-z][A-Za-z_-]{0,39}$/.test(key);
}

/** Whether a key is the name of a field. One that a contract does not know may be somebody's name or number. */
export function isName(key: string, path: readonly (string | number)[], { contract, values }: Care): boolean {
  if (values !== "types") return true;
  return isWord(key) || meaningOf(contract, path, []) !== undefined;
}

/** A pointer whose steps are names of fields. */
export function pointerOf(path: readonly (string | number)[], care: Care): string {
  return path
    .slice(0, DEEPEST)
    .map((step, index) => {
      const named = typeof step === "number" || isName(step, path.slice(0, index + 1) as string[], care);
      return `/${named ? String(step).replaceAll("~", "~0").replaceAll("/", "~1") : "…"}`;
    })
    .join("");
}

const OPEN = /^(?:content-(?:type|length|encoding)|transfer-encoding)$/i;
const CLOSED = /authori[sz]ation|cookie|token|key|secret|signature|password|forwarded|-ip$/i;

/** Headers, of which only those that say how the body is written are told by themselves. */
export function headersOf(
  headers: readonly (readonly [string, string])[],
  { values, ids, idHeaders, signature }: Care,
): [string, string][] {
  return headers.map(([name, text]) => {
    const lower = name.toLowerCase();
    const told =
      OPEN.test(name) ||
      (lower !== signature && !CLOSED.test(name) && (idHeaders.includes(lower) ? ids : values === "all"));
    // How a signature is written says much, and that much is safe: a label, and how long the digest is.
    const form = lower === signature ? text.replaceAll(/[\w+/-]{8,}=*/g, (part) => `‹${part.length}›`) : "";
    return [name, told ? text : form !== "" && form !== text ? form : `‹${text.length} characters›`];
  });
}
