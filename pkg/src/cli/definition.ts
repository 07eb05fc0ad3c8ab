/** Reads the file of a provider definition, whose schemas may be in files of their own. */
import { dirname, join } from "node:path";
import type { ProviderDefinition } from "../index.js";
import { readJsonFile } from "./create.js";

/** Reads a definition. A schema that is the name of a file is replaced by that file, which is relative to the definition. */
export function readDefinition(path: string): ProviderDefinition {
  const definition = readJsonFile(path);
  for (const event of Object.values(membersOf(membersOf(definition).events))) {
    const revisions = membersOf(event).revisions;
    for (const holder of [event, ...(Array.isArray(revisions) ? revisions : [])]) {
      const name = membersOf(holder).schema;
      if (typeof name === "string") membersOf(holder).schema = readJsonFile(join(dirname(path), name));
    }
  }
  return definition as ProviderDefinition;
}

/** The members of a value; none for a value that is no object. */
function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
