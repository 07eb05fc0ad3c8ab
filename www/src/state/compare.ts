/** What Compare knows, and what happens there: two deliveries, judged while somebody types. */
import { toBytes, toText } from "../bytes.ts";
import type { Compared, PageDelivery } from "../engine/protocol.ts";
import { announce } from "../ui/announce.ts";
import { engine, show } from "./actions.ts";
import { readHead, writeHead } from "./state.ts";
import { Store } from "./store.ts";

export type Side = 0 | 1;
export const NAMES = ["Original", "Retry"] as const;
type Two = readonly [string, string];

export const compareStore = new Store<{
  heads: Two;
  bodies: Two;
  provider: string;
  result: Compared | undefined;
  busy: boolean;
  failure: string | undefined;
  /** The change that is looked at, by its number. */
  change: number | undefined;
}>({
  heads: ["", ""],
  bodies: ["", ""],
  provider: "auto",
  result: undefined,
  busy: false,
  failure: undefined,
  change: undefined,
});

/** Two texts with one of them changed. */
const changed = ([first, second]: Two, side: Side, text: string): Two =>
  side === 0 ? [text, second] : [first, text];

export function setBody(side: Side, text: string): void {
  if (compareStore.state.bodies[side] !== text)
    compareStore.set({ bodies: changed(compareStore.state.bodies, side, text) });
}

export function setHead(side: Side, text: string): void {
  compareStore.set({ heads: changed(compareStore.state.heads, side, text) });
}

export function isEmpty(side: Side): boolean {
  const { heads, bodies } = compareStore.state;
  return heads[side].trim() === "" && bodies[side] === "";
}

const delivery = (side: Side): PageDelivery => ({
  ...readHead(compareStore.state.heads[side]),
  text: compareStore.state.bodies[side],
});

const failed = (error: unknown) =>
  compareStore.set({ failure: error instanceof Error ? error.message : String(error), busy: false });

let scheduled = false;

/** Compares whenever something that counts has changed. */
export function startCompare(): void {
  compareStore.on(["heads", "bodies", "provider"], () => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(async () => {
      scheduled = false;
      if (isEmpty(0) || isEmpty(1)) {
        compareStore.set({ result: undefined, change: undefined, failure: undefined, busy: false });
        return;
      }
      compareStore.set({ busy: true });
      try {
        const sides: [PageDelivery, PageDelivery] = [delivery(0), delivery(1)];
        const result = await engine.ask("compare", { sides, provider: compareStore.state.provider });
        if (result !== undefined)
          compareStore.set({ result, change: undefined, failure: undefined, busy: scheduled });
      } catch (error) {
        failed(error);
      }
    });
  });
}

/** Puts deliveries into both sides, or into one. */
function put(first: PageDelivery | undefined, second: PageDelivery | undefined): void {
  const { heads, bodies } = compareStore.state;
  compareStore.set({
    heads: [first ? writeHead(first) : heads[0], second ? writeHead(second) : heads[1]],
    bodies: [first?.text ?? bodies[0], second?.text ?? bodies[1]],
  });
}

/** Takes apart what was pasted or dropped; an archive of several fills both sides. */
export async function takeSide(side: Side, given: Uint8Array | string): Promise<void> {
  const bytes = typeof given === "string" ? toBytes(given) : given;
  try {
    const found = await engine.ask("import", { bytes });
    if (found === undefined) return;
    const [first, second] = found.deliveries;
    if (first === undefined || found.format === "body") setBody(side, first?.text ?? toText(bytes));
    else if (second !== undefined && isEmpty(side === 0 ? 1 : 0)) {
      put(first, second);
      announce(`${found.deliveries.length} deliveries found; the first two are compared.`);
    } else {
      put(side === 0 ? first : undefined, side === 1 ? first : undefined);
      announce(second === undefined ? "The request was taken apart." : "The first of several is shown.");
    }
  } catch (error) {
    failed(error);
  }
}

export async function pickPair(id: string): Promise<void> {
  try {
    const found = await engine.ask("pair", { id });
    if (found === undefined) return;
    compareStore.set({ provider: "auto" });
    put(...found);
  } catch (error) {
    failed(error);
  }
}

export function swap(): void {
  const { heads, bodies } = compareStore.state;
  compareStore.set({ heads: [heads[1], heads[0]], bodies: [bodies[1], bodies[0]] });
}

export function clearCompare(): void {
  compareStore.set({ heads: ["", ""], bodies: ["", ""], provider: "auto" });
}

export function openInInspect(side: Side): void {
  show(delivery(side), { mode: "inspect", provider: compareStore.state.provider });
}

/** The next change, or the one before. */
export function nextChange(step: 1 | -1): boolean {
  const { result, change } = compareStore.state;
  const length = result?.changes.length ?? 0;
  if (result === undefined || length === 0) return false;
  const next = change === undefined ? (step > 0 ? 0 : length - 1) : (change + step + length) % length;
  compareStore.set({ change: next });
  const { kind, pointer, places } = result.changes[next] as Compared["changes"][number];
  announce(
    `${next + 1} of ${length}: ${pointer || "the whole payload"} ${kind}, lines ${places[0].line} and ${places[1].line}`,
  );
  return true;
}
