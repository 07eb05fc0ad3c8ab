/** Exit codes and usage errors: 0 valid, 1 rejected, 2 wrong usage. A usage error says what to change. */

/** All deliveries are valid. */
export const EXIT_VALID = 0;
/** A delivery was rejected or could not be sent, or two deliveries differ. */
export const EXIT_REJECTED = 1;
/** The arguments or the input cannot be used. */
export const EXIT_USAGE = 2;

/** Wrong usage: the message states the problem, the hint what to change. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** Messages for errno codes. SECURITY: the system's own messages quote paths, these do not. */
export const ERRNO_MESSAGES: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  EEXIST: "the file already exists",
  EADDRINUSE: "the port is in use",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ENOTFOUND: "unknown host",
  EPROTO: "the server does not use TLS",
};

/** Describes a failed system call. */
export function describeError(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string") return ERRNO_MESSAGES[code] ?? code;
  return error instanceof Error ? error.message : "unknown error";
}
