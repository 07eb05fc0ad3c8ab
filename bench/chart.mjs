// Charts as SVG, in colors for light and dark pages, with a title and a description for screen readers.

/**
 * Horizontal bars, or lines over sizes.
 * @typedef {object} Bars
 * @property {"bars"} kind
 * @property {string} name of the file
 * @property {string} title
 * @property {string} unit
 * @property {{ label: string, value: number, isOurs: boolean }[]} bars
 */
/**
 * @typedef {object} Lines
 * @property {"lines"} kind
 * @property {string} name of the file
 * @property {string} title
 * @property {"ratio"} unit the line at 1 is drawn
 * @property {string[]} ticks
 * @property {{ label: string, isDashed: boolean, values: (number | undefined)[] }[]} lines
 */
/** @typedef {Bars | Lines} Chart */

/** Colors that people with color blindness can tell apart (Okabe and Ito), lighter on dark pages. */
const THEMES = {
  light: {
    text: "#1f2328",
    quiet: "#656d76",
    grid: "#d8dee4",
    ours: "#0072b2",
    others: "#b6bec8",
    lines: ["#0072b2", "#d55e00", "#009e73", "#a1508a", "#8a6d00", "#56606b"],
  },
  dark: {
    text: "#e6edf3",
    quiet: "#9aa4af",
    grid: "#343b44",
    ours: "#56b4e9",
    others: "#545d68",
    lines: ["#56b4e9", "#f0883e", "#3fcf9b", "#dba0c9", "#e3cf57", "#b1bac4"],
  },
};
/** @typedef {keyof typeof THEMES} Theme */

const WIDTH = 760;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A number with the digits that a chart needs. @param {number} value */
const short = (value) => (value < 10 ? value.toFixed(1) : `${Math.round(value)}`);

/** @param {Chart} chart @param {Theme} theme */
export function svg(chart, theme) {
  const { height, content, description } = chart.kind === "bars" ? bars(chart, theme) : lines(chart, theme);
  const { text } = THEMES[theme];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc" font-family="${FONT}" font-size="13" fill="${text}">
<title id="title">${escaped(chart.title)}</title>
<desc id="desc">${escaped(description)}</desc>
<text x="0" y="18" font-size="15" font-weight="600">${escaped(chart.title)}</text>
${content.join("\n")}
</svg>
`;
}

/** @param {Bars} chart @param {Theme} theme */
function bars({ bars: all, unit }, theme) {
  const { ours, others } = THEMES[theme];
  const [left, row, top] = [260, 24, 36];
  const max = Math.max(...all.map(({ value }) => value));
  const room = WIDTH - left - 80;
  const content = all.flatMap(({ label, value, isOurs }, index) => {
    const y = top + index * row;
    const width = Math.max(1, (Math.max(value, 0) / max) * room);
    return [
      `<text x="${left - 8}" y="${y + 13}" text-anchor="end"${isOurs ? ' font-weight="600"' : ""}>${escaped(label)}</text>`,
      `<rect x="${left}" y="${y + 1}" width="${width.toFixed(1)}" height="16" rx="2" fill="${isOurs ? ours : others}"/>`,
      `<text x="${(left + width + 6).toFixed(1)}" y="${y + 13}">${short(value)} ${unit}</text>`,
    ];
  });
  const description = all.map(({ label, value }) => `${label}: ${short(value)} ${unit}`).join("; ");
  return { height: top + all.length * row + 6, content, description };
}

/** @param {Lines} chart @param {Theme} theme */
function lines({ lines: all, ticks }, theme) {
  const { quiet, grid, lines: colors } = THEMES[theme];
  const [left, top, plotHeight, right] = [44, 44, 250, 236];
  const values = all.flatMap((line) => line.values.filter((value) => value !== undefined));
  const max = Math.max(1.25, Math.ceil(Math.max(...values) * 4) / 4);
  const step = max > 2 ? 0.5 : 0.25;
  const x = (/** @type {number} */ index) =>
    left + 20 + (index * (WIDTH - left - right - 40)) / (ticks.length - 1 || 1);
  const y = (/** @type {number} */ value) => top + plotHeight * (1 - value / max);
  const content = [];
  for (let value = 0; value <= max + 1e-9; value += step) {
    const isOne = Math.abs(value - 1) < 1e-9;
    content.push(
      `<line x1="${left}" x2="${WIDTH - right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="${isOne ? quiet : grid}" stroke-width="${isOne ? 1.5 : 1}"/>`,
      `<text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end" fill="${quiet}">${value.toFixed(2)}</text>`,
    );
  }
  for (const [index, tick] of ticks.entries())
    content.push(
      `<text x="${x(index).toFixed(1)}" y="${top + plotHeight + 20}" text-anchor="middle" fill="${quiet}">${escaped(tick)}</text>`,
    );
  content.push(
    `<text x="${left}" y="${top + plotHeight + 40}" fill="${quiet}">below 1.00 Hookseal is faster</text>`,
  );
  // Two lines of one color are the same thing, in ASCII and not.
  const bases = [...new Set(all.map(({ label }) => label.split(",")[0]))];
  for (const [index, { label, isDashed, values: points }] of all.entries()) {
    const color = colors[bases.indexOf(label.split(",")[0]) % colors.length];
    const drawn = points.flatMap((value, at) => (value === undefined ? [] : [{ x: x(at), y: y(value) }]));
    const dash = isDashed ? ' stroke-dasharray="5 4"' : "";
    content.push(
      `<polyline points="${drawn.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" ")}" fill="none" stroke="${color}" stroke-width="2"${dash}/>`,
      ...drawn.map(
        (point) => `<circle cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="3" fill="${color}"/>`,
      ),
      `<line x1="${WIDTH - right + 14}" x2="${WIDTH - right + 40}" y1="${top + 10 + index * 22}" y2="${top + 10 + index * 22}" stroke="${color}" stroke-width="2"${dash}/>`,
      `<text x="${WIDTH - right + 48}" y="${top + 14 + index * 22}">${escaped(label)}</text>`,
    );
  }
  const description = all
    .map(({ label, values: points }) => {
      const numbers = points.flatMap((value, at) =>
        value === undefined ? [] : [`${ticks[at]} ${value.toFixed(2)}`],
      );
      return `${label}: ${numbers.join(", ")}`;
    })
    .join("; ");
  return { height: top + plotHeight + 52, content, description };
}
