/** Links: what a link contains, and how the page opens one. */
import { CUSTOM_PROVIDER } from "../engine/calls.ts";
import { errorMessage } from "../errors.ts";
import { inspectState } from "../views/inspect/inspect-state.ts";
import { describeVerdict } from "../views/inspect/words.ts";
import { inspectInput, pickExample } from "./actions.ts";
import { modeOf } from "./address.ts";
import { setCustomProvider } from "./custom.ts";
import { engine } from "./engine.ts";
import { type LinkFinding, type LinkState, MAX_FRAGMENT_CHARS, pack, unpack } from "./fragment.ts";
import { nextDeliveryId } from "./history.ts";
import { containsSecret } from "./secrets.ts";
import { DEFAULT_SETTINGS, formatHeaderText, type State, store } from "./state.ts";

export interface SharedLink {
  url: string;
  /** Whether it contains the id of an example instead of a payload. */
  isExample: boolean;
  /** Whether it contains the custom provider. */
  includesDefinition: boolean;
}

/** Creates a link to the state of the page. The message of an error is shown as it is. */
export async function linkTo(isRedacted: boolean): Promise<SharedLink> {
  const { state } = store;
  const link = isRedacted ? await toRedactedLinkState(state) : toLinkState(state);
  const text = JSON.stringify([link.headerText, link.body, link.custom ?? ""]);
  // SECURITY: the secret is not part of the link state, but it may have been pasted into a part that is.
  if (link.example === undefined && containsSecret(text, state))
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

function toLinkState({
  provider,
  headerText,
  body,
  profile,
  asOf,
  tolerance,
  mode,
  example,
  custom,
}: Readonly<State>): LinkState {
  const isExample = example !== undefined && example.headerText === headerText && example.body === body;
  return {
    provider,
    headerText: isExample ? "" : headerText,
    body: isExample ? "" : body,
    profile,
    asOf,
    tolerance,
    mode,
    example: isExample ? example.id : undefined,
    // Only if it is in use: a definition that is being edited is not shared along with something else.
    custom: provider === CUSTOM_PROVIDER || mode === "provider" ? custom : undefined,
  };
}

async function toRedactedLinkState(state: Readonly<State>): Promise<LinkState> {
  const { result } = state;
  const delivery = await engine.call("redactDelivery", inspectInput(state));
  if (delivery === undefined) throw new Error("The delivery changed meanwhile. Share again.");
  const { text, ...head } = delivery;
  const link = toLinkState({ ...state, example: undefined });
  return {
    ...link,
    // A redacted delivery cannot be detected any more.
    provider: result === undefined || "isUndetected" in result ? state.provider : result.provider.id,
    headerText: formatHeaderText(head),
    body: state.body === "" ? "" : text,
    finding: toFinding(state),
    custom: link.custom && { ...link.custom, sample: "" },
  };
}

/** What the page says of the delivery, in words that contain none of its values. */
function toFinding(state: Readonly<State>): LinkFinding {
  const { kicker, headline } = describeVerdict(inspectState(state));
  const causes = (state.explanation?.causes ?? []).filter(({ proof }) => proof).map(({ code }) => code);
  return { kicker, headline, causes: causes.slice(0, 8) };
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
    const { provider, headerText, body, profile, asOf, tolerance, mode, example, custom, finding } =
      await unpack(fragment);
    if (custom !== undefined) await setCustomProvider(custom);
    const { providers, examples } = store.state;
    if (example !== undefined && !examples.some(({ id }) => id === example))
      throw new Error("This link refers to an example that does not exist in this version of the page.");
    const delivery = nextDeliveryId();
    store.set({
      ...DEFAULT_SETTINGS,
      linked: delivery,
      provider: provider !== "auto" && providers.some(({ id }) => id === provider) ? provider : "auto",
      delivery,
      imported: undefined,
      importIssues: undefined,
      issue: undefined,
      example: undefined,
      headerText,
      body,
    });
    if (example !== undefined) await pickExample(example);
    store.set({
      profile,
      asOf,
      tolerance,
      mode: modeOf(`#${mode}`) ?? "inspect",
      notice: {
        tone: "note",
        text:
          finding !== undefined
            ? describeFinding(finding)
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
