/** What the actions are about: the delivery, the pair, the created delivery or the definition that the mode shows. */
import { CUSTOM_PROVIDER, type RedactionLevel } from "../../engine/calls.ts";
import type { InspectInput, PageDelivery } from "../../engine/protocol.ts";
import { inspectInput, isEmpty } from "../../state/actions.ts";
import { compareStore, isEmpty as isSideEmpty, sideDelivery } from "../../state/compare.ts";
import { engine } from "../../state/engine.ts";
import type { LinkState } from "../../state/fragment.ts";
import { definitionLink, deliveryLink, isShownExample, madeLink, pairLink } from "../../state/link.ts";
import { madeSecrets, signStore } from "../../state/sign.ts";
import { type Mode, type State, store } from "../../state/state.ts";
import { describePair } from "../compare/words.ts";
import { inspectState } from "../inspect/inspect-state.ts";
import { describeVerdict, type VerdictText } from "../inspect/words.ts";
import { describeDefinition } from "../provider/words.ts";
import { describeMade } from "../sign/words.ts";

export interface Subject {
  title: string;
  /** Its event and its verdict. */
  detail: string;
  /** What there is to do if there is nothing to share or to report. */
  missing: string | undefined;
  /** Whether a link is to an example, and contains its name alone. */
  isExample: boolean;
  /** Whether a link has texts of the payload. A definition has those of its sample. */
  hasValues: boolean;
  /** Of a link without values, and with them. */
  linkTitles: readonly [string, string];
  /** What such links contain. */
  linkNotes: readonly [string, string];
  link(isRedacted: boolean): Promise<LinkState>;
  /** SECURITY: what a link must not contain. */
  secrets: Pick<State, "secret" | "secondSecret" | "schemeSecrets" | "settings">[];
  /** How much of the payload a report can show. */
  levels: readonly RedactionLevel[];
  report(level: RedactionLevel, includesIds: boolean): Promise<string | undefined>;
  /** The provider whose code is first. */
  provider: string | undefined;
}

const LINK_TITLES = ["The finding, without values", "The whole delivery"] as const;
const LINK_NOTES = [
  "The link contains the finding and the field names. Values are replaced by their types, so it cannot be checked where it is opened.",
  "The link contains the payload and the headers. Everyone with the link can read them, as can browser histories and chat programs. Do not share real health data.",
] as const;
const ALL_LEVELS = ["types", "non-sensitive", "all"] as const;

export function subjectOf(mode: Mode): Subject {
  return { inspect: ofDelivery, compare: ofPair, sign: ofMade, provider: ofDefinition }[mode]();
}

const detailOf = (type: string | undefined, { kicker }: Pick<VerdictText, "kicker">): string =>
  [type?.slice(0, 60), kicker.toLowerCase()].filter(Boolean).join(", ");

function ofDelivery(): Subject {
  const { state } = store;
  const { result, provider } = state;
  const inspection = result === undefined || "isUndetected" in result ? undefined : result;
  const words = describeVerdict(inspectState(state));
  return {
    title: "This delivery",
    detail: detailOf(inspection?.report.type, words),
    missing: isEmpty() ? "No delivery. Open one in Inspect to report it." : undefined,
    isExample: isShownExample(state),
    linkTitles: LINK_TITLES,
    linkNotes: LINK_NOTES,
    hasValues: state.body !== "",
    link: (isRedacted) => deliveryLink(isRedacted ? words : undefined),
    secrets: [state],
    levels: ALL_LEVELS,
    report: (level, includesIds) =>
      engine.call("formatReport", {
        input: inspectInput(state),
        level,
        includesIds,
        explanation: state.explanation,
      }),
    provider: provider === "auto" ? inspection?.provider.id : provider,
  };
}

function ofPair(): Subject {
  const { result, failure, provider } = compareStore.state;
  const words = describePair(result, [isSideEmpty(0), isSideEmpty(1)], failure);
  const sides: [PageDelivery, PageDelivery] = [sideDelivery(0), sideDelivery(1)];
  const id = result?.provider?.id;
  return {
    title: "This pair",
    detail: detailOf(result?.checks[0].type, words),
    missing: result === undefined ? "No pair. Put a delivery on each side to report it." : undefined,
    isExample: false,
    linkTitles: [LINK_TITLES[0], "Both deliveries"],
    linkNotes: LINK_NOTES,
    hasValues: sides.some(({ text }) => text !== ""),
    link: (isRedacted) => pairLink(sides, id ?? provider, isRedacted ? words : undefined),
    secrets: [store.state],
    levels: ["types", "all"],
    report: async (level, includesIds) =>
      result &&
      engine.call("formatPair", {
        sides,
        level,
        includesIds,
        result,
        verdict: words.kicker,
        input: inspectInput(store.state),
      }),
    provider: id,
  };
}

function ofMade(): Subject {
  const { result, provider, failure, secret } = signStore.state;
  const entry = store.state.providers.find(({ id }) => id === provider);
  const words = describeMade(result, entry, failure);
  const delivery = result?.delivery ?? { headers: [], text: "" };
  const input: InspectInput = { delivery, provider, profile: "lenient", ...madeSecrets() };
  return {
    title: "What was made",
    detail: detailOf(result?.type, words),
    missing: result?.delivery === undefined ? "No delivery was created." : undefined,
    isExample: false,
    linkTitles: LINK_TITLES,
    linkNotes: LINK_NOTES,
    hasValues: delivery.text !== "",
    // The headline names the event type, which may be a value of the payload.
    link: (isRedacted) => madeLink(input, isRedacted ? { ...words, headline: "What was made" } : undefined),
    secrets: [store.state, { secret, secondSecret: "", schemeSecrets: {}, settings: {} }],
    levels: ALL_LEVELS,
    report: (level, includesIds) =>
      engine.call("formatReport", { input, level, includesIds, explanation: undefined }),
    provider,
  };
}

function ofDefinition(): Subject {
  const { custom, definition, providers } = store.state;
  const words = describeDefinition(
    custom,
    definition,
    providers.some(({ id }) => id === CUSTOM_PROVIDER),
  );
  return {
    title: "This definition",
    detail: detailOf(definition?.entry?.title, words),
    missing: custom === undefined ? "No definition. Choose a template to begin." : undefined,
    isExample: false,
    linkTitles: ["Without the sample", "With the sample"],
    linkNotes: ["The link contains no payload.", "The link contains the sample body."],
    hasValues: (custom?.sample ?? "") !== "",
    link: async (isRedacted) => definitionLink(!isRedacted),
    secrets: [store.state],
    levels: ["types"],
    report: async () =>
      custom &&
      engine.call("formatDefinition", {
        custom,
        problems: definition?.problems ?? [],
        verdict: words.kicker,
        input: inspectInput(store.state),
      }),
    provider: CUSTOM_PROVIDER,
  };
}
