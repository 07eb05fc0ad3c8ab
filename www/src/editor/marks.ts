/** What there is to see in a text, issues or changes: underlined at their place, and a sign beside their line. */
import { type Range, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from "@codemirror/view";
import type { PlacedIssue } from "../engine/protocol.ts";
import { h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";

/** More are in the list only. */
const MOST = 1000;
const RANK = { error: 3, warning: 2, info: 1, changed: 0, added: 0, removed: 0, gap: 0 };
/** Of changes, as texts show them everywhere. */
export const SIGNS = { changed: "~", added: "+", removed: "−", gap: "" };

/** An issue, or a change: a gap is where something is missing that the other text has. */
export interface Mark {
  from: number;
  to: number;
  severity: PlacedIssue["severity"] | keyof typeof SIGNS;
  byteSpan?: { end: number };
  /** It is looked at, and stands out. */
  now?: boolean;
}

export const setMarks = StateEffect.define<readonly Mark[]>();

class Sign extends GutterMarker {
  constructor(readonly severity: Mark["severity"]) {
    super();
  }
  override eq(other: Sign): boolean {
    return other.severity === this.severity;
  }
  override toDOM(): Node {
    const { severity } = this;
    const sign =
      severity === "error" || severity === "warning" || severity === "info"
        ? icon(severity)
        : h("span", null, SIGNS[severity]);
    sign.classList.add(severity);
    return sign;
  }
}

interface Marks {
  issues: readonly Mark[];
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
      if (!effect.is(setMarks)) continue;
      const { doc } = transaction.state;
      const lines = new Map<number, Mark["severity"]>();
      const marks: Range<Decoration>[] = [];
      for (const [index, { from, to, severity, byteSpan, now }] of effect.value.entries()) {
        if (index >= MOST) break;
        // What has no place is said in the list.
        if (byteSpan?.end === 0 && doc.length > 0) continue;
        // Where something is missing, that is only shown while it is looked at.
        if (severity === "gap" && !now) continue;
        const end = Math.min(doc.length, Math.max(to, from + 1));
        const start = Math.min(from, Math.max(0, end - 1));
        const line = doc.lineAt(start).from;
        const there = lines.get(line);
        if (there === undefined || RANK[there] < RANK[severity]) lines.set(line, severity);
        if (start < end) {
          marks.push(
            Decoration.mark({
              class: `mark ${severity}${now ? " now" : ""}`,
              attributes: { "data-issue": String(index) },
            }).range(start, end),
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
