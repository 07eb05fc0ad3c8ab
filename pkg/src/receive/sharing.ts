/** Knows which receivers share a store, so that two subscriptions do not treat each other's deliveries as duplicates. */

import { STORE_IDENTITY } from "../store.js";

/** The members in use of a webhook. `sharesSecret` is optional for mocks. */
interface Hook {
  readonly provider: string;
  sharesSecret?(other: Hook): boolean | undefined;
}

/** A receiver that uses a store. */
interface StoreUser {
  name: string;
  isNamed: boolean;
  /** Weak, so that the store does not keep receivers that hot reloading has replaced. */
  hook: { deref(): Hook | undefined };
}

/** The receivers of each store. */
const usersOfStore = new WeakMap<object, StoreUser[]>();

/**
 * Registers a receiver as a user of a store.
 *
 * @throws TypeError where another receiver has the same name, at least one of the two by default, and no secret in common. The
 * claims of both would have the same keys, so that deliveries of one were treated as duplicates of the other's.
 */
export function registerReceiver(store: object, hook: Hook, name: string | undefined): void {
  const identity = identityOf(store);
  const receiverName = name ?? hook.provider;
  const isNamed = name !== undefined;
  const users = (usersOfStore.get(identity) ?? []).filter((user) => user.hook.deref() !== undefined);
  const others = users.filter((user) => user.name === receiverName && !(isNamed && user.isNamed));
  const hooks = others.flatMap((user) => user.hook.deref() ?? []);
  // One webhook with a common secret is enough: during secret rotation, each webhook shares a secret with the next.
  if (hooks.length > 0 && !hooks.some((other) => isSameSubscription(hook, other))) {
    throw new TypeError(
      `Another receiver named ${JSON.stringify(receiverName)} uses this store with a webhook that has no secret in common with this one, ` +
        "so each would treat deliveries of the other as duplicates. " +
        "Pass a different `name` to each receiver, or the same `name` to both if they are meant to share their deliveries.",
    );
  }
  const isKnown = users.some(
    (user) => user.name === receiverName && user.isNamed === isNamed && user.hook.deref() === hook,
  );
  if (!isKnown) users.push({ name: receiverName, isNamed, hook: weakReference(hook) });
  usersOfStore.set(identity, users);
}

/** The identity of a store: several objects can share one, as stores on one Redis with one prefix do. */
function identityOf(store: object): object {
  const identity = (store as { [STORE_IDENTITY]?: unknown })[STORE_IDENTITY];
  return typeof identity === "object" && identity !== null ? identity : store;
}

function isSameSubscription(hook: Hook, other: Hook): boolean {
  // Webhooks that cannot be compared, such as mocks, count as the same subscription.
  return hook === other || (hook.provider === other.provider && (hook.sharesSecret?.(other) ?? true));
}

/** A weak reference, or a strong one in older runtimes. */
function weakReference(hook: Hook): StoreUser["hook"] {
  return typeof WeakRef === "function" ? new WeakRef(hook) : { deref: () => hook };
}
