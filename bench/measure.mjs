// Measures contenders in turn, never alone: times on a shared machine vary by half, but the ratio of two adjacent
// measurements does not. Runs in every runtime.
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

/** @typedef {{ name: string, microseconds: number, ratio: number }} Measured */

/**
 * @template T
 * @param {{ name: string, run: (input: T) => unknown, isAsync?: boolean }[]} contenders the first is the reference of the ratios
 * @param {T[]} inputs
 * @param {number} rounds
 * @returns {Promise<Measured[]>} medians: the time of one call, and the ratio first / this one; below 1 the first is faster
 */
export async function measure(contenders, inputs, rounds) {
  /** @type {{ name: string, calls: number, times: number[], run: Timed }[]} */
  const entries = [];
  for (const { name, run, isAsync } of contenders) {
    const timed = isAsync === true ? timeAsync(run, inputs) : timeSync(run, inputs);
    // One round measures nothing.
    const calls = rounds === 1 ? inputs.length : await warmUp(timed, inputs.length);
    entries.push({ name, calls, times: [], run: timed });
  }
  for (let round = 0; round < rounds; round++) {
    // The order rotates, so that no contender always runs after the same one.
    const first = round % entries.length;
    for (const { run, calls, times } of [...entries.slice(first), ...entries.slice(0, first)])
      times.push((await run(calls)) / calls);
  }
  const reference = entries[0]?.times ?? [];
  return entries.map(({ name, times }) => ({
    name,
    microseconds: median(times) * 1000,
    ratio: median(reference.map((ours, round) => ours / (times[round] ?? Number.NaN))),
  }));
}

/** Milliseconds of a number of calls. @typedef {(calls: number) => number | Promise<number>} Timed */

/** Warms up the engine, and returns how many calls take one slice of time. @param {Timed} run @param {number} inputs */
async function warmUp(run, inputs) {
  const end = performance.now() + WARM_UP_MS;
  let spent = await run(inputs);
  while (performance.now() < end) spent = await run(inputs);
  return Math.max(1, Math.round(SLICE_MS / Math.max(spent, 0.01))) * inputs;
}

/** @template T @param {(input: T) => unknown} run @param {T[]} inputs @returns {Timed} */
const timeSync = (run, inputs) => (calls) => {
  const start = now();
  for (let call = 0; call < calls; call += inputs.length) {
    for (const input of inputs) kept = run(input);
  }
  return now() - start;
};

/** @template T @param {(input: T) => unknown} run @param {T[]} inputs @returns {Timed} */
const timeAsync = (run, inputs) => async (calls) => {
  const start = now();
  for (let call = 0; call < calls; call += inputs.length) {
    for (const input of inputs) kept = await run(input);
  }
  return now() - start;
};

/** The last result, exported so that the engine cannot remove the call. @type {unknown} */
export let kept;

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}
