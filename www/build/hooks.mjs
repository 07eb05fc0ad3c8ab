/** Module hooks of the unit tests: the modules that the build generates, the page's glue, and a count of the webhooks made. */

/** @type {Record<string, string>} */
let virtual = {};

/** @param {Record<string, string>} sources */
export function initialize(sources) {
  virtual = sources;
}

const COUNTED = "counted:";

/** @type {import("node:module").ResolveHook} */
export async function resolve(specifier, context, next) {
  if (Object.hasOwn(virtual, specifier)) return { url: specifier, format: "module", shortCircuit: true };
  const resolved = await next(specifier, context);
  if (specifier !== "hookseal/slim") return resolved;
  return { ...resolved, url: COUNTED + resolved.url, format: "module", shortCircuit: true };
}

/** @type {import("node:module").LoadHook} */
export async function load(url, context, next) {
  if (Object.hasOwn(virtual, url))
    return { format: "module", source: /** @type {string} */ (virtual[url]), shortCircuit: true };
  if (url.endsWith("/pkg/dist/esm/generated/glue.js")) {
    const source = /** @type {string} */ (virtual.glue);
    return { format: "module", source, shortCircuit: true };
  }
  if (!url.startsWith(COUNTED)) return next(url, context);
  const name = JSON.stringify(url.slice(COUNTED.length));
  const source = `export * from ${name};
import { webhook as make } from ${name};
export const counts = { webhooks: 0 };
export function webhook(...options) {
  counts.webhooks += 1;
  return make(...options);
}
globalThis.webhookCounts = counts;`;
  return { format: "module", source, shortCircuit: true };
}
