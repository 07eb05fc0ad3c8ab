/** Shared by the servers: a webhook, a handler that the delivery controls, and low limits. */
import { type PainchekEvents, painchek, type Webhook, webhook } from "hookseal";
import type { HandlerContext, ReceiverOptions } from "hookseal/fetch";

export const SECRET = "a secret of these tests only";

export const hook: Webhook<PainchekEvents> = painchek({ secrets: [SECRET] });

/** A webhook whose provider asks for a response before it sends events. */
export const slack: Webhook = webhook("slack", { secrets: [SECRET] });

/** A webhook whose provider sends several events in one delivery. */
export const line: Webhook = webhook("line", { secrets: [SECRET] });

/** The calls of the handler. */
export const calls: { id: string; key: string; retryChanged: boolean; issues: string[]; score: unknown }[] =
  [];

/** The events of `onEvent`. */
export const events: unknown[] = [];

const thrown = new Set<string>();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Handles a delivery as its field `x_test` requests, which no contract declares. */
export async function handler(
  // biome-ignore lint/suspicious/noExplicitAny: the contract does not declare the field
  delivery: { id: string; event: any; issues: { code: string }[]; body: Uint8Array },
  { key, retryChanged, reply }: HandlerContext,
): Promise<unknown> {
  const { x_test: wish, update_stamp: score } = delivery.event.data;
  calls.push({
    id: delivery.id,
    key,
    retryChanged,
    issues: delivery.issues.map(({ code }) => code).filter((code) => code === "retry-changed"),
    score,
  });
  if (wish === "reply") reply("wanted: ✓", "text/x-wanted; charset=utf-8");
  if (wish === "slow") await sleep(700);
  if (wish === "body") {
    // Other deliveries are verified meanwhile.
    await sleep(50);
    reply(new TextDecoder().decode(delivery.body));
  }
  if (wish === "throw" && !thrown.has(key)) {
    thrown.add(key);
    throw new Error("a patient's name");
  }
  if (wish === "respond") {
    // First not handled, then handled with a Response.
    const status = thrown.has(key) ? 201 : 503;
    thrown.add(key);
    const cookies: [string, string][] = [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ];
    return new Response(`✓ ${status}`, { status, headers: [["x-own", "yes"], ...cookies] });
  }
  return undefined;
}

/** Handles an event of a delivery that has several, as its field `x_test` requests. */
export async function itemHandler(
  // biome-ignore lint/suspicious/noExplicitAny: the contract does not declare the field
  { id, event }: { id: string; event: any },
  { key, retryChanged }: HandlerContext,
): Promise<void> {
  calls.push({ id, key, retryChanged, issues: [], score: 0 });
  if (event.x_test === "throw" && !thrown.has(key)) {
    thrown.add(key);
    throw new Error("a user's name");
  }
}

export const MAX_BYTES = 65_536;

export const options: Pick<ReceiverOptions, "maxBytes" | "bodyTimeout" | "onEvent" | "onError"> = {
  maxBytes: MAX_BYTES,
  bodyTimeout: 600,
  onEvent: (event) => events.push(event),
  onError: () => {},
};

/** The options of a receiver whose handler is called with each event. */
export const each: typeof options & { each: true } = { ...options, each: true };

/** The options of a receiver that accepts compressed bodies. */
export const compressed: typeof options & Pick<ReceiverOptions, "encodings"> = {
  ...options,
  encodings: ["gzip", "deflate"],
};

/** The calls and events, for the tests. */
export function seen(): string {
  return JSON.stringify({ calls, events });
}
