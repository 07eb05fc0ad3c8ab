/** The editor's keys: moving, selecting, deleting, undoing. The editor's own commands would bring a parser along. */
import { EditorSelection, type SelectionRange } from "@codemirror/state";
import { type Command, Direction, EditorView, type KeyBinding } from "@codemirror/view";
import { redo, undo } from "./history.ts";

/** Where a key leads from a place. */
type Move = (view: EditorView, range: SelectionRange, forward: boolean) => SelectionRange;

const byChar: Move = (view, range, forward) => view.moveByChar(range, forward);
const byGroup: Move = (view, range, forward) => view.moveByGroup(range, forward);
const byLine: Move = (view, range, forward) => view.moveVertically(range, forward);
const byPage: Move = (view, range, forward) => view.moveVertically(range, forward, pageHeight(view));
const toEnd: Move = (view, _, forward) => EditorSelection.cursor(forward ? view.state.doc.length : 0);

/** To the end of what a line shows in one row, and then of the line; back first to where its text begins. */
function toBoundary(view: EditorView, range: SelectionRange, forward: boolean): SelectionRange {
  const { from, to } = view.lineBlockAt(range.head);
  let moved = view.moveToLineBoundary(range, forward);
  if (moved.head === range.head && moved.head !== (forward ? to : from))
    moved = view.moveToLineBoundary(range, forward, false);
  if (forward || moved.head !== from) return moved;
  const text = from + view.state.sliceDoc(from, Math.min(from + 100, to)).search(/\S|$/);
  return text === from || text === range.head ? moved : EditorSelection.cursor(text);
}

const scrolls = ({ scrollDOM }: EditorView) => scrollDOM.clientHeight < scrollDOM.scrollHeight - 2;

function pageHeight(view: EditorView): number {
  const height = scrolls(view) ? view.scrollDOM.clientHeight : innerHeight;
  return Math.max(view.defaultLineHeight, height - 5);
}

/** Goes there, from the end of what is selected. */
function moved(move: Move, view: EditorView, range: SelectionRange, forward: boolean): SelectionRange {
  if (!range.empty && move !== toBoundary && move !== toEnd)
    return EditorSelection.cursor(forward ? range.to : range.from);
  const there = move(view, range, forward);
  // In the first line and the last one there is still a way to go.
  return move === byLine && there.head === range.head ? view.moveToLineBoundary(range, forward) : there;
}

/** Selects all the way. What was selected without a direction grows at the end that lies there. */
function extended(move: Move, view: EditorView, range: SelectionRange, forward: boolean): SelectionRange {
  const turned = range.undirectional && range.head >= range.anchor !== forward;
  const from = turned ? EditorSelection.range(range.head, range.anchor) : range;
  const { head, goalColumn, bidiLevel, assoc } = move(view, from, forward);
  return EditorSelection.range(from.anchor, head, goalColumn, bidiLevel || undefined, assoc);
}

function go(move: Move, forward: boolean, extend: boolean): Command {
  return (view) => {
    const before = view.state.selection;
    const selection = EditorSelection.create(
      before.ranges.map((range) => (extend ? extended : moved)(move, view, range, forward)),
      before.mainIndex,
    );
    if (selection.eq(before, !extend)) return false;
    const effects = move === byPage && !extend ? staying(view, before.main.head, selection.main.head) : [];
    view.dispatch({ selection, effects, scrollIntoView: true, userEvent: "select" });
    return true;
  };
}

/** After a page the cursor stands as far below the top as before, where it was to be seen. */
function staying(view: EditorView, before: number, now: number) {
  const { top, bottom } = view.scrollDOM.getBoundingClientRect();
  const at = view.coordsAtPos(before);
  return scrolls(view) && at !== null && at.top > top && at.bottom < bottom
    ? EditorView.scrollIntoView(now, { y: "start", yMargin: at.top - top })
    : [];
}

/** Left and right are before and behind, or the other way round where people write so. */
function sideways(move: Move, right: boolean, extend: boolean): Command {
  return (view) => {
    const ltr = view.textDirectionAt(view.state.selection.main.head) === Direction.LTR;
    return go(move, right === ltr, extend)(view);
  };
}

/** Takes away what is selected, or what lies between the cursor and where a move leads. */
function remove(move: Move, forward: boolean): Command {
  return (view) => {
    const change = view.state.changeByRange((range) => {
      const to = range.empty ? move(view, range, forward).head : range.from;
      const [start, end] = range.empty
        ? [Math.min(range.head, to), Math.max(range.head, to)]
        : [range.from, range.to];
      return { changes: { from: start, to: end }, range: EditorSelection.cursor(start) };
    });
    view.dispatch(view.state.update(change, { scrollIntoView: true, userEvent: "delete" }));
    return true;
  };
}

const insertNewline: Command = ({ state, dispatch }) => {
  dispatch(state.update(state.replaceSelection("\n"), { scrollIntoView: true, userEvent: "input" }));
  return true;
};

const selectAll: Command = ({ state, dispatch }) => {
  dispatch({ selection: { anchor: 0, head: state.doc.length }, userEvent: "select" });
  return true;
};

/** A key that moves, and with Shift selects. */
function moving(names: KeyBinding, move: Move, forward: boolean, how = go): KeyBinding {
  return { ...names, run: how(move, forward, false), shift: how(move, forward, true) };
}

const deleteCharBackward = remove(byChar, false);

export const keys: KeyBinding[] = [
  moving({ key: "ArrowLeft" }, byChar, false, sideways),
  moving({ key: "ArrowRight" }, byChar, true, sideways),
  moving({ key: "ArrowUp" }, byLine, false),
  moving({ key: "ArrowDown" }, byLine, true),
  moving({ key: "Mod-ArrowLeft", mac: "Alt-ArrowLeft" }, byGroup, false, sideways),
  moving({ key: "Mod-ArrowRight", mac: "Alt-ArrowRight" }, byGroup, true, sideways),
  moving({ mac: "Cmd-ArrowLeft" }, toBoundary, false),
  moving({ mac: "Cmd-ArrowRight" }, toBoundary, true),
  moving({ mac: "Cmd-ArrowUp" }, toEnd, false),
  moving({ mac: "Cmd-ArrowDown" }, toEnd, true),
  moving({ key: "Home" }, toBoundary, false),
  moving({ key: "End" }, toBoundary, true),
  moving({ key: "Mod-Home" }, toEnd, false),
  moving({ key: "Mod-End" }, toEnd, true),
  moving({ key: "PageUp" }, byPage, false),
  moving({ key: "PageDown" }, byPage, true),
  { key: "Enter", run: insertNewline, shift: insertNewline },
  { key: "Backspace", run: deleteCharBackward, shift: deleteCharBackward },
  { key: "Delete", run: remove(byChar, true) },
  { key: "Mod-Backspace", mac: "Alt-Backspace", run: remove(byGroup, false) },
  { key: "Mod-Delete", mac: "Alt-Delete", run: remove(byGroup, true) },
  { key: "Mod-a", run: selectAll },
  { key: "Mod-z", run: undo, preventDefault: true },
  { key: "Mod-y", mac: "Mod-Shift-z", run: redo, preventDefault: true },
  { linux: "Ctrl-Shift-z", run: redo, preventDefault: true },
];
