/**
 * Replacing the delivery of Inspect. Every setting is set back, so that nothing of two deliveries is mixed, and Undo brings the
 * former delivery back with its settings. SECURITY: secrets that are put aside stay in the memory of this tab.
 */
import type { PageDelivery } from "../engine/protocol.ts";
import { clearDeviceHistory, isDeviceHistoryOn } from "./device-history.ts";
import { keepDelivery, nextDeliveryId } from "./history.ts";
import { DEFAULT_SETTINGS, formatHeaderText, type State, store } from "./state.ts";

/** What belongs to a delivery. */
const KEYS = [
  "delivery",
  "headerText",
  "body",
  "imported",
  "importIssues",
  "example",
  ...(Object.keys(DEFAULT_SETTINGS) as (keyof typeof DEFAULT_SETTINGS)[]),
] as const;
type Snapshot = Pick<State, (typeof KEYS)[number]>;
type Secrets = Pick<State, "secret" | "secondSecret" | "schemeSecrets" | "settings" | "encoding">;

/** Former deliveries are kept up to this number and size. */
const MAX_FORMER = 20;
const MAX_FORMER_CHARS = 20_000_000;
const former: Snapshot[] = [];
/** The secrets that were entered for each provider. */
const secretsByProvider = new Map<string, Secrets>();

/** The result of a delivery that is not shown any more: that of its successor follows. */
let staleResult: State["result"];

/** The provider of the shown delivery: the selected one, or the detected one. */
function shownProvider({ provider, result }: Readonly<State>): string | undefined {
  if (provider !== "auto") return provider;
  if (result === staleResult) return undefined;
  return result === undefined || "isUndetected" in result ? undefined : result.provider.id;
}

function secretsOf({ secret, secondSecret, schemeSecrets, settings, encoding }: Readonly<State>): Secrets {
  return { secret, secondSecret, schemeSecrets, settings, encoding };
}

/** Keeps the shown delivery for Undo, and its secrets. Returns whether there was one. */
function keepFormer(): boolean {
  const { state } = store;
  const provider = shownProvider(state);
  if (provider !== undefined) secretsByProvider.set(provider, secretsOf(state));
  keepDelivery(state.result === staleResult ? undefined : state.result);
  staleResult = state.result;
  if (state.body === "" && state.headerText.trim() === "") return false;
  former.push(Object.fromEntries(KEYS.map((key) => [key, state[key]])) as unknown as Snapshot);
  let chars = 0;
  // The newest ones that fit, and at least one.
  const first = former.findLastIndex(({ body }, index) => {
    chars += body.length;
    return former.length - index > MAX_FORMER || (chars > MAX_FORMER_CHARS && index < former.length - 1);
  });
  former.splice(0, first + 1);
  return true;
}

/** The secrets that were entered in this tab, by provider. */
export function knownSecrets(): Readonly<Record<string, Secrets>> {
  const { state } = store;
  const provider = shownProvider(state);
  return {
    ...Object.fromEntries(secretsByProvider),
    ...(provider === undefined ? {} : { [provider]: secretsOf(state) }),
  };
}

/** The title of the provider whose secret does not stay with another delivery. */
function putAside({ secret, secondSecret, providers }: Readonly<State>, from: string | undefined): string {
  const title = providers.find(({ id }) => id === from)?.title;
  return title === undefined || (secret === "" && secondSecret === "")
    ? ""
    : ` The secret of ${title} was put aside.`;
}

/**
 * Shows another delivery with all settings set back. The secrets of its provider stay, and come back. With `message`, a notice
 * offers to undo this.
 */
export function replaceDelivery(
  { text, ...head }: PageDelivery,
  {
    provider,
    message,
    ...more
  }: Partial<Snapshot> & { mode?: State["mode"]; message?: string | undefined } = {},
  detected: string | undefined = provider,
): void {
  const { state } = store;
  const before = shownProvider(state);
  const hadDelivery = keepFormer();
  // A secret that was entered before the first delivery is for that one.
  const entered = hadDelivery || before !== undefined ? undefined : secretsOf(state);
  const secrets = (detected === undefined ? undefined : secretsByProvider.get(detected)) ?? entered;
  const aside = before === detected || more.secret !== undefined ? "" : putAside(state, before);
  store.set({
    ...DEFAULT_SETTINGS,
    ...secrets,
    imported: undefined,
    importIssues: undefined,
    example: undefined,
    ...(provider === undefined ? {} : { provider }),
    ...more,
    delivery: nextDeliveryId(),
    headerText: formatHeaderText(head),
    body: text,
    issue: undefined,
    target: undefined,
    side: "why",
    notice:
      hadDelivery && message !== undefined
        ? { tone: "note", text: message + aside, canUndo: true }
        : undefined,
  });
}

/** Removes the delivery and all settings, also from the storage of the tab. */
export function clearDelivery(): void {
  const hadDelivery = keepFormer();
  // Cleared secrets are gone.
  secretsByProvider.clear();
  const { delivery, deliveries } = store.state;
  const cleared = deliveries.find(({ id }) => id === delivery);
  if (cleared !== undefined && isDeviceHistoryOn()) clearDeviceHistory(cleared.time).catch(() => undefined);
  store.set({
    ...DEFAULT_SETTINGS,
    delivery: nextDeliveryId(),
    // A cleared delivery is not stored any more. Undo has it in memory.
    deliveries: deliveries.filter(({ id }) => id !== delivery),
    headerText: "",
    body: "",
    imported: undefined,
    importIssues: undefined,
    example: undefined,
    issue: undefined,
    notice: hadDelivery ? { tone: "note", text: "Cleared.", canUndo: true } : undefined,
  });
}

/** Brings the former delivery back with its settings. Returns whether there is one. */
export function undoReplacement(): boolean {
  const last = former.pop();
  if (last === undefined) return false;
  staleResult = store.state.result;
  store.set({ ...last, issue: undefined, target: undefined, notice: undefined });
  return true;
}

/** Shows a delivery of this tab again, with the secrets of its provider. Returns whether there is one. */
export function showRecord(id: number): boolean {
  keepFormer();
  const record = store.state.deliveries.find((other) => other.id === id);
  if (record === undefined) return false;
  const { headerText, body, provider, profile, asOf, tolerance, example, shown, archive } = record;
  const { imported } = store.state;
  store.set({
    ...DEFAULT_SETTINGS,
    ...(shown === undefined ? undefined : secretsByProvider.get(shown)),
    delivery: id,
    headerText,
    body,
    provider,
    profile,
    asOf,
    tolerance,
    example,
    imported:
      imported !== undefined && imported.id === archive?.id
        ? { ...imported, index: archive.index }
        : undefined,
    importIssues: undefined,
    issue: undefined,
    target: undefined,
    side: "why",
    notice: undefined,
  });
  return true;
}
