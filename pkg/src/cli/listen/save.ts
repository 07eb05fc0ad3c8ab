/** Saves what `listen` received as raw HTTP, for `hookseal verify FILE` and `hookseal send URL FILE --as-is`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportDelivery } from "../../index.js";
import { displayName } from "../input.js";
import { printError } from "../output.js";
import { describeError, UsageError } from "../usage.js";
import { deliveryOf, type Received } from "./received.js";
import { type Hide, hideInBytes } from "./view.js";

export function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(`${displayName(folder)} cannot be created: ${describeError(error)}.`);
  }
}

/** Saves a request as it was received. Returns the file; undefined if the request is incomplete. */
export function save(folder: string, received: Received): string | undefined {
  const delivery = deliveryOf(received);
  const text = delivery && exportDelivery(delivery, "http");
  if (text === undefined) return undefined;
  const file = join(folder, fileName(received));
  try {
    // SECURITY: a payload may be health data, so only this user can read the file.
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
    return file;
  } catch (error) {
    printError(`${displayName(file)} cannot be written: ${describeError(error)}.`);
    return undefined;
  }
}

/** The received deliveries as lines of NDJSON, with secrets hidden. */
export function* ndjsonLines(entries: Iterable<Received>, hide: Hide): Generator<Buffer> {
  for (const entry of entries) {
    const delivery = deliveryOf(entry);
    if (delivery === undefined) continue;
    const headers = entry.rawHeaders.map(hide);
    const body = hideInBytes(Buffer.from(delivery.body), hide);
    const line = exportDelivery({ ...delivery, url: hide(entry.url), headers, body }, "ndjson");
    if (line !== undefined) yield Buffer.concat([line, Buffer.from(line.at(-1) === 0x0a ? "" : "\n")]);
  }
}

/** A name that sorts by time: the event type, or `rejected`. */
export function fileName({ number, signature, type, at }: Received): string {
  const label = signature === undefined ? "rejected" : (type ?? "event");
  const name = label
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^\.+/, "")
    .slice(0, 80);
  const time = new Date(at).toISOString().replace(/[:.]/g, "-");
  return `${time}-${String(number).padStart(4, "0")}-${name || "event"}.http`;
}
