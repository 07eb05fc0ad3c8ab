/** The bytes of the body in hex and as ASCII, with those of issues marked. Only the rows that are shown cost time. */
import type { HexRow, LocatedIssue } from "../../engine/protocol.ts";
import { fill, h } from "../../ui/dom.ts";
import { count } from "../../ui/text.ts";
import { hexRows } from "./hex.ts";

const FIRST_ROWS = 64;
const BYTES_PER_ROW = 16;

type MarkedBytes = Pick<LocatedIssue, "byteSpan">;

/** Rows of bytes. Those in the span of an issue are marked. */
export function toHexRows(bytes: Uint8Array, issues: readonly MarkedBytes[], max: number): HexRow[] {
  const rows: HexRow[] = [];
  const shown = bytes.subarray(0, max * BYTES_PER_ROW);
  const marked = new Uint8Array(shown.length);
  for (const { byteSpan } of issues) marked.fill(1, byteSpan.start, byteSpan.end);
  for (let offset = 0; offset < shown.length; offset += BYTES_PER_ROW)
    rows.push({
      offset,
      bytes: Array.from(shown.subarray(offset, offset + BYTES_PER_ROW), (byte, at) => ({
        hex: byte.toString(16).padStart(2, "0"),
        glyph: byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
        changed: marked[offset + at] === 1,
      })),
    });
  return rows;
}

export interface HexView {
  box: HTMLElement;
  /** Shows bytes, with those of some issues marked. A body of the same length keeps the number of rows. */
  draw(body: Uint8Array, issues: readonly MarkedBytes[]): void;
}

export function hexView(): HexView {
  let max = FIRST_ROWS;
  let [bytes, issues]: [Uint8Array, readonly MarkedBytes[]] = [new Uint8Array(0), []];
  const content = h("div");
  const more = h("button", {
    type: "button",
    class: "link",
    on: {
      click: () => {
        max *= 4;
        show();
      },
    },
  });
  const box = h("div", { class: "body-hex", hidden: true }, content, more);
  function show(): void {
    fill(content, hexRows(toHexRows(bytes, issues, max), "Bytes of the body in hex"));
    const rest = bytes.length - max * BYTES_PER_ROW;
    more.hidden = rest <= 0;
    more.textContent = `${count(rest, "more byte")}: show`;
  }
  return {
    box,
    draw: (body, marked) => {
      if (body.length !== bytes.length) max = FIRST_ROWS;
      [bytes, issues] = [body, marked];
      show();
    },
  };
}
