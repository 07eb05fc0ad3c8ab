/** The error of a call that cannot be sent, whatever the receiver would respond. */
import { callCore, core } from "../core.js";
import { type OptionNames, optionMistake } from "../options.js";

/** Why a call of `send` is wrong. */
export type SendErrorCode =
  | "url-invalid"
  | "parameter-missing"
  | "parameter-invalid"
  | "header-invalid"
  | "signature-expires"
  | "option-invalid";

/**
 * Why nothing was sent: the call is wrong, and every attempt would fail. What a receiver responds is a result and no error.
 * The message names options, parameters and headers, and holds no value of a payload.
 */
export class SendError extends Error {
  /** @internal The name in bundles, too, which shorten names. */
  static override readonly name = "SendError";
  override readonly name = "SendError";
  /** The reason, stable. */
  readonly code: SendErrorCode;

  constructor(code: SendErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws where an option has a name that the call does not take. */
export function checkOptions(call: string, options: unknown, names: OptionNames): void {
  const mistake = optionMistake(call, options, names);
  if (mistake !== undefined) throw new SendError("option-invalid", mistake);
}

/**
 * The value of an option as the core parses it. An invalid value is a `SendError` with the core's message.
 *
 * @internal
 */
export function coreOption<T>(read: (functions: ReturnType<typeof core>) => T): T {
  const functions = core();
  try {
    return callCore(() => read(functions));
  } catch (thrown) {
    const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
    if (code !== "option-invalid") throw thrown;
    throw new SendError(code, message as string);
  }
}
