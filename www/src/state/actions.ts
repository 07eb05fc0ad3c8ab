/** What happens when the page is used: judging while somebody types, examples, files and pasted texts. */
import { toBytes, toText } from "../bytes.ts";
import { Engine } from "../engine/client.ts";
import type { InspectInput, PageDelivery } from "../engine/protocol.ts";
import { announce } from "../ui/announce.ts";
import { openLink } from "./link.ts";
import { readHead, type State, store, writeHead } from "./state.ts";

export const engine = new Engine();

const JUDGED = [
  "head",
  "body",
  "provider",
  "secret",
  "second",
  "encoding",
  "profile",
  "at",
  "tolerance",
  "defined",
] as const;

/** Starts the worker, and judges whenever something that counts has changed. */
export function start(): void {
  engine
    .ask("start", {})
    .then((known) => {
      if (known !== undefined) store.set(known);
      void openLink();
      performance.mark("hookseal-ready");
    })
    .catch(failed);
  store.on(JUDGED, schedule);
}

/** How long nothing has to change, in milliseconds, before something expensive is begun. */
const IDLE = 150;

let scheduled = false;

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    void judge();
  });
}

/** What the worker is asked about. */
export function input(state: Readonly<State>): InspectInput {
  const { head, body, provider, secret, second, encoding, profile, at, tolerance } = state;
  return {
    delivery: { ...readHead(head), text: body },
    provider,
    secret,
    second,
    encoding,
    profile,
    now: instant(at),
    tolerance: /^\d{1,9}$/.test(tolerance) ? Number(tolerance) : undefined,
  };
}

/** A time as people write it: a date, or seconds or milliseconds since 1970. Undefined where it is none. */
export function instant(text: string): number | undefined {
  const given = text.trim();
  if (/^\d{1,14}$/.test(given)) return Number(given) * (given.length > 11 ? 1 : 1000);
  const time = given === "" ? Number.NaN : Date.parse(given);
  return Number.isNaN(time) ? undefined : time;
}

async function judge(): Promise<void> {
  const { state } = store;
  if (state.body === "" && state.head.trim() === "") {
    store.set({ result: undefined, explanation: undefined, busy: false, failure: undefined });
    return;
  }
  store.set({ busy: true });
  try {
    const asked = input(state);
    const result = await engine.ask("inspect", asked);
    if (result === undefined) return;
    const same = JUDGED.every((key) => store.state[key] === state[key]);
    const mismatch =
      !("unrecognised" in result) &&
      (state.secret !== "" || state.second !== "") &&
      /^(mismatch|malformed|missing)$/.test(result.report.signature.status);
    store.set({
      result,
      failure: undefined,
      busy: !same || mismatch,
      ...(mismatch ? {} : { explanation: undefined }),
    });
    if (!mismatch || !same) return;
    // An explanation may take a second: it waits until nobody types.
    await new Promise((resolve) => setTimeout(resolve, IDLE));
    if (store.state.result !== result || JUDGED.some((key) => store.state[key] !== state[key])) return;
    const explanation = await engine.ask("explain", asked);
    if (explanation !== undefined && store.state.result === result) store.set({ explanation, busy: false });
  } catch (error) {
    failed(error);
  }
}

export function failed(error: unknown): void {
  store.set({ failure: error instanceof Error ? error.message : String(error), busy: false });
}

/** Puts a delivery into the page. */
export function show({ text, ...rest }: PageDelivery, more: Partial<State> = {}): void {
  store.set({
    head: writeHead(rest),
    body: text,
    issue: undefined,
    target: undefined,
    imported: undefined,
    ...more,
  });
}

export async function pickExample(id: string): Promise<void> {
  store.set({ busy: true });
  try {
    const example = await engine.ask("example", { id });
    if (example === undefined) return;
    const { delivery, provider, secret } = example;
    show(delivery, { provider, secret, second: "", at: "", tolerance: "", encoding: "provider" });
    store.set({ example: { id, head: store.state.head, body: store.state.body } });
    schedule();
  } catch (error) {
    failed(error);
  }
}

/**
 * Takes apart what was pasted or dropped, in whatever form it comes. A body alone leaves the headers as they are.
 */
export async function take(bytes: Uint8Array, name: string): Promise<void> {
  store.set({ busy: true });
  try {
    const found = await engine.ask("import", { bytes });
    if (found === undefined) return;
    // Also where it is what stood there already: somebody waits for an answer.
    schedule();
    const [first] = found.deliveries;
    if (first === undefined || found.format === "body") {
      store.set({ body: first?.text ?? toText(bytes), imported: undefined, issue: undefined });
      return;
    }
    const several = found.deliveries.length > 1;
    show(first, { imported: several ? { name, deliveries: found.deliveries, index: 0 } : undefined });
    announce(
      several
        ? `${found.deliveries.length} deliveries found; the first is shown.`
        : "The request was taken apart into headers and body.",
    );
  } catch (error) {
    failed(error);
  }
}

export function takeText(text: string, name: string): Promise<void> {
  return take(toBytes(text), name);
}

/** Shows another delivery of the same archive. */
export function turnTo(index: number): void {
  const { imported } = store.state;
  const delivery = imported?.deliveries[index];
  if (imported === undefined || delivery === undefined) return;
  show(delivery, { imported: { ...imported, index } });
}

export function clear(): void {
  store.set({
    head: "",
    body: "",
    imported: undefined,
    provider: "auto",
    secret: "",
    second: "",
    at: "",
    tolerance: "",
    encoding: "provider",
    issue: undefined,
    notice: undefined,
  });
}

/** Looks at an issue: the list and the text both go there. */
export function lookAt(issue: number): void {
  const { result } = store.state;
  if (result === undefined || "unrecognised" in result) return;
  const found = result.issues[issue];
  if (found === undefined) return;
  store.set({ issue, target: { from: found.from, to: found.to } });
}

/** The next issue, or the one before. */
export function nextIssue(step: 1 | -1): boolean {
  const { result, issue } = store.state;
  if (result === undefined || "unrecognised" in result || result.issues.length === 0) return false;
  const length = result.issues.length;
  const next = issue === undefined ? (step > 0 ? 0 : length - 1) : (issue + step + length) % length;
  lookAt(next);
  const shown = result.issues[next];
  if (shown) announce(`${shown.severity}, line ${shown.span.line}: ${shown.message}`);
  return true;
}
