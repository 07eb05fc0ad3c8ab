/**
 * A report for others: what was found, and of the payload no more than somebody chose to tell. Texts of strangers
 * stand in code alone; secrets and computed signatures stand nowhere.
 */
import { toBytes } from "../bytes.ts";
import type { ReportInput, Values } from "./calls.ts";
import type { ProviderDefinition } from "./core.ts";
import { inspect, providerOf } from "./inspect.ts";
import { contractOf } from "./meaning.ts";
import { Outline } from "./outline.ts";
import type { InspectInput, PageDelivery, PlacedIssue, ShownExplanation } from "./protocol.ts";
import { definition } from "./providers.ts";
import { type Care, headersOf, isName, isWord, pointerOf, redacted } from "./redact.ts";

/** No more of a payload is printed, in characters and in values. */
const LONGEST = 20_000;
const MOST = 1000;

export function report({ input, values, ids, explanation }: ReportInput): string {
  const { delivery } = input;
  const found = inspect(input);
  if ("unrecognised" in found) {
    const care = careOf(input, undefined, values, ids);
    const lines = ["## A webhook delivery of an unknown provider", "", ...requestOf(delivery, care), ""];
    return scrubbed([...lines, ...payloadOf(delivery.text, care)].join("\n"), input, undefined);
  }
  const { report, provider, issues, signed, bytes, now } = found;
  const given = definition(provider.id);
  const care = careOf(input, given, values, ids);
  const { signature } = report;
  // The type of an event that no contract knows is a value like any other.
  const type =
    report.type !== undefined && (values !== "types" || Object.hasOwn(given.events, report.type))
      ? report.type
      : undefined;
  const rows: [string, string | undefined][] = [
    ["Provider", `${code(given.id)}${provider.id === given.id ? "" : ", a definition of its own"}`],
    ["Event", type && code(type)],
    ["Revision", report.revision && code(report.revision)],
    [
      "Signature",
      [
        signature.status,
        signature.algorithm,
        signature.header && `in ${code(signature.header)}`,
        signature.signedContent && `over ${code(signature.signedContent)}`,
      ]
        .filter(Boolean)
        .join(", "),
    ],
    ["Contract", input.profile],
    ["Body", `${bytes.toLocaleString("en")} bytes`],
    ["Judged at", new Date(now).toISOString()],
    ["Created at", values === "all" ? report.createdAt && code(report.createdAt) : undefined],
    ["Idempotency key", ids ? report.id && code(report.id) : undefined],
    ["Delivery id", ids ? report.deliveryId && code(report.deliveryId) : undefined],
    ["Webhook id", ids ? report.webhookId && code(report.webhookId) : undefined],
    ["SHA-256 of the body", ids ? code(report.digest) : undefined],
  ];
  const lines = [
    `## A webhook delivery, ${report.verdict}`,
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
    ...issuesOf(issues, care),
    ...causesOf(explanation),
    ...requestOf(delivery, care),
    "",
    ...payloadOf(delivery.text, care),
  ];
  return scrubbed(lines.join("\n"), input, signed?.computed);
}

/** The delivery as it may be shown to others: nothing but types where values stood. */
export function redact(input: InspectInput): PageDelivery {
  const { delivery } = input;
  const id = providerOf(input, { ...delivery, body: toBytes(delivery.text) });
  const care = careOf(input, id === undefined ? undefined : definition(id), "types", false);
  return {
    headers: headersOf(delivery.headers, care),
    text: redacted(care, Number.POSITIVE_INFINITY),
    ...(delivery.method === undefined ? {} : { method: delivery.method }),
  };
}

function careOf(
  input: InspectInput,
  given: ProviderDefinition | undefined,
  values: Values,
  ids: boolean,
): Care {
  const { delivery } = input;
  const found = given === undefined ? undefined : inspect(input);
  const contract =
    given === undefined || found === undefined || "unrecognised" in found
      ? undefined
      : contractOf(given, found.report);
  return {
    outline: new Outline(delivery.text),
    contract,
    values,
    ids,
    sensitive: given?.sensitive ?? [],
    kept: [
      given?.envelope.id,
      ...(given?.dedupe ?? []).map((one) => (one.startsWith("pointer:") ? one.slice(8) : undefined)),
    ].filter((pointer) => typeof pointer === "string"),
    idHeaders: Object.values(given?.headers ?? {}).map((name) => String(name).toLowerCase()),
    signature: given?.signature?.header.toLowerCase(),
  };
}

function issuesOf(issues: readonly PlacedIssue[], care: Care): string[] {
  if (issues.length === 0) return [];
  const rank = { error: 0, warning: 1, info: 2 };
  const sorted = [...issues].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return [
    "### Issues",
    "",
    ...sorted.slice(0, 50).map(({ severity, code: name, message, path, span, byteSpan }) => {
      const where = [
        path.length > 0 && code(pointerOf(path, care)),
        byteSpan.end > 0 && `line ${span.line}, column ${span.column}`,
      ];
      return `- **${severity}** ${[code(name), ...where].filter(Boolean).join(", ")}: ${words(unnamed(message, path, care))}`;
    }),
    ...(sorted.length > 50 ? [`- and ${sorted.length - 50} more`] : []),
    "",
  ];
}

function causesOf(explanation: ShownExplanation | undefined): string[] {
  if (explanation === undefined || explanation.causes.length === 0) return [];
  return [
    `### Why the signature does not match (${explanation.tried.toLocaleString("en")} combinations computed)`,
    "",
    ...explanation.causes.map(
      ({ proof, code: name, message, fix }) =>
        `- **${proof ? "match" : "observation"}** ${code(name)}: ${words(message)} ${words(fix)}`,
    ),
    "",
  ];
}

/** A sentence that names none of the payload's keys but those that are names of fields. */
function unnamed(message: string, path: readonly (string | number)[], care: Care): string {
  if (care.values !== "types") return message;
  let text = message;
  for (const [index, step] of path.entries()) {
    if (typeof step === "string" && !isName(step, path.slice(0, index + 1), care))
      text = text.replaceAll(step, "…");
  }
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (quoted) => (isWord(quoted.slice(1, -1)) ? quoted : '"…"'));
}

function requestOf({ headers, url, method }: PageDelivery, care: Care): string[] {
  const shown = headersOf(headers, care).map(([name, value]) => `${name}: ${value}`);
  const address =
    care.values === "all" && url !== undefined ? url.replace(/^(\w+:\/\/)[^/]*@|[?#].*$/g, "$1") : "";
  return [
    "### Request",
    "",
    ...fenced([`${method ?? "POST"} ${address}`.trim(), ...shown].join("\n"), "http"),
  ];
}

const TITLES = {
  types: "values replaced by their types",
  plain: "personal and health data replaced by types",
  all: "with all values",
};

function payloadOf(text: string, care: Care): string[] {
  if (text === "") return [];
  const shown = care.values === "all" ? text : redacted(care, MOST);
  const clipped = shown.length > LONGEST ? `${shown.slice(0, LONGEST)}\n…` : shown;
  return [`### Payload, ${TITLES[care.values]}`, "", ...fenced(clipped, "json")];
}

/** Text in a fence that nothing in it can end. */
function fenced(text: string, language: string): string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return [fence + language, text, fence];
}

function code(text: string): string {
  const line = text
    .replaceAll(/[\s`]+/g, " ")
    .trim()
    .slice(0, 200);
  return line === "" ? "" : `\`${line}\``;
}

/** A sentence of the core, in which nothing is markup. */
function words(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*[\]<>|]/g, "\\$&");
}

/** Takes out what may never be told, wherever somebody put it. */
function scrubbed(text: string, { secret, second }: InspectInput, computed: string | undefined): string {
  let clean = text;
  for (const one of [secret, second]) {
    for (const form of [one, one?.trim(), JSON.stringify(one ?? "").slice(1, -1)])
      if (form !== undefined && form.length >= 4) clean = clean.replaceAll(form, "‹secret›");
  }
  for (const digest of computed?.match(/[\w+/-]{20,}=*/g) ?? [])
    clean = clean.replaceAll(digest, "‹signature›");
  return clean;
}
