/** The error of a call that cannot be sent, whatever the receiver would say. */
import { type OptionNames, optionMistake } from "../options.js";

/** What is wrong with a call of `send`. */
export type SendErrorCode =
  | "url-invalid"
  | "parameter-missing"
  | "parameter-invalid"
  | "header-invalid"
  | "signature-expires"
  | "option-invalid";

/**
 * Why nothing was sent: the call is wrong, and would be at every attempt. What a receiver does is no error but a result.
 * Its message names options, parameters and headers, and holds no value of a payload.
 */
export class SendError extends Error {
  override readonly name = "SendError";
  /** The reason, stable. */
  readonly code: SendErrorCode;

  constructor(code: SendErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Refuses options that are none of a call's. */
export function checkOptions(call: string, options: unknown, names: OptionNames): void {
  const mistake = optionMistake(call, options, names);
  if (mistake !== undefined) throw new SendError("option-invalid", mistake);
}
