/**
 * Undoing and redoing. What is typed or deleted in one go is undone in one go; the editor's own history also keeps what
 * several people change at once, and weighs five times as much.
 */
import {
  Annotation,
  type ChangeSet,
  type EditorSelection,
  type Extension,
  StateField,
  Transaction,
} from "@codemirror/state";
import { type Command, EditorView } from "@codemirror/view";

/** So many steps are kept, and what follows within so many milliseconds belongs to the step before. */
const MOST = 100;
const PAUSE = 500;

/** What leads back, and what was selected there. */
interface Step {
  changes: ChangeSet;
  selection: EditorSelection;
}

interface Past {
  done: readonly Step[];
  undone: readonly Step[];
  /** When the last step was made; 0 where nothing more belongs to it. */
  time: number;
}

/** Where undoing or redoing leads. */
const travelled = Annotation.define<Past>();

const past = StateField.define<Past>({
  create: () => ({ done: [], undone: [], time: 0 }),
  update(before, transaction) {
    const { docChanged, changes, startState } = transaction;
    const there = transaction.annotation(travelled);
    if (there !== undefined) return there;
    // Who goes elsewhere begins anew there.
    if (!docChanged) return transaction.selection === undefined ? before : { ...before, time: 0 };
    const time = transaction.annotation(Transaction.time) as number;
    const step = { changes: changes.invert(startState.doc), selection: startState.selection };
    const last = before.done.at(-1);
    const joins =
      transaction.isUserEvent("input.type.compose") ||
      (time - before.time < PAUSE && isTyped(transaction) && touches(last?.changes, step.changes));
    const done =
      last !== undefined && joins
        ? [...before.done.slice(0, -1), { ...last, changes: step.changes.compose(last.changes) }]
        : [...before.done.slice(-MOST), step];
    return { done, undone: [], time };
  },
});

function isTyped(transaction: Transaction): boolean {
  return (
    transaction.annotation(Transaction.userEvent) === undefined ||
    transaction.isUserEvent("input.type") ||
    transaction.isUserEvent("delete")
  );
}

/** Whether a change takes place where the one before left off. */
function touches(before: ChangeSet | undefined, now: ChangeSet): boolean {
  let found = false;
  before?.iterChangedRanges((from, to) => {
    now.iterChangedRanges((_, __, start, end) => {
      found ||= end >= from && start <= to;
    });
  });
  return found;
}

function travel(from: "done" | "undone", to: "done" | "undone", userEvent: string): Command {
  return ({ state, dispatch }) => {
    const all = state.field(past);
    const step = all[from].at(-1);
    if (step === undefined) return false;
    const { changes, selection } = step;
    const back = {
      changes: changes.invert(state.doc),
      selection: selection.map(changes.invertedDesc, 1),
    };
    const there = {
      ...all,
      [from]: all[from].slice(0, -1),
      [to]: [...all[to], back],
      time: 0,
    };
    dispatch(
      state.update({
        changes,
        selection,
        annotations: travelled.of(there),
        userEvent,
        scrollIntoView: true,
      }),
    );
    return true;
  };
}

export const undo = travel("done", "undone", "undo");
export const redo = travel("undone", "done", "redo");

export const history: Extension = [
  past,
  EditorView.domEventHandlers({
    beforeinput(event, view) {
      const { inputType } = event;
      const command = inputType === "historyUndo" ? undo : inputType === "historyRedo" ? redo : undefined;
      if (command === undefined) return false;
      event.preventDefault();
      return command(view);
    },
  }),
];
