/** Highlights the visible part of JSON or a form by regular expression: a parser would limit the size or depth of payloads. */
import { RangeSetBuilder } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";

const TOKEN = /("(?:[^"\\]|\\.)*"?)(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;
/** A field of a form: its name and its value. */
const FIELD = /([^=&\s]+)(=)([^&\s]*)/g;
/** JSON begins with none of these. */
const FORM_START = /^[\w.%+*~-]+=/;
/** Longer lines are highlighted from the start of the visible part, where a string may look like code. */
const MAX_LINE_CHARS = 500_000;

const marks = {
  key: Decoration.mark({ class: "tok-key" }),
  string: Decoration.mark({ class: "tok-string" }),
  number: Decoration.mark({ class: "tok-number" }),
  word: Decoration.mark({ class: "tok-word" }),
};

function highlight(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { doc } = view.state;
  const isForm = FORM_START.test(doc.sliceString(0, 500));
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = doc.lineAt(at);
      const end = Math.min(line.to, to);
      const start = at - line.from > MAX_LINE_CHARS ? at : line.from;
      const text = doc.sliceString(start, end);
      if (isForm) addFields(builder, text, start, at);
      TOKEN.lastIndex = isForm ? text.length : 0;
      for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
        if (match[0] === "") {
          TOKEN.lastIndex += 1;
          continue;
        }
        const [whole, string, colon] = match;
        const first = start + match.index;
        const last = first + (string ?? whole).length;
        if (last < at) continue;
        const mark =
          string !== undefined
            ? colon === undefined
              ? marks.string
              : marks.key
            : /[tfn]/.test(whole[0] as string)
              ? marks.word
              : marks.number;
        builder.add(Math.max(first, at), last, mark);
      }
      at = line.to + 1;
    }
  }
  return builder.finish();
}

/** Marks the names and values of the fields in a part of a form. */
function addFields(builder: RangeSetBuilder<Decoration>, text: string, start: number, at: number): void {
  for (const { index, 1: name = "", 3: value = "" } of text.matchAll(FIELD)) {
    const first = start + index;
    const middle = first + name.length;
    const last = middle + 1 + value.length;
    if (middle > at) builder.add(Math.max(first, at), middle, marks.key);
    if (value !== "" && last > at) builder.add(Math.max(middle + 1, at), last, marks.string);
  }
}

export const json = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = highlight(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = highlight(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
