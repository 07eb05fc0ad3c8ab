/** What Sign knows, and what happens there: a delivery made and judged while somebody types. */
import type { Made, Signable, SignInput } from "../engine/protocol.ts";
import { announce } from "../ui/announce.ts";
import { engine, show } from "./actions.ts";
import { Store } from "./store.ts";

export interface SignState extends Omit<SignInput, "now"> {
  /** A local time as the field writes it; empty is now. */
  time: string;
  known: Signable | undefined;
  result: Made | undefined;
  busy: boolean;
  failure: string | undefined;
  /** Which of the two edits the payload. */
  by: "form" | "text";
  /** The issue that is looked at, by its number. */
  issue: number | undefined;
}

export const signStore = new Store<SignState>({
  provider: "painchek",
  text: "",
  way: "text",
  secret: "",
  encoding: "provider",
  algorithm: "",
  event: "",
  url: "https://receiver.example/payload",
  id: "",
  webhookId: "",
  time: "",
  known: undefined,
  result: undefined,
  busy: false,
  failure: undefined,
  by: "form",
  issue: undefined,
});

const failed = (error: unknown) =>
  signStore.set({ failure: error instanceof Error ? error.message : String(error), busy: false });

const JUDGED = [
  "provider",
  "text",
  "way",
  "secret",
  "encoding",
  "algorithm",
  "event",
  "url",
  "id",
  "webhookId",
  "time",
] as const;

let scheduled = false;

/** Asks what can be signed, begins with a sample, and makes the delivery anew whenever something has changed. */
export function startSign(): void {
  signStore.on(JUDGED, () => {
    if (scheduled || signStore.state.known === undefined) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      void make();
    });
  });
  engine
    .ask("signable", {})
    .then((known) => {
      if (known === undefined) return;
      signStore.set({ known, secret: known.secrets[signStore.state.provider] ?? "" });
      pickSample(0);
    })
    .catch(failed);
}

async function make(): Promise<void> {
  const { time, text, provider, way, secret, encoding, algorithm, event, url, id, webhookId } =
    signStore.state;
  signStore.set({ busy: true });
  try {
    const now = time === "" ? undefined : new Date(time).getTime();
    const input = { provider, text, way, secret, encoding, algorithm, event, url, id, webhookId, now };
    const result = await engine.ask("sign", input);
    if (result !== undefined)
      signStore.set({ result, failure: undefined, issue: undefined, busy: scheduled });
  } catch (error) {
    failed(error);
  }
}

/** To another provider; from its made-up secret to that of the other. */
function turnTo(provider: string, event: string, more: Partial<SignState> = {}): void {
  const { known, provider: before, secret } = signStore.state;
  const kept = secret !== known?.secrets[before];
  signStore.set({ ...more, provider, event, secret: kept ? secret : (known?.secrets[provider] ?? secret) });
}

/** Begins anew with a sample. */
export function pickSample(index: number): void {
  const sample = signStore.state.known?.samples[index];
  if (sample !== undefined) turnTo(sample.provider, sample.type, { text: sample.text });
}

/** Begins anew with the first sample that fits. */
export function pickEvent(provider: string, type?: string, revision?: string): void {
  const { samples = [] } = signStore.state.known ?? {};
  const fits = (one: (typeof samples)[number]) =>
    one.provider === provider && (type === undefined || (one.type === type && one.revision === revision));
  const at = samples.findIndex(fits);
  if (at >= 0) pickSample(at);
  else turnTo(provider, type ?? "");
}

export function openMade(): void {
  const { result, provider, secret, encoding } = signStore.state;
  if (result?.delivery !== undefined) show(result.delivery, { mode: "inspect", provider, secret, encoding });
}

/** The next issue, or the one before. */
export function nextMistake(step: 1 | -1): boolean {
  const { result, issue } = signStore.state;
  const length = result?.issues.length ?? 0;
  if (result === undefined || length === 0) return false;
  const next = issue === undefined ? (step > 0 ? 0 : length - 1) : (issue + step + length) % length;
  signStore.set({ issue: next });
  const shown = result.issues[next];
  if (shown) announce(`${shown.severity}, line ${shown.span.line}: ${shown.message}`);
  return true;
}
