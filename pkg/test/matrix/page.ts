/** The table of docs/environments.md, between its marks, from result.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PAGE } from "./recipes.ts";

/** The result of one environment. */
export interface Row {
  name: string;
  title: string;
  covers: string;
  version: string;
  seconds: number;
  error?: string;
}

/** The recorded results: those of environments that ran without a failure. */
export interface Result {
  date: string;
  rows: Pick<Row, "name" | "title" | "covers" | "version">[];
}

const RESULT = fileURLToPath(new URL("result.json", import.meta.url));
const MARKS = /(<!-- matrix -->\n)[\s\S]*?(<!-- \/matrix -->)/;

export function recorded(): Result {
  return JSON.parse(readFileSync(RESULT, "utf8"));
}

/** The page with the table of a result. */
export function withTable(page: string, { date, rows }: Result): string {
  const lines = rows.map(({ title, covers, version }) => `| ${title} | ${covers} | ${version} |`);
  const table = ["| environment | what runs there | versions |", "|---|---|---|", ...lines].join("\n");
  return page.replace(
    MARKS,
    (_, start, end) => `${start}Run on ${date} by \`cargo xtask matrix\`:\n\n${table}\n${end}`,
  );
}

/** Records the results of a run of all environments, and writes the page. */
export function writeRows(rows: Row[]): void {
  const result: Result = {
    date: new Date().toISOString().slice(0, 10),
    rows: rows.map(({ name, title, covers, version }) => ({ name, title, covers, version })),
  };
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(PAGE, withTable(readFileSync(PAGE, "utf8"), result));
}
