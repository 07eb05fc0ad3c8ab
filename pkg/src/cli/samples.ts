/** The samples of the built-in providers, which the build puts into the command. */
import { SAMPLES } from "hookseal:samples";

/** One sample: `assessment_add.nrs` is the variant `nrs` of its event. */
export interface Sample {
  type: string;
  variant: string;
  text: string;
}

/** Every sample of a provider, by the events it has. */
export function samplesOf(provider: string, events: readonly string[]): Sample[] {
  return Object.entries(SAMPLES[provider] ?? {}).map(([file, text]) => {
    const name = file.replace(/\.json$/, "");
    const type = events.find((event) => name === event || name.startsWith(`${event}.`)) ?? name;
    return { type, variant: name.slice(type.length + 1), text };
  });
}

/** The event types of a provider, in words. `*` stands for all that have no contract of their own. */
export function listEvents(names: readonly string[]): string {
  const named = names.filter((name) => name !== "*");
  const others = named.length === names.length ? [] : [named.length === 0 ? "any" : "and others"];
  return [...named, ...others].join(", ");
}

export const typeOfSample = ({ type }: Sample): string => type;

/** As `new` takes it. */
export function nameSample({ type, variant }: Sample): string {
  return variant === "" ? type : `${type} --sample ${variant}`;
}
