/** The state of one request, and the outcome that follows from it. */
import type { Delivery, HandshakeResponse, Verified, VerifyOptions } from "../types.js";
import { type ClaimEvent, inProgress } from "./claims.js";
import type { ItemResult } from "./each.js";
import type { Durations, ReceiverEvent, RejectedRequest } from "./options.js";
import { RequestError, type ResponseParts } from "./response.js";

/** The state of one request. */
export class RequestState implements ClaimEvent {
  /** Why the request is not handled. */
  code: ReceiverEvent["code"];
  retryChanged?: true;
  replayed?: true;
  storeFailed?: "claim" | "done" | "release";
  /** The type, ids and digest of an accepted delivery, if the receiver is observed. */
  identity: Partial<ReceiverEvent> | undefined;
  durations: Omit<Durations, "total"> = NO_DURATIONS;
  /** The response to a handshake, and its name. */
  handshake: HandshakeResponse | undefined;
  /** The response that the handler set. */
  reply: ResponseParts | undefined;
  /** How many items had each outcome. */
  items: NonNullable<ReceiverEvent["items"]> | undefined;
  /** The body after decompression, and its length when it was read. */
  body: Uint8Array | undefined;
  bytes = 0;
  /** The delivery that was checked, and the error of the check. */
  checked: Delivery | undefined;
  error: RejectedRequest["error"];
  accepted: Verified | undefined;
  /** The receiver's own reason. */
  detail: string | undefined;
  /** Whether `onError` was called with the reason already. */
  isReported = false;

  constructor(
    readonly start: number,
    readonly startedAt: number,
    /** The options of the check. */
    public options: VerifyOptions,
  ) {}
}

const NO_DURATIONS = Object.freeze({});

/** Whether a line is due: for a request that was not handled, unless `onError` was called, or no action is needed. */
export function isLogDue({ code, isReported }: RequestState, outcome: ReceiverEvent["outcome"]): boolean {
  return code !== undefined && !isReported && outcome !== "in-progress" && outcome !== "ignored";
}

/** The outcome of a delivery by the result of its handler, or of its items: undefined where the handler takes too long. */
export function conclude(result: ItemResult | undefined, state: RequestState): ReceiverEvent["outcome"] {
  if (result === undefined) {
    throw new RequestError("handler-timeout", {
      outcome: "unavailable",
      detail: "The delivery is still being handled.",
      headers: { "retry-after": "30" },
    });
  }
  if (result === "in-progress") throw inProgress();
  if (result === "threw") {
    state.isReported = true;
    throw new RequestError("handler-failed", {
      outcome: "failed",
      detail: "The delivery could not be handled.",
    });
  }
  if (result !== "failed") return result;
  state.code = "handler-failed";
  state.detail ??= "The handler returned a Response with this status.";
  return result;
}
