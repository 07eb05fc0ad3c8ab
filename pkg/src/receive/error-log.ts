/** Prints errors for which there is no `onError`: class and stack, and the message only if this package wrote it. */
import { hasOwnMessage } from "../error.js";
import { LogRateLimit, sanitize } from "./log.js";
import type { ErrorSource } from "./options.js";

declare const console: { error(text: string): void };

const SOURCES: Record<ErrorSource, string> = {
  handler: "the handler",
  store: "the store",
  onEvent: "`onEvent`",
  onRejected: "`onRejected`",
  onSecret: "`onSecret`",
  keys: "`keys`",
  log: "`log`",
  receiver: "the receiver",
};

const MAX_NAME_CHARS = 100;
const MAX_MESSAGE_CHARS = 1_000;
const MAX_FRAME_CHARS = 500;
/** How many lines of a stack are printed, and how many nested causes. */
const MAX_FRAMES = 30;
const MAX_CAUSES = 5;

/** The sources that only deliveries with a valid signature reach: each of their errors is printed. */
const VERIFIED_SOURCES: readonly ErrorSource[] = ["handler", "store", "onSecret"];

/** The default `onError` of a receiver. SECURITY: rate-limited, so that requests without a signature fill no disk. */
export function errorLog(receiver: {
  name: string;
  provider: string;
}): (error: unknown, source: ErrorSource) => void {
  const limit = new LogRateLimit();
  return (error, source) => {
    const omitted = VERIFIED_SOURCES.includes(source) ? 0 : limit.admit(source, performance.now());
    if (omitted !== undefined) logError(error, source, receiver, omitted);
  };
}

/**
 * Prints that an error was thrown, and where. SECURITY: without the message, since code of users often puts values of the
 * payload into it.
 */
function logError(
  error: unknown,
  source: ErrorSource,
  { name, provider }: { name: string; provider: string },
  omitted: number,
): void {
  const message = ownMessageOf(error);
  const detail =
    message === undefined
      ? "The message is omitted because it may contain values of a payload. Pass `onError` to see it."
      : sanitize(message, MAX_MESSAGE_CHARS);
  const suffix = name === provider ? "" : ` named ${JSON.stringify(sanitize(name, MAX_NAME_CHARS))}`;
  const who = `${SOURCES[source]} of a receiver for ${sanitize(provider, MAX_NAME_CHARS)}${suffix}`;
  let text = `hookseal: ${who} threw ${className(error)}. ${detail}${formatFrames(error)}`;
  let cause = property(error, "cause");
  for (let depth = 0; cause !== undefined && depth < MAX_CAUSES; depth++) {
    text += `\ncaused by ${className(cause)}${formatFrames(cause)}`;
    cause = property(cause, "cause");
  }
  if (omitted > 0) text += `\n(${omitted} more errors of this source were omitted.)`;
  console.error(text);
}

/** A property of any value. Undefined where a getter or a proxy throws. */
function property(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** The class of an error of any realm; the JavaScript type of any other value. */
function className(error: unknown): string {
  if (typeof error !== "object" || error === null)
    return `a value that is not an Error (${error === null ? "null" : typeof error})`;
  const name = property(error, "name");
  const own = property(property(error, "constructor"), "name");
  // A class without a `name` of its own inherits that of its parent, so the constructor's name comes second.
  const best = [name, own].find((text) => typeof text === "string" && text !== "" && text !== "Error");
  const text = best ?? (name === "Error" || own === "Error" ? "Error" : "an object without a class");
  return sanitize(text as string, MAX_NAME_CHARS);
}

/** The message of an error, if this package wrote it. */
function ownMessageOf(error: unknown): string | undefined {
  try {
    if (!(typeof error === "object" && error !== null && hasOwnMessage(error))) return undefined;
  } catch {
    return undefined;
  }
  const message = property(error, "message");
  return typeof message === "string" ? message : undefined;
}

/** A line of a stack in the format of V8 and others, which ends with a position in a file. */
const FRAME =
  /^\s+at (?:.*\()?(?:<anonymous>|native|(?:[a-z][a-z+.-]*:|\/|[A-Za-z]:\\|[\w@./~-]+\.[cm]?[jt]sx?:).*\d+:\d+)\)?$/;

/** The stack of an error without its message. SECURITY: only lines that end with a position in a file are printed. */
function formatFrames(error: unknown): string {
  const stack = property(error, "stack");
  if (typeof stack !== "string") return "";
  const message = property(error, "message");
  let rest = stack;
  if (typeof message === "string" && message !== "") {
    // The stack keeps the first message of an error whose message was changed later, so each line is checked as well.
    const start = stack.indexOf(message);
    if (start !== -1) rest = stack.slice(start + message.length);
  }
  // PERF: the pattern takes quadratic time, and lines of a message may be long.
  const isFrame = (line: string) => line.length <= 2 * MAX_FRAME_CHARS && FRAME.test(line);
  const lines = rest.split("\n", 10 * MAX_FRAMES).filter(isFrame);
  return lines
    .slice(0, MAX_FRAMES)
    .map((line) => `\n    ${sanitize(line.trim(), MAX_FRAME_CHARS)}`)
    .join("");
}
