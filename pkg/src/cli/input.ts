/** What a command reads: files, standard input, captures, commands and archives. Bytes stay as they are. */
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import process from "node:process";
import {
  type ImportedDelivery,
  type ImportFormat,
  type ImportItem,
  type ImportResult,
  type Issue,
  importDeliveries,
  importStream,
} from "../index.js";
import { printError, sanitize, showIssue } from "./paint.js";
import { describeError, UsageError } from "./usage.js";

export interface InputOptions {
  format?: ImportFormat;
  header?: string[];
  body?: string;
  url?: string;
  redact?: boolean;
}

/** The longest text that is held in memory, as the core's limit for an entry of an archive. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;

/** The files of a command; standard input where none is named and something is piped in. */
export function sources(files: readonly string[]): string[] {
  if (files.length > 0) return [...files];
  if (process.stdin.isTTY === true) {
    throw new UsageError(
      "There is nothing to read.",
      "Name a file, or pipe a delivery in. With --help there are examples.",
    );
  }
  return ["-"];
}

/** How many bytes there are to read; 0 where that is not known. */
export function sizeOf(files: readonly string[]): number {
  let sum = 0;
  for (const file of files) {
    try {
      const stat = file === "-" ? undefined : statSync(file);
      if (stat?.isFile() !== true) return 0;
      sum += stat.size;
    } catch {
      return 0;
    }
  }
  return sum;
}

/** The chunks of a file or of standard input. */
export async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  const stream = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw new UsageError(`${nameOfMissing(file)} cannot be read: ${describeError(error)}.`);
  }
}

export function displayName(file: string): string {
  return file === "-" ? "standard input" : sanitize(file);
}

/** The same of a file that need not be there: what does not look like a name of one may be a secret in its place. */
export function nameOfMissing(file: string): string {
  return file === "-" || /\.[a-z][a-z0-9]{0,7}$/i.test(file) || existsSync(file)
    ? displayName(file)
    : "The file";
}

/** All bytes of a file or of standard input, which are not many. */
export async function bytesOf(file: string): Promise<Uint8Array> {
  if (file !== "-") {
    try {
      if (statSync(file).size <= MAX_INPUT_BYTES) return new Uint8Array(readFileSync(file));
    } catch (error) {
      throw new UsageError(`${nameOfMissing(file)} cannot be read: ${describeError(error)}.`);
    }
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(file)) {
    length += chunk.length;
    if (length > MAX_INPUT_BYTES) {
      throw new UsageError(
        `${displayName(file)} has more than ${MAX_INPUT_BYTES} bytes: only "inspect" reads archives of any length.`,
      );
    }
    parts.push(chunk);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** The headers that --header gives, as curl has them: `Name: value`. */
function parseHeaderFlags(lines: readonly string[]): [string, string][] {
  return lines.map((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim();
    if (colon < 1 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new UsageError(
        "A --header is a name, a colon and a value.",
        "For example: --header 'X-Signature: sha256=...'",
      );
    }
    return [name, line.slice(colon + 1).trim()];
  });
}

/** What the options add to a delivery: headers behind its own, a body that stands elsewhere, a URL. */
async function overrides(options: InputOptions) {
  const headers = parseHeaderFlags(options.header ?? []);
  const body = options.body === undefined ? undefined : await bytesOf(options.body);
  return {
    delivery: (delivery: ImportedDelivery): ImportedDelivery => ({
      ...delivery,
      headers: [...delivery.headers, ...headers],
      ...(body === undefined ? {} : { body }),
      ...(options.url === undefined ? {} : { url: options.url }),
    }),
    issues: (issues: Issue[]): Issue[] =>
      body === undefined ? issues : issues.filter(({ code }) => code !== "body-not-included"),
  };
}

/** Whether an issue means that a delivery is not the one that was sent. */
export const isFatal = (issue: Issue): boolean => issue.severity === "error";

/** The delivery of a file, complete, with the bytes it was read from. */
export async function readDelivery(
  file: string,
  options: InputOptions,
): Promise<{ delivery: ImportedDelivery; issues: Issue[]; source: Uint8Array; format: ImportFormat }> {
  const source = await bytesOf(file);
  const complete = await overrides(options);
  let found: ImportResult = importDeliveries(source, { format: options.format });
  // With headers beside it, any text is a body.
  if (found.format === undefined && (options.header ?? []).length > 0) {
    found = importDeliveries(source, { format: "body" });
  }
  const [delivery, second] = found.deliveries;
  const issues = complete.issues(found.issues);
  if (second !== undefined) {
    throw new UsageError(
      `${displayName(file)} holds ${found.deliveries.length} deliveries, and this command takes one.`,
      `Look at all of them with: hookseal inspect ${displayName(file)}`,
    );
  }
  if (delivery === undefined || found.format === undefined || issues.some(isFatal)) {
    throw new UnreadableError(file, issues, source, options.redact === true);
  }
  return { delivery: complete.delivery(delivery), issues, source, format: found.format };
}

/** The deliveries of a file, as they come. */
export async function* readDeliveries(
  file: string,
  options: InputOptions,
  read: (chunk: Uint8Array) => void,
): AsyncGenerator<ImportItem> {
  const complete = await overrides(options);
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(file)) {
      read(chunk);
      yield chunk;
    }
  }
  for await (const { delivery, issues, ...rest } of importStream(counted(), { format: options.format })) {
    yield {
      ...rest,
      issues: complete.issues(issues),
      ...(delivery === undefined ? {} : { delivery: complete.delivery(delivery) }),
    };
  }
}

/** A text that no delivery, or not a whole one, could be read from. */
export class UnreadableError extends UsageError {
  constructor(
    readonly file: string,
    readonly issues: Issue[],
    readonly source: Uint8Array | undefined,
    readonly redact: boolean,
  ) {
    super(`No delivery can be read from ${displayName(file)}.`, suggestFix(issues));
  }

  show(): void {
    for (const issue of this.issues) showIssue(issue, this.source, this.redact, printError);
  }
}

/** What to type for what the core says of a text. */
function suggestFix(issues: readonly Issue[]): string | undefined {
  const has = (code: Issue["code"]) => issues.some((issue) => issue.code === code);
  if (has("body-not-included")) return "Give the body with --body FILE.";
  if (has("import-format-unknown")) return "If it is a body as it stands, say --format body.";
  return undefined;
}
