/**
 * Formats a report as Markdown, with as much of the payload as the user selected. SECURITY: untrusted text is placed in code
 * only, and secrets and computed signatures are removed from the whole report.
 */
import type { RedactionLevel, ReportInput } from "./calls.ts";
import { isSignatureValid } from "./explanation.ts";
import { findSchema } from "./field-info.ts";
import { findFormat, readOutline, writeFormat } from "./form.ts";
import { inspectAside } from "./inspect.ts";
import { Outline } from "./outline.ts";
import { parsePointer } from "./pointer.ts";
import type { InspectInput, Inspection, LocatedIssue, PageDelivery, ShownExplanation } from "./protocol.ts";
import { getDefinition } from "./providers.ts";
import {
  isFieldName,
  isIdentifier,
  type RedactionContext,
  redactHeaders,
  redactPayload,
  redactPointer,
} from "./redact.ts";

/** Limits of the payload in a report, so that it fits into an issue or a chat message. */
const MAX_PAYLOAD_CHARS = 20_000;
const MAX_PAYLOAD_VALUES = 1000;

export function formatReport({ input, level, includesIds, explanation }: ReportInput): string {
  const { delivery } = input;
  const inspection = inspectAside(input);
  if ("isUndetected" in inspection) {
    const context = createContext(delivery, level, includesIds);
    const lines = ["## Webhook delivery: provider not detected", "", ...formatRequest(delivery, context), ""];
    return removeSecrets([...lines, ...formatPayload(delivery.text, context)].join("\n"), input, []);
  }
  const { report, provider, issues, signed, bytes, now } = inspection;
  const definition = getDefinition(provider.id);
  const context = createContext(delivery, level, includesIds, inspection);
  const { signature } = report;
  // An event type that the provider does not define is a value like any other.
  const type =
    report.type !== undefined && (level !== "types" || Object.hasOwn(definition.events, report.type))
      ? report.type
      : undefined;
  const rows: [string, string | undefined][] = [
    ["Provider", `${inlineCode(definition.id)}${provider.id === definition.id ? "" : ", custom definition"}`],
    ["Event", type && inlineCode(type)],
    ["Revision", report.revision && inlineCode(report.revision)],
    [
      "Signature",
      [
        signature.status,
        signature.algorithm,
        signature.header && `in ${inlineCode(signature.header)}`,
        signature.signedContent && `over ${inlineCode(signature.signedContent)}`,
      ]
        .filter(Boolean)
        .join(", "),
    ],
    ["Profile", input.profile],
    ["Body", `${bytes.toLocaleString("en")} bytes`],
    ["Verified at", new Date(now).toISOString()],
    ["Created at", level === "all" ? report.createdAt && inlineCode(report.createdAt) : undefined],
    ["Idempotency key", includesIds ? report.id && inlineCode(report.id) : undefined],
    ["Delivery id", includesIds ? report.deliveryId && inlineCode(report.deliveryId) : undefined],
    ["Webhook id", includesIds ? report.webhookId && inlineCode(report.webhookId) : undefined],
    ["SHA-256 of the body", includesIds ? inlineCode(report.digest) : undefined],
  ];
  const lines = [
    `## Webhook delivery: ${report.verdict}`,
    "",
    "| | |",
    "|---|---|",
    ...rows
      .filter(([, value]) => value)
      .map(([name, value]) => `| ${name} | ${value?.replaceAll("|", "\\|")} |`),
    "",
    "### Stages",
    "",
    ...report.stages.map(
      ({ name, state }) => `- ${name}: ${state === "failed" ? "**failed**" : state.replace("-", " ")}`,
    ),
    "",
    ...formatIssues(issues, context),
    ...formatCauses(explanation),
    ...formatRequest(delivery, context),
    "",
    ...formatPayload(delivery.text, context),
  ];
  return removeSecrets(lines.join("\n"), input, [signed?.computed, signature.received]);
}

/** The delivery with each value of its payload replaced by its type. */
export function redactDelivery(input: InspectInput): PageDelivery {
  const { delivery } = input;
  const inspection = inspectAside(input);
  const isDetected = !("isUndetected" in inspection);
  const context = createContext(delivery, "types", false, isDetected ? inspection : undefined);
  const format = isDetected ? findFormat(inspection.provider.id, context.outline) : undefined;
  return {
    headers: redactHeaders(delivery.headers, context),
    text: writeFormat(redactPayload(context, Number.POSITIVE_INFINITY), format ?? "json"),
    ...(delivery.method === undefined ? {} : { method: delivery.method }),
  };
}

export function createContext(
  delivery: PageDelivery,
  level: RedactionLevel,
  includesIds: boolean,
  inspection?: Inspection,
): RedactionContext {
  const definition = inspection && getDefinition(inspection.provider.id);
  const marks = {
    sensitive: definition?.sensitive ?? [],
    ids: [
      definition?.envelope.id,
      ...(definition?.dedupe ?? []).map((source) =>
        source.startsWith("pointer:") ? source.slice("pointer:".length) : undefined,
      ),
    ].filter((pointer) => typeof pointer === "string"),
  };
  const schemes = [definition?.signature].flat() as RedactionContext["schemes"];
  return {
    outline:
      inspection === undefined
        ? new Outline(delivery.text, marks)
        : readOutline(inspection.provider.id, delivery, marks),
    schema: definition && findSchema(definition, inspection.report),
    level,
    includesIds,
    idHeaders: Object.values(definition?.headers ?? {})
      .flat()
      .map((name) => String(name).toLowerCase()),
    schemes,
    signaturePointers: schemes.flatMap((scheme) => (scheme?.from?.startsWith("/") ? [scheme.from] : [])),
  };
}

function formatIssues(issues: readonly LocatedIssue[], context: RedactionContext): string[] {
  if (issues.length === 0) return [];
  const rank = { error: 0, warning: 1, info: 2 };
  const sorted = [...issues].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return [
    "### Issues",
    "",
    ...sorted.slice(0, 50).map(({ severity, code, message, path, span, byteSpan }) => {
      const location = [
        path.length > 0 && inlineCode(redactPointer(path, context)),
        byteSpan.end > 0 && `line ${span.line}, column ${span.column}`,
      ];
      return `- **${severity}** ${[inlineCode(code), ...location].filter(Boolean).join(", ")}: ${escapeMarkdown(redactKeys(message, path, context))}`;
    }),
    ...(sorted.length > 50 ? [`- and ${sorted.length - 50} more`] : []),
    "",
  ];
}

function formatCauses(explanation: ShownExplanation | undefined): string[] {
  if (!explanation?.causes.length || isSignatureValid(explanation)) return [];
  return [
    `### Why the signature does not match (${explanation.tried.toLocaleString("en")} combinations computed)`,
    "",
    ...explanation.causes.map(
      ({ proof, code, message, fix }) =>
        `- **${proof ? "match" : "observation"}** ${inlineCode(code)}: ${escapeMarkdown(message)} ${escapeMarkdown(fix)}`,
    ),
    "",
  ];
}

/** SECURITY: removes keys of the payload that are not field names from a message. */
function redactKeys(message: string, path: readonly (string | number)[], context: RedactionContext): string {
  if (context.level !== "types") return message;
  let text = message;
  for (const [index, segment] of path.entries()) {
    if (typeof segment === "string" && !isFieldName(segment, path.slice(0, index + 1), context))
      text = text.replaceAll(segment, "…");
  }
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (quoted) =>
    isIdentifier(quoted.slice(1, -1)) ? quoted : '"…"',
  );
}

function formatRequest({ headers, url, method }: PageDelivery, context: RedactionContext): string[] {
  const shown = redactHeaders(headers, context).map(([name, value]) => `${name}: ${value}`);
  const address =
    context.level === "all" && url !== undefined ? url.replace(/^(\w+:\/\/)[^/]*@|[?#].*$/g, "$1") : "";
  return [
    "### Request",
    "",
    ...fence([`${method ?? "POST"} ${address}`.trim(), ...shown].join("\n"), "http"),
  ];
}

const LEVEL_TITLES = {
  types: "values replaced by their types",
  "non-sensitive": "personal and health data replaced by types",
  all: "with all values",
};

function formatPayload(text: string, context: RedactionContext): string[] {
  if (text === "") return [];
  const shown =
    context.level === "all" ? withoutSignatures(text, context) : redactPayload(context, MAX_PAYLOAD_VALUES);
  const clipped = shown.length > MAX_PAYLOAD_CHARS ? `${shown.slice(0, MAX_PAYLOAD_CHARS)}\n…` : shown;
  return [`### Payload, ${LEVEL_TITLES[context.level]}`, "", ...fence(clipped, "json")];
}

/** SECURITY: the body without the signatures and tokens that providers send in it. */
function withoutSignatures(text: string, { outline, signaturePointers }: RedactionContext): string {
  let clean = text;
  for (const pointer of signaturePointers) {
    let node: number | undefined = 0;
    for (const segment of parsePointer(pointer))
      node = node === undefined ? undefined : outline.child(node, segment);
    if (node === undefined) continue;
    const { start, to } = outline.place(node);
    // As many characters as before, so that the other places stay right.
    clean = clean.slice(0, start) + "•".repeat(to - start) + clean.slice(to);
  }
  return clean;
}

/** A code block whose fence is longer than any fence in the text. */
export function fence(text: string, language: string): string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return [fence + language, text, fence];
}

export function inlineCode(text: string): string {
  const line = text
    .replaceAll(/[\s`]+/g, " ")
    .trim()
    .slice(0, 200);
  return line === "" ? "" : `\`${line}\``;
}

/** Escapes Markdown in a message of the core. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*[\]<>|]/g, "\\$&");
}

/** SECURITY: removes the secrets, the computed and the received signature, in any part of the report. */
export function removeSecrets(
  text: string,
  { secret, secondSecret, schemeSecrets = {}, settings = {} }: InspectInput,
  signatures: (string | undefined)[],
): string {
  let clean = text;
  for (const value of [secret, secondSecret, ...Object.values(schemeSecrets), ...Object.values(settings)]) {
    for (const variant of [value, value?.trim(), JSON.stringify(value ?? "").slice(1, -1)])
      if (variant !== undefined && variant.length >= 4) clean = clean.replaceAll(variant, "‹secret›");
  }
  for (const signature of signatures)
    for (const digest of signature?.match(/[\w+/-]{20,}=*/g) ?? [])
      clean = clean.replaceAll(digest, "‹signature›");
  return clean;
}
