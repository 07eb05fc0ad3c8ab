/** Input of the commands: files and standard input, imported as deliveries. Bodies keep their bytes. */
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import process from "node:process";
import {
  compileSchema,
  type ImportedDelivery,
  type ImportFormat,
  type ImportItem,
  type ImportResult,
  type Issue,
  importDeliveries,
  importStream,
} from "../index.js";
import { printError, sanitize, showIssue } from "./output.js";
import { describeError, UsageError } from "./usage.js";

export interface InputOptions {
  format?: ImportFormat;
  header?: string[];
  body?: string;
  url?: string;
  redact?: boolean;
}

/** Largest input held in memory. The core has the same limit for one entry of an archive. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;

/** The files of a command; standard input if none is named and input is piped. */
export function sources(files: readonly string[]): string[] {
  if (files.length > 0) return [...files];
  if (process.stdin.isTTY === true) {
    throw new UsageError("No input.", "Name a file, or pipe a delivery in. See --help for examples.");
  }
  return ["-"];
}

/** Total size in bytes; 0 if a size is unknown. */
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
    throw new UsageError(`${missingFileName(file)} cannot be read: ${describeError(error)}.`);
  }
}

export function displayName(file: string): string {
  return file === "-" ? "standard input" : sanitize(file);
}

/**
 * The display name of a file that may not exist. SECURITY: an argument that does not look like a file name may be a secret
 * in the wrong argument, and is not printed.
 */
export function missingFileName(file: string): string {
  return file === "-" || /\.[a-z][a-z0-9]{0,7}$/i.test(file) || existsSync(file)
    ? displayName(file)
    : "The file";
}

/** Reads a file or standard input, up to `MAX_INPUT_BYTES`. */
export async function readBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  if (file !== "-") {
    try {
      if (statSync(file).size <= MAX_INPUT_BYTES) return new Uint8Array(readFileSync(file));
    } catch (error) {
      throw new UsageError(`${missingFileName(file)} cannot be read: ${describeError(error)}.`);
    }
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(file)) {
    length += chunk.length;
    if (length > MAX_INPUT_BYTES) {
      throw new UsageError(
        `${displayName(file)} has more than ${MAX_INPUT_BYTES} bytes.`,
        "Use `inspect`, which reads archives of any size.",
      );
    }
    parts.push(chunk);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Warns about each number of a definition or a schema that JavaScript rounds: the rounded number is what applies. */
export function warnAboutRounding(file: string, text: string): void {
  for (const { code, span } of compileSchema(true).check(text)) {
    if (code !== "number-precision") continue;
    printError(
      `${displayName(file)}:${span.line}:${span.column}: JavaScript cannot represent this number exactly. The rounded number applies.`,
    );
  }
}

/** Parses the headers of --header: `Name: value`, as in curl. */
export function parseHeaderFlags(lines: readonly string[]): [string, string][] {
  return lines.map((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim();
    if (colon < 1 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new UsageError(
        "Invalid value for --header: expected a name, a colon and a value.",
        "Example: --header 'X-Signature: sha256=...'",
      );
    }
    return [name, line.slice(colon + 1).trim()];
  });
}

/** Returns functions that apply --header (appended), --body and --url to an imported delivery and its issues. */
async function createOverride(options: InputOptions) {
  const headers = parseHeaderFlags(options.header ?? []);
  const body = options.body === undefined ? undefined : await readBytes(options.body);
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

/** Whether an import issue means that the delivery differs from the one that was sent. */
export const isFatal = (issue: Issue): boolean => issue.severity === "error";

/** A delivery with what the import said about it. */
export interface ReadDelivery {
  /** The file, or `-`. */
  file: string;
  delivery: ImportedDelivery;
  /** The issues of the import: none of them is an error. */
  issues: Issue[];
  /** The bytes that the issues refer to. */
  source: Uint8Array;
}

/** Prints the issues of an import, under the name of their file. */
export function showImportIssues(
  { file, issues, source }: ReadDelivery,
  { redact }: InputOptions,
  write: (line: string) => void = printError,
): void {
  if (issues.length > 0) write(`${displayName(file)}:`);
  for (const issue of issues) showIssue(issue, source, redact === true, write);
}

/** Reads the only delivery of a file. */
export async function readDelivery(file: string, options: InputOptions): Promise<ReadDelivery> {
  const source = await readBytes(file);
  const override = await createOverride(options);
  let result: ImportResult = importDeliveries(source, { format: options.format });
  // With --header, a text of no import format is the body.
  if (result.format === undefined && (options.header ?? []).length > 0) {
    result = importDeliveries(source, { format: "body" });
  }
  const [delivery, second] = result.deliveries;
  const issues = override.issues(result.issues);
  if (second !== undefined) {
    throw new UsageError(
      `${displayName(file)} contains ${result.deliveries.length} deliveries; this command accepts one.`,
      `Use \`inspect\`: hookseal inspect ${displayName(file)}`,
    );
  }
  if (delivery === undefined || result.format === undefined || issues.some(isFatal)) {
    throw new UnreadableError(file, issues, source, options.redact === true);
  }
  return { file, delivery: override.delivery(delivery), issues, source };
}

/** Reads the deliveries of a file one by one. `onChunk` is called with each chunk that is read. */
export async function* readDeliveries(
  file: string,
  options: InputOptions,
  onChunk: (chunk: Uint8Array) => void,
): AsyncGenerator<ImportItem> {
  const override = await createOverride(options);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(file)) {
      onChunk(chunk);
      yield chunk;
    }
  }
  for await (const { delivery, issues, ...rest } of importStream(chunks(), { format: options.format })) {
    yield {
      ...rest,
      issues: override.issues(issues),
      ...(delivery === undefined ? {} : { delivery: override.delivery(delivery) }),
    };
  }
}

/** The input contains no delivery, or only part of one. */
export class UnreadableError extends UsageError {
  constructor(
    readonly file: string,
    readonly issues: Issue[],
    readonly source: Uint8Array | undefined,
    readonly redact: boolean,
  ) {
    super(`${displayName(file)} contains no complete delivery.`, suggestFix(issues));
  }

  show(): void {
    for (const issue of this.issues) showIssue(issue, this.source, this.redact, printError);
  }
}

/** The option that fixes an import issue. */
function suggestFix(issues: readonly Issue[]): string | undefined {
  const has = (code: Issue["code"]) => issues.some((issue) => issue.code === code);
  if (has("body-not-included")) return "Pass the body with --body FILE.";
  if (has("import-format-unknown")) return "If the input is a body alone, pass --format body.";
  return undefined;
}
