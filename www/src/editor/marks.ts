/** The issues in the text: underlined at their place, and a sign beside their line. */
import { type Range, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from "@codemirror/view";
import type { PlacedIssue } from "../engine/protocol.ts";
import { icon } from "../ui/icons.ts";

/** More are in the list only. */
const MOST = 1000;
const RANK = { error: 3, warning: 2, info: 1 } as const;
type Severity = PlacedIssue["severity"];

export const setIssues = StateEffect.define<readonly PlacedIssue[]>();

class Sign extends GutterMarker {
  constructor(readonly severity: Severity) {
    super();
  }
  override eq(other: Sign): boolean {
    return other.severity === this.severity;
  }
  override toDOM(): Node {
    const sign = icon(this.severity);
    sign.classList.add(this.severity);
    return sign;
  }
}

interface Marks {
  issues: readonly PlacedIssue[];
  marks: DecorationSet;
  signs: RangeSet<GutterMarker>;
}

export const issueField = StateField.define<Marks>({
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
      if (!effect.is(setIssues)) continue;
      const { doc } = transaction.state;
      const lines = new Map<number, Severity>();
      const marks: Range<Decoration>[] = [];
      for (const [index, { from, to, severity, byteSpan }] of effect.value.entries()) {
        if (index >= MOST) break;
        // What has no place is said in the list.
        if (byteSpan.end === 0 && doc.length > 0) continue;
        const end = Math.min(doc.length, Math.max(to, from + 1));
        const start = Math.min(from, Math.max(0, end - 1));
        const line = doc.lineAt(start).from;
        const there = lines.get(line);
        if (there === undefined || RANK[there] < RANK[severity]) lines.set(line, severity);
        if (start < end) {
          marks.push(
            Decoration.mark({ class: `mark ${severity}`, attributes: { "data-issue": String(index) } }).range(
              start,
              end,
            ),
          );
        }
      }
      next = {
        issues: effect.value,
        marks: Decoration.set(marks, true),
        signs: RangeSet.of(
          [...lines].map(([line, severity]) => new Sign(severity).range(line)),
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
  initialSpacer: () => new Sign("info"),
});

/** The issues at a place, by their numbers. */
export function issuesAt(view: EditorView, offset: number): number[] {
  const found: number[] = [];
  view.state.field(issueField).marks.between(offset, offset, (_, __, { spec }) => {
    found.push(Number((spec.attributes as Record<string, string>)["data-issue"]));
  });
  return found;
}
