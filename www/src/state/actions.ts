/** Actions of Inspect: inspecting on every change, examples, files and pasted text. */
import { toBytes, toText } from "../bytes.ts";
import { DownloadError } from "../engine/full.ts";
import type { ImportedText, ImportIssues, InspectInput, PageDelivery } from "../engine/protocol.ts";
import { errorMessage } from "../errors.ts";
import { announce } from "../ui/announce.ts";
import { count } from "../ui/text.ts";
import { parseTime } from "../ui/time.ts";
import { checkArchive, checkUntilRejected } from "./archive.ts";
import { engine } from "./engine.ts";
import { nextDeliveryId } from "./history.ts";
import { clearDelivery, replaceDelivery } from "./replace.ts";
import { formatHeaderText, hasSecret, isEmptyState, parseHeaderText, type State, store } from "./state.ts";

/** A change of any of these starts a new inspection. */
const WATCHED_KEYS = [
  "headerText",
  "body",
  "provider",
  "secret",
  "secondSecret",
  "schemeSecrets",
  "settings",
  "encoding",
  "profile",
  "asOf",
  "tolerance",
  "definition",
] as const;

/** Starts the worker, and inspects on every change. Resolves when providers and examples are known. */
export async function start(): Promise<void> {
  // The result of a first visit is there already. It is computed again when the full module is there: the tree needs that.
  let isFirstVisit = store.state.result !== undefined;
  let isPostponed = isFirstVisit;
  store.on(WATCHED_KEYS, () => {
    if (isFirstVisit) isFirstVisit = false;
    else {
      isPostponed = false;
      schedule();
    }
  });
  engine.onFull = () => {
    store.set({ hasFull: true });
    if (isPostponed) schedule();
    isPostponed = false;
  };
  try {
    const lists = await engine.call("start", {});
    if (lists !== undefined) store.set(lists);
    performance.mark("hookseal-ready");
  } catch (error) {
    setFailure(error);
  }
}

/** Pause in typing before `explain` starts, which may take a second. */
const EXPLAIN_DELAY_MS = 150;

let scheduled = false;

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    void runInspect();
  });
}

/** The input of the worker for a state of the page. */
export function inspectInput(state: Readonly<State>): InspectInput {
  const { headerText, body, asOf, tolerance } = state;
  const { provider, secret, secondSecret, schemeSecrets, settings, encoding, profile } = state;
  return {
    delivery: { ...parseHeaderText(headerText), text: body },
    provider,
    secret,
    secondSecret,
    schemeSecrets,
    settings,
    encoding,
    profile,
    now: parseTime(asOf),
    tolerance: /^\d{1,9}$/.test(tolerance) ? Number(tolerance) : undefined,
  };
}

/** Whether there is no delivery to inspect. */
export function isEmpty(): boolean {
  return isEmptyState(store.state);
}

async function runInspect(): Promise<void> {
  const { state } = store;
  if (isEmpty()) {
    store.set({ result: undefined, explanation: undefined, isBusy: false, ...NO_FAILURE });
    return;
  }
  store.set({ isBusy: true });
  try {
    const input = inspectInput(state);
    const result = await engine.call("inspect", input);
    // The page was cleared meanwhile: no newer inspection will replace this result.
    if (result === undefined || isEmpty()) return;
    const isUnchanged = WATCHED_KEYS.every((key) => store.state[key] === state[key]);
    // A handshake is no event, and needs no signature that could be explained.
    const isEvent = !("isUndetected" in result) && result.report.handshake === undefined;
    // A stale signature matches: the timestamp is the problem, and there is no mismatch to explain.
    const isMismatch =
      isEvent &&
      hasSecret(state) &&
      result.report.signature.status !== "stale" &&
      result.report.stages.some(({ name, state }) => name === "signature" && state === "failed");
    // A valid signature is explained, too: how to find out why an application rejects the delivery.
    const isExplained =
      isMismatch ||
      (isEvent && result.report.signature.status === "verified") ||
      ("isUndetected" in result && hasSecret(state) && result.signatures.length > 0);
    store.set({
      result,
      ...NO_FAILURE,
      isBusy: !isUnchanged || isExplained,
      ...(isExplained ? {} : { explanation: undefined }),
    });
    if (!isExplained || !isUnchanged) return;
    await new Promise((resolve) => setTimeout(resolve, EXPLAIN_DELAY_MS));
    if (store.state.result !== result || WATCHED_KEYS.some((key) => store.state[key] !== state[key])) return;
    const explanation = await engine.call("explain", input).catch((error: unknown) => {
      // The result is right without its explanation.
      if (!(error instanceof DownloadError)) throw error;
      if (store.state.result === result)
        store.set({ explanation: undefined, explanationFailure: error.message, isBusy: false });
      return undefined;
    });
    if (explanation !== undefined && store.state.result === result) store.set({ explanation, isBusy: false });
  } catch (error) {
    setFailure(error, schedule);
    await explainFailure(state);
  }
}

/** Explains the secret whose format stopped the inspection: `explain` takes every secret. */
async function explainFailure(state: Readonly<State>): Promise<void> {
  const explanation = hasSecret(state)
    ? await engine.call("explain", inspectInput(state)).catch(() => undefined)
    : undefined;
  const isUnchanged = WATCHED_KEYS.every((key) => store.state[key] === state[key]);
  if (isUnchanged && store.state.failure !== undefined) store.set({ explanation });
}

const NO_FAILURE = { failure: undefined, retry: undefined, explanationFailure: undefined } as const;

/** Shows an error of the page. A failed download can be tried again. */
export function setFailure(error: unknown, retry?: () => void): void {
  const isRetryable = error instanceof DownloadError;
  store.set({
    failure: errorMessage(error),
    retry: isRetryable ? retry : undefined,
    isBusy: false,
  });
}

/** Tries again what failed: the action itself if it can be repeated, or the inspection. */
export function retryFailure(): void {
  (store.state.retry ?? schedule)();
}

/** Inspects and explains again, after a failed download. */
export function retryExplanation(): void {
  store.set({ explanationFailure: undefined });
  schedule();
}

/** Shows a delivery in Inspect. */
export function showDelivery({ text, ...rest }: PageDelivery, more: Partial<State> = {}): void {
  store.set({
    headerText: formatHeaderText(rest),
    body: text,
    issue: undefined,
    target: undefined,
    imported: undefined,
    importIssues: undefined,
    ...more,
  });
}

export async function pickExample(id: string): Promise<void> {
  store.set({ isBusy: true });
  try {
    const example = await engine.call("makeExample", { id });
    if (example === undefined) return;
    const { delivery, provider, secret } = example;
    const { example: shown, headerText, body } = store.state;
    const isExample = shown?.headerText === headerText && shown.body === body;
    const message = isExample ? undefined : "The example is shown.";
    replaceDelivery(delivery, { provider, secret, encoding: "provider", message });
    store.set({ example: { id, headerText: store.state.headerText, body: store.state.body } });
    schedule();
  } catch (error) {
    setFailure(error);
  }
}

/** The issues of an import; undefined if there are none. */
export function importIssuesOf({ issues }: ImportedText, name: string): ImportIssues | undefined {
  return issues.length === 0 ? undefined : { name, issues };
}

/** Whether a text has the headers of a delivery alone: its body is not included. */
export function isHeadAlone({ deliveries, issues }: ImportedText): boolean {
  const [first, second] = deliveries;
  return (
    first?.text === "" && second === undefined && issues.some(({ code }) => code === "body-not-included")
  );
}

/**
 * Imports a pasted or dropped capture of any import format, which replaces the delivery with its settings. A body alone is added
 * to headers without a body; with `keepsBody`, headers alone leave the body as it is.
 */
export async function importBytes(bytes: Uint8Array, name: string, keepsBody = false): Promise<void> {
  store.set({ isBusy: true });
  try {
    const imported = await engine.call("importText", { bytes });
    if (imported === undefined) return;
    // Also inspect if nothing changed: isBusy is reset by the inspection.
    schedule();
    const { deliveries, format, provider } = imported;
    const [first] = deliveries;
    const importIssues = importIssuesOf(imported, name);
    const isUnknown = imported.issues.some(({ code }) => code === "import-format-unknown");
    // A body completes headers that have none yet.
    const isMissingPart = format === "body" && store.state.body === "";
    if (first === undefined || isUnknown || isMissingPart) {
      const body = first?.text ?? toText(bytes);
      store.set({ body, imported: undefined, importIssues, issue: undefined });
      return;
    }
    const hasSeveral = deliveries.length > 1;
    if (keepsBody && isHeadAlone(imported)) {
      showDelivery({ ...first, text: store.state.body }, { importIssues });
      return;
    }
    const entries = hasSeveral ? await checkUntilRejected(deliveries) : [];
    if (entries === undefined) return;
    const rejected = entries.findIndex(({ state }) => state === "rejected");
    const index = Math.max(0, rejected);
    const shown = deliveries[index] ?? first;
    const { others } = imported;
    replaceDelivery(
      shown,
      {
        importIssues,
        imported: hasSeveral ? { id: nextDeliveryId(), name, deliveries, entries, others, index } : undefined,
        message: `Read as ${format}: ${count(shown.headers.length, "header")}, ${count(toBytes(shown.text).length, "byte")}.`,
      },
      hasSeveral ? entries[index]?.provider : provider,
    );
    checkArchive();
    announce(
      hasSeveral
        ? `${deliveries.length} deliveries imported; ${rejected < 0 ? "the first" : "the first rejected one"} is shown.`
        : "Imported the headers and the body of the request.",
    );
  } catch (error) {
    setFailure(error, () => void importBytes(bytes, name, keepsBody));
  }
}

export function importText(text: string, name: string, keepsBody = false): Promise<void> {
  return importBytes(toBytes(text), name, keepsBody);
}

/** Shows another delivery of the imported file, with the secrets of its provider. */
export function selectDelivery(index: number): void {
  const { imported, importIssues } = store.state;
  const delivery = imported?.deliveries[index];
  if (imported === undefined || delivery === undefined || index === imported.index) return;
  replaceDelivery(
    delivery,
    { importIssues, imported: { ...imported, index } },
    imported.entries[index]?.provider,
  );
}

export const clearInspect: () => void = clearDelivery;

/** Selects an issue in the list and in the text. */
export function selectIssue(issue: number): void {
  const { result } = store.state;
  if (result === undefined) return;
  const selected = result.issues[issue];
  if (selected === undefined) return;
  store.set({ issue, side: "request", target: { from: selected.from, to: selected.to } });
}

/** Selects the next or previous issue. Returns whether there is one. */
export function nextIssue(step: 1 | -1): boolean {
  const { result, issue } = store.state;
  if (result === undefined || result.issues.length === 0) return false;
  const length = result.issues.length;
  const next = issue === undefined ? (step > 0 ? 0 : length - 1) : (issue + step + length) % length;
  selectIssue(next);
  const shown = result.issues[next];
  if (shown) announce(`${shown.severity}, line ${shown.span.line}: ${shown.message}`);
  return true;
}
