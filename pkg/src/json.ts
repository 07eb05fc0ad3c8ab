/** Values as JSON, and why there is none. */
import { isDeep } from "./core.js";

/** A value as JSON; undefined for one that has none: a function, a circle, a BigInt. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Whether JSON could not be made of a value because it is nested deeper than the engine's stack: no circle, which has no end. */
export function isTooDeep(value: unknown): boolean {
  try {
    JSON.stringify(value);
  } catch (error) {
    // V8 and JavaScriptCore throw a RangeError, SpiderMonkey an InternalError. A TypeError names the keys of a circle.
    const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
    return name !== "TypeError" && isDeep(message);
  }
  return false;
}
