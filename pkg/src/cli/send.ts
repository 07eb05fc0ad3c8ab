/** `send`: posts a delivery by `hookseal/send`, once or on a schedule, and shows the answer. */
import type { ProviderDefinition, Webhook } from "../index.js";
import { type Attempt, send as post, SendError, type Sent } from "../send.js";
import { type SignCommandOptions, signed } from "./create.js";
import { WebhookFactory } from "./hooks.js";
import { readDelivery, sources } from "./input.js";
import { count, print, printError, sanitize, style } from "./paint.js";
import { samplesOf } from "./samples.js";
import { ERRNO_MESSAGES, EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";

export interface SendCommandOptions extends SignCommandOptions {
  event?: string;
  sample?: string;
  asIs?: boolean;
  timeout?: string;
  retry?: boolean;
  delays?: string[];
}

/** Of an answer, no more is shown. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/** What is sent, and by whose rules. */
interface DeliveryToSend {
  headers: [string, string][];
  body: Uint8Array;
  definition: ProviderDefinition | undefined;
  /** Who signed it, and can sign it anew. */
  hook?: Webhook;
}

export async function send(
  target: string,
  file: string | undefined,
  options: SendCommandOptions,
): Promise<number> {
  const { url, text, login } = address(target);
  const again = options.retry === true || options.delays !== undefined;
  if (again && (options.now !== undefined || options.url !== undefined)) {
    throw new UsageError(
      "With --retry each attempt is signed for its own time, and for the URL it goes to.",
      "Leave out --now and --url, or send it once.",
    );
  }
  const going = await outgoing(file, options, url);
  if (login !== undefined && !going.headers.some(([name]) => name.toLowerCase() === "authorization"))
    going.headers.push(["Authorization", login]);
  // A webhook would sign a single attempt anew, too, and by another time than --now says.
  const by = again ? (going.hook ?? going.definition) : going.definition;
  const retries = again ? options.delays : [];
  const timeout = options.timeout ?? "15s";
  const why = (attempt: Attempt) => describeFailure(attempt, timeout);
  const sent = await sendOrExit(text, going, {
    provider: by,
    retries,
    timeout,
    // Whoever typed the URL means it.
    allowAddresses: "any",
    plainHttp: "allow",
    maxResponseBytes: MAX_RESPONSE_BYTES,
    onAttempt: (attempt) => {
      if (again) printError(style.dim(progress(attempt, why)));
    },
  });
  return show(sent, going, again, { url, text, why }, options.json === true);
}

/** Sends it. What is wrong with the call is wrong usage. */
async function sendOrExit(...call: Parameters<typeof post>): Promise<Sent> {
  try {
    return await post(...call);
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    if (error.code === "signature-expires") {
      throw new UsageError(
        "The signature covers a time, and receivers refuse it when it is old.",
        "Leave out --as-is, and each attempt is signed anew; or leave out --retry.",
      );
    }
    throw new UsageError(
      error.message,
      error.code === "parameter-missing" ? "On the command line, write the value itself." : undefined,
    );
  }
}

/** One attempt of several, while they go on. */
function progress(attempt: Attempt, why: (attempt: Attempt) => string): string {
  const { number, status, durationMs: ms, nextDelayMs: wait } = attempt;
  const what = status === undefined ? why(attempt) : `${status} in ${ms} ms`;
  return `attempt ${number}: ${sanitize(what)}${wait === undefined ? "" : `; the next in ${formatDuration(wait)}`}`;
}

/** A time as people say it: 250 ms, 1.5 s, 45 m, 12 h. */
function formatDuration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const [unit, length] = ms < 60_000 ? ["s", 1000] : ms < 3_600_000 ? ["m", 60_000] : ["h", 3_600_000];
  return `${Math.round((ms / (length as number)) * 10) / 10} ${unit}`;
}

/** Why there is no answer. What the system calls it stands in brackets at the end of the message. */
function describeFailure({ code, message = "" }: Attempt, timeout: string): string {
  if (code === "timeout") return `none within ${timeout.replace(/^(\d+)s$/, "$1 seconds")}`;
  const system = /\((\w+)\)\.$/.exec(message)?.[1] ?? "";
  return ERRNO_MESSAGES[system] ?? message.replace(/\.$/, "");
}

function show(
  { ok, outcome, status, attempts, response: answer }: Sent,
  { body: sentBody, definition }: DeliveryToSend,
  again: boolean,
  to: { url: URL; text: string; why: (attempt: Attempt) => string },
  json: boolean,
): number {
  const last = attempts.at(-1) as Attempt;
  const more = again ? { outcome, attempts } : {};
  if (answer === undefined) {
    const message = `${to.url.host} gave no answer: ${to.why(last)}.`;
    print(json ? JSON.stringify({ ok, error: message, ...more }) : style.red(sanitize(message)));
    return EXIT_REJECTED;
  }
  const { rawHeaders, truncated: cut } = answer;
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
  const body = Buffer.from(answer.body).toString("utf8");
  if (json) {
    const shown = {
      ok,
      status,
      headers: Object.fromEntries(headers),
      body,
      cut,
      milliseconds: last.durationMs,
      ...more,
    };
    print(JSON.stringify(shown));
    return ok ? EXIT_VALID : EXIT_REJECTED;
  }
  // With parameters as they were typed: what they are filled with is the payload's.
  const where = /[{}]/.test(to.text) ? to.text : to.url.href;
  print(`${style.dim("POST")} ${sanitize(where)} ${style.dim(count(sentBody.length, "byte"))}`);
  print(`${(ok ? style.green : style.red)(String(status))} ${style.dim(`in ${last.durationMs} ms`)}`);
  for (const [key, value] of headers) print(style.dim(`  ${sanitize(key)}: ${sanitize(value)}`));
  if (body !== "") print(sanitize(body, true).trimEnd());
  if (cut) print(style.dim(`The answer is longer than ${MAX_RESPONSE_BYTES} bytes: the rest was not read.`));
  if (outcome === "stopped")
    print(`${style.red("No sender would try again")}: ${status} says that it is gone.`);
  else if (!ok) {
    const what = again
      ? `None of ${count(attempts.length, "attempt")} succeeded`
      : "The sender would try again";
    print(`${style.red(what)}: it takes ${rangeOf(definition)} for success.`);
  }
  return ok ? EXIT_VALID : EXIT_REJECTED;
}

/** The statuses that are success, in words. */
function rangeOf(definition: ProviderDefinition | undefined): string {
  const success = definition?.success ?? "2xx";
  return success.replace(/^(\d)xx$/, (_, hundred) => `${hundred}00-${hundred}99`).replace("-", " to ");
}

/** The URL as it is typed, but for a name and a password, which are sent as a header and not shown. */
function address(target: string): { url: URL; text: string; login?: string } {
  let url: URL;
  try {
    url = new URL(target);
  } catch {
    throw new UsageError("This is no URL.", "For example: http://localhost:3000/webhook");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new UsageError("A delivery is sent by http or https.");
  }
  const { username, password } = url;
  if (username === "" && password === "") return { url, text: target };
  url.username = "";
  url.password = "";
  let login: Buffer;
  try {
    login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  } catch {
    throw new UsageError(
      "The name or the password in the URL is not percent-encoded UTF-8.",
      "Write %25 for %.",
    );
  }
  return {
    url,
    text: target.replace(/\/\/[^/?#\\]*@/, "//"),
    login: `Basic ${login.toString("base64")}`,
  };
}

/** What is sent: a file as it is, or signed anew; or a sample, signed. */
async function outgoing(
  file: string | undefined,
  options: SendCommandOptions,
  url: URL,
): Promise<DeliveryToSend> {
  const href = options.url ?? url.href;
  if (options.event !== undefined) {
    if (file !== undefined) throw new UsageError("Either a file is sent, or a sample of --event.");
    if (options.provider === undefined)
      throw new UsageError("A sample needs --provider.", "For example: --provider painchek");
    const events = Object.keys(new WebhookFactory({}, "none").definition(options.provider).events ?? {});
    const samples = samplesOf(options.provider, events).filter(({ type }) => type === options.event);
    const sample =
      options.sample === undefined ? samples[0] : samples.find(({ variant }) => variant === options.sample);
    if (sample === undefined) {
      throw new UsageError(
        "There is no such sample.",
        `See what there is: hookseal new ${options.provider} --list`,
      );
    }
    const body = new TextEncoder().encode(sample.text);
    return asSigned(await signed({ headers: {}, body }, options, href, options.event));
  }
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const { delivery } = await readDelivery(source, { ...options, url: href });
  if (options.asIs === true) {
    const hooks = new WebhookFactory(options, "none");
    return {
      headers: delivery.headers,
      body: delivery.body,
      definition: hooks.knows(delivery) ? hooks.definition(hooks.name(delivery)) : undefined,
    };
  }
  const provider = new WebhookFactory(options, "none").name(delivery);
  return asSigned(await signed(delivery, { ...options, provider }, href));
}

const asSigned = ({ delivery, hook }: Awaited<ReturnType<typeof signed>>): DeliveryToSend => ({
  headers: Object.entries(delivery.headers),
  body: delivery.body,
  definition: hook.definition,
  hook,
});
