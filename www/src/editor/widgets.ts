/** What stands in the text without being of it: the signs of unseen characters, and the hint of an empty editor. */
import { type Extension, RangeSetBuilder } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from "@codemirror/view";
import { h } from "../ui/dom.ts";
import { chip } from "../ui/text.ts";

/** Tabs are seen, and joiners make one character of several. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
  /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc\ud800-\udfff]/gu;

class Chip extends WidgetType {
  constructor(readonly code: number) {
    super();
  }
  override eq(other: Chip): boolean {
    return other.code === this.code;
  }
  override toDOM(): HTMLElement {
    return chip(this.code);
  }
  override ignoreEvent(): boolean {
    return false;
  }
}

function chipsOf({ state, visibleRanges }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges) {
    for (const { 0: character, index } of state.sliceDoc(from, to).matchAll(UNSEEN)) {
      const at = from + index;
      const widget = new Chip(character.codePointAt(0) as number);
      builder.add(at, at + character.length, Decoration.replace({ widget }));
    }
  }
  return builder.finish();
}

/** Shows unseen characters as what they are. */
export const chips = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = chipsOf(view);
    }
    update({ docChanged, viewportChanged, view }: ViewUpdate) {
      if (docChanged || viewportChanged) this.decorations = chipsOf(view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

class Hint extends WidgetType {
  constructor(readonly text: string) {
    super();
  }
  override toDOM(): HTMLElement {
    return h("span", { class: "cm-placeholder", "aria-hidden": "true" }, this.text);
  }
  override ignoreEvent(): boolean {
    return false;
  }
}

/** Says what may be put into an empty editor. */
export function hint(text: string): Extension {
  const shown = Decoration.set(Decoration.widget({ widget: new Hint(text), side: 1 }).range(0));
  return [
    EditorView.decorations.of(({ state }) => (state.doc.length > 0 ? Decoration.none : shown)),
    EditorView.contentAttributes.of({ "aria-placeholder": text }),
  ];
}
