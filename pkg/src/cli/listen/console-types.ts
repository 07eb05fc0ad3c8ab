/** What the server of the console sends to its page. */

/** One row of the list. */
export interface ConsoleRow {
  number: number;
  /** The number of the change, for the next request after a cut connection. */
  change: number;
  at: number;
  method: string;
  path: string;
  provider?: string;
  title?: string;
  type?: string;
  id?: string;
  revision?: string;
  code?: string;
  handshake?: string;
  /** The number of the earlier delivery with the same id and bytes. */
  again?: number;
  replay?: { of: number; kind: "same" | "retry" | "tampered" | "unsigned" };
  file?: string;
  status: number;
  /** `other`: a request that is no delivery, by its method. */
  verdict: "verified" | "token" | "unsigned" | "rejected" | "handshake" | "other";
  /** Of a delivery that was accepted. */
  accepted?: {
    /** Whether a contract validated the payload; `unknown`: the definition does not name the event type. */
    payload: "valid" | "unknown" | "unchecked";
    warnings: number;
    /** The second of two secrets verified it. */
    isSecond: boolean;
    isPublicKey: boolean;
    /** Whether the provider signs its webhooks. */
    signs: boolean;
  };
  message: string;
  errors: number;
  /** The stage of the first error. */
  stage?: string;
  bytes: number;
  durationMs: number;
  /** What the application responded: the first one that failed, if there are several. */
  app?: { url: string; durationMs: number; status?: number; error?: string };
  /** What the provider does after this status, by its definition; absent if the definition does not say it, or after a success. */
  retries?: { count: number; firstMs: number; totalMs: number };
}

export interface ConsoleIssue {
  code: string;
  severity: "error" | "warning" | "info";
  message: string;
  pointer: string;
  line?: number;
  column?: number;
  /** The bytes of the body that it is about; absent where a secret in the body is hidden. */
  byteSpan?: { start: number; end: number };
  hint?: string;
  stage?: string;
}

export interface ConsoleCause {
  code: string;
  title: string;
  message: string;
  fix: string;
  frameworks: { name: string; code: string }[];
  isProven: boolean;
}

export interface ConsoleAttempt {
  url: string;
  at: number;
  durationMs: number;
  status?: number;
  error?: string;
  headers: [string, string][];
  body: string;
  omitted: number;
}

/** Everything about one delivery. */
export interface ConsoleDetails {
  headers: [string, string][];
  /** The body with one character for each byte. */
  body: string;
  /** Bytes of the body that are not shown. */
  omitted: number;
  stages: { name: string; state: string }[];
  issues: ConsoleIssue[];
  causes: ConsoleCause[];
  signature: {
    status: string;
    header?: string;
    signedContent?: string;
    algorithm?: string;
    /** The signed time, in milliseconds since 1970. */
    signedAt?: number;
  };
  attempts: ConsoleAttempt[];
}

/** The first event of a stream: what the console is about, and which deliveries are kept. */
export interface ConsoleState {
  /** The address that receives deliveries. */
  listening: string;
  targets: string[];
  providers: string;
  /** The names of the variables and files that have the secrets. */
  secrets: string[];
  /** A command that sends a sample; absent if there are several providers, or it has no sample. */
  example?: string;
  /** Where `--save` writes; absent without it. */
  folder?: string;
  oldest: number;
  version: string;
}

export interface ConsoleComparison {
  same: boolean;
  sameEvent: boolean;
  changes: { pointer: string; before?: string; after?: string }[];
  omitted: number;
}
