// Tables: for the terminal and for Markdown. Every number of both is formatted here.

/** @typedef {{ title: string, headings: string[], rows: string[][], note?: string }} Table the first column has the names */

/** @param {Table} table */
export function text({ title, headings, rows, note }) {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      )
      .join("")
      .trimEnd(),
  );
  return [`${title}\n`, ...lines, ...(note === undefined ? [] : [`\n${note}`])].join("\n");
}

/** @param {Table} table */
export function markdown({ title, headings, rows, note }) {
  const lines = [headings, headings.map((_, column) => (column === 0 ? "---" : "---:")), ...rows];
  const table = lines
    .map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
  return `**${title}**\n\n${table}${note === undefined ? "" : `\n\n${note}`}`;
}

/** @param {number} bytes */
export const kilobytes = (bytes) => `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} KB`;
/** @param {number} bytes */
export const megabytes = (bytes) => (bytes < 1e6 ? kilobytes(bytes) : `${(bytes / 1e6).toFixed(1)} MB`);
/** @param {number} time */
export const ms = (time) => `${time.toFixed(time < 10 ? 2 : 1)} ms`;
/** @param {number} time */
export const us = (time) => (time < 1000 ? `${time.toFixed(1)} µs` : ms(time / 1000));
/** @param {number | undefined} value */
export const ratio = (value) => (value === undefined ? "–" : value.toFixed(2));
/** A whole number with spaces between thousands. @param {number} value */
export const whole = (value) =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, " ");
