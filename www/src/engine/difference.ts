/** Two deliveries in aligned rows: their values written alike, their lines, or their bytes. */
import { type AlignedPlace, alignAll } from "./align.ts";
import type { Outline } from "./outline.ts";
import { formatPointer } from "./pointer.ts";
import type { DiffCell, Difference, DiffRow, DiffView, FoldedRows, ShownChange } from "./protocol.ts";

/** Equal rows that stay around a change, and the most that a fold can open. */
const CONTEXT_ROWS = 3;
const MAX_FOLDED_ROWS = 400;
const MAX_ROWS = 4000;
const BYTES_PER_ROW = 16;
const MAX_BYTES = 64 * 1024;
/** Longer texts are not compared character by character. */
const MAX_MARKED_CHARS = 20_000;
/** Text of a row around its first difference. */
const MAX_CELL_CHARS = 2000;

/** What was compared last. */
export interface ComparedPair {
  texts: readonly [string, string];
  bytes: readonly [Uint8Array, Uint8Array];
  /** Undefined for bodies without values, or without a provider. */
  outlines: readonly [Outline, Outline] | undefined;
  changes: readonly ShownChange[];
  /** Whether the core found more changes. */
  hasMore: boolean;
}

export function difference(pair: ComparedPair, view: DiffView): Difference {
  const rows =
    view === "bytes"
      ? byteRows(pair)
      : view === "text" || pair.outlines === undefined
        ? lineRows(pair)
        : valueRows(pair, pair.outlines);
  return { rows: fold(rows.rows.slice(0, MAX_ROWS)), isCut: rows.isCut || rows.rows.length > MAX_ROWS };
}

interface Rows {
  rows: DiffRow[];
  isCut: boolean;
}

/** Equal rows far from a change, as one. */
function fold(rows: readonly DiffRow[]): (DiffRow | FoldedRows)[] {
  const folded: (DiffRow | FoldedRows)[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = from;
    while (to < rows.length && rows[to]?.kind === rows[from]?.kind) to += 1;
    const first = from === 0 ? from : from + CONTEXT_ROWS;
    const last = to === rows.length ? to : to - CONTEXT_ROWS;
    if (rows[from]?.kind === "equal" && last - first > 1) {
      const hidden = rows.slice(first, last);
      folded.push(...rows.slice(from, first), {
        kind: "fold",
        count: hidden.length,
        rows: hidden.length > MAX_FOLDED_ROWS ? [] : hidden,
      });
      folded.push(...rows.slice(last, to));
    } else folded.push(...rows.slice(from, to));
    from = to;
  }
  return folded;
}

/** Both texts of a changed row, with what only one of them has. */
function changedCells(a: string, b: string): [DiffCell, DiffCell] {
  if (a.length + b.length > MAX_MARKED_CHARS)
    return [clipCell({ text: a, marks: [] }), clipCell({ text: b, marks: [] })];
  const marks: [[number, number][], [number, number][]] = [[], []];
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-end - 1) === b.at(-end - 1)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const { parts } = alignAll(left, right);
  const same = parts.reduce((sum, part) => sum + (typeof part === "string" ? part.length : 0), 0);
  // Values with little in common differ as a whole.
  const shown = 2 * same < Math.max(left.length, right.length) ? [{ received: left, signed: right }] : parts;
  let [i, j] = [start, start];
  for (const part of shown) {
    const [before, after] = typeof part === "string" ? [part, part] : [part.received, part.signed];
    if (typeof part !== "string") {
      if (before !== "") marks[0].push([i, i + before.length]);
      if (after !== "") marks[1].push([j, j + after.length]);
    }
    i += before.length;
    j += after.length;
  }
  return [clipCell({ text: a, marks: marks[0] }), clipCell({ text: b, marks: marks[1] })];
}

/** A long text from shortly before its first difference. */
function clipCell(cell: DiffCell): DiffCell {
  const { text, marks } = cell;
  if (text.length <= MAX_CELL_CHARS) return cell;
  const from = Math.max(0, (marks[0]?.[0] ?? 0) - 80);
  const start = from > 0 ? "…" : "";
  const end = from + MAX_CELL_CHARS < text.length ? "…" : "";
  const move = (at: number) => Math.min(MAX_CELL_CHARS, Math.max(0, at - from)) + start.length;
  return {
    ...cell,
    text: start + text.slice(from, from + MAX_CELL_CHARS) + end,
    marks: marks.filter(([at]) => at < from + MAX_CELL_CHARS).map(([at, to]) => [move(at), move(to)]),
  };
}

const whole = (text: string): DiffCell => ({
  text,
  marks: [[text.length - text.trimStart().length, text.length]],
});

// ---- values ----

/** Values aligned by their pointers. The core says which of them differ. */
function valueRows({ changes, hasMore }: ComparedPair, [first, second]: readonly [Outline, Outline]): Rows {
  const rows: DiffRow[] = [];
  const indexes = new Map(changes.map(({ pointer }, index) => [pointer, index]));
  let found = 0;
  let isCut = false;

  /** All lines of a value. */
  function linesOf(outline: Outline, node: number, indent: string, name: string): string[] {
    const kind = outline.kind(node);
    if (kind !== "object" && kind !== "array") return [indent + name + outline.raw(node)];
    const [open, close] = kind === "object" ? "{}" : "[]";
    const children = outline.children(node);
    if (children.length === 0) return [`${indent}${name}${open}${close}`];
    return [
      `${indent}${name}${open}`,
      ...children.flatMap((child) => linesOf(outline, child, `${indent}  `, nameOf(outline, child))),
      `${indent}${close}`,
    ];
  }

  function only(
    side: 0 | 1,
    outline: Outline,
    node: number,
    indent: string,
    change: number | undefined,
  ): void {
    for (const line of linesOf(outline, node, indent, nameOf(outline, node)))
      rows.push(
        side === 0 ? { kind: "only-a", a: whole(line), change } : { kind: "only-b", b: whole(line), change },
      );
  }

  function walk(a: number, b: number, pointer: string, indent: string): void {
    const change = indexes.get(pointer);
    if (change !== undefined) found += 1;
    const [kind, name] = [first.kind(a), nameOf(first, a)];
    const isContainer = kind === "object" || kind === "array";
    if (change !== undefined) {
      const [left, right] = [linesOf(first, a, indent, name), linesOf(second, b, indent, name)];
      for (let at = 0; at < Math.max(left.length, right.length); at++)
        rows.push(changedRow(left[at], right[at], change));
      return;
    }
    const [children, others] = [first.children(a), second.children(b)];
    if (!isContainer || children.length + others.length === 0) {
      const [left = "", right = ""] = [
        linesOf(first, a, indent, name)[0],
        linesOf(second, b, indent, name)[0],
      ];
      rows.push({
        kind: "equal",
        a: clipCell({ text: left, marks: [] }),
        b: clipCell({ text: right, marks: [] }),
      });
      return;
    }
    const [open, close] = kind === "object" ? "{}" : "[]";
    const bracket = (text: string): DiffRow => {
      const cell = { text: indent + text, marks: [] };
      return { kind: "equal", a: cell, b: cell };
    };
    rows.push(bracket(`${name}${open}`));
    for (const [left, right] of pairsOf(first, children, second, others)) {
      if (rows.length > MAX_ROWS || (hasMore && found === changes.length)) {
        isCut = true;
        return;
      }
      const [outline, node] = left === undefined ? [second, right as number] : [first, left];
      const inner = pointer + formatPointer([outline.key(node) as string | number]);
      if (left !== undefined && right !== undefined) walk(left, right, inner, `${indent}  `);
      else {
        const index = indexes.get(inner);
        if (index !== undefined) found += 1;
        only(left === undefined ? 1 : 0, outline, node, `${indent}  `, index);
      }
    }
    rows.push(bracket(close as string));
  }

  if (first.length > 0 && second.length > 0) walk(0, 0, "", "");
  return { rows, isCut };
}

function changedRow(a: string | undefined, b: string | undefined, change: number | undefined): DiffRow {
  if (a === undefined) return { kind: "only-b", b: whole(b ?? ""), change };
  if (b === undefined) return { kind: "only-a", a: whole(a), change };
  if (a === b) return { kind: "equal", a: { text: a, marks: [] }, b: { text: b, marks: [] } };
  const [left, right] = changedCells(a, b);
  return { kind: "changed", a: left, b: right, change };
}

/** The key of a value as it is written. */
function nameOf(outline: Outline, node: number): string {
  const key = outline.key(node);
  return typeof key === "string" ? `${JSON.stringify(key)}: ` : "";
}

/** Children with the same key. One that only the second has follows the one that it follows there. */
function pairsOf(
  first: Outline,
  children: readonly number[],
  second: Outline,
  others: readonly number[],
): [number | undefined, number | undefined][] {
  const key = (outline: Outline, node: number) => String(outline.key(node));
  const known = new Set(children.map((child) => key(first, child)));
  const byKey = new Map(others.map((other) => [key(second, other), other]));
  const following = new Map<string | undefined, number[]>();
  let last: string | undefined;
  for (const other of others) {
    const name = key(second, other);
    if (known.has(name)) last = name;
    else following.set(last, [...(following.get(last) ?? []), other]);
  }
  const added = (name: string | undefined) =>
    (following.get(name) ?? []).map((other): [undefined, number] => [undefined, other]);
  return [
    ...added(undefined),
    ...children.flatMap((child): [number | undefined, number | undefined][] => {
      const name = key(first, child);
      return [[child, byKey.get(name)], ...added(name)];
    }),
  ];
}

// ---- lines ----

/** Code units that can name a line: those before the surrogates. */
const MAX_LINES = 0xd7ff;

function lineRows({ texts, changes }: ComparedPair): Rows {
  const lines = texts.map((text) => text.split("\n").slice(0, MAX_LINES / 2)) as [string[], string[]];
  const codes = new Map<string, string>();
  const coded = lines.map((all) =>
    all
      .map((line) => {
        const code = codes.get(line) ?? String.fromCharCode(codes.size + 1);
        codes.set(line, code);
        return code;
      })
      .join(""),
  ) as [string, string];
  const changeOf = new Map(changes.map(({ locations }, index) => [locations[0].line, index]));
  const rows: DiffRow[] = [];
  let [i, j] = [0, 0];
  const { parts, isCut } = alignAll(coded[0], coded[1]);
  for (const part of parts) {
    const [left, right] =
      typeof part === "string" ? [part.length, part.length] : [part.received.length, part.signed.length];
    for (let at = 0; at < Math.max(left, right); at++) {
      const [a, b] = [at < left ? lines[0][i + at] : undefined, at < right ? lines[1][j + at] : undefined];
      const row = changedRow(a, b, at < left ? changeOf.get(i + at + 1) : undefined);
      if (row.a !== undefined) row.a.line = `${i + at + 1}`;
      if (row.b !== undefined) row.b.line = `${j + at + 1}`;
      rows.push(row);
    }
    i += left;
    j += right;
  }
  return { rows, isCut };
}

// ---- bytes ----

function byteRows({ bytes }: ComparedPair): Rows {
  const [a, b] = bytes.map((all) => {
    let text = "";
    for (const byte of all.subarray(0, MAX_BYTES)) text += String.fromCharCode(byte);
    return text;
  }) as [string, string];
  const { parts, isCut } = alignAll(a, b);
  const rows: DiffRow[] = [];
  const columns: [a: string | undefined, b: string | undefined][] = [];
  let offsets = [0, 0];
  const end = () => {
    if (columns.length === 0) return;
    const isEqual = columns.every(([left, right]) => left === right);
    const cells = ([0, 1] as const).map((side) => byteCell(columns, side, offsets[side] as number)) as [
      DiffCell,
      DiffCell,
    ];
    rows.push({ kind: isEqual ? "equal" : "changed", a: cells[0], b: cells[1] });
    offsets = offsets.map(
      (offset, side) => offset + columns.filter((column) => column[side] !== undefined).length,
    );
    columns.length = 0;
  };
  const add = (left: string | undefined, right: string | undefined) => {
    columns.push([left, right]);
    if (columns.length === BYTES_PER_ROW) end();
  };
  for (const part of parts) {
    if (typeof part === "string") for (const byte of part) add(byte, byte);
    else addPlace(part, add);
  }
  end();
  return { rows, isCut: isCut || bytes.some(({ length }) => length > MAX_BYTES) };
}

function addPlace(
  { received, signed }: AlignedPlace,
  add: (a: string | undefined, b: string | undefined) => void,
): void {
  for (let at = 0; at < Math.max(received.length, signed.length); at++) add(received[at], signed[at]);
}

/** Bytes in hex, then as ASCII. A byte that only the other side has is blank. */
function byteCell(
  columns: readonly (readonly (string | undefined)[])[],
  side: 0 | 1,
  offset: number,
): DiffCell {
  const hex = columns.map((column) => column[side]?.charCodeAt(0).toString(16).padStart(2, "0") ?? "  ");
  const ascii = columns.map((column) => {
    const byte = column[side];
    return byte === undefined ? " " : byte >= " " && byte <= "~" ? byte : ".";
  });
  const marks = columns.flatMap(([a, b], at): [number, number][] => {
    const start = 3 * BYTES_PER_ROW + 1 + at;
    return a === b
      ? []
      : [
          [3 * at, 3 * at + 2],
          [start, start + 1],
        ];
  });
  return {
    text: `${hex.join(" ").padEnd(3 * BYTES_PER_ROW)} ${ascii.join("")}`,
    marks: marks.sort(([x], [y]) => x - y),
    line: offset.toString(16).padStart(4, "0"),
  };
}
