/** Prints reports for people: a line for the verdict, the issues, and the place in the text. */
import process from "node:process";

const colour =
  process.env.NO_COLOR === undefined && (process.stdout.isTTY || process.env.FORCE_COLOR !== undefined);
const ink = (code) => (text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const paint = {
  bold: ink(1),
  dim: ink(2),
  red: ink(31),
  green: ink(32),
  yellow: ink(33),
  blue: ink(34),
};

const verdicts = { verified: paint.green, unsigned: paint.yellow, rejected: paint.red };
const severities = { error: paint.red, warning: paint.yellow, info: paint.blue };

export function printReport(report) {
  const { verdict, type, revision, id, signature, issues } = report;
  const facts = [
    type,
    revision,
    signature.algorithm && `${signature.algorithm}, secret ${(signature.secret ?? -1) + 1 || "?"}`,
  ];
  console.log(`   ${verdicts[verdict](verdict)} ${facts.filter(Boolean).join(" · ")}`);
  if (verdict !== "rejected") console.log(`   ${paint.dim(`id ${id}`)}`);
  const ranked = ["error", "warning", "info"].flatMap((severity) =>
    issues.filter((one) => one.severity === severity),
  );
  for (const issue of ranked.slice(0, 6)) {
    const place = issue.pointer === "" ? "" : ` ${paint.dim(issue.pointer)}`;
    console.log(`   ${severities[issue.severity](issue.code)}${place} ${issue.message}`);
    if (issue.severity === "error" && issue.hint !== undefined) console.log(`      ${paint.dim(issue.hint)}`);
  }
  if (issues.length > 6) console.log(paint.dim(`   and ${issues.length - 6} more`));
}

/** Shows the line of an issue with a caret under its place. */
export function frame(text, issue) {
  if (issue.span.end === 0) return;
  const { line, column, start, end } = issue.span;
  const whole = text.split("\n")[line - 1] ?? "";
  const from = Math.max(0, column - 1 - 36);
  const part = whole.slice(from, from + 76);
  const width = Math.max(1, Math.min(end - start, part.length - (column - 1 - from)));
  const label = `${line}:${column}`;
  console.log(`   ${paint.dim(`${label} |`)} ${part}`);
  console.log(
    `   ${paint.dim(`${" ".repeat(label.length)} |`)} ${" ".repeat(column - 1 - from)}${paint.red("^".repeat(width))}`,
  );
}
