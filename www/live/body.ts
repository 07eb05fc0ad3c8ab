/** The body of a delivery: as it came, with its errors marked, as a tree, or in hex. */
import type { ConsoleDetails } from "../../pkg/src/cli/listen/console-types.ts";
import { hasEscapes, toText } from "../src/bytes.ts";
import { copyButton } from "../src/ui/copy.ts";
import { fill, h } from "../src/ui/dom.ts";
import { count, visible } from "../src/ui/text.ts";
import { toolbar } from "../src/ui/toolbar.ts";
import { hexView } from "../src/views/inspect/hex-view.ts";
import { treeView } from "../src/views/inspect/tree.ts";
import { button } from "./button.ts";
import { listChildren } from "./outline.ts";

/** Longest body that is shown line by line, and the longest one in colors: more elements are slow. */
const MAX_LINES = 3000;
const MAX_COLORED_CHARS = 32 * 1024;

/** Keys, strings, numbers and words of JSON. */
const TOKENS = /("(?:[^"\\]|\\.)*"(?=\s*:))|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|(\b(?:true|false|null)\b)/;
const CLASSES = ["", "key", "string", "number", "word"];

type BodyView = "As it came" | "Tree" | "Hex";
/** Of every delivery: a choice stays with the next one. */
let chosen: BodyView = "As it came";

/** The choice of the view with a button that copies the body, and the body. */
export function bodyView({ body, omitted, issues }: ConsoleDetails): { head: Node; content: Node[] } {
  const bytes = Uint8Array.from(body, (char) => char.charCodeAt(0));
  const text = toText(bytes);
  const isJson = omitted === 0 && isParsed(text);
  const errors = issues.filter(({ severity }) => severity === "error");
  const raw = h("pre", { class: "body", tabindex: "0", role: "group", "aria-label": "Body" });
  const tree = treeView({
    listChildren: async (node, from, count) => listChildren(text, node, from, count),
    select: (from, to) => {
      show("As it came");
      showText({ from, to });
      raw.querySelector("mark")?.scrollIntoView({ block: "center" });
      raw.focus({ preventScroll: true });
    },
  });
  tree.expand(["/data", "/event"]);
  const hex = hexView();
  const buttons = (["As it came", ...(isJson ? ["Tree"] : []), "Hex"] as BodyView[]).map((view) =>
    button(() => show(view), view),
  );

  function showText(selected?: { from: number; to: number }): void {
    fill(raw, lines(text, new Set(errors.map(({ line }) => line)), selected));
  }

  function show(view: BodyView): void {
    chosen = view;
    const shown = view === "Tree" && !isJson ? "As it came" : view;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === shown));
    raw.hidden = shown !== "As it came";
    tree.box.hidden = shown !== "Tree";
    hex.box.hidden = shown !== "Hex";
    if (shown === "Tree") tree.draw();
    else if (shown === "Hex")
      hex.draw(
        bytes,
        errors.flatMap(({ byteSpan }) => byteSpan ?? []).map((byteSpan) => ({ byteSpan })),
      );
    else showText();
  }

  show(chosen);
  const size = bytes.length + omitted;
  return {
    head: toolbar(
      h(
        "div",
        { class: "buttons" },
        h("div", { class: "segments" }, buttons),
        copyButton("the body", () => text),
      ),
      "The body",
    ),
    content: [
      raw,
      tree.box,
      hex.box,
      h(
        "p",
        { class: "muted" },
        `${count(size, "byte")}, ${hasEscapes(text) ? "not all UTF-8" : "UTF-8"}`,
        omitted > 0 && `, of which the last ${omitted.toLocaleString("en")} are not shown`,
      ),
    ],
  };
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The lines of a text. Those with an error are marked, and so is a selected part. */
function lines(
  text: string,
  marked: Set<number | undefined>,
  selected: { from: number; to: number } = { from: 0, to: 0 },
): (Node | string)[] {
  const all = text.split("\n");
  if (all.length > MAX_LINES) return visible(text);
  const isColored = /^\s*[{[]/.test(text) && text.length <= MAX_COLORED_CHARS;
  let start = 0;
  return all.map((line, index) => {
    const from = Math.max(0, selected.from - start);
    const to = Math.min(line.length, selected.to - start);
    start += line.length + 1;
    return h(
      "span",
      { class: marked.has(index + 1) ? "line marked" : "line" },
      from < to
        ? [
            ...visible(line.slice(0, from)),
            h("mark", null, ...visible(line.slice(from, to))),
            ...visible(line.slice(to)),
          ]
        : isColored
          ? colored(line)
          : visible(line),
      "\n",
    );
  });
}

function colored(line: string): (Node | string)[] {
  return line.split(TOKENS).flatMap((part, index) => {
    if (part === undefined || part === "") return [];
    const kind = CLASSES[index % CLASSES.length];
    return kind ? h("span", { class: `tok-${kind}` }, ...visible(part)) : visible(part);
  });
}
