/** What the page and its worker say to each other: one entry for each question, with its answer. */
import type { MoreCalls } from "./calls.ts";
import type { Cause, Issue, Report } from "./core.ts";

/** A delivery as the page holds it: the body as a text without loss (see ../bytes.ts). */
export interface PageDelivery {
  headers: [name: string, value: string][];
  text: string;
  url?: string | undefined;
  method?: string | undefined;
}

/** How the bytes of a key are written in the secret; `provider` leaves it to the provider. */
export type SecretEncoding = "provider" | "utf8" | "base64" | "hex";

/** One delivery, and by what it is judged. */
export interface InspectInput {
  delivery: PageDelivery;
  /** The provider's id; `auto` looks at the delivery. */
  provider: string;
  secret: string;
  /** Another secret, while one takes the other's place. */
  second?: string | undefined;
  encoding: SecretEncoding;
  profile: "lenient" | "strict";
  /** When it is judged, in milliseconds, and how far timestamps may lie off, in seconds. */
  now?: number | undefined;
  tolerance?: number | undefined;
}

/** An issue with its place in the editor's text. */
export interface PlacedIssue extends Issue {
  from: number;
  to: number;
}

/** One part of what was signed. */
export interface SignedPart {
  /** The placeholder's name; undefined for what stands between them. */
  name?: string;
  /** Its value, shortened; undefined where the page cannot tell. */
  value?: string;
  /** How many bytes it has. */
  bytes: number;
}

/** The signature in numbers. */
export interface Signed {
  /** The formula, part by part. */
  parts: SignedPart[];
  /** What the header should have been with the secret that is present; undefined without one. */
  computed?: string;
  /** Whether it is what was received, or one of several that were. */
  fits?: boolean;
  /** The timestamp that was signed, in milliseconds. */
  timestamp?: number;
  /** Why nothing was computed. */
  reason?: string;
}

/** What the page shows of a delivery. */
export interface Inspection {
  report: Report;
  /** The provider's title, and whether it was recognised or chosen. */
  provider: { id: string; title: string; recognised: boolean; signs: boolean; encoding: string };
  issues: PlacedIssue[];
  signed: Signed | undefined;
  /** How many bytes the body has. */
  bytes: number;
  /** When it was judged, and when the event was made where that is a time; in milliseconds. */
  now: number;
  created: number | undefined;
  /** How many values the payload has. */
  values: number;
}

/** No provider was recognised: the page asks for one. */
export interface Unrecognised {
  unrecognised: true;
  bytes: number;
  values: number;
}

/** A cause as the page shows it. */
export interface ShownCause extends Omit<Cause, "changedBytes" | "difference"> {
  /** Whether the cause is a match; otherwise, an observation. */
  proof: boolean;
  change?: Change;
}

/** Where the received body differs from the signed one. */
export interface Change {
  before: string;
  after: string;
  /** The signed and the received text side by side: 1 is only in the signed one, -1 only in the received, 0 in both. */
  diff: [side: -1 | 0 | 1, text: string][];
  /** Their place in the editor's text. */
  from: number;
  to: number;
  bytes: { start: number; end: number };
  rows: HexRow[];
  /** Whether there were more rows than are shown. */
  more: boolean;
}

/** Sixteen bytes. */
export interface HexRow {
  offset: number;
  bytes: { hex: string; glyph: string; changed: boolean }[];
}

/** Why a signature does not match. */
export interface ShownExplanation {
  causes: ShownCause[];
  tried: number;
}

/** One value of the payload. */
export interface Row {
  node: number;
  key: string | number | undefined;
  type: "object" | "array" | "string" | "number" | "boolean" | "null";
  /** Its text, shortened; how many children it has, for containers. */
  text: string;
  children: number;
  from: number;
  to: number;
  meaning?: Meaning;
}

/** What the contract says of a field. */
export interface Meaning {
  description?: string;
  /** What may stand there, in words. */
  expected: string;
  required: boolean;
  /** Personal or health data, by the provider's list. */
  sensitive: boolean;
}

/** A value under the pointer. */
export interface Place {
  pointer: string;
  type: Row["type"];
  from: number;
  to: number;
  meaning?: Meaning;
}

/** One example of the menu. */
export interface ExampleEntry {
  id: string;
  group: string;
  title: string;
  good: boolean;
}

/** An example, made now. */
export interface Example {
  delivery: PageDelivery;
  provider: string;
  secret: string;
}

/** The deliveries and issues of a capture. */
export interface Imported {
  format?: string;
  deliveries: PageDelivery[];
  issues: Issue[];
}

/** A built-in provider. */
export interface ProviderEntry {
  id: string;
  title: string;
  signs: boolean;
  encoding: string;
}

/** Two deliveries, and by whose rules they are compared. */
export interface CompareInput {
  sides: [PageDelivery, PageDelivery];
  provider: string;
}

/** One difference, with its place in each of the texts: where it is missing, the place where it would stand. */
export interface ShownChange {
  pointer: string;
  kind: "changed" | "added" | "removed";
  before?: string;
  after?: string;
  places: [ChangePlace, ChangePlace];
}

export interface ChangePlace {
  from: number;
  to: number;
  line: number;
}

/** How two deliveries relate. */
export interface Compared {
  provider: { id: string; title: string; recognised: boolean; immutable: boolean } | undefined;
  same: boolean;
  sameEvent: boolean;
  /** Whether the bodies are equal, byte for byte. */
  sameBytes: boolean;
  changes: ShownChange[];
  /** Why a body could not be read. */
  unread: [string | undefined, string | undefined];
  /** What is known of each. */
  facts: [title: string, first: string | undefined, second: string | undefined][];
  /** Headers that differ; where the provider says so, what they are for. */
  headers: { name: string; role?: string; before?: string; after?: string }[];
}

/** What a new delivery is made of. */
export interface SignInput {
  provider: string;
  text: string;
  /** `text` signs the bytes as they are; `rules` lets the provider's rules make envelope, id and time. */
  way: "text" | "rules";
  secret: string;
  encoding: SecretEncoding;
  /** Empty: the provider's first. */
  algorithm: string;
  /** The event type, where a header tells it. */
  event: string;
  url: string;
  /** Empty: made new. */
  id: string;
  webhookId: string;
  /** In milliseconds; undefined is now. */
  now: number | undefined;
}

/** A field of the form: what the contract says of it, and what stands there. */
export interface Field {
  path: (string | number)[];
  pointer: string;
  control: "text" | "number" | "choice" | "object" | "array";
  /** What a choice offers, as JSON. */
  options: string[];
  nullable: boolean;
  required: boolean;
  expected: string;
  description?: string;
  /** Its text where it is a string, else its JSON; undefined where it is missing. */
  value: string | undefined;
  isNull: boolean;
  /** Fields within, or undefined where what stands there is no container. */
  children?: Field[];
  /** Some within are not listed. */
  more?: boolean;
}

/** A new delivery, judged as its receiver would. */
export interface Made {
  type: string | undefined;
  revision: string | undefined;
  /** What is wrong with the text. */
  issues: PlacedIssue[];
  fields: Field | undefined;
  /** Why nothing was made. */
  failure?: string;
  delivery?: PageDelivery;
  verdict?: Report["verdict"];
  status?: string;
  http?: string;
  curl?: string;
}

/** A text to start from. */
export interface Sample {
  provider: string;
  type: string;
  revision: string | undefined;
  title: string;
  text: string;
}

/** What can be signed. */
export interface Signable {
  events: { provider: string; type: string; revision: string | undefined }[];
  algorithms: Record<string, string[]>;
  samples: Sample[];
  /** Made up, by provider. */
  secrets: Record<string, string>;
}

/** Every question with its answer. */
export interface Calls extends MoreCalls {
  start: { input: Record<string, never>; output: { providers: ProviderEntry[]; examples: ExampleEntry[] } };
  example: { input: { id: string }; output: Example };
  import: { input: { bytes: Uint8Array }; output: Imported };
  inspect: { input: InspectInput; output: Inspection | Unrecognised };
  explain: { input: InspectInput; output: ShownExplanation };
  /** Children of a value of the delivery that was inspected last; of the root's place where `node` is -1. */
  children: { input: { node: number; from: number; count: number }; output: Row[] };
  /** The value at an offset of the text that was inspected last. */
  at: { input: { offset: number }; output: Place | null };
  compare: { input: CompareInput; output: Compared };
  pair: { input: { id: string }; output: [PageDelivery, PageDelivery] };
  signable: { input: Record<string, never>; output: Signable };
  sign: { input: SignInput; output: Made };
  /** The change of a text that puts JSON at a path, or takes away what stands there. */
  edit: {
    input: { text: string; path: (string | number)[]; json: string | undefined };
    output: { from: number; to: number; insert: string } | null;
  };
}

export type CallName = keyof Calls;

/** From the page. The first message brings the core. */
export type Request =
  | { core: { text: string; table: number[]; length: number } }
  | { [Name in CallName]: { id: number; name: Name; input: Calls[Name]["input"] } }[CallName];

/** To the page. */
export type Response = { id: number; output: unknown } | { id: number; error: string };
