// Shared by the suites of receivers: a receiver that records events, errors and calls of its handler, and requests to it.
import { receiver } from "../../src/fetch.ts";
import { painchek, type SignedDelivery, type Webhook } from "../../src/index.ts";
import type { HandlerContext, ReceiverEvent, ReceiverOptions } from "../../src/receive/options.ts";
import { SECRET } from "./fixtures.ts";

/** The webhook of the suites. */
export const hook = painchek({ secrets: [SECRET] });
let number = 0;

/** A delivery of a new event, or of the event with this `uuid`. */
export function signed(
  uuid = `5e0c6b3a-91d2-4c7f-8a46-${`${++number}`.padStart(12, "0")}`,
  stamp = 1,
): SignedDelivery {
  return hook.create("assessment_add", { uuid, patient: uuid, update_stamp: stamp });
}

/** A request with a delivery. `more` adds, replaces or (as undefined) removes headers. */
export function requestOf(
  { headers, body }: Pick<SignedDelivery, "headers" | "body">,
  more: Record<string, string | undefined> = {},
): Request {
  const pairs = Object.entries({ ...headers, ...more }).filter(([, value]) => value !== undefined);
  return new Request("https://h/hook", {
    method: "POST",
    headers: pairs as [string, string][],
    body: body as Uint8Array<ArrayBuffer>,
  });
}

/** A receiver that records events, errors and calls of its handler. It writes no log lines unless `options` has a `log`. */
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
  const send = async (...args: Parameters<typeof requestOf>) => {
    const response = await receive(requestOf(...args));
    const text = await response.text();
    return { status: response.status, text, headers: response.headers };
  };
  /** The status, and the code or outcome of the response. */
  const outcomeOf = async (...args: Parameters<typeof requestOf>) => {
    const { status, text } = await send(...args);
    const { code, status: done } = JSON.parse(text);
    return `${status} ${code ?? done}`;
  };
  return { receive, send, outcomeOf, events, errors, calls };
}

/** Waits for work that has no promise. */
export const soon = (ms = 20) => new Promise<void>((resolve) => setTimeout(resolve, ms));
