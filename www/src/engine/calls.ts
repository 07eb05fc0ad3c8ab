/** Calls of the worker for a custom provider, a report and a link. */
import type {
  CompareResult,
  InspectInput,
  LocatedIssue,
  PageDelivery,
  ProviderEntry,
  ShownExplanation,
} from "./protocol.ts";

/** Id of the custom provider inside the page. Its definition has an id of its own, which may be that of a built-in one. */
export const CUSTOM_PROVIDER = "custom";

/** A custom provider as texts: `provider.json`, the schemas that it names, and a sample body. */
export interface CustomProvider {
  definition: string;
  schemas: [name: string, text: string][];
  sample: string;
}

/** An issue of a custom provider. `file` is the name of a schema, or "" for `provider.json`. */
export interface DefinitionProblem extends LocatedIssue {
  file: string;
}

/** The custom provider as the core evaluates it. */
export interface DefinitionResult {
  problems: DefinitionProblem[];
  /** Names of the schemas in `provider.json`; undefined while it is not valid JSON. */
  files?: string[];
  /** The entry of the provider lists, and the definition with its schemas inlined; undefined if there are problems. */
  entry?: ProviderEntry;
  definition?: string;
}

/** How much of the payload a report shows. */
export type RedactionLevel = "types" | "non-sensitive" | "all";

export interface ReportInput {
  input: InspectInput;
  level: RedactionLevel;
  includesIds: boolean;
  explanation: ShownExplanation | undefined;
}

export interface PairReportInput extends Omit<ReportInput, "explanation"> {
  sides: [PageDelivery, PageDelivery];
  result: CompareResult;
  /** What the page says of the pair. */
  verdict: string;
}

export interface DefinitionReportInput {
  custom: CustomProvider;
  problems: readonly DefinitionProblem[];
  verdict: string;
  /** SECURITY: its secrets are removed from the report. */
  input: InspectInput;
}

/** The sample body, signed with the sample secret. */
export interface CustomSample {
  delivery: PageDelivery;
  secret: string;
}

export interface LazyCalls {
  defineProvider: { input: CustomProvider; output: DefinitionResult };
  signSample: { input: { body: string }; output: CustomSample };
  formatReport: { input: ReportInput; output: string };
  formatPair: { input: PairReportInput; output: string };
  formatDefinition: { input: DefinitionReportInput; output: string };
  /** The delivery with each value of its payload replaced by its type. */
  redactDelivery: { input: InspectInput; output: PageDelivery };
}
