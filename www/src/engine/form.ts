/** Bodies that are forms: their payload as the core reads it, their fields, and the formats that a provider sends. */
import { toBytes } from "../bytes.ts";
import { CUSTOM_PROVIDER } from "./calls.ts";
import { formReader } from "./core.ts";
import { encodeFormText } from "./form-text.ts";
import { type MarkedPointers, markPatterns, Outline } from "./outline.ts";
import type { BodyFormat, PageDelivery } from "./protocol.ts";
import { getDefinition, getSummary, onCustomProvider } from "./providers.ts";

interface BodyEntry {
  type: string;
  as?: "json" | "form" | "form-json";
  field?: string;
}

const NO_MARKS: MarkedPointers = { sensitive: [], ids: [] };
/** The reader of the last provider that sends forms. */
let last: { id: string; read: ReturnType<typeof formReader> } | undefined;
onCustomProvider(() => {
  last = undefined;
});

/** The formats of bodies with a payload: a delivery without a body has none. */
const entriesOf = (id: string): BodyEntry[] =>
  (getSummary(id).body ?? []).filter((entry): entry is BodyEntry => entry.as !== "none");

const formatOf = ({ as = "json", field = "" }: BodyEntry): BodyFormat =>
  as === "form-json" ? `field ${field}` : as;

/** The formats of the provider's bodies, the preferred one first. */
export const bodyFormats = (id: string): BodyFormat[] => entriesOf(id).map(formatOf);

/** The Content-Type of a format. */
const typeOf = (id: string, format: BodyFormat) =>
  entriesOf(id).find((entry) => formatOf(entry) === format)?.type ?? "application/json";

/** The payload of a delivery: JSON, or a form of the provider that can be read. */
export function readOutline(
  id: string,
  { headers, url, method, text }: PageDelivery,
  marks: MarkedPointers = NO_MARKS,
): Outline {
  if (entriesOf(id).every(({ as = "json" }) => as === "json")) return new Outline(text, marks);
  if (last?.id !== id) last = { id, read: formReader(id === CUSTOM_PROVIDER ? getDefinition(id) : id) };
  const payload = last.read({ headers, url, method, body: toBytes(text) }, markPatterns(marks));
  return new Outline(payload ?? text, marks);
}

/** The payload of a text in a format. */
export function readFormat(id: string, text: string, format: BodyFormat | undefined): Outline {
  if (format === undefined || format === "json") return new Outline(text);
  return readOutline(id, { headers: [["Content-Type", typeOf(id, format)]], text });
}

/** Whether the payload is the JSON in one field of the form. */
export const isInField = (outline: Outline): boolean => outline.isForm && outline.place(0).start > 0;

/** The format of a delivery, by its payload. */
export function findFormat(id: string, outline: Outline): BodyFormat | undefined {
  return bodyFormats(id).find((format) =>
    !outline.isForm
      ? format === "json"
      : isInField(outline)
        ? format.startsWith("field ")
        : format === "form",
  );
}

/** Writes the payload of a JSON text in a format. */
export function writeFormat(json: string, format: BodyFormat): string {
  if (format === "json") return json;
  if (format !== "form") return `${encodeFormText(format.slice("field ".length))}=${encodeFormText(json)}`;
  const outline = new Outline(json);
  const text = (node: number) => {
    const raw = outline.raw(node);
    return outline.kind(node) === "string" ? (JSON.parse(raw) as string) : raw;
  };
  // A list is a field for each item.
  return outline
    .children(0)
    .flatMap((node) => {
      const name = encodeFormText(String(outline.key(node)));
      const values = outline.kind(node) === "array" ? outline.children(node) : [node];
      return values.map((value) => `${name}=${encodeFormText(text(value))}`);
    })
    .join("&");
}
