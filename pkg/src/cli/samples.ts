/** The samples of the built-in providers. The build inlines them into the command. */
import { SAMPLES } from "hookseal:samples";

/** One sample: the file `assessment_add.nrs.json` is the variant `nrs` of the event `assessment_add`. */
export interface Sample {
  type: string;
  variant: string;
  text: string;
}

/** All samples of a provider. `events` are its event types, which the file names begin with. */
export function samplesOf(provider: string, events: readonly string[]): Sample[] {
  return Object.entries(SAMPLES[provider] ?? {}).map(([file, text]) => {
    const name = file.replace(/\.json$/, "");
    const type = events.find((event) => name === event || name.startsWith(`${event}.`)) ?? name;
    return { type, variant: name.slice(type.length + 1), text };
  });
}

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
