/** What the page knows. */
import type { Defined, OwnProvider } from "../engine/calls.ts";
import type {
  ExampleEntry,
  Inspection,
  PageDelivery,
  ProviderEntry,
  SecretEncoding,
  ShownExplanation,
  Unrecognised,
} from "../engine/protocol.ts";
import { Store } from "./store.ts";

export type Mode = "inspect" | "compare" | "sign" | "provider";

export interface State {
  mode: Mode;
  /** The delivery as it is edited: request line and headers as lines, the body as a text without loss. */
  head: string;
  body: string;
  /** The other deliveries of what was pasted or dropped. */
  imported: { name: string; deliveries: PageDelivery[]; index: number } | undefined;
  provider: string;
  secret: string;
  encoding: SecretEncoding;
  /** While one secret takes another's place: the other. */
  second: string;
  /** When it is judged, as it was typed, and the tolerance in seconds; empty for the page's clock and the provider's own. */
  at: string;
  tolerance: string;
  profile: "lenient" | "strict";
  providers: ProviderEntry[];
  examples: ExampleEntry[];
  /** The example that was picked, as it was. */
  example: { id: string; head: string; body: string } | undefined;
  /** The provider that is being written, and what the core says of it. */
  own: OwnProvider | undefined;
  defined: Defined | undefined;
  /** What there is to say about the link that was opened. */
  notice: { tone: "note" | "bad"; text: string } | undefined;
  /** What the worker said last, and whether it is at work on something newer. */
  result: Inspection | Unrecognised | undefined;
  explanation: ShownExplanation | undefined;
  busy: boolean;
  /** What went wrong with the page itself. */
  failure: string | undefined;
  /** A place somebody asked to see: the editor goes there. */
  target: { from: number; to: number } | undefined;
  /** The issue that is looked at, by its number. */
  issue: number | undefined;
}

export const store = new Store<State>({
  mode: "inspect",
  head: "",
  body: "",
  imported: undefined,
  provider: "auto",
  secret: "",
  encoding: "provider",
  second: "",
  at: "",
  tolerance: "",
  profile: "lenient",
  providers: [],
  examples: [],
  example: undefined,
  own: undefined,
  defined: undefined,
  notice: undefined,
  result: undefined,
  explanation: undefined,
  busy: false,
  failure: undefined,
  target: undefined,
  issue: undefined,
});

/** The lines above the body, as headers. */
export function readHead(head: string): Omit<PageDelivery, "text"> {
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

/** Headers as the lines above the body. */
export function writeHead({ headers, method, url }: Omit<PageDelivery, "text">): string {
  const request = url === undefined ? [] : [`${method ?? "POST"} ${url}`];
  return [...request, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
}
