/** The state of the page, and the text form of request line and headers. */
import type { CustomProvider, DefinitionResult } from "../engine/calls.ts";
import type {
  ArchiveEntry,
  ExampleEntry,
  ImportIssues,
  Inspection,
  PageDelivery,
  ProviderEntry,
  SecretEncoding,
  ShownExplanation,
  Undetected,
} from "../engine/protocol.ts";
import type { DeliveryRecord } from "./history.ts";
import { Store } from "./store.ts";

export type Mode = "inspect" | "compare" | "sign" | "provider";

export const MODE_TITLES: Readonly<Record<Mode, string>> = {
  inspect: "Inspect",
  compare: "Compare",
  sign: "Sign",
  provider: "Provider",
};
export const MODES = Object.keys(MODE_TITLES) as Mode[];

export interface State {
  mode: Mode;
  /** The edited delivery: request line and headers as lines, the body as lossless text. */
  headerText: string;
  body: string;
  /** The number of the shown delivery, and the deliveries of this tab, the newest first. */
  delivery: number;
  deliveries: readonly DeliveryRecord[];
  /** The number of the delivery that was opened from a link. */
  linked: number | undefined;
  /** All deliveries of the imported file, and which one is shown. */
  imported:
    | {
        id: number;
        name: string;
        deliveries: PageDelivery[];
        /** What the list says of each delivery. */
        entries: readonly ArchiveEntry[];
        /** The number of requests without a webhook. */
        others: number;
        index: number;
      }
    | undefined;
  /** What the import of the shown delivery reported. */
  importIssues: ImportIssues | undefined;
  provider: string;
  secret: string;
  encoding: SecretEncoding;
  /** The second secret during a secret rotation. */
  secondSecret: string;
  /** The secrets of the provider's other schemes, and the settings of the provider, by their names. */
  schemeSecrets: Readonly<Record<string, string>>;
  settings: Readonly<Record<string, string>>;
  /** Time to verify at, and timestamp tolerance in seconds, as typed. Empty: the browser's clock, the provider's tolerance. */
  asOf: string;
  tolerance: string;
  profile: "lenient" | "strict";
  providers: ProviderEntry[];
  examples: ExampleEntry[];
  /** How the body is shown, where it can be shown so: a form as its fields, as it came, as a tree, in hex. */
  bodyView: "fields" | "text" | "tree" | "hex";
  /** The selected example with its original texts. */
  example: { id: string; headerText: string; body: string } | undefined;
  /** The custom provider, and the result of its validation. */
  custom: CustomProvider | undefined;
  definition: DefinitionResult | undefined;
  /** Message about an opened link, or about a delivery that took the place of another one. */
  notice: { tone: "note" | "bad"; text: string; canUndo?: boolean; isExample?: boolean } | undefined;
  /** The last result of the worker, and whether a newer one is pending. */
  result: Inspection | Undetected | undefined;
  explanation: ShownExplanation | undefined;
  isBusy: boolean;
  /** Why there is no explanation. */
  explanationFailure: string | undefined;
  /** Whether the worker has the full module, which explains, imports and describes fields. */
  hasFull: boolean;
  /** An error of the page itself, and what tries again. */
  failure: string | undefined;
  retry: (() => void) | undefined;
  /** A range that the editor shall reveal next. */
  target: { from: number; to: number } | undefined;
  /** Index of the selected issue. */
  issue: number | undefined;
  /** Which side of Inspect a narrow page shows: why, or the request. */
  side: "why" | "request";
  /** The framework whose code was chosen last. */
  framework: string | undefined;
}

/** The settings of an inspection before any is chosen. */
export const DEFAULT_SETTINGS = {
  provider: "auto",
  secret: "",
  encoding: "provider",
  secondSecret: "",
  schemeSecrets: {},
  settings: {},
  asOf: "",
  tolerance: "",
  profile: "lenient",
} as const;

/** Whether there is no delivery to inspect. */
export const isEmptyState = ({ body, headerText }: Readonly<State>): boolean =>
  body === "" && headerText.trim() === "";

/** Whether there is a secret or a public key to verify with. */
export const hasSecret = ({ secret, secondSecret, schemeSecrets }: Readonly<State>): boolean =>
  [secret, secondSecret, ...Object.values(schemeSecrets)].some((value) => value !== "");

export const store = new Store<State>({
  mode: "inspect",
  headerText: "",
  body: "",
  delivery: 0,
  deliveries: [],
  linked: undefined,
  imported: undefined,
  importIssues: undefined,
  ...DEFAULT_SETTINGS,
  bodyView: "fields",
  providers: [],
  examples: [],
  example: undefined,
  custom: undefined,
  definition: undefined,
  notice: undefined,
  result: undefined,
  explanation: undefined,
  isBusy: false,
  explanationFailure: undefined,
  hasFull: false,
  failure: undefined,
  retry: undefined,
  target: undefined,
  issue: undefined,
  side: "why",
  framework: undefined,
});

/** Parses request line and headers. Lines without a colon are ignored. */
export function parseHeaderText(head: string): Omit<PageDelivery, "text"> {
  const headers: [string, string][] = [];
  let method: string | undefined;
  let url: string | undefined;
  for (const [index, line] of head.split("\n").entries()) {
    const request = index === 0 ? /^([A-Z]+) (\S+)( HTTP\/[\d.]+)?\s*$/.exec(line) : null;
    if (request !== null) {
      [, method, url] = request;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon > 0) headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  return { headers, method, url };
}

/** Formats request line and headers as lines. */
export function formatHeaderText({ headers, method, url }: Omit<PageDelivery, "text">): string {
  const request = url === undefined ? [] : [`${method ?? "POST"} ${url}`];
  return [...request, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
}
