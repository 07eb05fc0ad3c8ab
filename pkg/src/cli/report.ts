/** Reports for people: the verdict, what is known of the delivery, every issue with its line. */
import type { Issue, Report } from "../index.js";
import { count, print, sanitize, showIssue, style, verdictInk } from "./paint.js";

const RANK = { error: 0, warning: 1, info: 2 };

/** One delivery in full. The bytes are those the issues speak of: the body, or the text it was imported from. */
export function showReport(
  report: Report,
  body: Uint8Array,
  imported: { issues: Issue[]; source: Uint8Array | undefined },
  redact: boolean,
): void {
  const { verdict, signature, issues } = report;
  const facts = [report.provider, report.type, report.revision].filter((fact) => fact !== undefined);
  print(`${style.bold(verdictInk[verdict](verdict))} ${sanitize(facts.join(" · "))}`);
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
    ["body", `${count(body.length, "byte")}${report.digest === "" ? "" : `, SHA-256 ${report.digest}`}`],
  ];
  for (const [name, value] of lines) {
    if (value !== undefined) print(`  ${style.dim(name.padEnd(9))} ${sanitize(value)}`);
  }
  for (const issue of imported.issues) showIssue(issue, imported.source, redact);
  for (const issue of [...issues].sort((a, b) => RANK[a.severity] - RANK[b.severity])) {
    showIssue(issue, body, redact);
  }
  print(summary([...imported.issues, ...issues]));
}

/** The report without values of the payload, and without the URL, which may contain a token. */
export function redactReport({ createdAt: _, ...report }: Report): unknown {
  const { timestamp, parts, ...signature } = report.signature;
  const isHeader = parts?.some(({ placeholder }) => placeholder === "timestamp");
  return {
    ...report,
    id: redactId(report),
    signature: {
      ...signature,
      // Without a placeholder, the signed time is a value of the payload.
      timestamp: isHeader === true ? timestamp : undefined,
      parts: parts?.map((part) => (part.placeholder === "url" ? { ...part, value: undefined } : part)),
    },
  };
}

/** The idempotency key without what it holds of the payload: it is made of the event type and values. */
export function redactId({ type, id }: { type?: string; id?: string }): string | undefined {
  return id === undefined ? undefined : `${type ?? ""}:•••`;
}

/** How many issues there are of each kind. */
export function summary(issues: readonly Issue[]): string {
  const of = (severity: Issue["severity"]) => issues.filter((issue) => issue.severity === severity).length;
  const [errors, warnings, infos] = [of("error"), of("warning"), of("info")];
  if (errors + warnings + infos === 0) return style.green("Nothing to say against it.");
  const parts = [
    errors > 0 ? style.red(count(errors, "error")) : "",
    warnings > 0 ? style.yellow(count(warnings, "warning")) : "",
    infos > 0 ? style.blue(count(infos, "remark")) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Whether the signature is among what failed, which `explain` has more to say about. */
export function hasSignatureError(issues: readonly Issue[]): boolean {
  return issues.some(({ stage, severity }) => stage === "signature" && severity === "error");
}
