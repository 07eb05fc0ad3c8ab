/** Which receivers share a store, so that two subscriptions cannot take each other's deliveries for duplicates unnoticed. */

import { STORE_IDENTITY } from "../store.js";

/** What is asked of a webhook. Mocks of one may not have `sharesSecret`. */
interface Hook {
  readonly provider: string;
  sharesSecret?(other: Hook): boolean | undefined;
}

/** A receiver that was made on a store. */
interface Member {
  name: string;
  isNamed: boolean;
  /** Weak: a receiver that was replaced, as hot reloading does, is not kept by its store. */
  hook: { deref(): Hook | undefined };
}

/** By store. A store that is gone takes its list with it. */
const members = new WeakMap<object, Member[]>();

/**
 * Notes a receiver on a store that it was given.
 *
 * @throws TypeError where another one has the same name by default and no secret in common: claims of both would have the
 * same keys, and deliveries of the one be answered as duplicates of the other's.
 */
export function share(given: object, hook: Hook, name: string | undefined): void {
  const store = identityOf(given);
  const own = name ?? hook.provider;
  const isNamed = name !== undefined;
  const all = (members.get(store) ?? []).filter((member) => member.hook.deref() !== undefined);
  const others = all.filter((member) => member.name === own && !(isNamed && member.isNamed));
  const hooks = others.flatMap((member) => member.hook.deref() ?? []);
  // One of them is enough: where a secret is rotated, each webhook shares one with the next.
  if (hooks.length > 0 && !hooks.some((other) => isSameSubscription(hook, other))) {
    throw new TypeError(
      `Another receiver named ${JSON.stringify(own)} uses this store with a webhook that has no secret in common with this one, ` +
        "so each would answer deliveries of the other as duplicates. " +
        "Pass a different `name` to each receiver, or the same `name` to both if they are meant to share their deliveries.",
    );
  }
  const isKnown = all.some(
    (member) => member.name === own && member.isNamed === isNamed && member.hook.deref() === hook,
  );
  if (!isKnown) all.push({ name: own, isNamed, hook: weak(hook) });
  members.set(store, all);
}

/** What a store stands for, where it says so: several objects may share what they know. */
function identityOf(store: object): object {
  const identity = (store as { [STORE_IDENTITY]?: unknown })[STORE_IDENTITY];
  return typeof identity === "object" && identity !== null ? identity : store;
}

function isSameSubscription(hook: Hook, other: Hook): boolean {
  // What cannot be compared, such as a mock, is the caller's business.
  return hook === other || (hook.provider === other.provider && (hook.sharesSecret?.(other) ?? true));
}

/** Older runtimes, such as those of workers, have no weak references. */
function weak(hook: Hook): Member["hook"] {
  return typeof WeakRef === "function" ? new WeakRef(hook) : { deref: () => hook };
}
