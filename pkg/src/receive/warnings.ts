/** What a receiver adds to the issues of a delivery that it hands over all the same. */
import type { Issue, Verified } from "../types.js";

/** The warning of a changed retry, and the one of a replay that is handled. */
export const WARNINGS = {
  retryChanged: {
    code: "retry-changed",
    message:
      "A delivery with this id came before with another payload, and the provider never changes one between attempts.",
    hint: "It is handled as an event of its own. Compare it with the first one before it overwrites anything.",
  },
  replayed: {
    code: "replayed",
    message:
      "A delivery with this body came before under another id or event type, and the signature covers neither.",
    hint: "Somebody who captured the first delivery can have sent it. Trust nothing of it but its body.",
  },
} as const;

/** Puts a warning before the delivery's own issues. */
export function warn(
  delivery: object,
  { code, message, hint }: Pick<Issue, "code" | "message"> & { hint: string },
): void {
  const own = Object.getOwnPropertyDescriptor(delivery, "issues") as PropertyDescriptor;
  const warning: Issue = {
    code,
    severity: "warning",
    message,
    path: [],
    pointer: "",
    span: { start: 0, end: 0, line: 1, column: 1 },
    byteSpan: { start: 0, end: 0 },
    hint,
  };
  let issues: Issue[] | undefined;
  Object.defineProperty(delivery, "issues", {
    get(this: Verified) {
      issues ??= [warning, ...((own.get?.call(this) ?? []) as Issue[])];
      return issues;
    },
    enumerable: true,
    configurable: true,
  });
}
