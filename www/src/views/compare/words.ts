/** What Compare says about two deliveries, for every state. Without elements. */
import type { ArchiveEntry, CompareResult } from "../../engine/protocol.ts";
import { SIDE_NAMES, type Side } from "../../state/compare.ts";
import { count } from "../../ui/text.ts";
import { pageFailure, type VerdictText } from "../inspect/words.ts";

/** What the next step does. */
export type PairAction =
  | { kind: "change" | "provider" | "text" }
  | { kind: "file"; side: Side }
  | { kind: "inspect"; side: Side };

export type PairText = VerdictText<{ title: string; action: PairAction }>;

const nameOf = (side: Side): string => SIDE_NAMES[side].toLowerCase();

export function describePair(
  result: CompareResult | undefined,
  [isFirstMissing, isSecondMissing]: readonly [boolean, boolean],
  failure: string | undefined,
): PairText {
  if (failure !== undefined) return pageFailure(failure);
  if (result !== undefined) return describeResult(result);
  const side = isFirstMissing ? 0 : 1;
  return isFirstMissing || isSecondMissing
    ? {
        tone: "none",
        seal: "paste",
        kicker: "Nothing to compare yet",
        headline: isFirstMissing && isSecondMissing ? "Paste two deliveries" : `Paste the ${nameOf(side)}`,
        sentence:
          "One on each side: a raw HTTP request, a curl command, a file, or a body. A file can have both.",
        step: { title: "Open a file", action: { kind: "file", side } },
      }
    : {
        tone: "none",
        seal: "paste",
        kicker: "Comparing…",
        headline: "The deliveries are being compared",
        sentence: "The core reads both payloads.",
      };
}

function describeResult(result: CompareResult): PairText {
  const { provider, same, sameEvent, sameBytes, changes, parseErrors, checks } = result;
  if (provider === undefined)
    return {
      tone: "none",
      seal: "question",
      kicker: "Not compared yet",
      aside: "no provider detected",
      headline: "Which provider sent these deliveries?",
      sentence: "Neither their headers nor their events identify it.",
      step: { title: "Choose the provider", action: { kind: "provider" } },
    };
  const failed: Side | -1 = parseErrors[0] !== undefined ? 0 : parseErrors[1] !== undefined ? 1 : -1;
  if (failed >= 0 && !same) {
    const side = failed as Side;
    return {
      tone: "bad",
      seal: "rejected",
      kicker: "Cannot be compared",
      headline: `The ${nameOf(side)} cannot be parsed`,
      sentence: `${parseErrors[side]}`.replace(/^./, (first) => first.toUpperCase()),
      step: { title: `Open the ${nameOf(side)} in Inspect`, action: { kind: "inspect", side } },
    };
  }
  const signatures = describeSignatures(checks);
  if (same)
    return sameBytes
      ? {
          tone: "good",
          seal: "verified",
          kicker: "Same event, unchanged",
          aside: "a receiver handles it once",
          headline: "Equal byte for byte",
          sentence: `A retry or a duplicate. ${signatures}`,
          step: { title: "Open the retry in Inspect", action: { kind: "inspect", side: 1 } },
        }
      : {
          tone: "open",
          seal: "warned",
          kicker: "Same event, different bytes",
          aside: "a receiver handles it once",
          headline: "All values are equal, the bytes are not",
          sentence: `Whitespace, key order, or the formatting of numbers or strings differs: a signature of one body does not match the other. ${signatures}`,
          step: { title: "Show the lines", action: { kind: "text" } },
        };
  const differ = `${count(changes.length, "value differs", "values differ")} from the original`;
  const next = { title: "Next change", action: { kind: "change" } } as const;
  if (sameEvent)
    return {
      tone: "open",
      seal: "warned",
      kicker: "Same event, changed",
      aside: provider.immutable
        ? "handled, with the warning retry-changed"
        : `${provider.title} does not guarantee unchanged retries`,
      headline: differ,
      sentence: provider.immutable
        ? `${provider.title} sends every retry with the same payload, so this is not a plain retry. ${signatures}`
        : signatures,
      step: next,
    };
  return {
    tone: "none",
    seal: "question",
    kicker: "Two different events",
    aside: "a receiver handles each",
    headline: changes.length === 0 ? "Equal payloads, different idempotency keys" : differ,
    sentence: `The idempotency keys of ${provider.title} differ. ${signatures}`,
    step: changes.length === 0 ? { title: "Show the lines", action: { kind: "text" } } : next,
  };
}

/** What the signatures of both are. */
function describeSignatures(checks: readonly [ArchiveEntry, ArchiveEntry]): string {
  const [first, second] = checks.map(({ note }) => note.replace(/\.$/, "")) as [string, string];
  if (checks.every(({ state }) => state === "unchecked"))
    return "No secret: signatures are not checked. Enter it in Inspect.";
  return first === second
    ? `Both deliveries: ${first}.`
    : `${SIDE_NAMES[0]}: ${first}. ${SIDE_NAMES[1]}: ${second}.`;
}
