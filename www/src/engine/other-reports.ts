/** Reports of a pair of deliveries and of a definition, as Markdown. SECURITY: as those of a delivery. */
import type { DefinitionReportInput, PairReportInput } from "./calls.ts";
import { inspectAside } from "./inspect.ts";
import { parsePointer } from "./pointer.ts";
import { getDefinition } from "./providers.ts";
import { redactPointer } from "./redact.ts";
import { createContext, escapeMarkdown, fence, inlineCode, removeSecrets } from "./report.ts";

const MAX_CHANGES = 50;
/** Facts that are kept with ids alone: what is not an id is known by the definition. */
const PLAIN_FACTS = ["Event", "Revision"];

export function formatPair({ input, sides, level, includesIds, result, verdict }: PairReportInput): string {
  const { provider, changes, headers, summary } = result;
  const [delivery] = sides;
  const inspection =
    provider &&
    inspectAside({ delivery, provider: provider.id, secret: "", encoding: "provider", profile: "lenient" });
  const detected = inspection === undefined || "isUndetected" in inspection ? undefined : inspection;
  const context = createContext(delivery, level, includesIds, detected);
  const isKnown = (type: string | undefined) =>
    level === "all" ||
    (provider !== undefined && Object.hasOwn(getDefinition(provider.id).events, type ?? ""));
  const show = (text: string | undefined) =>
    text === undefined ? "missing" : inlineCode(level === "all" ? text : typeOf(text));
  const rows = summary
    .filter(([title, first]) =>
      PLAIN_FACTS.includes(title) ? title !== "Event" || isKnown(first) : includesIds,
    )
    .filter(([, first, second]) => first !== undefined || second !== undefined)
    .map(([title, first, second]) =>
      first === second
        ? `| ${title} | ${inlineCode(first ?? "")} |`
        : `| ${title} | ${[first, second].map((text) => (text === undefined ? "missing" : inlineCode(text))).join(" and ")} |`,
    );
  const lines = [
    `## Two webhook deliveries: ${verdict.toLowerCase()}`,
    "",
    "| | |",
    "|---|---|",
    `| Provider | ${provider === undefined ? "not detected" : inlineCode(provider.id)} |`,
    ...rows,
    "",
    ...(changes.length === 0 ? [] : ["### Values that differ", ""]),
    ...changes
      .slice(0, MAX_CHANGES)
      .map(
        ({ pointer, kind, before, after, locations: [a, b] }) =>
          `- ${inlineCode(redactPointer(parsePointer(pointer), context)) || "the whole payload"} ${kind}, lines ${a.line} and ${b.line}: ${show(before)}, then ${show(after)}`,
      ),
    ...(changes.length > MAX_CHANGES ? [`- and ${changes.length - MAX_CHANGES} more`] : []),
    ...(headers.length === 0 ? [] : ["", "### Headers that differ", ""]),
    ...headers.map(({ name, role }) => `- ${inlineCode(name)}${role === undefined ? "" : `, ${role}`}`),
  ];
  return removeSecrets(lines.join("\n"), input, []);
}

const TYPES: Readonly<Record<string, string>> = { '"': "string", "{": "object", "[": "array", n: "null" };

/** The type of a JSON text. A long one may be cut at its beginning. */
function typeOf(json: string): string {
  const first = json.trimStart()[0] ?? "";
  if (/[-\d]/.test(first)) return "number";
  return TYPES[first] ?? (/^(?:true|false)\b/.test(json.trim()) ? "boolean" : "value");
}

export function formatDefinition({ custom, problems, verdict, input }: DefinitionReportInput): string {
  const texts: [name: string, text: string][] = [["provider.json", custom.definition], ...custom.schemas];
  const lines = [
    `## Provider definition: ${verdict.toLowerCase()}`,
    "",
    ...(problems.length === 0 ? [] : ["### Issues", ""]),
    ...problems.map(
      ({ file, code, message, span }) =>
        `- ${inlineCode(code)} in ${inlineCode(file || "provider.json")}, line ${span.line}: ${escapeMarkdown(message)}`,
    ),
    ...texts.flatMap(([name, text]) => ["", `### ${inlineCode(name)}`, "", ...fence(text, "json")]),
  ];
  return removeSecrets(lines.join("\n"), input, []);
}
