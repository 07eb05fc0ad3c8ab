/** `sign` and `new`: bodies with the headers of their provider, and events to start from. */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import {
  exportDelivery,
  type HeadersLike,
  HooksealError,
  type SignedDelivery,
  type Webhook,
} from "../index.js";
import { type HookOptions, WebhookFactory } from "./hooks.js";
import { bytesOf, displayName, type InputOptions, nameOfMissing, readDelivery, sources } from "./input.js";
import { print, printError, style } from "./paint.js";
import { listEvents, nameSample, samplesOf, typeOfSample } from "./samples.js";
import { describeError, EXIT_VALID, UsageError } from "./usage.js";

export type PrintAs = "headers" | "curl" | "http" | "ndjson";

export interface SignCommandOptions extends HookOptions, InputOptions {
  as?: PrintAs;
  json?: boolean;
  now?: number;
  id?: string;
  webhookId?: string;
}

/** A body signed as its provider does it. Of the headers it comes with one may tell what event it is. */
export async function signed(
  { headers, body }: { headers: HeadersLike; body: Uint8Array },
  options: SignCommandOptions,
  url: string | undefined,
  event?: string,
): Promise<{ delivery: SignedDelivery; hook: Webhook }> {
  const hooks = new WebhookFactory(options, "trust");
  const hook = await hooks.of({ headers, body });
  const type = event ?? hook.inspect({ headers, body }).type;
  try {
    const { now, id, webhookId } = options;
    const delivery = hook.sign(body, { now, id, webhookId, url, type });
    return { delivery, hook };
  } catch (error) {
    if (error instanceof HooksealError) throw new UsageError(error.message, error.issues[0]?.hint);
    throw error;
  }
}

export async function sign(file: string | undefined, options: SignCommandOptions): Promise<number> {
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const { delivery } = await readDelivery(source, options);
  const made = (await signed(delivery, options, options.url)).delivery;
  if (options.json === true) {
    print(
      JSON.stringify({
        method: made.method,
        headers: made.headers,
        bodyBase64: Buffer.from(made.body).toString("base64"),
      }),
    );
    return EXIT_VALID;
  }
  const as = options.as ?? "headers";
  if (as === "headers") {
    for (const [name, value] of Object.entries(made.headers)) print(`${name}: ${value}`);
    return EXIT_VALID;
  }
  const text = exportDelivery({ ...made, url: options.url }, as);
  if (text === undefined) {
    throw new UsageError(
      `This cannot be printed as ${as}.`,
      "A body with a NUL byte fits no command line: use --as http or --as ndjson.",
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
      event === undefined ? "Which event?" : "The provider has no such event.",
      `It has: ${listEvents([...new Set([...events, ...samples.map(typeOfSample)])])}`,
    );
  }
  let body: Uint8Array;
  if (options.data === undefined) {
    const fits = samples.filter((sample) => typeOfSample(sample) === event);
    const sample =
      options.sample === undefined ? fits[0] : fits.find(({ variant }) => variant === options.sample);
    if (sample === undefined) {
      throw new UsageError(
        options.sample === undefined
          ? "There is no sample of this event."
          : "There is no such sample of this event.",
        fits.length === 0
          ? "Give its data: --data FILE"
          : `There are: ${fits.map(({ variant }) => variant).join(", ")}`,
      );
    }
    body = new TextEncoder().encode(sample.text);
  } else {
    body = await made(hooks, provider, event, options);
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

async function made(
  hooks: WebhookFactory,
  provider: string,
  event: string,
  options: NewOptions,
): Promise<Uint8Array> {
  const text = new TextDecoder().decode(await bytesOf(options.data as string));
  let data: object;
  try {
    data = JSON.parse(text);
  } catch {
    throw new UsageError("The data of --data is no JSON.");
  }
  const hook = await hooks.named(provider);
  try {
    return hook.create(event, data, { id: options.id, now: options.now }).body;
  } catch (error) {
    if (error instanceof HooksealError) throw new UsageError(error.message, error.issues[0]?.hint);
    throw error;
  }
}

/** The schema of one's own that stands in a file, or its text as it is. */
export function readJsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${nameOfMissing(path)} cannot be read: ${describeError(error)}.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(
      `${displayName(path)} is no JSON.`,
      `See where: hookseal schema --check ${displayName(path)}`,
    );
  }
}
