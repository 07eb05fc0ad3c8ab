/** The bytes of the body in hex and as ASCII, with those of issues marked. Only the rows that are shown cost time. */
import { toBytes } from "../../bytes.ts";
import type { HexRow, LocatedIssue } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { count } from "../../ui/text.ts";
import { hexRows } from "./hex.ts";

const FIRST_ROWS = 64;
const BYTES_PER_ROW = 16;

/** Rows of bytes. Those in the span of an issue are marked. */
export function toHexRows(
  bytes: Uint8Array,
  issues: readonly Pick<LocatedIssue, "byteSpan">[],
  max: number,
): HexRow[] {
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

export function hexView(): { box: HTMLElement; draw(): void } {
  let max = FIRST_ROWS;
  const content = h("div");
  const more = h("button", {
    type: "button",
    class: "link",
    on: {
      click: () => {
        max *= 4;
        draw();
      },
    },
  });
  const box = h("div", { class: "body-hex", hidden: true }, content, more);
  let former = "";
  function draw(): void {
    const { body, result } = store.state;
    if (body !== former) max = FIRST_ROWS;
    former = body;
    const bytes = toBytes(body);
    const errors = (result?.issues ?? []).filter(({ severity }) => severity === "error");
    fill(content, hexRows(toHexRows(bytes, errors, max), "Bytes of the body in hex"));
    const rest = bytes.length - max * BYTES_PER_ROW;
    more.hidden = rest <= 0;
    more.textContent = `${count(rest, "more byte")}: show`;
  }
  return { box, draw };
}
