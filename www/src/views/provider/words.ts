/** What Provider says about a definition, for every state. Without elements and without the store. */
import type { CustomProvider, DefinitionResult } from "../../engine/calls.ts";
import { count } from "../../ui/text.ts";
import type { VerdictText } from "../inspect/words.ts";

/** What the next step does. */
export type DefinitionAction = "template" | "try" | "problem";

export type DefinitionText = VerdictText<{ title: string; action: DefinitionAction }>;

export const isEmptyDefinition = (custom: CustomProvider | undefined): boolean =>
  custom === undefined || (custom.definition.trim() === "" && custom.schemas.length === 0);

/** `isOffered`: whether a former text of the definition is in use. */
export function describeDefinition(
  custom: CustomProvider | undefined,
  definition: DefinitionResult | undefined,
  isOffered: boolean,
): DefinitionText {
  if (isEmptyDefinition(custom) || definition === undefined)
    return {
      tone: "none",
      seal: "paste",
      kicker: "No definition yet",
      headline: "Describe a provider",
      sentence:
        "Choose a template, or paste a provider.json: how the provider signs, and what its events are.",
      step: { title: "Start with a template", action: "template" },
    };
  const { problems, entry } = definition;
  const [first] = problems;
  if (first === undefined)
    return {
      tone: "good",
      seal: "verified",
      kicker: "Ready to use",
      aside: "in every mode, while this page is open",
      headline: entry?.title ?? "The definition is valid",
      sentence: "The core accepts provider.json and its schemas.",
      step: { title: "Sign the sample and inspect it", action: "try" },
    };
  const files = [...new Set(problems.map(({ file }) => file || "provider.json"))];
  return {
    tone: "bad",
    seal: "rejected",
    kicker: "Cannot be used yet",
    aside: `${count(problems.length, "issue")} in ${files.length > 1 ? count(files.length, "file") : files[0]}`,
    headline: first.pointer === "" ? "The definition is not valid" : `${clip(first.pointer)} is not valid`,
    sentence: [first.message, first.hint, isOffered ? "The last valid definition stays in use." : ""]
      .filter((part) => part !== undefined && part !== "")
      .join(" "),
    step: { title: `Go to line ${first.span.line}`, action: "problem" },
  };
}

const clip = (text: string): string => (text.length > 48 ? `…${text.slice(-47)}` : text);
