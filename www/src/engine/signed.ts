/** The parts of the signed content from the report, and the expected signature, which is computed by signing the same body. */
import { errorMessage } from "../errors.ts";
import type { Report } from "./core.ts";
import type { InspectInput, ShownScheme, SignatureDetails, SignedContentPart } from "./protocol.ts";
import { getSummary, getWebhook, providerEntry, secretsOf } from "./providers.ts";

const MAX_SHOWN_CHARS = 600;

/** A scheme of a definition. */
interface Scheme {
  name?: string;
  kind?: string;
  header?: string | string[];
  from?: string;
  signedContent?: string;
}

export function describeSignature(
  input: InspectInput,
  id: string,
  { signature }: Report,
  body: Uint8Array,
): SignatureDetails | undefined {
  const { status, header, algorithm, tag, timestamp, secret, parts: reported = [] } = signature;
  if (header === undefined) return undefined;
  const { delivery } = input;
  const parts = reported.map(({ placeholder, value, span }): SignedContentPart => {
    const text = placeholder === "body" ? delivery.text : value;
    return {
      ...(placeholder === undefined ? {} : { name: placeholder }),
      ...(text === undefined ? {} : { value: clip(text) }),
      bytes: span === undefined ? 0 : span.end - span.start,
    };
  });
  const { secrets: slots } = providerEntry(id);
  const secrets = secretsOf(input, slots);
  const schemes = listSchemes(id, signature, secrets, slots[0]?.name);
  const known = { schemes, parts, ...(timestamp === undefined ? {} : { timestamp }) };
  const slot = slots.find(({ name }) => name === signature.scheme) ?? slots[0];
  if (slot?.kind === "token") return known;
  const isPublicKey = slot?.kind === "public-key";
  // Values of the body and the URL have no label to leave out.
  const compared = tag ?? signature.received;
  if (Object.keys(secrets).length === 0) {
    const use = isPublicKey ? "Enter the public key to verify" : "Enter the secret to compute";
    return { ...known, reason: `${use} the signature.` };
  }
  if (compared === undefined) return { ...known, reason: "The delivery has no signature to compare with." };
  if (slot?.kind === "jwt")
    return { ...known, reason: "A token has its own claims, so another one is no comparison." };
  try {
    // The first secret signs, so pass only the one that verified the delivery if that is known.
    const only = secret === 1 ? { secret: input.secondSecret ?? "", secondSecret: "" } : {};
    const hook = getWebhook({ ...input, ...only }, id, { algorithm });
    const messageId = reported.find(({ placeholder }) => placeholder === "id");
    const { url } = delivery;
    const signed = hook.sign(body, { now: timestamp, id: messageId && (messageId.value ?? ""), url });
    const own = hook.inspect({ ...signed, url }, { now: timestamp }).signature;
    const computed = signed.headers[header] ?? own.received;
    const expected = own.tag ?? computed;
    const isMatch = status === "verified" || status === "stale";
    // Signed with another spelling of the URL, which is not that of this request.
    const isOther = isMatch && tag === undefined && compared !== expected;
    if (computed === undefined || expected === undefined || isOther)
      return { ...known, reason: "The signature of this delivery cannot be computed." };
    return { ...known, computed, signatures: [compared, expected], isMatch };
  } catch (error) {
    return { ...known, reason: errorMessage(error) };
  }
}

/** The schemes of a provider with several. The core says which one decided. */
function listSchemes(
  id: string,
  signature: Report["signature"],
  secrets: ReturnType<typeof secretsOf>,
  firstName: string | undefined,
): ShownScheme[] {
  const schemes = [getSummary(id).signature ?? []].flat() as Scheme[];
  if (schemes.length < 2) return [];
  const isActive = ({ name }: Scheme) =>
    Array.isArray(secrets) ? secrets.length > 0 && name === firstName : Object.hasOwn(secrets, name ?? "");
  return schemes.map((scheme) => {
    const { name, kind = "hmac", header, from, signedContent = "{body}" } = scheme;
    const sources = [from ?? header ?? []].flat();
    return {
      name: name ?? kind,
      source: sources.join(", "),
      isActive: isActive(scheme),
      isDecisive:
        isActive(scheme) &&
        name === signature.scheme &&
        (kind !== "hmac" || signedContent === signature.signedContent),
    };
  });
}

function clip(text: string): string {
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}
