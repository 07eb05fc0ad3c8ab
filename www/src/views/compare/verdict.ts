/** The verdict of a comparison. */
import type { CompareResult } from "../../engine/protocol.ts";
import { compareStore, isEmpty, SIDE_NAMES } from "../../state/compare.ts";
import { count } from "../../ui/text.ts";
import { type VerdictView, verdictBox } from "../verdict.ts";

export function pairVerdict(): HTMLElement {
  const { box, show } = verdictBox();
  compareStore.on(["result", "isBusy", "failure", "headerTexts", "bodies"], ({ result, isBusy, failure }) => {
    if (failure !== undefined)
      show({ tone: "bad", icon: "error", title: "Page error", description: failure }, isBusy, true);
    else if (result === undefined) show(describeEmpty(), isBusy, false);
    else show(describeResult(result), isBusy, !isBusy);
  });
  return box;
}

function describeEmpty(): VerdictView {
  const [first, second] = [isEmpty(0), isEmpty(1)];
  return {
    tone: "none",
    icon: "question",
    title: first === second ? "No deliveries" : "One delivery missing",
    description:
      first === second
        ? "Paste or drop a delivery on each side, or a file that contains both."
        : `Paste or drop the ${first ? "original" : "retry"}.`,
  };
}

function describeResult({
  provider,
  same,
  sameEvent,
  sameBytes,
  changes,
  parseErrors,
  checks,
}: CompareResult): VerdictView {
  if (provider === undefined) {
    return {
      tone: "none",
      icon: "question",
      title: "Provider not detected",
      description: "Neither the headers nor the events identify it. Choose the provider.",
    };
  }
  const index = parseErrors.findIndex((error) => error !== undefined);
  if (index >= 0 && !same) {
    return {
      tone: "bad",
      icon: "rejected",
      title: "Cannot compare",
      description: `The ${SIDE_NAMES[index === 0 ? 0 : 1].toLowerCase()} cannot be parsed: ${parseErrors[index]}`,
    };
  }
  const note = checks.every(({ state }) => state === "unchecked")
    ? "No secret: signatures are not checked. Enter it in Inspect."
    : undefined;
  if (same && sameBytes) {
    return {
      tone: "good",
      icon: "passed",
      title: "Same event, unchanged",
      description: "The bodies are equal byte for byte: a retry or a duplicate.",
      note,
    };
  }
  if (same) {
    return {
      tone: "open",
      icon: "warning",
      title: "Same event, different bytes",
      description:
        "All values are equal, but whitespace, key order, or the formatting of numbers or strings differs. A signature of one body does not match the other.",
      note,
    };
  }
  const number = count(changes.length, "change");
  if (sameEvent) {
    return provider.immutable
      ? {
          tone: "bad",
          icon: "rejected",
          title: "Same event, changed",
          description: `${number}. ${provider.title} sends every retry with the same payload, so this is not a plain retry.`,
          note,
        }
      : {
          tone: "open",
          icon: "warning",
          title: "Same event, changed",
          description: `${number}. ${provider.title} does not guarantee unchanged retries.`,
          note,
        };
  }
  return {
    tone: "open",
    icon: "unequal",
    title: "Two different events",
    description:
      changes.length === 0
        ? "The payloads are equal, but the idempotency keys differ."
        : `The idempotency keys of ${provider.title} differ. ${number}.`,
    note,
  };
}
