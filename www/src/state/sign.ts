/** State and actions of Sign: a delivery signed and inspected on every change. */
import type { SignChoices, SignInput, SignResult } from "../engine/protocol.ts";
import { errorMessage } from "../errors.ts";
import { announce } from "../ui/announce.ts";
import { showDelivery } from "./actions.ts";
import { engine } from "./engine.ts";
import { Store } from "./store.ts";

export interface SignState extends Omit<SignInput, "now"> {
  /** A local time in the format of the date field; empty: now. */
  time: string;
  choices: SignChoices | undefined;
  result: SignResult | undefined;
  isBusy: boolean;
  failure: string | undefined;
  /** Whether the payload is edited as a form or as text. */
  editor: "form" | "text";
  /** Index of the selected issue. */
  issue: number | undefined;
}

export const signStore = new Store<SignState>({
  provider: "painchek",
  text: "",
  envelope: "text",
  secret: "",
  encoding: "provider",
  algorithm: "",
  event: "",
  url: "https://receiver.example/payload",
  id: "",
  webhookId: "",
  time: "",
  choices: undefined,
  result: undefined,
  isBusy: false,
  failure: undefined,
  editor: "form",
  issue: undefined,
});

const setFailure = (error: unknown) => signStore.set({ failure: errorMessage(error), isBusy: false });

const WATCHED_KEYS = [
  "provider",
  "text",
  "envelope",
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

/** Loads the choices, starts with the first sample, and signs on every change. */
export function startSign(): void {
  signStore.on(WATCHED_KEYS, () => {
    if (scheduled || signStore.state.choices === undefined) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      void runSign();
    });
  });
  engine
    .call("listSignChoices", {})
    .then((choices) => {
      if (choices === undefined) return;
      signStore.set({ choices, secret: choices.secrets[signStore.state.provider] ?? "" });
      pickSample(0);
    })
    .catch(setFailure);
}

async function runSign(): Promise<void> {
  const { time, text, provider, envelope, secret, encoding, algorithm, event, url, id, webhookId } =
    signStore.state;
  signStore.set({ isBusy: true });
  try {
    const now = time === "" ? undefined : new Date(time).getTime();
    const input = { provider, text, envelope, secret, encoding, algorithm, event, url, id, webhookId, now };
    const result = await engine.call("sign", input);
    if (result !== undefined)
      signStore.set({ result, failure: undefined, issue: undefined, isBusy: scheduled });
  } catch (error) {
    setFailure(error);
  }
}

/** Selects another provider. Its sample secret replaces the previous sample secret, but never an entered one. */
function selectProvider(provider: string, event: string, more: Partial<SignState> = {}): void {
  const { choices, provider: before, secret } = signStore.state;
  const isEntered = secret !== choices?.secrets[before];
  signStore.set({
    ...more,
    provider,
    event,
    secret: isEntered ? secret : (choices?.secrets[provider] ?? secret),
  });
}

/** Replaces the payload by a sample. */
export function pickSample(index: number): void {
  const sample = signStore.state.choices?.samples[index];
  if (sample !== undefined) selectProvider(sample.provider, sample.type, { text: sample.text });
}

/** Replaces the payload by the first sample of a provider, an event type and a revision. */
export function pickEvent(provider: string, type?: string, revision?: string): void {
  const { samples = [] } = signStore.state.choices ?? {};
  const isWanted = (sample: (typeof samples)[number]) =>
    sample.provider === provider &&
    (type === undefined || (sample.type === type && sample.revision === revision));
  const index = samples.findIndex(isWanted);
  if (index >= 0) pickSample(index);
  else selectProvider(provider, type ?? "");
}

export function openInInspect(): void {
  const { result, provider, secret, encoding } = signStore.state;
  if (result?.delivery !== undefined)
    showDelivery(result.delivery, { mode: "inspect", provider, secret, encoding });
}

/** Selects the next or previous issue. Returns whether there is one. */
export function nextIssue(step: 1 | -1): boolean {
  const { result, issue } = signStore.state;
  const length = result?.issues.length ?? 0;
  if (result === undefined || length === 0) return false;
  const next = issue === undefined ? (step > 0 ? 0 : length - 1) : (issue + step + length) % length;
  signStore.set({ issue: next });
  const shown = result.issues[next];
  if (shown) announce(`${shown.severity}, line ${shown.span.line}: ${shown.message}`);
  return true;
}
