/** Durations and ages as people say them. */
import { formatNumber } from "./text.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.436875 * DAY;
const YEAR = 12 * MONTH;

/** Each unit with the smaller one that is said with it. */
const UNITS: [length: number, name: string, smaller?: [length: number, name: string]][] = [
  [YEAR, "year"],
  [2 * MONTH, "month"],
  [DAY, "day", [HOUR, "h"]],
  [HOUR, "h", [MINUTE, "min"]],
  [MINUTE, "min", [SECOND, "s"]],
  [SECOND, "s"],
];

const counted = (number: number, name: string): string =>
  `${formatNumber(number)} ${name.length > 3 && number !== 1 ? `${name}s` : name}`;

/** A duration in at most two units: `5 min 12 s`, `1 h 0 min`, `2 days 3 h`, `3 months`. */
export function formatDuration(ms: number): string {
  const all = Math.abs(ms);
  const [least, name, smaller] = UNITS.find(([length]) => all >= length) ?? [SECOND, "s"];
  const unit = name === "month" ? MONTH : least;
  const first = counted(Math.floor(all / unit), name);
  return smaller === undefined
    ? first
    : `${first} ${counted(Math.floor((all % unit) / smaller[0]), smaller[1])}`;
}

const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** How long ago a time was, by the calendar of the browser: `12 seconds ago`, `yesterday`, `in 2 hours`. */
export function formatAge(time: number, now: number): string {
  const difference = time - now;
  const length = Math.abs(difference);
  const say = (number: number, unit: Intl.RelativeTimeFormatUnit) =>
    new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(number, unit);
  if (length < MINUTE) return say(Math.trunc(difference / SECOND), "second");
  if (length < HOUR) return say(Math.trunc(difference / MINUTE), "minute");
  // Days are those of the calendar: what was yesterday morning is not 40 hours ago.
  const days = Math.round((startOfDay(time) - startOfDay(now)) / DAY);
  if (days === 0) return say(Math.trunc(difference / HOUR), "hour");
  if (length < 2 * MONTH) return say(days, "day");
  if (length < YEAR) return say(Math.trunc(difference / MONTH), "month");
  return say(Math.trunc(difference / YEAR), "year");
}

const MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December".split(
  ",",
);

/** A time in UTC: `8 June 2024, 07:30:09 UTC`. PERF: the formatter of the browser is slow to start. */
export function formatUtc(time: number): string {
  const date = new Date(time);
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return `${day}, ${date.toISOString().slice(11, 19)} UTC`;
}

/** Parses a date, or seconds or milliseconds since 1970. Returns milliseconds, or undefined if it is not a time. */
export function parseTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{1,14}$/.test(trimmed)) return Number(trimmed) * (trimmed.length > 11 ? 1 : 1000);
  const time = trimmed === "" ? Number.NaN : Date.parse(trimmed);
  return Number.isNaN(time) ? undefined : time;
}
