/** `send`: sends a delivery with `hookseal/send`, once or on a retry schedule, and shows the response. */
import type { Webhook } from "../index.js";
import { type Attempt, SendError, type SendResult, send as sendWithRetries } from "../send.js";
import { type SignCommandOptions, signDelivery } from "./create.js";
import { withFreshIds } from "./fresh-ids.js";
import { parseHeaderFlags, type ReadDelivery, readDelivery, showImportIssues, sources } from "./input.js";
import { count, print, printError, sanitize, style } from "./output.js";
import { samplesOf } from "./samples.js";
import { ERRNO_MESSAGES, EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";
import { WebhookFactory } from "./webhook-factory.js";

export interface SendCommandOptions extends SignCommandOptions {
  event?: string;
  sample?: string;
  sameId?: boolean;
  asIs?: boolean;
  timeout?: string;
  retry?: boolean;
  delays?: string[];
}

/** Longer responses are cut, so that a response cannot flood the terminal. */
const MAX_RESPONSE_BYTES = 64 * 1024;

interface DeliveryToSend {
  headers: [string, string][];
  body: Uint8Array;
  /** The webhook of the provider, if the provider is known: has the success range and the retry schedule. */
  hook: Webhook | undefined;
  /** Whether the webhook has the secret, to sign each retry. */
  canSign: boolean;
  /** The file that was read; undefined for a sample. */
  input?: ReadDelivery;
}

export async function send(
  target: string,
  file: string | undefined,
  options: SendCommandOptions,
): Promise<number> {
  const { url, text, login } = parseTarget(target);
  const isRetrying = options.retry === true || options.delays !== undefined;
  if (isRetrying && (options.now !== undefined || options.url !== undefined)) {
    throw new UsageError(
      "--now and --url cannot be used with --retry: each attempt is signed at its own time, for the URL it is sent to.",
      "Remove --now and --url, or remove --retry.",
    );
  }
  const delivery = await readDeliveryToSend(file, options, url);
  const { input } = delivery;
  if (input !== undefined && options.json !== true) showImportIssues(input, options);
  if (login !== undefined && !delivery.headers.some(([name]) => name.toLowerCase() === "authorization"))
    delivery.headers.push(["Authorization", login]);
  // Passed as the provider, the webhook would sign a single attempt again, and ignore --now.
  const provider = isRetrying && delivery.canSign ? delivery.hook : delivery.hook?.definition;
  const retries = isRetrying ? options.delays : [];
  const timeout = options.timeout ?? "15s";
  const reasonOf = (attempt: Attempt) => describeFailure(attempt, timeout);
  const result = await sendOrExit(text, delivery, {
    provider,
    retries,
    timeout,
    // The user typed the URL: private addresses and plain HTTP are intended.
    allowAddresses: "any",
    plainHttp: "allow",
    maxResponseBytes: MAX_RESPONSE_BYTES,
    onAttempt: (attempt) => {
      if (isRetrying) printError(style.dim(formatProgress(attempt, reasonOf)));
    },
  });
  return showResult(result, delivery, isRetrying, { url, text, reasonOf }, options.json === true);
}

/** Sends the delivery. An error of the call itself is a usage error. */
async function sendOrExit(...call: Parameters<typeof sendWithRetries>): Promise<SendResult> {
  try {
    return await sendWithRetries(...call);
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    if (error.code === "signature-expires") {
      throw new UsageError(
        "Retries need a new signature because the timestamp is signed.",
        "Remove --as-is to sign each attempt, or remove --retry.",
      );
    }
    throw new UsageError(
      error.message,
      error.code === "parameter-missing" ? "On the command line, write the value into the URL." : undefined,
    );
  }
}

/** One line for each attempt of several. */
function formatProgress(attempt: Attempt, reasonOf: (attempt: Attempt) => string): string {
  const { number, status, durationMs, nextDelayMs } = attempt;
  const outcome = status === undefined ? reasonOf(attempt) : `${status} in ${durationMs} ms`;
  const next = nextDelayMs === undefined ? "" : `; next attempt in ${formatDuration(nextDelayMs)}`;
  return `attempt ${number}: ${sanitize(outcome)}${next}`;
}

/** A duration in its largest unit: 250 ms, 1.5 s, 45 m, 12 h. */
function formatDuration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const [unit, length] = ms < 60_000 ? ["s", 1000] : ms < 3_600_000 ? ["m", 60_000] : ["h", 3_600_000];
  return `${Math.round((ms / (length as number)) * 10) / 10} ${unit}`;
}

/** Why there is no response. The message ends with the errno code in brackets, if there is one. */
function describeFailure({ code, message = "" }: Attempt, timeout: string): string {
  if (code === "timeout") return `timeout after ${timeout.replace(/^(\d+)s$/, "$1 s")}`;
  const errno = /\((\w+)\)\.$/.exec(message)?.[1] ?? "";
  return ERRNO_MESSAGES[errno] ?? message.replace(/\.$/, "");
}

function showResult(
  { ok, outcome, status, attempts, response }: SendResult,
  { body: sentBody, hook, input }: DeliveryToSend,
  isRetrying: boolean,
  target: { url: URL; text: string; reasonOf: (attempt: Attempt) => string },
  json: boolean,
): number {
  const last = attempts.at(-1) as Attempt;
  const details = { ...(isRetrying ? { outcome, attempts } : {}), importIssues: input?.issues ?? [] };
  if (response === undefined) {
    const message = `No response from ${target.url.host}: ${target.reasonOf(last)}.`;
    print(json ? JSON.stringify({ ok, error: message, ...details }) : style.red(sanitize(message)));
    return EXIT_REJECTED;
  }
  const { rawHeaders, truncated } = response;
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
  const body = Buffer.from(response.body).toString("utf8");
  if (json) {
    const data = {
      ok,
      status,
      headers: Object.fromEntries(headers),
      body,
      truncated,
      milliseconds: last.durationMs,
      ...details,
    };
    print(JSON.stringify(data));
    return ok ? EXIT_VALID : EXIT_REJECTED;
  }
  // SECURITY: parameters of the URL are printed as typed: their values come from the payload.
  const shownUrl = /[{}]/.test(target.text) ? target.text : target.url.href;
  print(`${style.dim("POST")} ${sanitize(shownUrl)} ${style.dim(count(sentBody.length, "byte"))}`);
  print(`${(ok ? style.green : style.red)(String(status))} ${style.dim(`in ${last.durationMs} ms`)}`);
  for (const [key, value] of headers) print(style.dim(`  ${sanitize(key)}: ${sanitize(value)}`));
  if (body !== "") print(sanitize(body, true).trimEnd());
  if (truncated) print(style.dim(`The response was cut after ${MAX_RESPONSE_BYTES} bytes.`));
  if (outcome === "stopped")
    print(`${style.red("Permanent failure")}: senders do not retry after ${status}.`);
  else if (!ok) {
    const failure = isRetrying
      ? `None of ${count(attempts.length, "attempt")} succeeded`
      : "Failed: the sender would retry";
    print(`${style.red(failure)}. Success is a status from ${formatSuccess(hook)}.`);
  }
  return ok ? EXIT_VALID : EXIT_REJECTED;
}

/** The range of statuses that the provider treats as success. */
function formatSuccess(hook: Webhook | undefined): string {
  const [first, last] = hook?.sendPolicy.success ?? [200, 299];
  return `${first} to ${last}`;
}

/** Parses the URL. SECURITY: user name and password are removed from it, sent as a header, and not printed. */
function parseTarget(target: string): { url: URL; text: string; login?: string } {
  let url: URL;
  try {
    url = new URL(target);
  } catch {
    throw new UsageError("Invalid URL.", "Example: http://localhost:3000/webhook");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new UsageError("Unsupported URL: expected http or https.");
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
      "The user name or password in the URL is not percent-encoded UTF-8.",
      "Write %25 for %.",
    );
  }
  return {
    url,
    text: target.replace(/\/\/[^/?#\\]*@/, "//"),
    login: `Basic ${login.toString("base64")}`,
  };
}

/** Reads the delivery: a file as it is, a file signed again, or a signed sample. */
async function readDeliveryToSend(
  file: string | undefined,
  options: SendCommandOptions,
  url: URL,
): Promise<DeliveryToSend> {
  const href = options.url ?? url.href;
  if (options.event !== undefined) {
    if (file !== undefined) throw new UsageError("Pass either a file or --event, not both.");
    if (options.provider === undefined)
      throw new UsageError("Missing option: --event needs --provider.", "Example: --provider painchek");
    const events = Object.keys(new WebhookFactory({}, "none").definition(options.provider).events ?? {});
    const samples = samplesOf(options.provider, events).filter(({ type }) => type === options.event);
    const sample =
      options.sample === undefined ? samples[0] : samples.find(({ variant }) => variant === options.sample);
    if (sample === undefined) {
      throw new UsageError("Unknown sample.", `List the samples: hookseal new ${options.provider} --list`);
    }
    const hook = await new WebhookFactory({}, "none").byId(options.provider);
    const text = options.sameId === true ? sample.text : withFreshIds(sample.text, hook.definition, hook);
    const body = new TextEncoder().encode(text);
    return toDeliveryToSend(await signDelivery({ headers: {}, body }, options, href, options.event), options);
  }
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const input = await readDelivery(source, { ...options, url: href });
  const { delivery } = input;
  if (options.asIs === true) {
    const hooks = new WebhookFactory(options, "none");
    const provider = hooks.detect(delivery);
    return {
      headers: delivery.headers,
      body: delivery.body,
      hook: provider === undefined ? undefined : await hooks.byId(provider),
      canSign: false,
      input,
    };
  }
  const provider = new WebhookFactory(options, "none").providerOf(delivery);
  return {
    ...toDeliveryToSend(await signDelivery(delivery, { ...options, provider }, href), options),
    input,
  };
}

/** The signed delivery with the headers of --header, which replace those of the same name. */
function toDeliveryToSend(
  { delivery, hook }: Awaited<ReturnType<typeof signDelivery>>,
  { header = [] }: SendCommandOptions,
): DeliveryToSend {
  const added = parseHeaderFlags(header);
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  const signed = Object.entries(delivery.headers).filter(([name]) => !names.has(name.toLowerCase()));
  return { headers: [...signed, ...added], body: delivery.body, hook, canSign: true };
}
