/**
 * The deliveries of this tab, which a reload and the Back button bring back: in memory and in the tab's session storage.
 * SECURITY: no secret is stored, and no delivery whose text contains one.
 */
import type { CustomProvider } from "../engine/calls.ts";
import { clearDeviceHistory, isDeviceHistoryOn, keepOnDevice } from "./device-history.ts";
import { containsSecret } from "./secrets.ts";
import { isEmptyState, type State, store } from "./state.ts";

/** What is kept of a delivery. There is no field for a secret or a setting, which may be one. */
export interface DeliveryRecord
  extends Pick<State, "headerText" | "body" | "provider" | "profile" | "asOf" | "tolerance" | "example"> {
  id: number;
  /** When it was first shown, in milliseconds. */
  time: number;
  /** The provider, also if it was detected. */
  shown?: string | undefined;
  /** The archive that it is from, and where it is in there. */
  archive?: { id: number; index: number } | undefined;
  /** Whether it was opened from a link: the history on this device does not keep it. */
  isLinked?: boolean;
  /** What the list says of it. */
  type?: string | undefined;
  title?: string | undefined;
  verdict?: string | undefined;
}

interface Session {
  deliveries: DeliveryRecord[];
  current: number;
  custom?: CustomProvider | undefined;
  /** What other modes keep, by their names. */
  modes?: Record<string, unknown>;
}

/** What a mode keeps over a reload of the tab. SECURITY: `read` leaves out secrets; `hides` says what the text must not contain. */
export interface KeptMode {
  read(): object | undefined;
  write(kept: object): void;
  hides?(): string;
}

const keptModes = new Map<string, KeptMode>();

/** What the session has of modes that are not loaded yet. */
const restoredModes = new Map<string, object>();

/** Keeps the state of a mode in the session of the tab, and brings back what the session has of it. */
export function keepMode(name: string, mode: KeptMode): void {
  keptModes.set(name, mode);
  const value = restoredModes.get(name);
  restoredModes.delete(name);
  if (value !== undefined) mode.write(value);
}

/** What the modes keep now: each that fits and contains no secret. */
function readModes(max: number): Record<string, unknown> {
  const { state } = store;
  let chars = 0;
  const kept: Record<string, unknown> = {};
  const restored = [...restoredModes].map(([name, value]): [string, Omit<KeptMode, "write">] => [
    name,
    { read: () => value },
  ]);
  for (const [name, { read, hides }] of [...keptModes, ...restored]) {
    const value = read();
    const text = JSON.stringify(value ?? null);
    const isSecret =
      containsSecret(text, state) || containsSecret(text, { ...NO_SECRETS, secret: hides?.() ?? "" });
    chars += text.length;
    if (value !== undefined && !isSecret && chars <= max) kept[name] = value;
  }
  return kept;
}

const NO_SECRETS = { secret: "", secondSecret: "", schemeSecrets: {}, settings: {} };

/** Brings the kept modes of a session back: at once, or when they are loaded. */
export function writeModes({ modes = {} }: Session): void {
  for (const [name, value] of Object.entries(modes)) {
    if (typeof value !== "object" || value === null) continue;
    const mode = keptModes.get(name);
    if (mode === undefined) restoredModes.set(name, value);
    else mode.write(value);
  }
}

const KEY = "hookseal-session";
const MAX_DELIVERIES = 50;
/** 4 MiB in two bytes per character. */
const MAX_CHARS = 2 * 1024 * 1024;
const SAVE_DELAY_MS = 400;

/** The changes after which a delivery is kept again. */
const KEPT_KEYS = [
  "delivery",
  "headerText",
  "body",
  "provider",
  "profile",
  "asOf",
  "tolerance",
  "result",
  "custom",
] as const satisfies (keyof State)[];

/** A number for a delivery that is new. */
export function nextDeliveryId(): number {
  const { deliveries, delivery } = store.state;
  return Math.max(delivery, ...deliveries.map(({ id }) => id)) + 1;
}

/** Keeps the shown delivery as it is now. `result` is its own; undefined if there is none yet. */
export function keepDelivery(result?: State["result"]): void {
  const { state } = store;
  if (isEmptyState(state)) return;
  const { delivery: id, headerText, body, provider, profile, asOf, tolerance, example, imported } = state;
  const former = state.deliveries.find((record) => record.id === id);
  const inspection = result === undefined || "isUndetected" in result ? undefined : result;
  const record: DeliveryRecord = {
    id,
    time: former?.time ?? Date.now(),
    headerText,
    body,
    provider,
    profile,
    asOf,
    tolerance,
    example,
    shown: provider === "auto" ? (inspection?.provider.id ?? former?.shown) : provider,
    archive: imported && { id: imported.id, index: imported.index },
    ...(former?.isLinked === true || state.linked === id ? { isLinked: true } : {}),
    type: inspection?.report.type ?? former?.type,
    title: inspection?.provider.title ?? former?.title,
    verdict: inspection?.report.verdict ?? former?.verdict,
  };
  const others = state.deliveries.filter((other) => other.id !== id);
  store.set({ deliveries: [record, ...others].sort((a, b) => b.id - a.id).slice(0, MAX_DELIVERIES) });
}

/** Forgets all deliveries but the shown one, also those that this device keeps. */
export function clearHistory(): void {
  const { deliveries, delivery } = store.state;
  store.set({ deliveries: deliveries.filter(({ id }) => id === delivery) });
  if (isDeviceHistoryOn()) clearDeviceHistory().catch(() => undefined);
  save();
}

/** Writes the deliveries to the session storage: the newest ones that fit. */
function save(): void {
  keepDelivery(store.state.isBusy ? undefined : store.state.result);
  const { state } = store;
  const session: Session = {
    deliveries: [],
    current: state.delivery,
    custom: state.custom,
    modes: readModes(MAX_CHARS / 2),
  };
  let chars = JSON.stringify(session).length;
  for (const record of state.deliveries) {
    if (containsSecret(JSON.stringify([record.headerText, record.body]), state)) continue;
    chars += JSON.stringify(record).length;
    if (chars > MAX_CHARS) break;
    session.deliveries.push(record);
  }
  const shown = session.deliveries.find(({ id, isLinked }) => id === state.delivery && isLinked !== true);
  if (shown !== undefined) keepOnDevice([shown]).catch(() => undefined);
  // SECURITY: a definition with a secret in it is not stored either.
  if (containsSecret(JSON.stringify(state.custom ?? ""), state)) delete session.custom;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // Without storage the deliveries last until the page is reloaded.
  }
}

/** The deliveries of the tab before a reload. */
export function readSession(): Session | undefined {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Session | null;
    return Array.isArray(session?.deliveries) ? session : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps deliveries from now on. */
export function startHistory(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  store.on(KEPT_KEYS, () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_DELAY_MS);
  });
  addEventListener("pagehide", save);
}
