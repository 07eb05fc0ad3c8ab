/** What every server of these tests is made of: a webhook, a handler that does as its delivery says, and small limits. */
import { type PainchekEvents, painchek, type Webhook } from "hookseal";
import type { HandlerContext, ReceiverOptions } from "hookseal/fetch";

export const SECRET = "a secret of these tests only";

export const hook: Webhook<PainchekEvents> = painchek({ secrets: [SECRET] });

/** What the handler was called with. */
export const calls: { id: string; key: string; retryChanged: boolean; issues: string[]; score: unknown }[] =
  [];

/** What `onEvent` was told. */
export const events: unknown[] = [];

const thrown = new Set<string>();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Does what the delivery asks for in a field that no contract knows. */
export async function handler(
  // biome-ignore lint/suspicious/noExplicitAny: the field is none of the contract
  delivery: { id: string; event: any; issues: { code: string }[] },
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
  if (wish === "throw" && !thrown.has(key)) {
    thrown.add(key);
    throw new Error("a patient's name");
  }
  if (wish === "respond") {
    // Not handled at first, and then with an answer of its own.
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

export const MOST = 65_536;

export const options: Pick<ReceiverOptions, "maxBytes" | "bodyTimeout" | "onEvent" | "onError"> = {
  maxBytes: MOST,
  bodyTimeout: 600,
  onEvent: (event) => events.push(event),
  onError: () => {},
};

/** The same for bodies that may be compressed. */
export const compressed: typeof options & Pick<ReceiverOptions, "encodings"> = {
  ...options,
  encodings: ["gzip", "deflate"],
};

/** What the tests ask beside deliveries. */
export function seen(): string {
  return JSON.stringify({ calls, events });
}
