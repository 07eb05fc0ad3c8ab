/** What a provider of one's own, a report and a link ask of the worker. */
import type { InspectInput, PageDelivery, PlacedIssue, ProviderEntry, ShownExplanation } from "./protocol.ts";

/** The id by which the page speaks of the provider that is being written. */
export const OWN = "own";

/** A provider of one's own, as texts: provider.json, the contracts it names, and a body to try it with. */
export interface OwnProvider {
  manifest: string;
  contracts: [name: string, text: string][];
  sample: string;
}

/** Something wrong with it, and in which of its texts: that of a contract's name, or of "" for provider.json. */
export interface Problem extends Omit<PlacedIssue, "step"> {
  file: string;
}

/** What the core says of it. */
export interface Defined {
  problems: Problem[];
  /** The contracts that provider.json names; undefined while it cannot be read. */
  files?: string[];
  /** How it is offered, and the definition with its contracts inside; undefined unless it is in order. */
  entry?: ProviderEntry;
  definition?: string;
}

/** How much of a payload is told. */
export type Values = "types" | "plain" | "all";

export interface ReportInput {
  input: InspectInput;
  values: Values;
  ids: boolean;
  explanation: ShownExplanation | undefined;
}

/** A body signed by a provider, with a secret that was made up for it. */
export interface Sample {
  delivery: PageDelivery;
  secret: string;
}

export interface MoreCalls {
  define: { input: OwnProvider; output: Defined };
  sample: { input: { body: string }; output: Sample };
  report: { input: ReportInput; output: string };
  /** The delivery with the types of its values in their place. */
  redact: { input: InspectInput; output: PageDelivery };
}
