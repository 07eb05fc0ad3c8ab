/** The parts of the signed content from the report, and the expected signature, which is computed by signing the same body. */
import { errorMessage } from "../errors.ts";
import type { Report } from "./core.ts";
import type { InspectInput, SignatureDetails, SignedContentPart } from "./protocol.ts";
import { getWebhook } from "./providers.ts";

const MAX_SHOWN_CHARS = 600;

export function describeSignature(
  input: InspectInput,
  id: string,
  { signature }: Report,
  body: Uint8Array,
): SignatureDetails | undefined {
  const { status, header = "", algorithm, tag, timestamp, secret, parts: reported } = signature;
  if (reported === undefined) return undefined;
  const { delivery } = input;
  const parts = reported.map(({ placeholder, value, span }): SignedContentPart => {
    const text = placeholder === "body" ? delivery.text : value;
    return {
      ...(placeholder === undefined ? {} : { name: placeholder }),
      ...(text === undefined ? {} : { value: clip(text) }),
      bytes: span === undefined ? 0 : span.end - span.start,
    };
  });
  const known = { parts, ...(timestamp === undefined ? {} : { timestamp }) };
  if (input.secret === "" && (input.secondSecret ?? "") === "")
    return { ...known, reason: "Enter the secret to compute the signature." };
  if (tag === undefined) return { ...known, reason: "The delivery has no signature to compare with." };
  try {
    // The first secret signs, so pass only the one that verified the delivery if that is known.
    const secrets = secret === 1 ? { secret: input.secondSecret ?? "", secondSecret: "" } : {};
    const hook = getWebhook({ ...input, ...secrets }, id, { algorithm });
    const messageId = reported.find(({ placeholder }) => placeholder === "id");
    const { url } = delivery;
    const signed = hook.sign(body, { now: timestamp, id: messageId && (messageId.value ?? ""), url });
    const expected = hook.inspect({ ...signed, url }, { now: timestamp }).signature.tag;
    const computed = signed.headers[header];
    if (computed === undefined || expected === undefined)
      return { ...known, reason: "The signature of this delivery cannot be computed." };
    return {
      ...known,
      computed,
      signatures: [tag, expected],
      isMatch: status === "verified" || status === "stale",
    };
  } catch (error) {
    return { ...known, reason: errorMessage(error) };
  }
}

function clip(text: string): string {
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}
