/** Warnings that a receiver adds to the issues of a delivery. */
import { issueWithoutLocation } from "../error.js";
import type { Issue, Verified } from "../types.js";

/** The warnings about a changed retry, and about a replay that is handled. */
export const WARNINGS = {
  retryChanged: {
    code: "retry-changed",
    message:
      "A delivery with this id was received before with another payload, although the provider sends the same payload at every attempt.",
    hint: "Compare this delivery with the first one before it overwrites data. It was handled as an event of its own.",
  },
  replayed: {
    code: "replayed",
    message:
      "A delivery with this body was received before under another id or event type, and the signature covers neither.",
    hint: "Trust only the body. An attacker who captured the first delivery may have sent this one.",
  },
} as const;

/** Adds a warning before the delivery's own issues. */
export function addWarning(
  delivery: object,
  { code, message, hint }: Pick<Issue, "code" | "message"> & { hint: string },
): void {
  const original = Object.getOwnPropertyDescriptor(delivery, "issues") as PropertyDescriptor;
  const warning: Issue = { ...issueWithoutLocation(code, "warning", message), hint };
  let issues: Issue[] | undefined;
  Object.defineProperty(delivery, "issues", {
    get(this: Verified) {
      issues ??= [warning, ...((original.get?.call(this) ?? []) as Issue[])];
      return issues;
    },
    enumerable: true,
    configurable: true,
  });
}
