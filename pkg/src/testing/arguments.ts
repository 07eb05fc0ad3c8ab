/** Checks the arguments of `hookseal/testing`. SECURITY: no message has a value. */
import { type OptionNames, optionMistake } from "../options.js";
import type { Webhook } from "../webhook.js";
import type { TestDelivery } from "./send-to.js";

export function checkHook(hook: Webhook): void {
  if (typeof hook?.check !== "function") throw new TypeError("Expected a webhook as the first argument.");
}

export function checkDelivery(delivery: TestDelivery): void {
  const { headers, body } = (delivery ?? {}) as Partial<TestDelivery>;
  if (typeof headers !== "object" || headers === null || !(body instanceof Uint8Array))
    throw new TypeError("Expected a delivery as `delivery` makes it: an object with `headers` and `body`.");
}

export function checkData(data: unknown): void {
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw new TypeError("Expected the data of the event as an object.");
}

export function checkTestOptions(call: string, options: unknown, names: OptionNames): void {
  const mistake = optionMistake(call, options, names);
  if (mistake !== undefined) throw new TypeError(mistake);
}

/** Throws unless a value is a number of milliseconds, or a time. */
export function checkMs(name: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new TypeError(`Expected \`${name}\` as a number of milliseconds.`);
}
