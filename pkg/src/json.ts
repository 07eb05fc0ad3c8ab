/** Serializes values as JSON, and finds out why that fails. */
import { isStackOverflow } from "./core.js";

/** A value as JSON; undefined for a function, a circular object or a BigInt. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Whether a value is nested deeper than the engine's stack, so that it cannot be serialized. False for a circular object. */
export function isTooDeep(value: unknown): boolean {
  try {
    JSON.stringify(value);
  } catch (error) {
    // V8 and JavaScriptCore throw a RangeError, SpiderMonkey an InternalError. A TypeError names the keys of a circle.
    const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
    return name !== "TypeError" && isStackOverflow(message);
  }
  return false;
}
