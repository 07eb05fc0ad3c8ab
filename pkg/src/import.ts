/** Deliveries from captures, commands and archives, and back to text: carried to the core and back. */
import { type BodyLike, bodyOf, putBody, rawBody, roomFor } from "./body.js";
import { core, guarded, kept, putText, room, state } from "./core.js";
import { callError, checkOptions } from "./error.js";
import { allHeaders } from "./headers.js";
import type { Delivery, Issue } from "./types.js";

/**
 * A form in which deliveries are kept: an HTTP/1 request (also one that lost its line breaks), a curl command,
 * a HAR file, a JSON object of headers and body (also an event of AWS Lambda), one of these or a body on each
 * line, a body alone.
 */
export type ImportForm = "http" | "curl" | "har" | "record" | "ndjson" | "body";

/** How a text is imported. */
export interface ImportOptions {
  /** The form of the text. Default: what it looks like. */
  form?: ImportForm | undefined;
}

/** How an archive is imported. */
export interface ImportStreamOptions extends ImportOptions {
  /** The longest entry that is read, and the longest text of another form, in bytes. Default: 64 MiB. */
  maxBytes?: number | undefined;
}

/** A delivery that was imported: what every verb takes. */
export interface ImportedDelivery {
  /** The headers, in their order. */
  headers: [name: string, value: string][];
  /** The raw bytes of the body. */
  body: Uint8Array;
  /** The URL it was sent to, where the text says it. Of an HTTP request, that it was `https` is a guess. */
  url?: string;
  /** Its method, in capitals, where the text says it. */
  method?: string;
}

/** What was found in a text. */
export interface Import {
  /** The form it was read by; undefined where it has none of them. */
  form?: ImportForm;
  /** The deliveries, in the order of the text. */
  deliveries: ImportedDelivery[];
  /**
   * What there is to say about the text, each with its place in it. An error means that something of it could
   * not be imported. With `body-elsewhere` a delivery may come without its body, which has to be given.
   */
  issues: Issue[];
}

/** What one piece of an archive came to. */
export interface ImportStep {
  /** The form of the text. */
  form?: ImportForm;
  /** The delivery, if it could be imported. */
  delivery?: ImportedDelivery;
  /** What there is to say about this piece, by its place in the whole text. */
  issues: Issue[];
}

/** An import as the core hands it over: bodies stand one behind the other. */
interface ImportData {
  form: ImportForm | null;
  deliveries: {
    headers: [string, string][];
    url: string | null;
    method: string | null;
    length: number;
  }[];
  issues: Issue[];
}

const IMPORT_OPTIONS = { form: true } satisfies Record<keyof ImportOptions, true>;
const STREAM_OPTIONS = { ...IMPORT_OPTIONS, maxBytes: true } satisfies Record<
  keyof ImportStreamOptions,
  true
>;

const FORMS = ["http", "curl", "har", "record", "ndjson", "body"];

/**
 * Imports every delivery of a text: a capture, a command, an archive. It never throws on what a text holds:
 * what cannot be imported is an issue that says where and what to do.
 *
 * @example
 * ```ts
 * const { deliveries, issues } = importDeliveries(`curl https://h/ -H 'X-Signature: 00' --data-raw '{}'`);
 * const report = hook.inspect(deliveries[0]);
 * ```
 */
export function importDeliveries(source: BodyLike, options: ImportOptions = {}): Import {
  checkOptions("importDeliveries", options, IMPORT_OPTIONS);
  const form = formName(options?.form);
  const raw = rawBody(source);
  core();
  return guarded(() => {
    const length = putBody(raw, 0, Number.POSITIVE_INFINITY);
    return read(core().import_text(length, form) as ImportData);
  });
}

/**
 * Imports the deliveries of a text that comes in chunks. Of HAR files and NDJSON no more is held than the entry
 * that is being read; any other form is read at its end.
 *
 * @example
 * ```ts
 * for await (const { delivery, issues } of importStream(createReadStream("archive.har"))) { ... }
 * ```
 */
export async function* importStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ImportStreamOptions = {},
): AsyncGenerator<ImportStep, void, undefined> {
  checkOptions("importStream", options, STREAM_OPTIONS);
  const { form, maxBytes = Number.NaN } = options ?? {};
  if (typeof maxBytes !== "number" || maxBytes < 0)
    throw callError("option-invalid", "The option `maxBytes` has to be a number of bytes.");
  const { ImportStream } = core();
  const name = formName(form);
  const stream = guarded(() => new ImportStream(name, maxBytes));
  const { generation } = state;
  /** Calls the stream, which is gone where any call has trapped since it began. */
  const call = <T>(work: () => T): T => {
    if (generation === state.generation) return guarded(work);
    throw callError(
      "internal",
      "The import cannot go on: the core was started again meanwhile. Import the text again.",
    );
  };
  const step = (): ImportStep | undefined =>
    call(() => {
      const data = stream.step() as ImportData | undefined;
      if (data === undefined) return undefined;
      const { deliveries, ...rest } = read(data);
      return deliveries[0] === undefined ? rest : { ...rest, delivery: deliveries[0] };
    });
  try {
    for await (const chunk of chunks) {
      // A text, where a stream of Node was given an encoding.
      const raw = rawBody(chunk);
      call(() => stream.push(putBody(raw, 0, Number.POSITIVE_INFINITY)));
      for (let next = step(); next !== undefined; next = step()) yield next;
    }
    call(() => stream.finish());
    for (let next = step(); next !== undefined; next = step()) yield next;
  } finally {
    if (generation === state.generation) guarded(() => stream.free());
  }
}

/**
 * A delivery as text, to be sent again or imported again: an HTTP request, a curl command for bash and zsh, or
 * a line of NDJSON. Undefined where the form cannot hold it: a header with a line break, a body with a NUL byte
 * on a command line.
 */
export function printDelivery(delivery: Delivery, form: "http" | "curl" | "record"): Uint8Array | undefined {
  const parts = partsOf(delivery);
  core();
  return guarded(() => {
    const length = core().print_delivery(...placed(parts), form);
    return length === 0xffffffff ? undefined : kept(length).slice();
  });
}

/** What a delivery is made of, read from whatever it came in. */
export interface Parts {
  headers: string;
  body: Uint8Array | string;
}

/** Reads a delivery, all of it. */
export function partsOf(delivery: Delivery): Parts {
  return { headers: allHeaders(delivery), body: bodyOf(delivery) };
}

/** Puts a delivery into the scratch buffer. */
export function placed({ headers, body }: Parts): [headers: number, body: number] {
  room(headers.length * 3 + roomFor(body, Number.MAX_SAFE_INTEGER));
  const head = putText(headers);
  return [head, putBody(body, head, Number.POSITIVE_INFINITY)];
}

function read({ form, deliveries, issues }: ImportData): Import {
  let at = 0;
  const bodies = kept(deliveries.reduce((sum, { length }) => sum + length, 0));
  return {
    ...(form === null ? {} : { form }),
    deliveries: deliveries.map(({ headers, url, method, length }) => {
      const body = bodies.slice(at, at + length);
      at += length;
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

function formName(form: string | undefined): string {
  if (form !== undefined && !FORMS.includes(form)) {
    throw callError("option-invalid", `The option \`form\` is one of ${FORMS.join(", ")}.`);
  }
  return form ?? "";
}
