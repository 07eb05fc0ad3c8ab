// X-on's events with the signature of PainChek, since X-on does not sign: only X-on's events have every size and a schema that
// names all keys.
import { read } from "./bodies.mjs";

/** @returns {any} a provider definition */
export function signedXon() {
  const definition = read("xon/provider.json");
  for (const event of Object.values(definition.events)) {
    for (const revision of event.revisions ?? [event]) revision.schema = read(`xon/${revision.schema}`);
  }
  const { signature } = read("painchek/provider.json");
  return { ...definition, signature };
}

/** The webhook and the event type of a series. @param {import("./bodies.mjs").Series} series @returns {import("./job.mjs").Source} */
export const sourceOf = ({ provider, type }) =>
  provider === "xon" ? { provider, type, definition: signedXon() } : { provider, type };
