/** Handles the events of a delivery that has several, one after the other. */
import type { Item, Verified } from "../types.js";
import type { Claimable } from "./claims.js";
import type { ReceiverEvent } from "./options.js";
import type { ResponseParts } from "./response.js";

/** What became of the call of a handler: it threw, or returned, maybe a Response that says that it failed. */
export type HandlerResult = "handled" | "failed" | "threw";

/** What became of one item. */
export type ItemResult = HandlerResult | "duplicate" | "replayed" | "in-progress" | "ignored";

/** The used members of the state of a request. */
interface ItemsState {
  /** The response that the handler set. */
  reply: ResponseParts | undefined;
  /** How many items had each outcome. */
  items: ReceiverEvent["items"];
}

/** Of several results the first one is that of the delivery. */
const RANKING = ["threw", "failed", "in-progress", "handled", "replayed", "duplicate", "ignored"] as const;

/**
 * Handles the items in order, and returns the result of the delivery. An item that fails stops no other one. The response is the
 * last one that a handler set; or, if a handler returned a Response that says that it failed, the first such Response.
 */
export async function handleEach(
  items: readonly Item[],
  state: ItemsState,
  handle: (item: Item, index: number) => Promise<ItemResult>,
): Promise<ItemResult> {
  const counts: NonNullable<ReceiverEvent["items"]> = {};
  state.items = counts;
  const results = new Set<ItemResult>();
  let failedReply: ResponseParts | undefined;
  for (const [index, item] of items.entries()) {
    const { reply } = state;
    const result = await handle(item, index);
    const outcome = result === "threw" ? "failed" : result;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    results.add(result);
    if (outcome === "failed") {
      if (result === "failed") failedReply ??= state.reply;
      state.reply = reply;
    }
  }
  const result = RANKING.find((result) => results.has(result)) ?? "ignored";
  if (result === "failed") state.reply = failedReply;
  return result;
}

/** One event of a delivery, to be claimed. */
export function claimableItem({ type, id }: Item, index: number, delivery: Verified): Claimable {
  return {
    type,
    id,
    signature: delivery.signature,
    isItem: true,
    // Equal items of one delivery are different events. PERF: a getter, since most claims need no digest.
    get digest() {
      return `${delivery.digest}/${index}`;
    },
  };
}
