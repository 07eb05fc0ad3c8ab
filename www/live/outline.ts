/**
 * The values of a JSON text for the tree: each is named by its offset. Nothing is parsed to a number or an object, so that every digit
 * and every key is shown as it is. Whether the text is valid says the terminal.
 */
import type { TreeRow } from "../src/engine/protocol.ts";

const MAX_PREVIEW_CHARS = 200;
const TYPES: Record<string, TreeRow["type"]> = {
  "{": "object",
  "[": "array",
  '"': "string",
  t: "boolean",
  f: "boolean",
  n: "null",
};

/** Up to `count` children of the container at an offset, from the child with index `from` on; of -1 the value of the whole text. */
export function listChildren(text: string, container: number, from: number, count: number): TreeRow[] {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
  tokens.lastIndex = container + 1;
  const isObject = container >= 0 && text[container] === "{";
  const rows: TreeRow[] = [];
  let depth = 0;
  let index = 0;
  let key: { name: string; from: number } | undefined;
  let row: TreeRow | undefined;
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const [token] = match;
    const isClose = token === "}" || token === "]";
    if (depth > 0 && row !== undefined) {
      if (depth === 1 && !isClose) row.children += row.children === 0 || token === "," ? 1 : 0;
      depth += isClose ? -1 : token === "{" || token === "[" ? 1 : 0;
      if (depth === 0) row.to = tokens.lastIndex;
      continue;
    }
    if (isClose || rows.length === count + from) break;
    if (token === "," || token === ":") continue;
    if (isObject && key === undefined) {
      key = { name: JSON.parse(token) as string, from: match.index };
      continue;
    }
    const type = TYPES[token[0] as string] ?? "number";
    const isContainer = type === "object" || type === "array";
    row = {
      node: match.index,
      key: container < 0 ? undefined : (key?.name ?? index),
      type,
      text: isContainer ? "" : token.slice(0, MAX_PREVIEW_CHARS),
      children: 0,
      from: key?.from ?? match.index,
      to: tokens.lastIndex,
    };
    rows.push(row);
    index += 1;
    key = undefined;
    depth = isContainer ? 1 : 0;
  }
  return rows.slice(from);
}
