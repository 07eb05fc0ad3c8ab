/** State and actions of Compare: two deliveries, compared on every change. */
import { toBytes, toText } from "../bytes.ts";
import type { CompareResult, Difference, DiffView, ImportIssues, PageDelivery } from "../engine/protocol.ts";
import { errorMessage } from "../errors.ts";
import { announce } from "../ui/announce.ts";
import { importIssuesOf, isHeadAlone } from "./actions.ts";
import { engine } from "./engine.ts";
import { keepMode } from "./history.ts";
import { knownSecrets, replaceDelivery } from "./replace.ts";
import { formatHeaderText, isEmptyState, parseHeaderText, store } from "./state.ts";
import { Store } from "./store.ts";

export type Side = 0 | 1;
export const SIDE_NAMES = ["Original", "Retry"] as const;
type SideTexts = readonly [string, string];

/** Both sides without a delivery. */
const EMPTY = {
  headerTexts: ["", ""],
  bodies: ["", ""],
  importIssues: [undefined, undefined],
  provider: "auto",
} as const;

export const compareStore = new Store<{
  headerTexts: SideTexts;
  bodies: SideTexts;
  /** What the import of each side reported. */
  importIssues: readonly [ImportIssues | undefined, ImportIssues | undefined];
  provider: string;
  result: CompareResult | undefined;
  isBusy: boolean;
  failure: string | undefined;
  /** Index of the selected change. */
  change: number | undefined;
  /** How the deliveries are aligned, and the rows. */
  view: DiffView;
  difference: Difference | undefined;
}>({
  ...EMPTY,
  result: undefined,
  isBusy: false,
  failure: undefined,
  change: undefined,
  view: "values",
  difference: undefined,
});

/** Replaces the value of one side. */
const replaceSide = <T>([first, second]: readonly [T, T], side: Side, value: T): readonly [T, T] =>
  side === 0 ? [value, second] : [first, value];

export function setBody(side: Side, text: string): void {
  if (compareStore.state.bodies[side] !== text)
    compareStore.set({ bodies: replaceSide(compareStore.state.bodies, side, text) });
}

export function setHeaderText(side: Side, text: string): void {
  compareStore.set({ headerTexts: replaceSide(compareStore.state.headerTexts, side, text) });
}

export function isEmpty(side: Side): boolean {
  const { headerTexts, bodies } = compareStore.state;
  return headerTexts[side].trim() === "" && bodies[side] === "";
}

export const sideDelivery = (side: Side): PageDelivery => ({
  ...parseHeaderText(compareStore.state.headerTexts[side]),
  text: compareStore.state.bodies[side],
});

keepMode("compare", {
  read: () => {
    const { headerTexts, bodies, provider, view } = compareStore.state;
    return isEmpty(0) && isEmpty(1) ? undefined : { headerTexts, bodies, provider, view };
  },
  write: (kept) => compareStore.set(kept),
});

const setFailure = (error: unknown) => compareStore.set({ failure: errorMessage(error), isBusy: false });

let scheduled = false;

/** Compares on every change. */
export function startCompare(): void {
  compareStore.on(["view"], () => {
    alignRows().catch(setFailure);
  });
  compareStore.on(["headerTexts", "bodies", "provider"], () => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(async () => {
      scheduled = false;
      if (isEmpty(0) || isEmpty(1)) {
        compareStore.set({
          result: undefined,
          difference: undefined,
          change: undefined,
          failure: undefined,
          isBusy: false,
        });
        return;
      }
      compareStore.set({ isBusy: true });
      try {
        const sides: [PageDelivery, PageDelivery] = [sideDelivery(0), sideDelivery(1)];
        const result = await engine.call("compare", {
          sides,
          provider: compareStore.state.provider,
          secrets: knownSecrets(),
        });
        // Unless a side was cleared meanwhile: no newer comparison will replace this result.
        if (result !== undefined && !isEmpty(0) && !isEmpty(1))
          compareStore.set({ result, change: undefined, failure: undefined, isBusy: scheduled });
        await alignRows();
      } catch (error) {
        setFailure(error);
      }
    });
  });
}

/** Aligns the deliveries of the last comparison. */
async function alignRows(): Promise<void> {
  const { result, view } = compareStore.state;
  const difference = result && (await engine.call("difference", { view }));
  if (difference !== undefined && result === compareStore.state.result) compareStore.set({ difference });
}

const importName = (side: Side) => `the ${SIDE_NAMES[side].toLowerCase()}`;

/** Shows what the import of one side reported; undefined removes it. */
export function setImportIssues(side: Side, imported: ImportIssues | undefined): void {
  compareStore.set({ importIssues: replaceSide(compareStore.state.importIssues, side, imported) });
}

/** Shows deliveries on both sides, or on one. */
function fillSides(first: PageDelivery | undefined, second: PageDelivery | undefined): void {
  const { headerTexts, bodies, importIssues } = compareStore.state;
  compareStore.set({
    importIssues: [first ? undefined : importIssues[0], second ? undefined : importIssues[1]],
    headerTexts: [
      first ? formatHeaderText(first) : headerTexts[0],
      second ? formatHeaderText(second) : headerTexts[1],
    ],
    bodies: [first?.text ?? bodies[0], second?.text ?? bodies[1]],
  });
}

/**
 * Imports a pasted or dropped capture. A capture of several deliveries fills both sides if the other side is empty. With
 * `keepsBody`, headers alone leave the body as it is.
 */
export async function importSide(side: Side, input: Uint8Array | string, keepsBody = false): Promise<void> {
  const bytes = typeof input === "string" ? toBytes(input) : input;
  try {
    const imported = await engine.call("importText", { bytes });
    if (imported === undefined) return;
    const [first, second] = imported.deliveries;
    if (first === undefined || imported.format === "body") setBody(side, first?.text ?? toText(bytes));
    else if (second !== undefined && isEmpty(side === 0 ? 1 : 0)) {
      fillSides(first, second);
      announce(`${imported.deliveries.length} deliveries imported; the first two are compared.`);
    } else {
      const text = keepsBody && isHeadAlone(imported) ? compareStore.state.bodies[side] : first.text;
      const shown = { ...first, text };
      fillSides(side === 0 ? shown : undefined, side === 1 ? shown : undefined);
      announce(second === undefined ? "Imported the request." : "Imported the first of several deliveries.");
    }
    setImportIssues(side, importIssuesOf(imported, importName(side)));
  } catch (error) {
    setFailure(error);
  }
}

export async function pickPair(id: string): Promise<void> {
  try {
    const pair = await engine.call("makePair", { id });
    if (pair === undefined) return;
    compareStore.set({ provider: "auto" });
    fillSides(...pair);
  } catch (error) {
    setFailure(error);
  }
}

export function swapSides(): void {
  const { headerTexts, bodies, importIssues } = compareStore.state;
  const [first, second] = importIssues;
  compareStore.set({
    headerTexts: [headerTexts[1], headerTexts[0]],
    bodies: [bodies[1], bodies[0]],
    importIssues: [second && { ...second, name: importName(0) }, first && { ...first, name: importName(1) }],
  });
}

export function clearCompare(): void {
  compareStore.set(EMPTY);
}

/** The delivery that is compared with the next one that is shown, and whether it was taken. */
let taken: { delivery: PageDelivery; id: number } | undefined;

/** Takes the shown delivery as the original: the next one that is chosen is its retry. A second call takes it back. */
export function compareWithNext(): void {
  const { state } = store;
  if (taken === undefined && isEmptyState(state)) return;
  taken =
    taken === undefined
      ? { delivery: { ...parseHeaderText(state.headerText), text: state.body }, id: state.delivery }
      : undefined;
  store.set({
    notice: {
      tone: "note",
      text: taken === undefined ? "Nothing is compared." : "Choose the delivery to compare this one with.",
    },
  });
}

store.on(["delivery"], ({ delivery, headerText, body }) => {
  if (taken === undefined || delivery === taken.id) return;
  const original = taken.delivery;
  taken = undefined;
  compareStore.set({ provider: "auto" });
  fillSides(original, { ...parseHeaderText(headerText), text: body });
  store.set({ mode: "compare", notice: undefined });
});

export function openInInspect(side: Side): void {
  const { provider, result } = compareStore.state;
  const message = `The ${SIDE_NAMES[side].toLowerCase()} of Compare is shown.`;
  replaceDelivery(sideDelivery(side), { mode: "inspect", provider, message }, result?.provider?.id);
}

/** Selects the next or previous change. Returns whether there is one. */
export function nextChange(step: 1 | -1): boolean {
  const { result, change } = compareStore.state;
  const length = result?.changes.length ?? 0;
  if (result === undefined || length === 0) return false;
  const next = change === undefined ? (step > 0 ? 0 : length - 1) : (change + step + length) % length;
  compareStore.set({ change: next });
  const { kind, pointer, locations } = result.changes[next] as CompareResult["changes"][number];
  announce(
    `${next + 1} of ${length}: ${pointer || "the whole payload"} ${kind}, lines ${locations[0].line} and ${locations[1].line}`,
  );
  return true;
}
