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

/** The recorded results: when an environment ran last without a failure. */
export type Recorded = Pick<Row, "name" | "title" | "covers" | "version"> & { date: string };

const RESULT = fileURLToPath(new URL("result.json", import.meta.url));
const MARKS = /(<!-- matrix -->\n)[\s\S]*?(<!-- \/matrix -->)/;

export function recorded(): Recorded[] {
  return JSON.parse(readFileSync(RESULT, "utf8"));
}

/** The page with the table of the results. */
export function withTable(page: string, rows: Recorded[]): string {
  const lines = rows.map(
    ({ title, covers, version, date }) => `| ${title} | ${covers} | ${version} | ${date} |`,
  );
  const table = ["| environment | what runs there | versions | run on |", "|---|---|---|---|", ...lines].join(
    "\n",
  );
  return page.replace(MARKS, (_, start, end) => `${start}${table}\n${end}`);
}

/** Records the results of a run, next to those of environments that it left out, and writes the page. */
export function writeRows(rows: Row[], environments: readonly { name: string }[]): void {
  const date = new Date().toISOString().slice(0, 10);
  const all = new Map(recorded().map((row) => [row.name, row]));
  for (const { name, title, covers, version } of rows) all.set(name, { name, title, covers, version, date });
  const ordered = environments.flatMap(({ name }) => all.get(name) ?? []);
  writeFileSync(RESULT, `${JSON.stringify(ordered, null, 2)}\n`);
  writeFileSync(PAGE, withTable(readFileSync(PAGE, "utf8"), ordered));
}
