/** Rows of two aligned texts, all of one width, so that the same character is in the same column of both. Without elements. */
import { toBytes } from "../../bytes.ts";
import type { AlignedPart } from "../../engine/protocol.ts";
import { describeChar, INVISIBLE_CHARS } from "../../ui/text.ts";

/** Characters in the same columns of both rows. Of a place, the shorter side is filled up. */
export interface AlignedCell {
  signed: string;
  received: string;
  /** The number of the place, from 0; undefined for text of both. */
  place?: number;
}

export interface AlignedRow {
  /** The offset of the first character in the received body, in bytes. */
  offset: number;
  cells: AlignedCell[];
}

/** Rows of at most `width` columns. `offset` is the offset of the first part in the received body, in bytes. */
export function alignedRows(parts: readonly AlignedPart[], offset: number, width: number): AlignedRow[] {
  const rows: AlignedRow[] = [];
  let row: AlignedRow = { offset, cells: [] };
  let used = 0;
  let at = offset;
  let places = 0;
  const end = () => {
    if (row.cells.length > 0) rows.push(row);
    row = { offset: at, cells: [] };
    used = 0;
  };
  const add = (signed: string, received: string, place?: number) => {
    const [first, second] = [[...signed], [...received]];
    const columns = Math.max(first.length, second.length);
    for (let from = 0; from < columns; ) {
      if (used >= width) end();
      const to = Math.min(columns, from + width - used);
      const cell = { signed: first.slice(from, to).join(""), received: second.slice(from, to).join("") };
      row.cells.push(place === undefined ? cell : { ...cell, place });
      at += toBytes(cell.received).length;
      used += to - from;
      from = to;
    }
  };
  for (const part of parts) {
    if (typeof part === "string") add(part, part);
    else if ("skipped" in part) {
      end();
      at += part.skipped;
      row.offset = at;
    } else add(part.signed, part.received, places++);
  }
  end();
  return rows;
}

/** The rows with a place. */
export const differingRows = (rows: readonly AlignedRow[]): AlignedRow[] =>
  rows.filter(({ cells }) => cells.some(({ place }) => place !== undefined));

const INVISIBLE = new RegExp(INVISIBLE_CHARS, "gu");

/** A text in which every character takes one column. Spaces of a place are made visible. */
export function oneColumnEach(text: string, isPlace: boolean): string {
  const shown = text.replaceAll(INVISIBLE, (char) => {
    const [glyph] = describeChar(char.codePointAt(0) as number);
    return glyph.length === 1 ? glyph : "▯";
  });
  return isPlace ? shown.replaceAll(" ", "·") : shown;
}

/** The number of columns of a text. */
export const columnsOf = (text: string): number => [...text].length;

/** A place in a few words: what is missing, or what is there in place of the signed text. */
export function describePlace({ signed, received }: { signed: string; received: string }): string {
  const name = (text: string) =>
    /^ +$/.test(text)
      ? text.length === 1
        ? "a space"
        : `${text.length} spaces`
      : `${columnsOf(text)} ${columnsOf(text) === 1 ? "character" : "characters"}`;
  if (received === "") return `${name(signed)} is missing`.replace(/s is missing$/, "s are missing");
  if (signed === "") return `${name(received)} was added`.replace(/s was added$/, "s were added");
  return `${name(received)} in place of ${name(signed)}`;
}
