/** The deliveries of an imported archive, checked in the worker piece by piece, and again with every secret. */
import type { ArchiveEntry, PageDelivery } from "../engine/protocol.ts";
import { parseTime } from "../ui/time.ts";
import { engine } from "./engine.ts";
import { knownSecrets } from "./replace.ts";
import { store } from "./state.ts";

/** Deliveries of one call, so that other calls come in between. */
const CHUNK = 100;
let turn = 0;

/**
 * Checks the deliveries of an archive until `onEntries` returns true. Resolves to what was checked; to undefined if a newer
 * check replaced this one.
 */
async function check(
  deliveries: readonly PageDelivery[],
  provider: string,
  onEntries: (entries: ArchiveEntry[]) => boolean,
): Promise<ArchiveEntry[] | undefined> {
  const run = ++turn;
  const { profile, asOf, tolerance } = store.state;
  const entries: ArchiveEntry[] = [];
  for (let from = 0; from < deliveries.length; from += CHUNK) {
    const checked = await engine.call("checkEntries", {
      deliveries: deliveries.slice(from, from + CHUNK),
      provider,
      secrets: knownSecrets(),
      profile,
      now: parseTime(asOf),
      tolerance: /^\d{1,9}$/.test(tolerance) ? Number(tolerance) : undefined,
    });
    if (checked === undefined || run !== turn) return undefined;
    entries.push(...checked);
    if (onEntries([...entries])) break;
  }
  return entries;
}

/** Checks an archive that is imported, until one is rejected. */
export function checkUntilRejected(deliveries: readonly PageDelivery[]): Promise<ArchiveEntry[] | undefined> {
  return check(deliveries, "auto", (entries) => entries.some(({ state }) => state === "rejected"));
}

/** Checks the whole archive, with the secrets and settings that there are now. */
export function checkArchive(): void {
  const { imported, provider } = store.state;
  if (imported === undefined) return;
  void check(imported.deliveries, provider, (entries) => {
    const current = store.state.imported;
    if (current?.id !== imported.id) return true;
    store.set({ imported: { ...current, entries: [...entries, ...current.entries.slice(entries.length)] } });
    return false;
  }).catch(() => undefined);
}

/** Checks the archive again when a secret or a setting changes. */
export function startArchive(): void {
  store.on(
    [
      "secret",
      "secondSecret",
      "schemeSecrets",
      "settings",
      "encoding",
      "profile",
      "provider",
      "asOf",
      "tolerance",
    ],
    checkArchive,
  );
}
