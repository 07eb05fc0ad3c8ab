/** The samples of the built-in providers. The build inlines them into the command and into `hookseal/testing`. */
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
