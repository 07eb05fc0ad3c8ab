/** How the command names the samples of the built-in providers. */
import { type Sample, samplesOf } from "../testing/samples.js";

export { samplesOf };

/** The event types of a provider as a list. The wildcard `*` covers all types without a schema. */
export function listEvents(names: readonly string[]): string {
  const types = names.filter((name) => name !== "*");
  const rest = types.length === names.length ? [] : [types.length === 0 ? "any" : "and others"];
  return [...types, ...rest].join(", ");
}

export const typeOfSample = ({ type }: Sample): string => type;

/** The sample as an argument of `new`. */
export function nameSample({ type, variant }: Sample): string {
  return variant === "" ? type : `${type} --sample ${variant}`;
}
