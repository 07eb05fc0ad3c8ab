// Measures contenders in turn, never alone: times on a shared machine vary by half, but the ratio of two adjacent
// measurements does not.
import { performance } from "node:perf_hooks";
import process from "node:process";

/** Time of one contender in one round. */
const SLICE_MS = 8;
const WARM_UP_MS = 250;

/**
 * Clocks in milliseconds. Wall time is the time that a user waits. Processor time, of all threads of the engine, is
 * comparable even on a busy machine.
 */
const CLOCKS = {
  wall: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

let now = CLOCKS.wall;

/** @param {string} clock */
export function tellTimeBy(clock) {
  const found = CLOCKS[/** @type {keyof typeof CLOCKS} */ (clock)];
  if (found === undefined) throw new Error(`--clock takes ${Object.keys(CLOCKS).join(" or ")}`);
  now = found;
}

/**
 * @template T
 * @param {{ name: string, run: (input: T) => unknown }[]} contenders the first is the reference of the ratios
 * @param {T[]} inputs
 * @param {number} rounds
 * @returns {{ name: string, microseconds: number, ratio: number }[]} medians: the time of one call, and the
 *   ratio first / this one; below 1 the first is faster
 */
export function measure(contenders, inputs, rounds) {
  const entries = contenders.map((contender) => ({
    ...contender,
    calls: warmUp(contender, inputs),
    times: /** @type {number[]} */ ([]),
  }));
  for (let round = 0; round < rounds; round++) {
    // The order rotates, so that no contender always runs after the same one.
    const first = round % entries.length;
    for (const { run, calls, times } of [...entries.slice(first), ...entries.slice(0, first)]) {
      times.push(time(run, inputs, calls) / calls);
    }
  }
  const reference = entries[0]?.times ?? [];
  return entries.map(({ name, times }) => ({
    name,
    microseconds: median(times) * 1000,
    ratio: median(reference.map((ours, round) => ours / (times[round] ?? Number.NaN))),
  }));
}

/**
 * Warms up the engine, and returns how many calls take one slice of time.
 * @template T
 * @param {{ run: (input: T) => unknown }} contender
 * @param {T[]} inputs
 */
function warmUp({ run }, inputs) {
  const end = performance.now() + WARM_UP_MS;
  let spent = time(run, inputs, inputs.length);
  while (performance.now() < end) spent = time(run, inputs, inputs.length);
  return Math.max(1, Math.round(SLICE_MS / Math.max(spent, 0.01))) * inputs.length;
}

/**
 * @template T
 * @param {(input: T) => unknown} run
 * @param {T[]} inputs
 * @param {number} calls a multiple of the number of inputs
 */
function time(run, inputs, calls) {
  const start = now();
  for (let call = 0; call < calls; call += inputs.length) {
    for (const input of inputs) kept = run(input);
  }
  return now() - start;
}

/** The last result, exported so that the engine cannot remove the call. @type {unknown} */
export let kept;

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}
