/** Builds a custom provider from its texts. The core validates the whole; each issue is located in its text. */
import { byteToCharOffset, toBytes, toText } from "../bytes.ts";
import {
  CUSTOM_PROVIDER,
  type CustomProvider,
  type CustomSample,
  type DefinitionProblem,
  type DefinitionResult,
} from "./calls.ts";
import { compileSchema, HooksealError, type Issue, type ProviderDefinition, webhook } from "./core.ts";
import { Outline } from "./outline.ts";
import { formatPointer, parsePointer } from "./pointer.ts";
import { getDefinition, providerEntry, sampleSecret, setCustomProvider } from "./providers.ts";

let jsonChecker: ReturnType<typeof compileSchema> | undefined;

export function defineProvider({ definition: text, schemas }: CustomProvider): DefinitionResult {
  const problems: DefinitionProblem[] = [];
  const definition = parseJson(text, "", problems) as { events?: unknown } | undefined;
  if (definition === undefined) return { problems };
  /** File names of the inlined schemas, by the pointer they are inlined at. */
  const fileByPointer = new Map<string, string>();
  for (const [pointer, holder] of findSchemaHolders(definition)) {
    if (typeof holder.schema !== "string") continue;
    const name = holder.schema;
    fileByPointer.set(pointer, name);
    const schema = schemas.find(([file]) => file === name)?.[1] ?? "";
    // Without a text the name is left in place, and the core reports it.
    if (schema.trim() !== "") holder.schema = parseJson(schema, name, problems) ?? true;
  }
  const files = [...new Set(fileByPointer.values())];
  try {
    const hook = webhook(definition as ProviderDefinition, { unsigned: "allow" });
    if (problems.length > 0) return { problems, files };
    const ready = hook.definition;
    setCustomProvider(ready);
    return {
      problems,
      files,
      entry: providerEntry(CUSTOM_PROVIDER),
      definition: JSON.stringify(ready, undefined, 2),
    };
  } catch (error) {
    if (!(error instanceof HooksealError)) throw error;
    for (const issue of error.issues) {
      const schemaFile = [...fileByPointer].find(
        ([pointer]) => issue.pointer === pointer || issue.pointer.startsWith(`${pointer}/`),
      );
      const schema = schemaFile && schemas.find(([name]) => name === schemaFile[1])?.[1];
      if (schemaFile === undefined || schema === undefined || schema.trim() === "")
        problems.push(locateProblem(issue, "", text, issue.pointer));
      else
        problems.push(locateProblem(issue, schemaFile[1], schema, issue.pointer.slice(schemaFile[0].length)));
    }
    return { problems, files };
  }
}

/** Signs a body by the custom provider with its sample secret. */
export function signSample({ body }: { body: string }): CustomSample {
  const definition = getDefinition(CUSTOM_PROVIDER);
  const [slot] = providerEntry(CUSTOM_PROVIDER).secrets;
  const secret = slot === undefined ? "" : sampleSecret(slot);
  const secrets = slot?.name === undefined ? [secret] : { [slot.name]: [secret] };
  // A public key signs nothing.
  const signs = secret !== "";
  const hook = webhook(definition, signs ? { secrets } : { unsigned: "allow" });
  const { headers, body: bytes } = hook.sign(toBytes(body), { url: RECEIVER_URL });
  return {
    delivery: { headers: Object.entries(headers), text: toText(bytes), url: RECEIVER_URL, method: "POST" },
    secret: signs ? secret : "",
  };
}

const RECEIVER_URL = "https://receiver.example/webhooks";

/** Parses JSON that the core accepts; otherwise adds its errors to `problems` and returns undefined. */
function parseJson(text: string, file: string, problems: DefinitionProblem[]): unknown {
  jsonChecker ??= compileSchema(true);
  const bytes = toBytes(text);
  const errors = jsonChecker.check(bytes).filter(({ severity }) => severity === "error");
  const place = byteToCharOffset(text, bytes.length);
  for (const issue of errors)
    problems.push({ ...issue, file, from: place(issue.byteSpan.start), to: place(issue.byteSpan.end) });
  return errors.length > 0 ? undefined : JSON.parse(text);
}

type SchemaHolder = { schema?: unknown };

/** Every event and revision with the pointer of its schema. */
function* findSchemaHolders({ events }: { events?: unknown }): Iterable<[string, SchemaHolder]> {
  if (!isObject(events)) return;
  for (const [name, event] of Object.entries(events)) {
    if (!isObject(event)) continue;
    const pointer = formatPointer(["events", name]);
    yield [`${pointer}/schema`, event];
    if (!Array.isArray(event.revisions)) continue;
    for (const [index, revision] of event.revisions.entries())
      if (isObject(revision)) yield [`${pointer}/revisions/${index}/schema`, revision];
  }
}

/** Locates an issue in a text by its pointer, or by the nearest ancestor that exists. */
function locateProblem(issue: Issue, file: string, text: string, pointer: string): DefinitionProblem {
  const outline = new Outline(text);
  let node = 0;
  for (const segment of parsePointer(pointer)) {
    const next = outline.child(node, segment);
    if (next === undefined) break;
    node = next;
  }
  const container = outline.kind(node) === "object" || outline.kind(node) === "array";
  const from = outline.start(node);
  const to = container ? from + 1 : outline.end(node);
  const lines = text.slice(0, from).split("\n");
  const span = { start: from, end: to, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
  return { ...issue, pointer, span, byteSpan: { start: from, end: to }, file, from, to };
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
