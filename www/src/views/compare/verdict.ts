/** How the two relate, in a word, a colour, a shape and a sentence. */
import type { Compared } from "../../engine/protocol.ts";
import { compareStore, isEmpty, NAMES } from "../../state/compare.ts";
import { count } from "../../ui/text.ts";
import { type Said, verdictBox } from "../verdict.ts";

export function pairVerdict(): HTMLElement {
  const { box, say } = verdictBox();
  compareStore.on(["result", "busy", "failure", "heads", "bodies"], ({ result, busy, failure }) => {
    if (failure !== undefined)
      say({ tone: "bad", icon: "error", word: "The page failed", sentence: failure }, busy, true);
    else if (result === undefined) say(waiting(), busy, false);
    else say(saidOf(result), busy, !busy);
  });
  return box;
}

function waiting(): Said {
  const [first, second] = [isEmpty(0), isEmpty(1)];
  return {
    tone: "none",
    icon: "question",
    word: first === second ? "Nothing to compare yet" : "One is missing",
    sentence:
      first === second
        ? "Paste or drop a delivery on each side, or an archive that holds both."
        : `Paste or drop the ${first ? "original" : "retry"}.`,
  };
}

function saidOf({ provider, same, sameEvent, sameBytes, changes, unread }: Compared): Said {
  if (provider === undefined) {
    return {
      tone: "none",
      icon: "question",
      word: "Whose deliveries are these?",
      sentence: "Neither headers nor events say so. Choose the provider.",
    };
  }
  const at = unread.findIndex((one) => one !== undefined);
  if (at >= 0 && !same) {
    return {
      tone: "bad",
      icon: "rejected",
      word: "Cannot be compared",
      sentence: `The ${NAMES[at === 0 ? 0 : 1].toLowerCase()} cannot be read: ${unread[at]}`,
    };
  }
  const aside = "Signatures are not looked at here: open each in Inspect.";
  if (same && sameBytes) {
    return {
      tone: "good",
      icon: "passed",
      word: "Same event, unchanged",
      sentence: "The bodies are equal, byte for byte: a retry, or a duplicate.",
      aside,
    };
  }
  if (same) {
    return {
      tone: "open",
      icon: "warning",
      word: "Same event, written otherwise",
      sentence:
        "Every value is equal, but the bytes are not: white space, order of keys, or how numbers and texts are written. A signature over one body does not fit the other.",
      aside,
    };
  }
  const number = count(changes.length, "change");
  if (sameEvent) {
    return provider.immutable
      ? {
          tone: "bad",
          icon: "rejected",
          word: "Same event, changed",
          sentence: `${number}. ${provider.title} sends each retry with the same payload: this is no plain retry.`,
          aside,
        }
      : {
          tone: "open",
          icon: "warning",
          word: "Same event, changed",
          sentence: `${number}. ${provider.title} does not promise that retries are unchanged.`,
          aside,
        };
  }
  return {
    tone: "open",
    icon: "unequal",
    word: "Two different events",
    sentence:
      changes.length === 0
        ? "The payloads have the same values, but what makes an event one of its own differs."
        : `By ${provider.title}'s idempotency key these are not the same event. ${number}.`,
    aside,
  };
}
