/** Marks of issues and changes: underlined in the text, with a symbol in the gutter. */
import {
  findClusterBreak,
  type Range,
  RangeSet,
  StateEffect,
  StateField,
  type Text,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from "@codemirror/view";
import type { LocatedIssue } from "../engine/protocol.ts";
import { h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";

/** More marks make the editor slow; the list of issues has all of them. */
const MAX_MARKS = 1000;
const RANK = { error: 3, warning: 2, info: 1, changed: 0, added: 0, removed: 0, gap: 0, place: 0 };
/** The symbols of changes, as in a diff. A place that was signed otherwise is only in the text. */
export const CHANGE_SYMBOLS = { changed: "~", added: "+", removed: "−", gap: "", place: "" };

/** The mark of an issue or a change. A gap is the location of a value that only the other text has. */
export interface Mark {
  from: number;
  to: number;
  severity: LocatedIssue["severity"] | keyof typeof CHANGE_SYMBOLS;
  byteSpan?: { end: number };
  /** Whether it is selected. */
  isCurrent?: boolean;
}

export const setMarks = StateEffect.define<readonly Mark[]>();

class GutterSymbol extends GutterMarker {
  constructor(readonly severity: Mark["severity"]) {
    super();
  }
  override eq(other: GutterSymbol): boolean {
    return other.severity === this.severity;
  }
  override toDOM(): Node {
    const { severity } = this;
    const sign =
      severity === "error" || severity === "warning" || severity === "info"
        ? icon(severity)
        : h("span", null, CHANGE_SYMBOLS[severity]);
    sign.classList.add(severity);
    return sign;
  }
}

interface MarkState {
  issues: readonly Mark[];
  marks: DecorationSet;
  signs: RangeSet<GutterMarker>;
}

/** The start or the end of the combined character that an offset is in: a mark that splits one splits it for the arrow keys, too. */
function ofWholeCharacter(doc: Text, offset: number, side: "start" | "end"): number {
  const { from, text } = doc.lineAt(offset);
  const at = offset - from;
  if (at === 0) return offset;
  const start = findClusterBreak(text, at, false);
  const end = findClusterBreak(text, start);
  return end === at ? offset : from + (side === "start" ? start : end);
}

export const issueField = StateField.define<MarkState>({
  create: () => ({ issues: [], marks: Decoration.none, signs: RangeSet.empty }),
  update(value, transaction) {
    let next = value;
    if (transaction.docChanged) {
      next = {
        ...value,
        marks: value.marks.map(transaction.changes),
        signs: value.signs.map(transaction.changes),
      };
    }
    for (const effect of transaction.effects) {
      if (!effect.is(setMarks)) continue;
      const { doc } = transaction.state;
      const lines = new Map<number, Mark["severity"]>();
      const marks: Range<Decoration>[] = [];
      for (const [index, { from, to, severity, byteSpan, isCurrent }] of effect.value.entries()) {
        if (index >= MAX_MARKS) break;
        // An issue without a location is only listed.
        if (byteSpan?.end === 0 && doc.length > 0) continue;
        // A gap is only marked while its change is selected.
        if (severity === "gap" && !isCurrent) continue;
        const end = ofWholeCharacter(doc, Math.min(doc.length, Math.max(to, from + 1)), "end");
        const start = ofWholeCharacter(doc, Math.min(from, Math.max(0, end - 1)), "start");
        const line = doc.lineAt(start).from;
        const known = lines.get(line);
        if (known === undefined || RANK[known] < RANK[severity]) lines.set(line, severity);
        if (start < end) {
          marks.push(
            Decoration.mark({
              class: `mark ${severity}${isCurrent ? " current" : ""}${to === from ? " between" : ""}`,
              attributes: { "data-issue": String(index) },
            }).range(start, end),
          );
        }
      }
      next = {
        issues: effect.value,
        marks: Decoration.set(marks, true),
        signs: RangeSet.of(
          [...lines].map(([line, severity]) => new GutterSymbol(severity).range(line)),
          true,
        ),
      };
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field, ({ marks }) => marks),
});

export const signs = gutter({
  class: "signs",
  markers: (view) => view.state.field(issueField).signs,
  initialSpacer: () => new GutterSymbol("info"),
});

/** Indexes of the issues at an offset. */
export function issuesAt(view: EditorView, offset: number): number[] {
  const indexes: number[] = [];
  view.state.field(issueField).marks.between(offset, offset, (_, __, { spec }) => {
    indexes.push(Number((spec.attributes as Record<string, string>)["data-issue"]));
  });
  return indexes;
}
