/** Results of `verify`, read from the core's memory: an accepted delivery, or the error of a rejected one. */
import {
  type CoreHandle,
  callCore,
  hasLatin1,
  resultWords,
  scratchAddress,
  scratchDigest,
  textAt,
} from "./core.js";
import type { EncodedOptions } from "./encoded-options.js";
import { HooksealError } from "./error.js";
import { USES_TAPE } from "./event.js";
import type { IssueCode } from "./generated/codes.js";
import { AcceptedWord, ALGORITHMS, RejectedWord, ResultLayout } from "./generated/layout.js";
import { type Hook, LazyDelivery, writeCall } from "./lazy-delivery.js";
import { TextDecoder, TextEncoder } from "./runtime.js";
import type { Issue, SignatureInfo, Uncovered, Verified } from "./types.js";
import { trusted, VerifiedDelivery } from "./verified.js";

/** What a provider's definition says about sending. */
export interface ProviderSendPolicy {
  /** The first and the last status that is success. */
  success: [first: number, last: number];
  /** The delays between attempts, in milliseconds. Absent where the definition has none. */
  retries?: number[] | null;
  /** Where the signed time is: nowhere, in a header, or in the body. */
  signatureExpires: "never" | "by-header" | "by-body";
  /** The headers that the provider itself puts on a delivery, and that are no secrets. */
  ownHeaders: string[];
  /** The headers with a token, which is a secret. */
  tokenHeaders: string[];
  /** The keys that lead from the body to the event's data. */
  dataPath: string[];
  /** The keys that lead from the body to the list of events, for a provider that sends several at once. */
  itemsPath?: string[] | null;
}

/** The core's data about a provider. */
export interface ProviderMetadata extends ProviderSendPolicy {
  id: string;
  requiredHeaders: string[];
  /** Whether a signature covers the URL or the method. */
  requiresTarget: boolean;
  /** The interned keys by their symbols. */
  internedKeys: string[];
  events: { type: string; revisions: (string | null)[] }[];
  maxBytes: number;
  immutable: boolean;
  contentType: string;
  /** The names of the signature schemes. */
  schemes: (string | null)[];
  uncovered: Uncovered;
  /** The methods of the provider's handshakes; `open POST` for a POST that need not be signed. */
  handshakes: string[];
  /** Whether deliveries can need keys that are not configured. */
  needsKeys: boolean;
}

/**
 * A delivery that was verified and is still in the scratch buffer.
 * @internal
 */
export interface VerifiedInput {
  hook: CoreHandle<Hook>;
  provider: ProviderMetadata;
  /** The encoded head, and its length in bytes. */
  head: string;
  headLength: number;
  /** The body, and its length in bytes. */
  body: Uint8Array | string;
  bodyLength: number;
  encoded: EncodedOptions;
}

/**
 * The error of a delivery that was just rejected. Most callers read code and status only.
 * @internal
 */
export function rejection(
  { hook, provider, head, encoded }: VerifiedInput,
  body: Uint8Array | string,
): HooksealError {
  const words = resultWords();
  const text = textAt(words[RejectedWord.text] as number, words[RejectedWord.textBytes] as number, false);
  const codeLength = words[RejectedWord.code] as number;
  return new HooksealError({
    code: text.slice(0, codeLength) as IssueCode,
    message: text.slice(codeLength),
    status: words[RejectedWord.status] as number,
    issues: () =>
      callCore(() => {
        const call = writeCall(head, body, encoded, provider.maxBytes);
        return (hook.get().failure(...call) as { issues: Issue[] }).issues;
      }),
  });
}

/**
 * The delivery that was just accepted.
 * @internal
 */
export function accepted(input: VerifiedInput, withDigest: boolean): Verified {
  const { hook, provider, head, headLength, body, bodyLength, encoded } = input;
  const words = resultWords();
  const isAscii = words[AcceptedWord.isAscii] === 1;
  const isLatin1 = isAscii || (USES_TAPE && hasLatin1());
  const isText = typeof body === "string" && isWellFormed(body);
  // A copy of the bytes that were verified, so that later changes of the caller's buffer change nothing here.
  const kept = isText ? body : textAt(scratchAddress(headLength), bodyLength, isLatin1);
  const textBytes = words[AcceptedWord.textBytes] as number;
  const texts = textAt(words[AcceptedWord.text] as number, textBytes, isAscii);
  const formBytes = words[AcceptedWord.formBytes] as number;
  const form =
    formBytes === 0 ? undefined : textAt((words[AcceptedWord.text] as number) + textBytes, formBytes, false);
  let position = 0;
  /** The next of the texts, by its length. */
  const next = (units: number | undefined): string | undefined => {
    if (units === undefined || units === ResultLayout.absent) return undefined;
    position += units;
    const text = texts.slice(position - units, position);
    return textBytes > MAX_SHARED_BYTES ? detached(text) : text;
  };
  const id = next(words[AcceptedWord.id]) as string;
  const createdAt = next(words[AcceptedWord.createdAt]);
  const webhookId = next(words[AcceptedWord.webhookId]);
  const deliveryId = next(words[AcceptedWord.deliveryId]);
  const event = provider.events[words[AcceptedWord.event] as number];
  const revision = event?.revisions[words[AcceptedWord.revision] as number];
  const algorithm = words[AcceptedWord.algorithm] as number;
  const signature: SignatureInfo =
    algorithm === ResultLayout.absent
      ? { status: "unsigned" }
      : trusted(
          ALGORITHMS[algorithm],
          words[AcceptedWord.secret] as number,
          words[AcceptedWord.uncovered] as number,
        );
  const scheme = provider.schemes[words[AcceptedWord.scheme] as number];
  if (scheme != null && signature.status !== "unsigned") signature.scheme = scheme;
  const type = next(words[AcceptedWord.eventType]) ?? (event?.type as string);
  const tape = USES_TAPE && isLatin1 && form === undefined ? (words[AcceptedWord.tape] as number) : 0;
  // Last, since it may overwrite the texts.
  const digest = withDigest ? scratchDigest(bodyLength, headLength) : undefined;
  const keptBody = {
    text: kept,
    isLatin1: isLatin1 && !isText,
    isAscii,
    offset: headLength,
    length: bodyLength,
    tape,
    form,
  };
  const fields = new LazyDelivery(hook, provider, keptBody, head, encoded, digest);
  const hasItems = provider.itemsPath != null;
  const delivery: { -readonly [Key in keyof Verified]: Verified[Key] } = new VerifiedDelivery(
    type,
    id,
    signature,
    fields,
    hasItems,
  );
  if (webhookId !== undefined) delivery.webhookId = webhookId;
  if (deliveryId !== undefined) delivery.deliveryId = deliveryId;
  if (createdAt !== undefined) delivery.createdAt = createdAt;
  if (revision != null) delivery.revision = revision;
  if (event === undefined && !hasItems) delivery.unknown = true;
  return delivery;
}

/** Up to this length, the texts of a delivery are slices of one, which each of them keeps in memory. */
const MAX_SHARED_BYTES = 200;

/** A copy of a text that keeps no other text in memory. */
function detached(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  return native?.call(text) === true;
}
