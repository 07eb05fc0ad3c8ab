/** The custom provider: its texts, validated on every change, and offered in all provider lists. */
import { CUSTOM_PROVIDER, type CustomProvider } from "../engine/calls.ts";
import { errorMessage } from "../errors.ts";
import { setFailure } from "./actions.ts";
import { engine } from "./engine.ts";
import { replaceDelivery } from "./replace.ts";
import { store } from "./state.ts";

/** Replaces the texts, and resolves after the core has validated them. */
export async function setCustomProvider(custom: CustomProvider): Promise<void> {
  store.set({ custom });
  try {
    const definition = await engine.call("defineProvider", custom);
    if (definition === undefined) return;
    const { providers } = store.state;
    const { entry } = definition;
    store.set({
      // While provider.json is not valid JSON, the previous list of schemas stays.
      definition:
        definition.files === undefined
          ? { ...definition, files: store.state.definition?.files ?? [] }
          : definition,
      ...(entry === undefined
        ? {}
        : { providers: [...providers.filter(({ id }) => id !== CUSTOM_PROVIDER), entry] }),
    });
  } catch (error) {
    setFailure(error);
  }
}

/** Changes one text: `file` is the name of a schema, "" for `provider.json`, or SAMPLE_FILE. */
export function setText(file: string, text: string): void {
  const custom = store.state.custom ?? { definition: "", schemas: [], sample: "" };
  if (getText(file) === text) return;
  if (file === "") void setCustomProvider({ ...custom, definition: text });
  else if (file === SAMPLE_FILE) store.set({ custom: { ...custom, sample: text } });
  else {
    const schemas = custom.schemas.filter(([name]) => name !== file);
    void setCustomProvider({ ...custom, schemas: [...schemas, [file, text]] });
  }
}

/** Name of the sample where a schema's name is expected. No schema is named so. */
export const SAMPLE_FILE = "\n";

export function getText(file: string): string {
  const { custom } = store.state;
  if (file === "") return custom?.definition ?? "";
  if (file === SAMPLE_FILE) return custom?.sample ?? "";
  return custom?.schemas.find(([name]) => name === file)?.[1] ?? "";
}

/** Signs the sample by the custom provider, and opens it in Inspect. */
export async function openInInspect(): Promise<void> {
  const body = store.state.custom?.sample ?? "";
  if (body.trim() === "") {
    store.set({ mode: "inspect", provider: CUSTOM_PROVIDER });
    return;
  }
  try {
    const sample = await engine.call("signSample", { body });
    if (sample === undefined) return;
    replaceDelivery(sample.delivery, {
      provider: CUSTOM_PROVIDER,
      secret: sample.secret,
      encoding: "provider",
      mode: "inspect",
      message: "The sample of your definition is shown.",
    });
  } catch (error) {
    store.set({ notice: { tone: "bad", text: errorMessage(error) } });
  }
}

/** The text of a definition of a sender that no built-in provider has. */
const UNKNOWN_SENDER = `{
  "id": "sender",
  "title": "Sender",
  "signature": {
    "header": "HEADER",
    "format": "{hex}",
    "algorithms": ["sha256"],
    "signedContent": "{body}",
    "secret": "utf8"
  },
  "envelope": { "type": "=event" },
  "dedupe": ["digest"],
  "events": { "*": { "schema": true } }
}
`;

/**
 * Opens Provider with a definition of the sender of the shown delivery: that of the signature scheme which matches, or one to
 * complete, with the header that may contain the signature. The delivery stays in Inspect, and is checked by it.
 */
export async function describeSender(): Promise<void> {
  const { result, explanation, body } = store.state;
  const [match] = explanation?.matches ?? [];
  const [candidate] = result !== undefined && "isUndetected" in result ? result.signatures : [];
  const definition =
    match?.definition ??
    UNKNOWN_SENDER.replace('"HEADER"', () => JSON.stringify(candidate?.header ?? "X-Signature"));
  await setCustomProvider({ definition, schemas: [], sample: body });
  store.set({ mode: "provider", provider: CUSTOM_PROVIDER });
}
