/** Durations and ages as people say them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAge, formatDuration, formatUtc } from "../../src/ui/time.ts";

const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;
const DAY = 24 * H;

test("a duration has at most two units", () => {
  for (const [ms, text] of [
    [0, "0 s"],
    [43 * S, "43 s"],
    [5 * MIN + 12 * S, "5 min 12 s"],
    [H + 43 * S, "1 h 0 min"],
    [-(H + 43 * S), "1 h 0 min"],
    [DAY, "1 day 0 h"],
    [47 * H, "1 day 23 h"],
    [75 * DAY, "2 months"],
    [800 * DAY, "2 years"],
  ] as const)
    assert.equal(formatDuration(ms), text);
});

test("an age follows the calendar", () => {
  const now = new Date(2026, 10, 28, 15, 0, 0).getTime();
  for (const [time, text] of [
    [now - 12 * S, "12 seconds ago"],
    [now - 59 * MIN, "59 minutes ago"],
    [now - 3 * H, "3 hours ago"],
    [new Date(2026, 10, 27, 23, 0).getTime(), "yesterday"],
    [new Date(2026, 10, 27, 0, 10).getTime(), "yesterday"],
    [new Date(2026, 10, 26, 16, 0).getTime(), "2 days ago"],
    [new Date(2026, 7, 1).getTime(), "3 months ago"],
    [new Date(2024, 5, 8).getTime(), "2 years ago"],
    [now + 2 * H, "in 2 hours"],
    [new Date(2026, 10, 29, 20, 0).getTime(), "tomorrow"],
  ] as const)
    assert.equal(formatAge(time, now), text);
});

test("a time in UTC says so", () => {
  assert.equal(formatUtc(Date.UTC(2024, 5, 8, 7, 30, 9)), "8 June 2024, 07:30:09 UTC");
});
