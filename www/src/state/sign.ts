/** State and actions of Sign: a delivery signed and inspected on every change. */
import type { BodyFormat, SignChoices, SignInput, SignResult } from "../engine/protocol.ts";
import { errorMessage } from "../errors.ts";
import { announce } from "../ui/announce.ts";
import { engine } from "./engine.ts";
import { keepMode } from "./history.ts";
import { replaceDelivery } from "./replace.ts";
import { type State, store } from "./state.ts";
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
  scheme: "",
  secret: "",
  encoding: "provider",
  algorithm: "",
  event: "",
  url: "https://receiver.example/payload",
  id: "",
  webhookId: "",
  time: "",
  variant: "valid",
  choices: undefined,
  result: undefined,
  isBusy: false,
  failure: undefined,
  editor: "form",
  issue: undefined,
});

keepMode("sign", {
  read: () => {
    const {
      choices: _,
      result: __,
      secret: ___,
      isBusy: ____,
      failure: _____,
      issue: ______,
      ...kept
    } = signStore.state;
    return kept.text === "" ? undefined : kept;
  },
  // The secret is not kept: that of the sample takes its place.
  write: (kept) => {
    const { choices } = signStore.state;
    const { provider, scheme } = { ...signStore.state, ...kept };
    signStore.set({ ...kept, secret: sampleSecretOf(choices, provider, scheme) });
  },
  hides: () => signStore.state.secret,
});

const setFailure = (error: unknown) => signStore.set({ failure: errorMessage(error), isBusy: false });

const WATCHED_KEYS = [
  "provider",
  "text",
  "envelope",
  "scheme",
  "secret",
  "encoding",
  "algorithm",
  "event",
  "url",
  "id",
  "webhookId",
  "time",
  "variant",
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
      const { provider, scheme, text } = signStore.state;
      signStore.set({ choices, secret: sampleSecretOf(choices, provider, scheme) });
      // A provider may have been chosen already, and a text may be that of the session.
      if (text === "") pickEvent(provider);
      else void runSign();
    })
    .catch(setFailure);
}

async function runSign(): Promise<void> {
  const { time, text, provider, envelope, scheme, secret, encoding, algorithm, event, url, id, webhookId } =
    signStore.state;
  const { variant = "valid" } = signStore.state;
  signStore.set({ isBusy: true });
  try {
    const now = time === "" ? undefined : new Date(time).getTime();
    const settings = { provider, envelope, scheme, secret, encoding, algorithm, event, url, id, webhookId };
    const input = { ...settings, text, now, variant };
    const result = await engine.call("sign", input);
    if (result !== undefined)
      signStore.set({ result, failure: undefined, issue: undefined, isBusy: scheduled });
  } catch (error) {
    setFailure(error);
  }
}

/** The sample secret of a scheme; of the first one, if none is named. */
function sampleSecretOf(choices: SignChoices | undefined, provider: string, scheme: string): string {
  const secrets = choices?.secrets[provider] ?? {};
  return secrets[scheme] ?? Object.values(secrets)[0] ?? "";
}

/** Selects another provider and a scheme. Their sample secret replaces the previous one, but never an entered one. */
function selectProvider(provider: string, event: string, scheme = "", more: Partial<SignState> = {}): void {
  const { choices, provider: before, scheme: schemeBefore, secret } = signStore.state;
  const sample = sampleSecretOf(choices, provider, scheme);
  const isSame = provider === before && scheme === schemeBefore;
  // A public key has no sample, and the secret of another provider is none. A provider that does not sign reads none.
  const signs = Object.keys(choices?.secrets[provider] ?? {}).length > 0;
  const isEntered = secret !== sampleSecretOf(choices, before, schemeBefore) && sample !== "";
  signStore.set({
    ...more,
    provider,
    event,
    scheme,
    ...(isSame || isEntered || !signs ? {} : { secret: sample }),
  });
}

/** Selects the scheme that signs. */
export function pickScheme(scheme: string): void {
  const { provider, event } = signStore.state;
  selectProvider(provider, event, scheme);
}

/** Writes the payload in another format. */
export async function pickFormat(to: BodyFormat): Promise<void> {
  const { provider, text, result } = signStore.state;
  try {
    const converted = await engine.call("convertBody", { provider, text, format: result?.format, to });
    if (converted !== undefined && signStore.state.text === text) signStore.set({ text: converted });
  } catch (error) {
    setFailure(error);
  }
}

/** Replaces the payload by a sample. */
export function pickSample(index: number): void {
  const sample = signStore.state.choices?.samples[index];
  if (sample === undefined) return;
  const { provider, type, text } = sample;
  const { provider: before, scheme } = signStore.state;
  selectProvider(provider, type, provider === before ? scheme : "", { text });
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

/** No secret that was entered in Inspect is used for a delivery that was signed here. */
const NO_SECRETS = { secret: "", secondSecret: "", schemeSecrets: {}, encoding: "provider" } as const;

/** The secret as that of the scheme that signed. */
export function madeSecrets(): Pick<State, "secret" | "secondSecret" | "schemeSecrets" | "encoding"> {
  const { provider, scheme, secret, encoding } = signStore.state;
  const first = store.state.providers.find(({ id }) => id === provider)?.secrets[0]?.name ?? "";
  return scheme === "" || scheme === first
    ? { ...NO_SECRETS, secret, encoding }
    : { ...NO_SECRETS, schemeSecrets: { [scheme]: secret } };
}

export function openInInspect(): void {
  const { result, provider } = signStore.state;
  if (result?.delivery === undefined) return;
  replaceDelivery(result.delivery, {
    ...madeSecrets(),
    mode: "inspect",
    provider,
    message: "The signed delivery is shown.",
  });
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
