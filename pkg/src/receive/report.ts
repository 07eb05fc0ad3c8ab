/** What a receiver says of an error that nobody takes: its class and its stack, and no message but the package's own. */
import { hasOwnMessage } from "../error.js";
import { sanitize } from "./log.js";
import type { ErrorSource } from "./options.js";

declare const console: { error(text: string): void };

const SOURCES: Record<ErrorSource, string> = {
  handler: "the handler",
  store: "the store",
  onEvent: "`onEvent`",
  onRejected: "`onRejected`",
  log: "`log`",
  receiver: "the receiver",
};

const MAX_NAME_CHARS = 100;
const MAX_MESSAGE_CHARS = 1_000;
const MAX_FRAME_CHARS = 500;
/** How many lines of a stack are shown, and how many causes behind causes. */
const MAX_FRAMES = 30;
const MAX_CAUSES = 5;

/**
 * Says on the console that something threw, and where. An error's message is left out: people write what they
 * were working on into it, and that is health data.
 */
export function logError(
  error: unknown,
  source: ErrorSource,
  { name, provider }: { name: string; provider: string },
): void {
  const said = messageOf(error);
  const hint =
    said === undefined
      ? "Its message is left out, since it may hold values of a payload: pass `onError` to see it."
      : sanitize(said, MAX_MESSAGE_CHARS);
  const named = name === provider ? "" : ` named ${JSON.stringify(sanitize(name, MAX_NAME_CHARS))}`;
  const who = `${SOURCES[source]} of a receiver for ${sanitize(provider, MAX_NAME_CHARS)}${named}`;
  let text = `hookseal: ${who} threw ${className(error)}. ${hint}${frames(error)}`;
  let cause = property(error, "cause");
  for (let depth = 0; cause !== undefined && depth < MAX_CAUSES; depth++) {
    text += `\ncaused by ${className(cause)}${frames(cause)}`;
    cause = property(cause, "cause");
  }
  console.error(text);
}

/** A property of something that may be anything: a getter may throw, and a proxy do worse. */
function property(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** The class of an error, of whatever realm; of anything else, what kind of thing it is. */
function className(error: unknown): string {
  if (typeof error !== "object" || error === null)
    return `no Error but ${error === null ? "null" : typeof error}`;
  const name = property(error, "name");
  const own = property(property(error, "constructor"), "name");
  // A class that gives itself no name has its parent's.
  const best = [name, own].find((text) => typeof text === "string" && text !== "" && text !== "Error");
  const text = best ?? (name === "Error" || own === "Error" ? "Error" : "an object without a class");
  return sanitize(text as string, MAX_NAME_CHARS);
}

function messageOf(error: unknown): string | undefined {
  try {
    if (!(typeof error === "object" && error !== null && hasOwnMessage(error))) return undefined;
  } catch {
    return undefined;
  }
  const message = property(error, "message");
  return typeof message === "string" ? message : undefined;
}

/** A line of a stack, in the form that V8 and others give it: a place in a file at its end. */
const FRAME =
  /^\s+at (?:.*\()?(?:<anonymous>|native|(?:[a-z][a-z+.-]*:|\/|[A-Za-z]:\\|[\w@./~-]+\.[cm]?[jt]sx?:).*\d+:\d+)\)?$/;

/** The lines of a stack that are places in a program. A stack begins with the message, and so do they not. */
function frames(error: unknown): string {
  const stack = property(error, "stack");
  if (typeof stack !== "string") return "";
  const message = property(error, "message");
  let rest = stack;
  if (typeof message === "string" && message !== "") {
    // Where an error was given another message later, its stack has the first one: lines are told by their form alone.
    const start = stack.indexOf(message);
    if (start !== -1) rest = stack.slice(start + message.length);
  }
  // PERF: the pattern takes quadratic time, and what is not of a program may be long.
  const isFrame = (line: string) => line.length <= 2 * MAX_FRAME_CHARS && FRAME.test(line);
  const lines = rest.split("\n", 10 * MAX_FRAMES).filter(isFrame);
  return lines
    .slice(0, MAX_FRAMES)
    .map((line) => `\n    ${sanitize(line.trim(), MAX_FRAME_CHARS)}`)
    .join("");
}
