/** The errors of the package, made from the errors of the core. */
import { type IssueCode, STATUSES } from "./generated/codes.js";
import { type OptionNames, optionMistake } from "./options.js";
import type { Issue } from "./types.js";

/** An error as the core hands it over. */
export interface ErrorData {
  code: IssueCode;
  message: string;
  status: number;
  /** The issues, or the function that makes them when they are first read. */
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
  /** @internal The name in bundles, too, which shorten names. */
  static override readonly name = "HooksealError";
  override readonly name = "HooksealError";
  /** The reason, stable. */
  readonly code: IssueCode;
  /** Every issue, the reason among them. The issues of a rejected delivery are made when they are first read. */
  declare readonly issues: Issue[];
  /** The HTTP status of the response. */
  readonly status: number;
  #issues: ErrorData["issues"];

  constructor({ code, message, status, issues }: ErrorData) {
    super(message);
    this.code = code;
    this.status = status;
    this.#issues = issues;
    if (typeof issues === "function") define.call(this, "issues", HooksealError.#getters.issues);
    else this.#keep(issues);
  }

  /** Makes the issues a plain property, and drops the function that made them. */
  #keep(issues: Issue[]): Issue[] {
    this.#issues = issues;
    const property = { value: issues, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(this, "issues", property);
    return issues;
  }

  static readonly #getters = {
    issues(this: HooksealError): Issue[] {
      const issues = this.#issues;
      return typeof issues === "function" ? this.#keep(issues()) : issues;
    },
  };
}

/**
 * Whether a value is a `HooksealError`, also of another copy of the package: one from a CommonJS module, of another version, of another
 * realm, or one that was written as JSON and read again. (`structuredClone` of an error drops its code.)
 */
export function isHooksealError(value: unknown): value is HooksealError {
  const { name, code, status } = Object(value) as Partial<HooksealError>;
  return name === "HooksealError" && typeof code === "string" && typeof status === "number";
}

/** Why a schema cannot be compiled. */
export class SchemaError extends Error {
  /** @internal The name in bundles, too, which shorten names. */
  static override readonly name = "SchemaError";
  override readonly name = "SchemaError";
  /** The keyword that cannot be used. */
  readonly keyword: string;
  /** The JSON Pointer of the keyword in the schema. */
  readonly pointer: string;

  constructor(data: { keyword: string; pointer: string; message: string }) {
    super(data.message);
    this.keyword = data.keyword;
    this.pointer = data.pointer;
  }
}

/** Errors with a message of the package, which holds no value of a payload and may be logged. */
const ownMessages = new WeakSet<object>();

/** Marks an error as one with a message of the package. */
export function ownMessage<E extends Error>(error: E): E {
  ownMessages.add(error);
  return error;
}

const OWN_NAMES = ["HooksealError", "SchemaError", "RedisStoreError"];

/** Whether an error has a message of the package. The names recognize errors of another copy of the package, or another realm. */
export function hasOwnMessage(error: object): boolean {
  return ownMessages.has(error) || OWN_NAMES.includes((error as { name?: string }).name ?? "");
}

/** Converts an error of the core into one of the package; rethrows anything else. */
export function rethrow(thrown: unknown): never {
  throw toError(thrown);
}

/** Converts an error of the core into one of the package; throws anything that is neither. */
export function toError(thrown: unknown): HooksealError {
  if (thrown instanceof HooksealError) return thrown;
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "issues" in thrown)
    return new HooksealError(thrown as ErrorData);
  throw thrown;
}

/** Throws where a call has an option of an unknown name. */
export function checkOptions(call: string, options: unknown, names: OptionNames): void {
  const mistake = optionMistake(call, options, names);
  if (mistake !== undefined) throw callError("option-invalid", mistake);
}

/** An error that TypeScript finds itself, most often about the arguments of a call. The core's table has the status. */
export function callError(code: IssueCode, message: string): HooksealError {
  const issue = issueWithoutLocation(code, "error", message);
  return new HooksealError({ code, message, status: STATUSES[code] ?? 400, issues: [issue] });
}

/** The error for an option with an invalid value. SECURITY: the value is not quoted, since it may be a secret. */
export function optionError(name: string, expected: string): HooksealError {
  return callError("option-invalid", `Invalid value for option \`${name}\`: expected ${expected}.`);
}

/** An issue that concerns no part of the body, with the location that the core gives such issues. */
export function issueWithoutLocation(code: IssueCode, severity: Issue["severity"], message: string): Issue {
  return {
    code,
    severity,
    message,
    path: [],
    pointer: "",
    span: { start: 0, end: 0, line: 1, column: 1 },
    byteSpan: { start: 0, end: 0 },
  };
}
