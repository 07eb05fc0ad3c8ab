/** How the command ends: 0 for valid, 1 for rejected, 2 for wrong usage, with a sentence that says what to do. */

/** Deliveries were judged and are in order. */
export const EXIT_VALID = 0;
/** Something was rejected, or is another thing than it should be. */
export const EXIT_REJECTED = 1;
/** The command was called in a way that cannot be answered. */
export const EXIT_USAGE = 2;

/** Wrong usage: the message says what is wrong, the hint what to type instead. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** What the operating system's codes say, without quoting anything. */
export const ERRNO_MESSAGES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be opened",
  EISDIR: "it is a folder",
  EEXIST: "it is there already",
  EADDRINUSE: "the port is in use",
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection was cut",
  ENOTFOUND: "the name of the host is not known",
  EPROTO: "it does not speak TLS",
};

/** Why an operation of the system failed. */
export function describeError(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string") return ERRNO_MESSAGES[code] ?? code;
  return error instanceof Error ? error.message : "it failed";
}
