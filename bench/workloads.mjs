// The verified deliveries: real events of both providers, grown to a size by adding more of their items. The JSON is
// formatted as the sender's JSON library formats it.
import { readFileSync } from "node:fs";

const providers = new URL("../providers/", import.meta.url);

/** @param {string} path */
export const read = (path) => JSON.parse(readFileSync(new URL(path, providers), "utf8"));

/** Number of bodies in turn, so that no contender gets only one text. */
const VARIANTS = 8;

/**
 * @typedef {object} Workload
 * @property {string} name
 * @property {"painchek" | "xon"} provider
 * @property {any} schema the schema, for libraries that take one
 * @property {Buffer[]} bodies
 */

/** @returns {Workload[]} */
export function workloads() {
  const painchek = read("painchek/samples/assessment_add.painchek.json");
  const files = (/** @type {string} */ revision) =>
    read(`xon/samples/file-request.files.update.${revision}.json`);
  const r9 = read("xon/file-request.files.update.R7-R9.schema.json");
  return [
    {
      name: "painchek",
      provider: "painchek",
      schema: read("painchek/assessment_add.schema.json"),
      bodies: variants((index) => {
        const event = structuredClone(painchek);
        event.data.uuid = uuid(index);
        return spaced(event);
      }),
    },
    {
      name: "seed",
      provider: "xon",
      schema: read("xon/file-request.files.update.R0.schema.json"),
      bodies: variants((index) => {
        const event = files("R0");
        event.event.id = uuid(index);
        return JSON.stringify(event);
      }),
    },
    ...[2, 16, 64, 1024].map((kilobytes) => ({
      name: kilobytes < 1024 ? `${kilobytes} KB` : "1 MB",
      provider: /** @type {const} */ ("xon"),
      schema: r9,
      bodies: variants((index) => grown(files("R9"), kilobytes * 1024, index)),
    })),
  ];
}

/** @param {(index: number) => string} make */
function variants(make) {
  return Array.from({ length: VARIANTS }, (_, index) => Buffer.from(make(index)));
}

/**
 * A file request with as many files as the size allows.
 * @param {any} event @param {number} bytes @param {number} variant
 */
function grown(event, bytes, variant) {
  const { fileRequest } = event.event;
  event.event.id = uuid(variant);
  const [pattern] = fileRequest.files;
  fileRequest.files = [];
  event.event.addedFileIds = [];
  let length = JSON.stringify(event).length;
  for (let index = 0; ; index++) {
    const file = { ...pattern, id: uuid(variant * 1_000_000 + index), originalName: `bandage-${index}.jpg` };
    const more = JSON.stringify(file).length + (index > 0 ? 1 : 0);
    if (index > 0 && length + more > bytes) break;
    fileRequest.files.push(file);
    // A patient adds a few files at a time. (`uniqueItems` takes ajv quadratic time: with a long list of ids that keyword
    // would dominate.)
    if (index < 4) {
      event.event.addedFileIds.push(file.id);
      length += 39;
    }
    length += more;
  }
  return JSON.stringify(event);
}

/** A made-up id of version 4. @param {number} number */
function uuid(number) {
  return `5e0c6b3a-91d2-4c7f-8a46-${number.toString(16).padStart(12, "0")}`;
}

/** JSON with a space after `:` and `,`, as Python formats it. @param {unknown} value @returns {string} */
function spaced(value) {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`);
  return `{${members.join(", ")}}`;
}
