/** `sign` and `new`: signs a body as its provider does, and creates an event from a sample or from data. */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import {
  exportDelivery,
  type HeadersLike,
  HooksealError,
  type Issue,
  type SignedDelivery,
  type Webhook,
} from "../index.js";
import {
  displayName,
  type InputOptions,
  missingFileName,
  readBytes,
  readDelivery,
  showImportIssues,
  sources,
  warnAboutRounding,
} from "./input.js";
import { print, printError, style } from "./output.js";
import { listEvents, nameSample, samplesOf, typeOfSample } from "./samples.js";
import { readPrivateKey } from "./secrets.js";
import { describeError, EXIT_VALID, UsageError } from "./usage.js";
import { type HookOptions, WebhookFactory } from "./webhook-factory.js";

/** What `sign` prints: the headers alone, or the whole delivery in an export format. */
export type PrintAs = "headers" | "curl" | "http" | "ndjson";

export interface SignCommandOptions extends HookOptions, InputOptions {
  as?: PrintAs;
  json?: boolean;
  now?: number;
  id?: string;
  webhookId?: string;
}

/** Signs a body by its provider's rules. `headers` may contain the event type, for providers that send it in a header. */
export async function signDelivery(
  { headers, body }: { headers: HeadersLike; body: Uint8Array },
  options: SignCommandOptions,
  url: string | undefined,
  event?: string,
): Promise<{ delivery: SignedDelivery; hook: Webhook }> {
  const hook = await new WebhookFactory(options, "verify").forDelivery({ headers, body });
  const type = event ?? hook.inspect({ headers, body }).type;
  try {
    const { now, id, webhookId } = options;
    const privateKey = readPrivateKey(options);
    const delivery = hook.sign(body, { now, id, webhookId, url, type, privateKey });
    return { delivery, hook };
  } catch (error) {
    if (error instanceof HooksealError) throw new UsageError(error.message, error.issues[0]?.hint);
    throw error;
  }
}

export async function sign(file: string | undefined, options: SignCommandOptions): Promise<number> {
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const input = await readDelivery(source, options);
  const { delivery: signed } = await signDelivery(input.delivery, options, options.url);
  if (options.json === true) {
    print(
      JSON.stringify({
        method: signed.method,
        headers: signed.headers,
        bodyBase64: Buffer.from(signed.body).toString("base64"),
        importIssues: input.issues,
      }),
    );
    return EXIT_VALID;
  }
  showImportIssues(input, options);
  const as = options.as ?? "headers";
  if (as === "headers") {
    for (const [name, value] of Object.entries(signed.headers)) print(`${name}: ${value}`);
    return EXIT_VALID;
  }
  const text = exportDelivery({ ...signed, url: options.url }, as);
  if (text === undefined) {
    throw new UsageError(
      `The delivery cannot be exported as ${as}.`,
      "A command line cannot contain the NUL byte of this body. Use --as http or --as ndjson.",
    );
  }
  process.stdout.write(text);
  return EXIT_VALID;
}

export interface NewOptions {
  sample?: string;
  data?: string;
  out?: string;
  list?: boolean;
  id?: string;
  now?: number;
}

export async function create(
  provider: string,
  type: string | undefined,
  options: NewOptions,
): Promise<number> {
  const hooks = new WebhookFactory({ provider }, "none");
  const events = Object.keys(hooks.definition(provider).events ?? {});
  const samples = samplesOf(provider, events);
  if (options.list === true) {
    for (const sample of samples) print(nameSample(sample));
    return EXIT_VALID;
  }
  const event = type ?? (events.length === 1 ? events.find((name) => name !== "*") : undefined);
  if (event === undefined || !(events.includes(event) || events.includes("*"))) {
    throw new UsageError(
      event === undefined ? "Missing argument: the event." : "Unknown event of this provider.",
      `Events: ${listEvents([...new Set([...events, ...samples.map(typeOfSample)])])}`,
    );
  }
  let body: Uint8Array;
  if (options.data === undefined) {
    const candidates = samples.filter((sample) => typeOfSample(sample) === event);
    const sample =
      options.sample === undefined
        ? candidates[0]
        : candidates.find(({ variant }) => variant === options.sample);
    if (sample === undefined) {
      throw new UsageError(
        options.sample === undefined ? "This event has no sample." : "Unknown sample of this event.",
        candidates.length === 0
          ? "Pass its data with --data FILE."
          : `Samples: ${candidates.map(({ variant }) => variant).join(", ")}`,
      );
    }
    body = new TextEncoder().encode(sample.text);
  } else {
    body = await createFromData(hooks, provider, event, options);
  }
  if (options.out === undefined) {
    process.stdout.write(body);
    return EXIT_VALID;
  }
  try {
    writeFileSync(options.out, body, { flag: "wx" });
  } catch (error) {
    throw new UsageError(`${displayName(options.out)} cannot be written: ${describeError(error)}.`);
  }
  printError(style.dim(`${displayName(options.out)} written, ${body.length} bytes.`));
  return EXIT_VALID;
}

/** Creates the body of an event from the file of --data. */
async function createFromData(
  hooks: WebhookFactory,
  provider: string,
  event: string,
  options: NewOptions,
): Promise<Uint8Array> {
  const text = new TextDecoder().decode(await readBytes(options.data as string));
  try {
    JSON.parse(text);
  } catch {
    throw new UsageError("The file of --data is not valid JSON.");
  }
  const hook = await hooks.byId(provider);
  try {
    return hook.createFromJson(event, text, { id: options.id, now: options.now }).body;
  } catch (error) {
    if (!(error instanceof HooksealError)) throw error;
    throw new UsageError(error.message, [...error.issues.flatMap(describeIssue)].join("\n") || undefined);
  }
}

/** The keys of an envelope that `create` writes, by the name of a property that they are likely for. */
const ENVELOPE_KEYS: [key: string, name: RegExp][] = [
  ["data", /^(data|payload|object|event)$/i],
  ["createdAt", /time|date|created|sent|(^|_)at$|At$/],
  ["id", /id$/i],
];

/** An error of a created event: what to add to the data, or which key of the definition would write it. */
function describeIssue({ code, pointer, message, hint, expected }: Issue): string[] {
  const line = `${pointer === "" ? "" : `${pointer}: `}${message}`;
  const [, name] = /^the property "(.+)"$/.exec(expected ?? "") ?? [];
  // Below the root, only the data can have the property.
  if (code !== "required" || name === undefined || pointer !== "")
    return hint === undefined ? [line] : [line, `  ${hint}`];
  const key = ENVELOPE_KEYS.find(([, pattern]) => pattern.test(name))?.[0];
  const escaped = name.replaceAll("~", "~0").replaceAll("/", "~1");
  const fix =
    key === undefined ? "" : ` Or add the key to the definition: "envelope": { "${key}": "/${escaped}" }`;
  return [line, `  Add "${name}" to the file of --data.${fix}`];
}

/** Reads and parses a JSON file. */
export function readJsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${missingFileName(path)} cannot be read: ${describeError(error)}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${displayName(path)} is not valid JSON.`);
  }
  warnAboutRounding(path, text);
  return value;
}
