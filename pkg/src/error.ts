/** The errors of the package, made from what the core says. */
import type { IssueCode } from "./generated/codes.js";
import { type OptionNames, optionMistake } from "./options.js";
import type { Issue } from "./types.js";

/** An error as the core hands it over. */
export interface ErrorData {
  code: IssueCode;
  message: string;
  status: number;
  /** The issues, or what makes them when they are asked for. */
  issues: Issue[] | (() => Issue[]);
}

/** ECMA-262, B.2.2.2: one getter for all errors, so that all have one shape: see verified.ts. */
const define = (
  Object.prototype as { __defineGetter__(this: object, name: string, get: () => unknown): void }
).__defineGetter__;

/**
 * Why a webhook could not be made, or a delivery is rejected. Holds no secret, no expected signature and no
 * value of the payload, so it can be logged.
 */
export class HooksealError extends Error {
  override readonly name = "HooksealError";
  /** The reason, stable. */
  readonly code: IssueCode;
  /** Everything that was found, the reason among it. Of a rejected delivery it is made when it is asked for. */
  declare readonly issues: Issue[];
  /** The HTTP status to answer. */
  readonly status: number;
  #issues: ErrorData["issues"];

  constructor({ code, message, status, issues }: ErrorData) {
    super(message);
    this.code = code;
    this.status = status;
    this.#issues = issues;
    if (typeof issues === "function") define.call(this, "issues", HooksealError.#asked.issues);
    else this.#keep(issues);
  }

  /** Makes the issues a property like any other: what they were made of is let go. */
  #keep(issues: Issue[]): Issue[] {
    this.#issues = issues;
    const property = { value: issues, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(this, "issues", property);
    return issues;
  }

  static readonly #asked = {
    issues(this: HooksealError): Issue[] {
      const issues = this.#issues;
      return typeof issues === "function" ? this.#keep(issues()) : issues;
    },
  };
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

/** Errors whose message the package wrote: it holds no value of a payload, and may be logged. */
const own = new WeakSet<object>();

/** Marks an error whose message the package wrote. */
export function ownMessage<E extends Error>(error: E): E {
  own.add(error);
  return error;
}

const OWN_NAMES = ["HooksealError", "SchemaError", "RedisStoreError"];

/** Whether the package wrote the message of an error. Another copy of it, or another realm's, has the same names. */
export function hasOwnMessage(error: object): boolean {
  return own.has(error) || OWN_NAMES.includes((error as { name?: string }).name ?? "");
}

/** Turns what the core threw into an error of this package; anything else is passed on. */
export function rethrow(thrown: unknown): never {
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
