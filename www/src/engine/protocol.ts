/** The calls from the page to its worker, with the types of their inputs and outputs. */
import type { LazyCalls } from "./calls.ts";
import type { Cause, HandshakeResponse, Issue, Report, SignatureCandidate } from "./core.ts";
import type { LazyModule } from "./globals.ts";
import type { ProviderFacts } from "./provider-entry.ts";

/** A delivery in the page. `text` is the body as lossless editor text (see ../bytes.ts). */
export interface PageDelivery {
  headers: [name: string, value: string][];
  text: string;
  url?: string | undefined;
  method?: string | undefined;
}

/** How the secret encodes the bytes of the key; `provider` is the provider's own format. */
export type SecretEncoding = "provider" | "utf8" | "base64" | "hex";

/** One delivery, and the settings it is inspected with. */
export interface InspectInput {
  delivery: PageDelivery;
  /** The provider's id, or `auto` to detect it. */
  provider: string;
  /** The secret of the first scheme, or its public key. */
  secret: string;
  /** The second secret during a secret rotation. */
  secondSecret?: string | undefined;
  /** The secrets of other schemes, by the names of the schemes. */
  schemeSecrets?: Readonly<Record<string, string>> | undefined;
  /** The settings of the provider, by their names. */
  settings?: Readonly<Record<string, string>> | undefined;
  encoding: SecretEncoding;
  profile: "lenient" | "strict";
  /** Time of the inspection in milliseconds (default: the browser's clock), and timestamp tolerance in seconds. */
  now?: number | undefined;
  tolerance?: number | undefined;
}

/** An issue with its offsets in the editor's text. */
export interface LocatedIssue extends Issue {
  from: number;
  to: number;
}

/** One part of the signed content. */
export interface SignedContentPart {
  /** Name of the placeholder; undefined for the text between placeholders. */
  name?: string;
  /** Its value, shortened; undefined if the delivery lacks it. */
  value?: string;
  /** Length in bytes. */
  bytes: number;
}

/** One signature scheme of the provider. */
export interface ShownScheme {
  name: string;
  /** The header of its signature, or its source in the body or the URL. */
  source: string;
  /** Whether it has a secret to verify with. */
  isActive: boolean;
  /** Whether it decided on this delivery. */
  isDecisive: boolean;
}

/** The signature that was received, next to the one that is expected. */
export interface SignatureDetails {
  /** The schemes of a provider with several, the strongest first; empty for all others. */
  schemes: ShownScheme[];
  /** The signed content, part by part; empty for a token. */
  parts: SignedContentPart[];
  /** The expected header for the entered secret; undefined without one. */
  computed?: string;
  /** The received and the computed signature without their labels. */
  signatures?: [received: string, computed: string];
  /** Whether the core accepted the signature. */
  isMatch?: boolean;
  /** The signed timestamp in milliseconds. */
  timestamp?: number;
  /** Why there is no computed signature. */
  reason?: string;
}

/** The result of an inspection. */
export interface Inspection {
  report: Report;
  /** The provider, detected or selected. */
  provider: ProviderEntry & { isDetected: boolean };
  /** The fields of a body that is a form; undefined for any other body. */
  form: FormBody | undefined;
  /** What a receiver responds to a handshake; undefined for any other request, and for one that is refused. */
  handshake: HandshakeResponse | undefined;
  issues: LocatedIssue[];
  signed: SignatureDetails | undefined;
  /** Whether the payload was validated by a contract, without an error. */
  isValidated: boolean;
  /** Length of the body in bytes, and whether they are UTF-8. */
  bytes: number;
  isUtf8: boolean;
  /** Time of the inspection, and of the event if it has a valid one; in milliseconds. */
  now: number;
  created: number | undefined;
  /** Number of values in the payload. */
  values: number;
}

/** The fields of a form. */
export interface FormBody {
  /** In the order of the form. Empty for a form that cannot be read. */
  fields: BodyField[];
}

/** A field of a form, with the location of its value in the text. */
export interface BodyField {
  name: string;
  value: string;
  from: number;
  to: number;
}

/** No provider was detected. The core checks bytes and JSON all the same, and names what may be a signature. */
export interface Undetected {
  isUndetected: true;
  issues: LocatedIssue[];
  signatures: SignatureCandidate[];
  bytes: number;
  isUtf8: boolean;
  values: number;
}

/** A usual signature scheme that makes a received signature with the entered secret. */
export interface ShownMatch {
  header: string;
  signedContent: string;
  message: string;
  /** A provider definition with this scheme, as JSON. */
  definition: string;
}

/** A cause as the page shows it. */
export interface ShownCause extends Omit<Cause, "changedBytes" | "difference"> {
  /** Whether the cause is a match; otherwise, an observation. */
  proof: boolean;
  change?: ByteDiff;
}

/** The bytes that differ from what was signed. */
export interface ByteDiff {
  /** The signed and the received text, with some of what both have around the places that differ. */
  parts: AlignedPart[];
  places: number;
  /** Whether there are more places. */
  isCut: boolean;
  /** How many bytes of context are before the first place. */
  before: number;
  bytes: { start: number; end: number };
  rows: HexRow[];
  /** Whether there were more rows than are shown. */
  hasMore: boolean;
}

/** Text of both; a place where they differ, with its location in the editor's text; or equal characters that are left out. */
export type AlignedPart =
  | string
  | { signed: string; received: string; from: number; to: number }
  | { skipped: number };

/** Sixteen bytes. */
export interface HexRow {
  offset: number;
  bytes: { hex: string; glyph: string; changed: boolean }[];
}

/** Why a signature does not match. */
export interface ShownExplanation {
  causes: ShownCause[];
  /** For a delivery without a provider. */
  matches: ShownMatch[];
  tried: number;
}

/** One row of the payload tree. */
export interface TreeRow {
  node: number;
  key: string | number | undefined;
  type: "object" | "array" | "string" | "number" | "boolean" | "null";
  /** Its JSON, shortened, or "" for a container, which has `children`. */
  text: string;
  children: number;
  from: number;
  to: number;
  info?: FieldInfo;
}

/** A field as the schema describes it. */
export interface FieldInfo {
  description?: string;
  /** Expected types and values in one line. */
  expected: string;
  required: boolean;
  /** Whether the provider lists it as personal or health data. */
  sensitive: boolean;
}

/** The value at an offset of the text. */
export interface ValueInfo {
  pointer: string;
  type: TreeRow["type"];
  from: number;
  to: number;
  info?: FieldInfo;
}

/** One example of the menu; `isValid` if it is accepted. */
export interface ExampleEntry {
  id: string;
  group: string;
  title: string;
  isValid: boolean;
}

/** An example, signed now. */
export interface Example {
  delivery: PageDelivery;
  provider: string;
  secret: string;
}

/** The deliveries of an imported text. */
export interface ImportedText {
  format?: string;
  /** The provider of the first delivery, if it is detected. */
  provider?: string;
  deliveries: PageDelivery[];
  /** Of an archive: the number of requests that contain no webhook, which are left out. */
  others: number;
  issues: Issue[];
}

/** What the list of an archive says of a delivery. */
export interface ArchiveEntry {
  state: "accepted" | "rejected" | "unchecked" | "undetected";
  /** The id and the title of the provider, if it is detected. */
  provider?: string;
  title?: string;
  type?: string;
  /** The reason of a rejection, or how far the signature was checked. */
  note: string;
  bytes: number;
}

/** The secrets that were entered for a provider. */
export type ProviderSecrets = Pick<
  InspectInput,
  "secret" | "secondSecret" | "schemeSecrets" | "settings" | "encoding"
>;

/** The issues of an import, and where the imported text is from. */
export interface ImportIssues {
  name: string;
  issues: Issue[];
}

/** One entry of the provider lists. */
export interface ProviderEntry extends ProviderFacts {
  id: string;
  signs: boolean;
}

/** Two deliveries, and the provider whose idempotency key decides whether they are the same event. */
export interface CompareInput {
  sides: [PageDelivery, PageDelivery];
  provider: string;
  /** The secrets that each side is checked with, by provider. */
  secrets?: Readonly<Record<string, ProviderSecrets>> | undefined;
}

/** One change, with its location in each text. A missing value has the location of its parent's bracket. */
export interface ShownChange {
  pointer: string;
  kind: "changed" | "added" | "removed";
  before?: string;
  after?: string;
  locations: [TextLocation, TextLocation];
}

export interface TextLocation {
  from: number;
  to: number;
  line: number;
}

/** The result of a comparison. */
export interface CompareResult {
  provider: { id: string; title: string; isDetected: boolean; immutable: boolean } | undefined;
  same: boolean;
  sameEvent: boolean;
  /** Whether the bodies are equal byte for byte. */
  sameBytes: boolean;
  changes: ShownChange[];
  /** The error of each body that could not be parsed. */
  parseErrors: [string | undefined, string | undefined];
  /** Ids, times and digests of both. */
  summary: [title: string, first: string | undefined, second: string | undefined][];
  /** Each side as an archive lists it: whether its signature was checked, and is right. */
  checks: [ArchiveEntry, ArchiveEntry];
  /** Headers that differ, with their role if the provider defines one. */
  headers: { name: string; role?: string; before?: string; after?: string }[];
}

/** How two deliveries are aligned: values by pointer, lines, or bytes. */
export type DiffView = "values" | "text" | "bytes";

/** The text of one side of a row, with the ranges that only it has. */
export interface DiffCell {
  text: string;
  marks: [from: number, to: number][];
  /** The number of the line, or the offset of the first byte. */
  line?: string;
}

export interface DiffRow {
  kind: "equal" | "changed" | "only-a" | "only-b";
  a?: DiffCell;
  b?: DiffCell;
  /** The index of the change that the row is of. */
  change?: number | undefined;
}

/** Equal rows that are far from a change; without rows if there are many. */
export interface FoldedRows {
  kind: "fold";
  count: number;
  rows: DiffRow[];
}

export interface Difference {
  rows: (DiffRow | FoldedRows)[];
  /** Whether there is more than is shown. */
  isCut: boolean;
}

/** The settings of a new delivery. */
export interface SignInput {
  provider: string;
  text: string;
  /** `text` signs the text as it is; `rules` generates envelope, ids and time by the provider's rules. */
  envelope: "text" | "rules";
  secret: string;
  /** The name of the scheme that signs; empty: the strongest one. */
  scheme: string;
  encoding: SecretEncoding;
  /** Empty: the provider's first algorithm. */
  algorithm: string;
  /** The event type, for providers that send it in a header. */
  event: string;
  url: string;
  /** Empty: generated. */
  id: string;
  webhookId: string;
  /** In milliseconds; undefined: now. */
  now: number | undefined;
  /** What is done to the signed delivery, so that a receiver rejects it. */
  variant?: SignVariant;
}

export type SignVariant = "valid" | "tampered" | "old" | "unsigned";

/** A field of the form: its schema and its value. */
export interface FormField {
  path: (string | number)[];
  pointer: string;
  control: "text" | "number" | "choice" | "object" | "array";
  /** The options of a choice, as JSON. */
  options: string[];
  nullable: boolean;
  required: boolean;
  expected: string;
  description?: string;
  /** The string, or the JSON of any other value; undefined if the field is missing. */
  value: string | undefined;
  isNull: boolean;
  /** Fields of an object or items of an array; undefined for any other value. */
  children?: FormField[];
  /** Whether there are children beyond the limits of the form. */
  hasMore?: boolean;
}

/** A signed delivery, inspected as its receiver would. */
export interface SignResult {
  type: string | undefined;
  revision: string | undefined;
  /** Issues of the text. */
  issues: LocatedIssue[];
  fields: FormField | undefined;
  /** The formats of bodies that the provider sends, and which one the text has. */
  formats: readonly BodyFormat[];
  format: BodyFormat | undefined;
  /** Why there is no delivery. */
  failure?: string;
  variant?: SignVariant | undefined;
  /** Whether the signature has a time, so that it can be too old. */
  hasTime?: boolean;
  /** The first error of the receiver. */
  rejection?: string | undefined;
  delivery?: PageDelivery;
  verdict?: Report["verdict"];
  /** Whether the payload was validated by a contract, without an error. */
  isValidated?: boolean;
  status?: string;
  /** The status of a receiver's response to a rejected delivery. */
  responseStatus?: number | undefined;
  http?: string;
  curl?: string;
}

/** A format of bodies: JSON, a form, or a form with JSON in the field of this name. */
export type BodyFormat = "json" | "form" | `field ${string}`;

/** The body of Sign: which provider reads it, and in which format it is. */
export interface FormattedBody {
  provider: string;
  text: string;
  format: BodyFormat | undefined;
}

/** A sample payload of Sign. */
export interface SignSample {
  provider: string;
  type: string;
  revision: string | undefined;
  title: string;
  text: string;
}

/** The choices of Sign. */
export interface SignChoices {
  events: { provider: string; type: string; revision: string | undefined }[];
  algorithms: Record<string, string[]>;
  samples: SignSample[];
  /** Sample secrets by provider and scheme. A public key has none. */
  secrets: Record<string, Record<string, string>>;
}

/** Every call with its input and output. */
export interface Calls extends LazyCalls {
  start: { input: Record<string, never>; output: { providers: ProviderEntry[]; examples: ExampleEntry[] } };
  makeExample: { input: { id: string }; output: Example };
  importText: { input: { bytes: Uint8Array }; output: ImportedText };
  inspect: { input: InspectInput; output: Inspection | Undetected };
  checkEntries: {
    input: Pick<InspectInput, "provider" | "profile" | "now" | "tolerance"> & {
      deliveries: PageDelivery[];
      /** By provider. */
      secrets: Readonly<Record<string, ProviderSecrets>>;
    };
    output: ArchiveEntry[];
  };
  explain: { input: InspectInput; output: ShownExplanation };
  /** Children of a value of the last inspected delivery; `node` -1 returns the root. */
  listChildren: { input: { node: number; from: number; count: number }; output: TreeRow[] };
  /** The value at an offset of the last inspected text. */
  valueAt: { input: { offset: number }; output: ValueInfo | null };
  compare: { input: CompareInput; output: CompareResult };
  /** The deliveries of the last comparison in rows; undefined values are compared as text. */
  difference: { input: { view: DiffView }; output: Difference };
  makePair: { input: { id: string }; output: [PageDelivery, PageDelivery] };
  listSignChoices: { input: Record<string, never>; output: SignChoices };
  sign: { input: SignInput; output: SignResult };
  /** The same payload in another format. */
  convertBody: { input: FormattedBody & { to: BodyFormat }; output: string };
  /** The edit that sets the JSON at a path, or removes it if `json` is undefined. */
  edit: {
    input: {
      text: string;
      path: (string | number)[];
      json: string | undefined;
      /** For a text that is a form. */
      form?: { provider: string; format: BodyFormat } | undefined;
    };
    output: { from: number; to: number; insert: string } | null;
  };
}

export type CallName = keyof Calls;

/** A module of the core: its bytes as characters of `text`, which `table` decodes. */
export interface EncodedModule {
  text: string;
  table: number[];
  length: number;
}

/** Texts about the built-in providers that are loaded with the full module. */
export interface FullTexts {
  /** By provider, in the order of `describedProperties`; "" for a property without a description. */
  descriptions: Record<string, string[]>;
  /** One sample of each provider that no example shows, with its event type. */
  others: [provider: string, type: string, text: string][];
}

/** The module that explains and imports, with its texts. */
export interface FullModule extends EncodedModule, FullTexts {}

/** A message to the worker. The first one contains the core. Other modules follow when they are downloaded. */
export type WorkerRequest =
  | { core: EncodedModule }
  | { full: FullModule }
  | { publicKey: EncodedModule }
  | { [Name in CallName]: { id: number; name: Name; input: Calls[Name]["input"] } }[CallName];

/** A message to the page. A call that needs another module is made again when that is there. */
export type WorkerResponse =
  | { id: number; output: unknown }
  | { id: number; error: string }
  | { id: number; missing: LazyModule };
