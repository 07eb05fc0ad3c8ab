/** Importing deliveries from captures and exporting them as text. The core does both. */
import { type BodyLike, rawBody, writeBody } from "./body.js";
import { callCore, fullCore, resultBytes, state } from "./core.js";
import { NO_LIMIT, partsOf, writeDelivery } from "./delivery.js";
import { encodeAmount } from "./encoded-options.js";
import { callError, checkOptions, type HooksealError, optionError } from "./error.js";
import { ResultLayout } from "./generated/layout.js";
import type { Bytes, Delivery, Issue } from "./types.js";

/**
 * A format of captured deliveries: an HTTP/1 request (also without its line breaks, in files of REST clients, or as
 * programs print one), a curl command, a command of HTTPie, xh, wget or PowerShell, a HAR file, a record (JSON of
 * headers and body, an event of AWS Lambda, a collection of a tool such as Postman, or an export of a service), NDJSON
 * (a record or a body per line), or a body alone.
 */
export type ImportFormat = "http" | "curl" | "command" | "har" | "record" | "ndjson" | "body";

/**
 * A format to export a delivery in: an HTTP/1.1 request, a curl command for bash and zsh, or a line of NDJSON.
 */
export type ExportFormat = "http" | "curl" | "ndjson";

/** Options of `importDeliveries`. */
export interface ImportOptions {
  /** The format of the capture. Default: detected. */
  format?: ImportFormat | undefined;
}

/** Options of `importStream`. */
export interface ImportStreamOptions extends ImportOptions {
  /** The largest entry, and the largest capture that has no entries, in bytes. Default: 64 MiB. */
  maxBytes?: number | undefined;
}

/** An imported delivery, as every verb takes it. */
export interface ImportedDelivery {
  /** The headers, in their order. */
  headers: [name: string, value: string][];
  /** The raw bytes of the body. */
  body: Bytes;
  /** The URL, if the capture has one. For an HTTP request `https` is assumed. */
  url?: string;
  /** The method, in capitals, if the capture has one. */
  method?: string;
}

/** The deliveries and issues of a capture. */
export interface ImportResult {
  /** The format that was parsed; undefined if the text has none of the formats. */
  format?: ImportFormat;
  /** The deliveries, in the order of the capture. */
  deliveries: ImportedDelivery[];
  /**
   * The issues, each located in the capture. An error means that a part could not be imported, or not as it was
   * sent. A delivery with the issue `body-not-included` has an empty body until you add the real one.
   */
  issues: Issue[];
}

/** One element of a capture, such as an entry of a HAR file or a line of NDJSON. */
export interface ImportItem {
  /** The format of the capture. */
  format?: ImportFormat;
  /** The delivery, if one could be imported. */
  delivery?: ImportedDelivery;
  /** The issues of this item, located in the whole capture. */
  issues: Issue[];
}

/** An import as the core returns it. The bodies are concatenated in the result buffer. */
interface ImportData {
  format: ImportFormat | null;
  deliveries: {
    headers: [string, string][];
    url: string | null;
    method: string | null;
    length: number;
  }[];
  issues: Issue[];
}

const IMPORT_OPTIONS = { format: true } satisfies Record<keyof ImportOptions, true>;
const STREAM_OPTIONS = { ...IMPORT_OPTIONS, maxBytes: true } satisfies Record<
  keyof ImportStreamOptions,
  true
>;

const FORMATS = ["http", "curl", "command", "har", "record", "ndjson", "body"];
const EXPORT_FORMATS = ["http", "curl", "ndjson"];

/**
 * Imports every delivery of a capture. Never throws because of the content of the capture: what cannot be imported is
 * an issue with its location and a hint.
 *
 * @example
 * ```ts
 * const { deliveries, issues } = importDeliveries(`curl https://h/ -H 'X-Signature: 00' --data-raw '{}'`);
 * const report = hook.inspect(deliveries[0]);
 * ```
 */
export function importDeliveries(source: BodyLike, options: ImportOptions = {}): ImportResult {
  checkOptions("importDeliveries", options, IMPORT_OPTIONS);
  const format = checkFormat(options?.format);
  const raw = rawBody(source);
  const { import_text } = fullCore();
  return callCore(() => {
    const length = writeBody(raw, 0, NO_LIMIT);
    return toResult(import_text(length, format) as ImportData);
  });
}

/**
 * Imports the deliveries of a capture that arrives in chunks. Of HAR files and NDJSON, memory holds only the current
 * entry; any other format is parsed at its end.
 *
 * @example
 * ```ts
 * for await (const { delivery, issues } of importStream(createReadStream("archive.har"))) { ... }
 * ```
 */
export async function* importStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ImportStreamOptions = {},
): AsyncGenerator<ImportItem, void, undefined> {
  checkOptions("importStream", options, STREAM_OPTIONS);
  const maxBytes = encodeAmount("maxBytes", options?.maxBytes);
  const { ImportStream } = fullCore();
  const name = checkFormat(options?.format);
  const stream = callCore(() => new ImportStream(name, maxBytes));
  const { generation } = state;
  /** Calls the stream, which is gone where any call has trapped since it began. */
  const call = <T>(work: () => T): T => {
    if (generation === state.generation) return callCore(work);
    throw callError(
      "internal",
      "The import was interrupted: the core was restarted meanwhile. Import the text again.",
    );
  };
  const nextItem = (): ImportItem | undefined =>
    call(() => {
      const data = stream.next_item() as ImportData | undefined;
      if (data === undefined) return undefined;
      const { deliveries, ...rest } = toResult(data);
      return deliveries[0] === undefined ? rest : { ...rest, delivery: deliveries[0] };
    });
  try {
    for await (const chunk of chunks) {
      // A chunk is a text where a stream of Node has an encoding.
      const raw = rawBody(chunk);
      call(() => stream.push(writeBody(raw, 0, NO_LIMIT)));
      for (let item = nextItem(); item !== undefined; item = nextItem()) yield item;
    }
    call(() => stream.finish());
    for (let item = nextItem(); item !== undefined; item = nextItem()) yield item;
  } finally {
    if (generation === state.generation) callCore(() => stream.free());
  }
}

/**
 * Returns a delivery as text, to send or import it again with the same headers and bytes. Returns undefined if the
 * format cannot represent the delivery: a header with a line break, or a body with a NUL byte on a command line.
 *
 * @example
 * ```ts
 * const command = exportDelivery(hook.sign(body), "curl");
 * ```
 * @throws HooksealError `option-invalid` where the format is none of them, or the delivery is none.
 */
export function exportDelivery(delivery: Delivery, format: ExportFormat): Bytes | undefined {
  if (!EXPORT_FORMATS.includes(format)) throw formatError(EXPORT_FORMATS);
  const { head, body } = partsOf(delivery);
  const { export_delivery } = fullCore();
  return callCore(() => {
    const length = export_delivery(...writeDelivery(head, body, NO_LIMIT), format);
    return length === ResultLayout.absent ? undefined : resultBytes(length).slice();
  });
}

function toResult({ format, deliveries, issues }: ImportData): ImportResult {
  let offset = 0;
  const bodies = resultBytes(deliveries.reduce((sum, { length }) => sum + length, 0));
  return {
    ...(format === null ? {} : { format }),
    deliveries: deliveries.map(({ headers, url, method, length }) => {
      const body = bodies.slice(offset, offset + length);
      offset += length;
      return {
        headers,
        body,
        ...(url === null ? {} : { url }),
        ...(method === null ? {} : { method }),
      };
    }),
    issues,
  };
}

function checkFormat(format: ImportFormat | undefined): string {
  if (format !== undefined && !FORMATS.includes(format)) throw formatError(FORMATS);
  return format ?? "";
}

function formatError(formats: readonly string[]): HooksealError {
  return optionError("format", `one of ${formats.join(", ")}`);
}
