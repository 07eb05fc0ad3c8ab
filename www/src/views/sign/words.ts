/** What Sign says about the created delivery, for every state. Without elements and without the store. */
import type { ProviderEntry, SignResult } from "../../engine/protocol.ts";
import { count } from "../../ui/text.ts";
import { issueHeadline, pageFailure, payloadSentence, type VerdictText } from "../inspect/words.ts";

/** What the next step does. */
export type MadeAction = "copy" | "inspect" | "secret" | "issue" | "payload";

export type MadeText = VerdictText<{ title: string; action: MadeAction }>;

/** `provider` is that of the payload, and `failure` an error of the page itself. */
export function describeMade(
  result: SignResult | undefined,
  provider: Pick<ProviderEntry, "title" | "signs" | "secrets"> | undefined,
  failure: string | undefined,
): MadeText {
  if (failure !== undefined) return pageFailure(failure);
  if (result === undefined)
    return {
      tone: "none",
      seal: "paste",
      kicker: "Starting…",
      headline: "A delivery is being created",
      sentence: "The core reads the sample.",
    };
  if (result.failure !== undefined)
    return {
      tone: "bad",
      seal: "rejected",
      kicker: "Not created",
      headline: "The delivery cannot be created",
      sentence: result.failure,
      step: { title: "Go to the payload", action: "payload" },
    };
  const { title = "The provider", signs = true, secrets = [] } = provider ?? {};
  const { verdict, type, curl, isValidated, variant, status } = result;
  const payload = payloadSentence(isValidated === true, title);
  const made = {
    headline: `${type === undefined ? "The delivery" : type.slice(0, 60)}, ready to send`,
    step:
      curl === undefined
        ? ({ title: "Open in Inspect", action: "inspect" } as const)
        : ({ title: "Copy as curl", action: "copy" } as const),
  };
  const accepted = "a receiver responds with 200 and calls the handler";
  const isVariant = variant !== undefined && variant !== "valid";
  // Without a secret nothing was signed that could be changed.
  const isUnsigned = verdict === "unsigned" || (isVariant && status === "unsigned");
  if (isVariant && !isUnsigned) return describeVariant(result, VARIANTS[variant], made.step);
  if (verdict === "verified")
    return {
      ...made,
      tone: "good",
      seal: "verified",
      kicker: "Signed and verified",
      aside: accepted,
      sentence: `Created by the core, and inspected by the core as its receiver would. ${payload}`,
    };
  if (verdict === "token")
    return {
      ...made,
      tone: "open",
      seal: "unsigned",
      kicker: "Token added, nothing signed",
      aside: accepted,
      sentence: `${title} sends the secret as a token, and nothing is signed: an attacker who has seen one delivery can send any other. ${payload}`,
    };
  if (verdict === "rejected" && !isUnsigned) return describeRejection(result, title);
  if (!signs)
    return {
      ...made,
      tone: "open",
      seal: "unsigned",
      kicker: "Created, unsigned",
      aside: "handled only where you allow it",
      sentence: `${title} does not sign its webhooks. ${payload}`,
    };
  const rejected = "rejected unless you allow it";
  if (secrets[0]?.kind === "public-key")
    return {
      tone: "open",
      seal: "unsigned",
      kicker: "Cannot be signed here",
      aside: rejected,
      headline: "Only the sender has the private key",
      sentence: `${title} signs with a private key. Its public key verifies deliveries, and cannot sign. The delivery below has no signature.`,
      step: made.step,
    };
  return {
    tone: "none",
    seal: "key",
    kicker: "No secret yet",
    aside: rejected,
    headline: "Created, and not signed",
    sentence: `${title} signs its webhooks. Enter the secret of the subscription. ${payload}`,
    step: { title: "Enter the secret", action: "secret" },
  };
}

/** Each variant, and why a receiver may accept it. */
const VARIANTS = {
  tampered: ["Tampered", "The signature does not cover the changed value."],
  old: ["Too old", "The signature has no time: a recorded delivery can be sent again. Handle each id once."],
  unsigned: ["Unsigned", "The signature is not in a header."],
} as const;

/** A delivery that a receiver should reject. */
function describeVariant(
  { verdict, rejection, responseStatus }: SignResult,
  [name, reason]: readonly [string, string],
  step: MadeText["step"],
): MadeText {
  return verdict === "rejected"
    ? {
        tone: "good",
        seal: "verified",
        kicker: `${name}, and rejected`,
        aside: `as it should be: ${responseStatus}`,
        headline: "A receiver rejects this delivery",
        sentence: rejection ?? "",
        step,
      }
    : {
        tone: "bad",
        seal: "rejected",
        kicker: `${name}, and accepted`,
        aside: "a receiver responds with 200 and calls the handler",
        headline: "A receiver accepts this delivery",
        sentence: reason,
        step,
      };
}

function describeRejection({ issues, status, responseStatus }: SignResult, title: string): MadeText {
  const errors = issues.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const isContract = first !== undefined && ["contract", "rules"].includes(first.stage ?? "");
  return {
    tone: "bad",
    seal: "rejected",
    kicker: status === "verified" ? "Signed, but rejected" : "Rejected",
    aside: responseStatus === undefined ? undefined : `a receiver responds with ${responseStatus}`,
    headline:
      first === undefined
        ? "The delivery is rejected"
        : isContract
          ? `${count(errors.length, "value violates", "values violate")} ${title}'s contract`
          : issueHeadline(first),
    sentence: first?.message ?? "A receiver would reject this delivery.",
    step: first && { title: "Show the first error", action: "issue" },
  };
}
