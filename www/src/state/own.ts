/** The provider of one's own: its texts, judged whenever one of them changes, and offered wherever providers are. */
import { OWN, type OwnProvider } from "../engine/calls.ts";
import { engine, failed, show } from "./actions.ts";
import { store } from "./state.ts";

/** Takes other texts, and waits until the core has judged them. */
export async function setOwn(own: OwnProvider): Promise<void> {
  store.set({ own });
  try {
    const defined = await engine.ask("define", own);
    if (defined === undefined) return;
    const { providers } = store.state;
    const { entry } = defined;
    store.set({
      // While it cannot be read, the contracts stay that it named before.
      defined:
        defined.files === undefined ? { ...defined, files: store.state.defined?.files ?? [] } : defined,
      ...(entry === undefined ? {} : { providers: [...providers.filter(({ id }) => id !== OWN), entry] }),
    });
  } catch (error) {
    failed(error);
  }
}

/** Changes one of the texts: that of a contract's name, of "" for provider.json, or the sample. */
export function write(file: string, text: string): void {
  const own = store.state.own ?? { manifest: "", contracts: [], sample: "" };
  if (textOf(file) === text) return;
  if (file === "") void setOwn({ ...own, manifest: text });
  else if (file === SAMPLE) store.set({ own: { ...own, sample: text } });
  else void setOwn({ ...own, contracts: [...own.contracts.filter(([name]) => name !== file), [file, text]] });
}

/** What the sample is called where a contract's name may stand: no contract is called so. */
export const SAMPLE = "\n";

export function textOf(file: string): string {
  const { own } = store.state;
  if (file === "") return own?.manifest ?? "";
  if (file === SAMPLE) return own?.sample ?? "";
  return own?.contracts.find(([name]) => name === file)?.[1] ?? "";
}

/** Shows the sample in Inspect, signed as the definition says. */
export async function tryIt(): Promise<void> {
  const body = store.state.own?.sample ?? "";
  if (body.trim() === "") {
    store.set({ mode: "inspect", provider: OWN });
    return;
  }
  try {
    const made = await engine.ask("sample", { body });
    if (made === undefined) return;
    show(made.delivery, {
      provider: OWN,
      secret: made.secret,
      second: "",
      at: "",
      tolerance: "",
      encoding: "provider",
      example: undefined,
      mode: "inspect",
    });
  } catch (error) {
    store.set({ notice: { tone: "bad", text: error instanceof Error ? error.message : String(error) } });
  }
}
