// What is opened in the measured page: signed deliveries of a size, and an archive.
import { createHmac } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { SERIES, uuid } from "../bodies.mjs";

export const SECRET = "example-secret";

const github = /** @type {import("../bodies.mjs").Series} */ (SERIES.find(({ name }) => name === "GitHub"));

/** @param {string} body @param {number} number */
const headersOf = (body, number) => [
  ["Content-Type", "application/json"],
  ["X-GitHub-Event", github.type],
  ["X-GitHub-Delivery", uuid(number)],
  ["X-Hub-Signature-256", `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`],
];

/** An HTTP request with a signed body. @param {number} bytes */
export function signedRequest(bytes) {
  const body = github.make(bytes / 1024, 0);
  const head = headersOf(body, 0).map((header) => header.join(": "));
  return ["POST /payload HTTP/1.1", "Host: receiver.example", ...head, "", body].join("\r\n");
}

/** Bytes of the body of one entry. */
const ENTRY_BYTES = 9_500;

/**
 * Writes a HAR file of a size. Every tenth entry is a request without a body, as archives of browsers contain them, and in the
 * middle one body is no JSON.
 * @param {string} path @param {number} bytes
 * @returns the number of deliveries
 */
export function writeHar(path, bytes) {
  const file = openSync(path, "w");
  const start = '{"log":{"version":"1.2","creator":{"name":"example","version":"1"},"entries":[\n';
  let written = writeSync(file, start);
  let deliveries = 0;
  for (let index = 0; written < bytes - 2 * ENTRY_BYTES; index++) {
    const separator = index === 0 ? "" : ",\n";
    if (index % 10 === 9) {
      written += writeSync(
        file,
        `${separator}{"request":{"method":"GET","url":"https://receiver.example/","headers":[]}}`,
      );
      continue;
    }
    const whole = github.make(ENTRY_BYTES / 1024, index);
    const body = Math.abs(written - bytes / 2) < ENTRY_BYTES ? whole.slice(0, -1) : whole;
    const headers = headersOf(whole, index).map(([name, value]) => ({ name, value }));
    const request = { method: "POST", url: "https://receiver.example/payload", headers };
    written += writeSync(
      file,
      separator +
        JSON.stringify({ request: { ...request, postData: { mimeType: "application/json", text: body } } }),
    );
    deliveries += 1;
  }
  writeSync(file, "\n]}}");
  closeSync(file);
  return deliveries;
}
