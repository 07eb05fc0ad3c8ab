/** The errors of the package, made from what the core says. */
import type { IssueCode } from "./generated/codes.js";
import { type OptionNames, optionMistake } from "./options.js";
import type { Issue } from "./types.js";

/** An error as the core hands it over. */
export interface ErrorData {
  code: IssueCode;
  message: string;
  status: number;
  issues: Issue[];
}

/**
 * Why a webhook could not be made, or a delivery is rejected. Holds no secret, no expected signature and no
 * value of the payload, so it can be logged.
 */
export class HooksealError extends Error {
  override readonly name = "HooksealError";
  /** The reason, stable. */
  readonly code: IssueCode;
  /** Everything that was found, the reason among it. */
  readonly issues: Issue[];
  /** The HTTP status to answer. */
  readonly status: number;

  constructor(data: ErrorData) {
    super(data.message);
    this.code = data.code;
    this.issues = data.issues;
    this.status = data.status;
  }
}

/** Why a schema cannot be compiled. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  /** The keyword that cannot be used. */
  readonly keyword: string;
  /** Where it stands, as a JSON Pointer into the schema. */
  readonly pointer: string;

  constructor(data: { keyword: string; pointer: string; message: string }) {
    super(data.message);
    this.keyword = data.keyword;
    this.pointer = data.pointer;
  }
}

/** Turns what the core threw into an error of this package; anything else is passed on. */
export function raise(thrown: unknown): never {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "issues" in thrown) {
    throw new HooksealError(thrown as ErrorData);
  }
  throw thrown;
}

/** Refuses options that are none of a call's. */
export function checkOptions(call: string, options: unknown, names: OptionNames): void {
  const mistake = optionMistake(call, options, names);
  if (mistake !== undefined) throw callError("option-invalid", mistake);
}

/** An error about the call itself: what was handed over, not what a sender made of it. */
export function callError(code: IssueCode, message: string, status = 500): HooksealError {
  const issue: Issue = {
    code,
    severity: "error",
    message,
    path: [],
    pointer: "",
    span: { start: 0, end: 0, line: 1, column: 1 },
    byteSpan: { start: 0, end: 0 },
  };
  return new HooksealError({ code, message, status, issues: [issue] });
}
