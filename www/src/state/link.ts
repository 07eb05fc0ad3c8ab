/** Links: what a link contains, and how the page opens one. */
import { CUSTOM_PROVIDER, type CustomProvider } from "../engine/calls.ts";
import type { InspectInput, PageDelivery } from "../engine/protocol.ts";
import { errorMessage } from "../errors.ts";
import { inspectInput, pickExample } from "./actions.ts";
import { modeOf } from "./address.ts";
import { compareStore } from "./compare.ts";
import { setCustomProvider } from "./custom.ts";
import { engine } from "./engine.ts";
import { type LinkFinding, type LinkState, MAX_FRAGMENT_CHARS, pack, unpack } from "./fragment.ts";
import { nextDeliveryId } from "./history.ts";
import { containsSecret } from "./secrets.ts";
import { DEFAULT_SETTINGS, formatHeaderText, type Mode, type State, store } from "./state.ts";

export interface SharedLink {
  url: string;
  /** Whether it contains the id of an example instead of a payload. */
  isExample: boolean;
  /** Whether it contains the custom provider. */
  includesDefinition: boolean;
}

/** Creates a link to a state of the page. The message of an error is shown as it is. */
export async function linkTo(
  link: LinkState,
  secrets: readonly Parameters<typeof containsSecret>[1][],
): Promise<SharedLink> {
  const text = JSON.stringify([link.headerText, link.body, link.custom ?? "", link.pair ?? ""]);
  // SECURITY: the secret is not part of the link state, but it may have been pasted into a part that is.
  if (link.example === undefined && secrets.some((own) => containsSecret(text, own)))
    throw new Error(
      "The headers, the body or the definition contain the secret. Remove it there, then share again.",
    );
  const fragment = await pack(link);
  if (fragment.length > MAX_FRAGMENT_CHARS)
    throw new Error("Too large for a link. Share it without its values, or copy a report instead.");
  return {
    url: `${location.href.split("#")[0]}#${fragment}`,
    isExample: link.example !== undefined,
    includesDefinition: link.custom !== undefined,
  };
}

/** A link without a delivery, to a mode. */
const emptyLink = (mode: Mode): LinkState => ({
  provider: "auto",
  headerText: "",
  body: "",
  profile: "lenient",
  asOf: "",
  tolerance: "",
  mode,
});

/** Whether the shown delivery is an example as it was made. */
export const isShownExample = ({ example, headerText, body }: Readonly<State>): boolean =>
  example !== undefined && example.headerText === headerText && example.body === body;

type Words = Pick<LinkFinding, "kicker" | "headline">;

/** What the page says of what is shared, in words that contain none of its values. */
const findingOf = ({ kicker, headline }: Words, explanation?: State["explanation"]): LinkFinding => ({
  kicker,
  headline,
  causes: (explanation?.causes ?? [])
    .filter(({ proof }) => proof)
    .map(({ code }) => code)
    .slice(0, 8),
});

/** The definition, if it is in use: one that is being edited is not shared along with something else. */
const customOf = (provider: string): CustomProvider | undefined =>
  provider === CUSTOM_PROVIDER ? store.state.custom : undefined;

async function redact(input: InspectInput): Promise<PageDelivery> {
  const delivery = await engine.call("redactDelivery", input);
  if (delivery === undefined) throw new Error("The delivery changed meanwhile. Share again.");
  return input.delivery.text === "" ? { ...delivery, text: "" } : delivery;
}
/** The delivery as it is, or with types in place of its values, and what the page says of it. */
async function withDelivery(
  link: LinkState,
  input: InspectInput,
  finding: LinkFinding | undefined,
): Promise<LinkState> {
  const { text, ...head } = finding === undefined ? input.delivery : await redact(input);
  return { ...link, headerText: formatHeaderText(head), body: text, finding };
}

/** A link to the shown delivery. With `words` it has them instead of values. */
export async function deliveryLink(words: Words | undefined): Promise<LinkState> {
  const { state } = store;
  const { provider, profile, asOf, tolerance, example, headerText, body, result, explanation } = state;
  const link = { ...emptyLink("inspect"), provider, profile, asOf, tolerance, custom: customOf(provider) };
  if (words === undefined)
    return isShownExample(state) ? { ...link, example: example?.id } : { ...link, headerText, body };
  return withDelivery(
    {
      ...link,
      // A redacted delivery cannot be detected any more.
      provider: result === undefined || "isUndetected" in result ? provider : result.provider.id,
      custom: link.custom && { ...link.custom, sample: "" },
    },
    inspectInput(state),
    findingOf(words, explanation),
  );
}

/** A link to a delivery that was created here: it opens in Inspect. */
export function madeLink(input: InspectInput, words: Words | undefined): Promise<LinkState> {
  const { provider } = input;
  const link = { ...emptyLink("inspect"), provider, custom: customOf(provider) };
  return withDelivery(link, input, words && findingOf(words));
}

export async function pairLink(
  [first, second]: readonly [PageDelivery, PageDelivery],
  provider: string,
  words: Words | undefined,
): Promise<LinkState> {
  const finding = words && findingOf(words);
  const input = { ...inspectInput(store.state), provider };
  const link = { ...emptyLink("compare"), provider, custom: customOf(provider) };
  const { headerText, body } = await withDelivery(link, { ...input, delivery: second }, finding);
  return {
    ...(await withDelivery(link, { ...input, delivery: first }, finding)),
    pair: { headerText, body },
  };
}

export function definitionLink(hasSample: boolean): LinkState {
  const { custom } = store.state;
  return { ...emptyLink("provider"), custom: custom && (hasSample ? custom : { ...custom, sample: "" }) };
}

/** SECURITY: what a stranger's link says is shown as its words. */
function describeFinding({ kicker, headline, causes }: LinkFinding): string {
  const codes = causes.length === 0 ? "" : ` (${causes.join(", ")})`;
  return `Opened from a link without values. Its sender saw "${kicker}: ${headline}"${codes}, which cannot be checked here.`;
}

let openedFragment = "";

/** Opens the link in the page's address, if there is one. */
export async function openLink(): Promise<void> {
  const fragment = location.hash.slice(1);
  if (fragment === "" || fragment === openedFragment || modeOf(location.hash) !== undefined) return;
  openedFragment = fragment;
  try {
    const { provider, headerText, body, profile, asOf, tolerance, mode, example, custom, finding, pair } =
      await unpack(fragment);
    if (custom !== undefined) await setCustomProvider(custom);
    const { providers, examples } = store.state;
    if (example !== undefined && !examples.some(({ id }) => id === example))
      throw new Error("This link refers to an example that does not exist in this version of the page.");
    const known = providers.some(({ id }) => id === provider) ? provider : "auto";
    const isDefinition = mode === "provider" && headerText === "" && body === "";
    if (pair !== undefined)
      compareStore.set({
        headerTexts: [headerText, pair.headerText],
        bodies: [body, pair.body],
        importIssues: [undefined, undefined],
        provider: known,
      });
    else if (!isDefinition) {
      const delivery = nextDeliveryId();
      store.set({
        ...DEFAULT_SETTINGS,
        linked: delivery,
        provider: known,
        delivery,
        imported: undefined,
        importIssues: undefined,
        issue: undefined,
        example: undefined,
        headerText,
        body,
      });
      if (example !== undefined) await pickExample(example);
      store.set({ profile, asOf, tolerance });
    }
    store.set({
      mode: modeOf(`#${mode}`) ?? "inspect",
      notice: {
        tone: "note",
        text:
          finding !== undefined
            ? describeFinding(finding)
            : isDefinition
              ? "Opened from a link to a definition."
              : example === undefined
                ? "Opened from a link. Links contain no secret: enter it to verify the signature."
                : "Opened from a link to an example.",
      },
    });
    // The content of a link does not stay in the address bar and the browser history.
    const { delivery: current, mode: shown } = store.state;
    history.replaceState({ delivery: current }, "", `${location.href.split("#")[0]}#${shown}`);
    openedFragment = "";
  } catch (error) {
    store.set({ notice: { tone: "bad", text: errorMessage(error) } });
  }
}

/** Opens the link of the page, and every link that replaces it. */
export function openLinks(): void {
  void openLink();
  addEventListener("hashchange", () => void openLink());
}
