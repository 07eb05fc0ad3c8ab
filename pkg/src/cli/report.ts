/** Prints a report: the verdict, the facts about the delivery, and every issue with its line. */
import type { Issue, Report } from "../index.js";
import { count, print, sanitize, showIssue, style, verdictStyle } from "./output.js";

/** How many items of a delivery are printed. */
const MAX_ITEMS = 20;

const SEVERITY_RANK = { error: 0, warning: 1, info: 2 };

/** Prints the report of one delivery. Its issues refer to `body`, import issues to the imported `source`. */
export function showReport(
  report: Report,
  body: Uint8Array,
  imported: { issues: Issue[]; source: Uint8Array | undefined },
  redact: boolean,
): void {
  const { verdict, signature, handshake, issues } = report;
  const facts = [report.provider, report.type, report.revision].filter((fact) => fact !== undefined);
  print(`${style.bold(verdictStyle[verdict](verdict))} ${sanitize(facts.join(" · "))}`);
  const secret = signature.secret === undefined ? "" : `, secret ${signature.secret + 1}`;
  const algorithm = signature.algorithm === undefined ? "" : ` by ${signature.algorithm}${secret}`;
  const lines: [string, string | undefined][] = [
    [
      "signature",
      `${signature.status}${algorithm}${signature.header === undefined ? "" : ` (${signature.header})`}`,
    ],
    ["id", redact ? redactId(report) : report.id],
    ["delivery", report.deliveryId],
    ["webhook", report.webhookId],
    ["created", redact ? undefined : report.createdAt],
    [
      "handshake",
      handshake &&
        `${handshake.name}: a receiver responds ${handshake.status} ${handshake.code ?? ""}`.trimEnd(),
    ],
    ["body", `${count(body.length, "byte")}${report.digest === "" ? "" : `, SHA-256 ${report.digest}`}`],
  ];
  for (const [name, value] of lines) {
    if (value !== undefined) print(`  ${style.dim(name.padEnd(9))} ${sanitize(value)}`);
  }
  for (const { type, id, createdAt, pointer, unknown } of report.items?.slice(0, MAX_ITEMS) ?? []) {
    const facts = [type, redact ? undefined : id, redact ? undefined : createdAt, unknown && "unknown type"];
    print(`  ${style.dim("item".padEnd(9))} ${sanitize([pointer, ...facts.filter(Boolean)].join(" · "))}`);
  }
  const more = (report.items?.length ?? 0) - MAX_ITEMS;
  if (more > 0) print(`  ${style.dim("item".padEnd(9))} and ${more} more`);
  for (const issue of imported.issues) showIssue(issue, imported.source, redact);
  for (const issue of [...issues].sort((a, b) => SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity])) {
    showIssue(issue, body, redact);
  }
  print(summary([...imported.issues, ...issues]));
}

/** The report without values of the payload, and without the URL, which may contain a token. */
export function redactReport({ createdAt: _, items, ...report }: Report): unknown {
  const { timestamp, parts, ...signature } = report.signature;
  const isHeader = parts?.some(({ placeholder }) => placeholder === "timestamp");
  return {
    ...report,
    id: redactId(report),
    ...(items && { items: items.map(({ createdAt: _, ...item }) => ({ ...item, id: redactId(item) })) }),
    signature: {
      ...signature,
      // Without a placeholder, the signed time is a value of the payload.
      timestamp: isHeader === true ? timestamp : undefined,
      parts: parts?.map((part) => (part.placeholder === "url" ? { ...part, value: undefined } : part)),
    },
  };
}

/** SECURITY: the idempotency key without its payload values. The event type is its first part. */
export function redactId({ type, id }: { type?: string; id?: string }): string | undefined {
  return id === undefined ? undefined : `${type ?? ""}:•••`;
}

/** The number of issues of each severity. */
export function summary(issues: readonly Issue[]): string {
  const countOf = (severity: Issue["severity"]) =>
    issues.filter((issue) => issue.severity === severity).length;
  const [errors, warnings, infos] = [countOf("error"), countOf("warning"), countOf("info")];
  if (errors + warnings + infos === 0) return style.green("No issues.");
  const parts = [
    errors > 0 ? style.red(count(errors, "error")) : "",
    warnings > 0 ? style.yellow(count(warnings, "warning")) : "",
    infos > 0 ? style.blue(count(infos, "info")) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Whether the signature stage failed, which `explain` can find the cause of. */
export function hasSignatureError(issues: readonly Issue[]): boolean {
  return issues.some(({ stage, severity }) => stage === "signature" && severity === "error");
}
