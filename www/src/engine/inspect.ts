/** Inspects one delivery with the core, and serves its values to the tree and to hovering. */
import { byteToCharOffset, hasEscapes, toBytes } from "../bytes.ts";
import { type Delivery, diagnose, type Issue, type ProviderDefinition, type Report } from "./core.ts";
import { detect } from "./detect.ts";
import { fieldInfo, findSchema, type Schema } from "./field-info.ts";
import { readOutline } from "./form.ts";
import { listFields } from "./form-text.ts";
import { Outline } from "./outline.ts";
import { formatPointer } from "./pointer.ts";
import type {
  Calls,
  FieldInfo,
  FormBody,
  InspectInput,
  Inspection,
  LocatedIssue,
  TreeRow,
  Undetected,
  ValueInfo,
} from "./protocol.ts";
import { findDefinition, getSummary, getWebhook, providerEntry } from "./providers.ts";
import { describeSignature } from "./signed.ts";

/** The values of the last inspected delivery, for `listChildren` and `valueAt`, and what finds their schema. */
let lastInspection: {
  outline: Outline;
  described?: { id: string; report: Report; definition: ProviderDefinition | undefined };
} = { outline: new Outline("") };

/** The schema of the last inspected delivery. Undefined without one, or while the full module is not loaded. */
function lastSchema(): Schema | undefined {
  const { described } = lastInspection;
  if (described === undefined) return undefined;
  described.definition ??= findDefinition(described.id);
  return described.definition && findSchema(described.definition, described.report);
}

/** The selected provider, or the detected one. */
export function chooseProvider(input: InspectInput, delivery: Delivery): string | undefined {
  return input.provider === "auto" ? detect(input.delivery, delivery) : input.provider;
}

/** The options that `inspect` and `explain` share. */
export function toVerifyOptions(
  { tolerance }: InspectInput,
  now: number,
): { now: number; tolerance: number | undefined } {
  return { now, tolerance };
}

export function inspect(input: InspectInput): Inspection | Undetected {
  const { headers, text, url, method } = input.delivery;
  const body = toBytes(text);
  const delivery = { headers, body, url, method };
  const id = chooseProvider(input, delivery);
  if (id === undefined) {
    const outline = new Outline(text);
    lastInspection = { outline };
    const { issues, signatures } = diagnose(delivery);
    return {
      isUndetected: true,
      issues: locateIssues(issues, text, body.length),
      signatures,
      bytes: body.length,
      isUtf8: !hasEscapes(text),
      values: outline.length,
    };
  }
  const definition = getSummary(id);
  const now = input.now ?? Date.now();
  const hook = getWebhook(input, id);
  const options = toVerifyOptions(input, now);
  const report = hook.inspect(delivery, options);
  const outline = readOutline(id, input.delivery, { sensitive: definition.sensitive ?? [], ids: [] });
  lastInspection = { outline, described: { id, report, definition: findDefinition(id) } };
  const response = report.handshake && hook.handshake(delivery, options);
  return {
    report,
    provider: { ...providerEntry(id), isDetected: input.provider === "auto" },
    form: describeForm(report, outline, text),
    handshake: response?.ok ? response.value : undefined,
    // The issues are those of an event, and a handshake is none.
    issues: response !== undefined ? [] : locateIssues(report.issues, text, body.length),
    signed: describeSignature(input, id, report, body),
    isValidated: isValidated(report),
    bytes: body.length,
    isUtf8: !hasEscapes(text),
    now,
    created: parseCreatedAt(report, definition.envelope.createdAt ?? undefined),
    values: outline.length,
  };
}

/** Inspects another delivery than the shown one: the tree and hovering stay about that one. */
export function inspectAside(input: InspectInput): Inspection | Undetected {
  const shown = lastInspection;
  try {
    return inspect(input);
  } finally {
    lastInspection = shown;
  }
}

/** The fields of a form. One that the core rejects has no fields. */
function describeForm({ issues }: Report, outline: Outline, text: string): FormBody | undefined {
  if (outline.isForm) return { fields: listFields(text) };
  return issues.some(({ code }) => code.startsWith("form-")) ? { fields: [] } : undefined;
}

/** Whether the core parsed the body as JSON. A payload is parsed however invalid it is. */
export function isParsed({ stages }: Report): boolean {
  return !stages.some(({ name, state }) => name === "envelope" && state === "not-reached");
}

/** Whether the payload was validated by a contract, without an error. */
export function isValidated({ stages }: Report): boolean {
  return stages.some(({ name, state }) => name === "contract" && (state === "passed" || state === "warned"));
}

/** When the event was created, in milliseconds; undefined if the core reports an error at its pointer. */
function parseCreatedAt({ createdAt, issues }: Report, pointer: string | undefined): number | undefined {
  if (
    createdAt === undefined ||
    issues.some((issue) => issue.pointer === pointer && issue.severity === "error")
  )
    return undefined;
  // Without a UTC offset, Date.parse would assume the browser's time zone.
  if (!/(?:[Zz]|[+-]\d{2}:\d{2})$/.test(createdAt)) return undefined;
  const time = Date.parse(createdAt);
  return Number.isNaN(time) ? undefined : time;
}

/** Locates issues in the editor's text. Its offsets differ from the core's where bytes are not valid UTF-8. */
export function locateIssues(issues: readonly Issue[], text: string, bytes: number): LocatedIssue[] {
  const toCharOffset = byteToCharOffset(text, bytes);
  return issues.map((issue) => ({
    ...issue,
    ...clipToBracket(toCharOffset(issue.byteSpan.start), toCharOffset(issue.byteSpan.end), text),
  }));
}

/**
 * Shortens the location of an object or array to its opening bracket, which a form escapes, so that its content is not marked.
 */
function clipToBracket(from: number, to: number, text: string): { from: number; to: number } {
  const bracket = /^(?:[{[]|%[57]B)/i.exec(text.slice(from, from + 3))?.[0] ?? "";
  return { from, to: bracket !== "" && to > from + bracket.length ? from + bracket.length : to };
}

const MAX_PREVIEW_CHARS = 160;

/** Children of a value of the last inspection. */
export function listChildren({ node, from, count }: Calls["listChildren"]["input"]): TreeRow[] {
  const { outline } = lastInspection;
  if (outline.length === 0) return [];
  const nodes = node < 0 ? [0] : outline.children(node, from, Math.min(count, 500));
  const parent = node < 0 ? [] : outline.path(node);
  const schema = lastSchema();
  return nodes.map((child): TreeRow => {
    const key = outline.key(child);
    const type = outline.kind(child);
    const [start, end] = [outline.start(child), outline.end(child)];
    const place = outline.place(child);
    const preview =
      type === "object" || type === "array"
        ? ""
        : outline.text.slice(start, Math.min(end, start + MAX_PREVIEW_CHARS));
    return {
      node: child,
      key,
      type,
      text: end - start > MAX_PREVIEW_CHARS && preview !== "" ? `${preview}…` : preview,
      children: outline.count(child),
      from: place.start,
      to: place.to,
      ...withFieldInfo(child, key === undefined ? [] : [...parent, key], schema),
    };
  });
}

/** The value at an offset of the last inspected text. */
export function valueAt({ offset }: Calls["valueAt"]["input"]): ValueInfo | null {
  const { outline } = lastInspection;
  const node = outline.at(offset);
  if (node === undefined) return null;
  const path = outline.path(node);
  return {
    pointer: formatPointer(path),
    type: outline.kind(node),
    from: outline.place(node).from,
    to: outline.place(node).to,
    ...withFieldInfo(node, path, lastSchema()),
  };
}

function withFieldInfo(
  node: number,
  path: (string | number)[],
  schema: Schema | undefined,
): { info?: FieldInfo } {
  const { outline } = lastInspection;
  const info = path.length > 24 ? undefined : fieldInfo(schema, path);
  return info === undefined ? {} : { info: { ...info, sensitive: outline.isSensitive(node) } };
}
