/** Rows of sixteen bytes: their offset, the bytes in hex, and as ASCII. */
import type { HexRow } from "../../engine/protocol.ts";
import { h } from "../../ui/dom.ts";

export function hexRows(rows: readonly HexRow[], label: string): HTMLElement {
  return h(
    "div",
    { class: "hex", role: "group", tabindex: "0", "aria-label": label },
    rows.map(({ offset, bytes }) =>
      h(
        "div",
        null,
        h("span", { class: "offset" }, offset.toString(16).padStart(6, "0")),
        h(
          "span",
          { class: "cells" },
          bytes.map(({ hex, changed }) => h(changed ? "mark" : "span", null, hex)),
        ),
        h(
          "span",
          { class: "glyphs" },
          bytes.map(({ glyph, changed }) => h(changed ? "mark" : "span", null, glyph)),
        ),
      ),
    ),
  );
}
