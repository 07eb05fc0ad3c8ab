// What the suites of receivers share: a receiver of fetch's that keeps what it told, and requests to it.
import { receiver } from "../../src/fetch.ts";
import type { SignedDelivery, Webhook } from "../../src/index.ts";
import type { HandlerContext, ReceiverEvent, ReceiverOptions } from "../../src/receive/options.ts";

/** A request with a delivery, and with other headers where that is said. */
export function requestOf(
  { headers, body }: Pick<SignedDelivery, "headers" | "body">,
  more: Record<string, string | undefined> = {},
): Request {
  const given = Object.entries({ ...headers, ...more }).filter(([, value]) => value !== undefined);
  return new Request("https://h/hook", {
    method: "POST",
    headers: given as [string, string][],
    body: body as Uint8Array<ArrayBuffer>,
  });
}

/** A receiver that keeps what its handler was called with, and what it told. It writes no lines unless it is told to. */
export function receiving(
  hook: Webhook,
  // biome-ignore lint/suspicious/noExplicitAny: deliveries of any webhook
  handler: (delivery: any, context: HandlerContext) => unknown = () => {},
  options: ReceiverOptions = {},
) {
  const events: ReceiverEvent[] = [];
  const errors: [string, unknown][] = [];
  const calls: { id: string; type: string; key: string; replayed: boolean; issues: string[] }[] = [];
  const receive = receiver(
    hook,
    (delivery, context) => {
      const { id, type, issues } = delivery;
      const { key, replayed } = context;
      calls.push({ id, type, key, replayed, issues: issues.map(({ code }) => code) });
      return handler(delivery, context);
    },
    {
      onEvent: (event) => events.push(event),
      onError: (error, source) => errors.push([source, error]),
      log: false,
      ...options,
    },
  );
  const send = async (...given: Parameters<typeof requestOf>) => {
    const response = await receive(requestOf(...given));
    const text = await response.text();
    return { status: response.status, text, headers: response.headers };
  };
  /** The status, and the code or what was done. */
  const said = async (...given: Parameters<typeof requestOf>) => {
    const { status, text } = await send(...given);
    const { code, status: done } = JSON.parse(text);
    return `${status} ${code ?? done}`;
  };
  return { receive, send, said, events, errors, calls };
}

/** Waits for what nobody waits for. */
export const soon = (ms = 20) => new Promise<void>((resolve) => setTimeout(resolve, ms));
