/**
 * The history on this device, off until it is switched on: in IndexedDB, bounded. SECURITY: no secret, no delivery that contains
 * one, and none that was opened from a link.
 */
import type { DeliveryRecord } from "./history.ts";

const KEY = "hookseal-device-history";
const STORE = "deliveries";
export const MAX_DEVICE_DELIVERIES = 100;
/** 20 MiB in two bytes per character. */
export const MAX_DEVICE_CHARS = 10 * 1024 * 1024;

export function isDeviceHistoryOn(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

/** Switches the history on or off. What was kept is removed when it is switched off. */
export async function setDeviceHistory(isOn: boolean): Promise<void> {
  if (isOn) localStorage.setItem(KEY, "on");
  else {
    localStorage.removeItem(KEY);
    await clearDeviceHistory();
  }
}

/** The newest records that fit, the newest first. Each one has the time when it was first shown as its key. */
export function fittingRecords(
  records: readonly DeliveryRecord[],
  maxChars = MAX_DEVICE_CHARS,
): DeliveryRecord[] {
  let chars = 0;
  return [...records]
    .sort((a, b) => b.time - a.time)
    .slice(0, MAX_DEVICE_DELIVERIES)
    .filter((record) => {
      chars += JSON.stringify(record).length;
      return chars <= maxChars;
    });
}

/** All records of both, each once. Those of the device have negative numbers, so that they are older than those of the tab. */
export function mergeRecords(
  ofTab: readonly DeliveryRecord[],
  ofDevice: readonly DeliveryRecord[],
): DeliveryRecord[] {
  const times = new Set(ofTab.map(({ time }) => time));
  const older = fittingRecords(ofDevice.filter(({ time }) => !times.has(time)));
  return [...ofTab, ...older.map((record, index) => ({ ...record, id: -index - 1 }))];
}

const settle = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open("hookseal", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "time" });
  return settle(request);
}

async function withRecords<Result>(
  mode: IDBTransactionMode,
  work: (records: IDBObjectStore) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase();
  try {
    return await work(database.transaction(STORE, mode).objectStore(STORE));
  } finally {
    database.close();
  }
}

export async function readDeviceHistory(): Promise<DeliveryRecord[]> {
  if (!isDeviceHistoryOn()) return [];
  return withRecords("readonly", (records) => settle(records.getAll() as IDBRequest<DeliveryRecord[]>));
}

/** Keeps records, and removes the oldest ones that do not fit. */
export async function keepOnDevice(kept: readonly DeliveryRecord[]): Promise<void> {
  if (!isDeviceHistoryOn()) return;
  await withRecords("readwrite", async (records) => {
    for (const record of kept) await settle(records.put(record));
    const all = await settle(records.getAll() as IDBRequest<DeliveryRecord[]>);
    const fitting = new Set(fittingRecords(all).map(({ time }) => time));
    for (const { time } of all) if (!fitting.has(time)) await settle(records.delete(time));
  });
}

/** Removes one record, or all. */
export async function clearDeviceHistory(time?: number): Promise<void> {
  await withRecords("readwrite", (records) =>
    settle(time === undefined ? records.clear() : records.delete(time)),
  );
}
