/** The public keys that a delivery needs, from the option `keys` of a receiver. */
import type { Delivery, KeyNeed, PublicKeyText } from "../types.js";
import type { ReceiverOptions } from "./options.js";
import { call, withTimeout } from "./promises.js";

/** How long a request waits for its keys. */
const KEYS_TIMEOUT_MS = 10_000;

/** The keys for one delivery. Without them, the check of the delivery says why it is rejected. */
export async function keysFor(
  delivery: Delivery,
  hook: { needs?(delivery: Delivery): KeyNeed | undefined },
  keys: NonNullable<ReceiverOptions["keys"]>,
  report: (error: unknown) => void,
): Promise<readonly PublicKeyText[] | undefined> {
  if (typeof keys !== "function") return keys;
  let need: KeyNeed | undefined;
  try {
    need = hook.needs?.(delivery);
  } catch {
    return undefined;
  }
  if (need === undefined) return undefined;
  const needed = need;
  try {
    return await withTimeout(
      KEYS_TIMEOUT_MS,
      call(() => keys(needed)),
    );
  } catch (error) {
    report(error);
    return undefined;
  }
}
