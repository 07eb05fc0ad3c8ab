/** What a receiver adds to a delivery, and what it says of an error that nobody takes: without any value of a payload. */
import type { Issue, Verified } from "../types.js";
import type { ErrorSource } from "./options.js";

const CHANGED: Issue = {
  code: "retry-changed",
  severity: "warning",
  message:
    "A delivery with this id came before with another payload, and the provider never changes one between attempts.",
  path: [],
  pointer: "",
  span: { start: 0, end: 0, line: 1, column: 1 },
  byteSpan: { start: 0, end: 0 },
  hint: "It is handled as an event of its own. Compare it with the first one before it overwrites anything.",
};

/** Puts the warning of a changed retry before the delivery's own issues. */
export function changedRetry(delivery: object): void {
  const own = Object.getOwnPropertyDescriptor(delivery, "issues") as PropertyDescriptor;
  let issues: Issue[] | undefined;
  Object.defineProperty(delivery, "issues", {
    get(this: Verified) {
      issues ??= [{ ...CHANGED }, ...((own.get?.call(this) ?? []) as Issue[])];
      return issues;
    },
    enumerable: true,
    configurable: true,
  });
}

declare const console: { error(text: string): void };

/**
 * Says on the console that something threw, and where. An error's message is left out: people write what they
 * were working on into it, and that is health data.
 */
export function report(error: unknown, source: ErrorSource, provider: string): void {
  const who =
    source === "handler"
      ? "the handler"
      : source === "store"
        ? "the store"
        : source === "onEvent"
          ? "onEvent"
          : "the receiver";
  let what = "something that is no Error";
  let frames = "";
  if (error instanceof Error) {
    what = error.name;
    const head = String(error);
    // Where the stack does not start with the message, it cannot be told where the message ends.
    if (error.stack?.startsWith(head)) frames = error.stack.slice(head.length);
  }
  console.error(
    `hookseal: ${who} of a receiver for ${provider} threw ${what}. Its message is left out, since it may hold values of a payload: pass \`onError\` to see it.${frames}`,
  );
}
