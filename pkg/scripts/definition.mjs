// Reads the definition of a built-in provider from its folder, for scripts.
import { readFileSync } from "node:fs";

const providers = new URL("../../providers/", import.meta.url);

/**
 * The definition with the keys of the one that it extends, as the core has it, but for `documentation` and `retries`. Schemas
 * are names of files relative to the provider's folder.
 * @param {string} provider
 */
export function readDefinition(provider) {
  const definition = JSON.parse(readFileSync(new URL(`${provider}/provider.json`, providers), "utf8"));
  if (definition.extends === undefined) return definition;
  const { title, ...base } = JSON.parse(
    readFileSync(new URL(`${definition.extends}/provider.json`, providers), "utf8"),
    (key, value) =>
      key === "schema" && typeof value === "string" ? `../${definition.extends}/${value}` : value,
  );
  return { ...base, ...definition };
}
