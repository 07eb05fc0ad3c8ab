/** Links: what goes into one, and what happens when one is opened. */
import { OWN } from "../engine/calls.ts";
import { engine, input, pickExample } from "./actions.ts";
import { LONGEST, pack, type Shared, unpack } from "./fragment.ts";
import { setOwn } from "./own.ts";
import { type Mode, type State, store, writeHead } from "./state.ts";

const MODES: readonly string[] = ["inspect", "compare", "sign", "provider"] satisfies Mode[];

export interface Link {
  url: string;
  /** Whether it holds nothing but the name of an example. */
  example: boolean;
  /** Whether the provider that is being written is in it. */
  own: boolean;
}

/** A link to what the page shows. The error is a sentence. */
export async function linkTo(redacted: boolean): Promise<Link> {
  const { state } = store;
  const shared = redacted ? await withoutValues(state) : asItIs(state);
  const text = JSON.stringify([shared.head, shared.body, shared.own ?? ""]);
  for (const secret of [state.secret, state.second]) {
    const form = JSON.stringify(secret.trim()).slice(1, -1);
    if (form.length >= 4 && shared.example === undefined && holds(text, form))
      throw new Error(
        "The secret itself stands in the headers, in the body or in the definition. Take it out there first.",
      );
  }
  const fragment = await pack(shared);
  if (fragment.length > LONGEST)
    throw new Error("This is too much for a link. Without its values it may fit.");
  return {
    url: `${location.href.split("#")[0]}#${fragment}`,
    example: shared.example !== undefined,
    own: shared.own !== undefined,
  };
}

/** Looks into texts that stand in JSON twice as well. */
function holds(text: string, form: string): boolean {
  return text.includes(form) || text.includes(JSON.stringify(form).slice(1, -1));
}

function asItIs({
  provider,
  head,
  body,
  profile,
  at,
  tolerance,
  mode,
  example,
  own,
}: Readonly<State>): Shared {
  const unchanged = example !== undefined && example.head === head && example.body === body;
  return {
    provider,
    head: unchanged ? "" : head,
    body: unchanged ? "" : body,
    profile,
    at,
    tolerance,
    mode,
    example: unchanged ? example.id : undefined,
    // Only where it counts: who shares something else does not give away what they are writing.
    own: provider === OWN || mode === "provider" ? own : undefined,
  };
}

async function withoutValues(state: Readonly<State>): Promise<Shared> {
  const { result } = state;
  const found = await engine.ask("redact", input(state));
  if (found === undefined) throw new Error("Something newer was asked for. Try again.");
  const { text, ...head } = found;
  const plain = asItIs({ ...state, example: undefined });
  return {
    ...plain,
    // Without its values nothing tells whose it is.
    provider: result === undefined || "unrecognised" in result ? state.provider : result.provider.id,
    head: writeHead(head),
    body: state.body === "" ? "" : text,
    own: plain.own && { ...plain.own, sample: "" },
  };
}

let known = "";

/** Opens the link that the page was called with, if it was called with one. */
export async function openLink(): Promise<void> {
  const fragment = location.hash.slice(1);
  if (fragment === "" || fragment === known) return;
  known = fragment;
  try {
    const shared = await unpack(fragment);
    const { provider, head, body, profile, at, tolerance, mode, example, own } = shared;
    if (own !== undefined) await setOwn(own);
    const { providers, examples } = store.state;
    if (example !== undefined && !examples.some(({ id }) => id === example))
      throw new Error("This link is to an example that this page does not have.");
    store.set({
      provider: provider !== "auto" && providers.some(({ id }) => id === provider) ? provider : "auto",
      secret: "",
      second: "",
      encoding: "provider",
      imported: undefined,
      issue: undefined,
      example: undefined,
      head,
      body,
    });
    if (example !== undefined) await pickExample(example);
    store.set({
      profile,
      at,
      tolerance,
      mode: (MODES.includes(mode) ? mode : "inspect") as Mode,
      notice: {
        tone: "note",
        text:
          example === undefined
            ? "Opened from a link. No secret is in a link: type it to check the signature."
            : "Opened from a link to an example.",
      },
    });
    // What was in the link shall not stand in the address for longer than it takes to read it.
    history.replaceState(undefined, "", location.href.split("#")[0]);
    known = "";
  } catch (error) {
    store.set({ notice: { tone: "bad", text: error instanceof Error ? error.message : String(error) } });
  }
}

addEventListener("hashchange", () => void openLink());
