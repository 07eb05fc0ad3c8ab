/** What a reload of the page brings back: the deliveries of the tab, the shown one, and the custom provider. */
import { modeOf } from "./address.ts";
import { setCustomProvider } from "./custom.ts";
import { mergeRecords, readDeviceHistory } from "./device-history.ts";
import { readSession, writeModes } from "./history.ts";
import { showRecord } from "./replace.ts";
import { isEmptyState, store } from "./state.ts";

/** Brings the session of the tab back. A link, and what was entered meanwhile, come first. */
export async function restoreSession(): Promise<void> {
  const session = readSession();
  const kept = await readDeviceHistory().catch(() => []);
  if (kept.length > 0) store.set({ deliveries: mergeRecords(session?.deliveries ?? [], kept) });
  if (session === undefined) return;
  store.set({ deliveries: mergeRecords(session.deliveries, kept) });
  if (session.custom !== undefined) await setCustomProvider(session.custom);
  // After the custom provider, which they may use.
  writeModes(session);
  const isLink = location.hash !== "" && modeOf(location.hash) === undefined;
  if (!isLink && isEmptyState(store.state)) showRecord(session.current);
}
