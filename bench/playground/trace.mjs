// The tasks of a page and of its worker, by a trace of the browser. Processor time is that of an idle machine, also on a busy one.

/** Milliseconds. @typedef {{ isPage: boolean, start: number, end: number, processor: number }} Task */
/** Times of the marks with a name, in milliseconds. @typedef {(name: string) => number[]} Marks */

/**
 * Traces what a page does.
 * @template T
 * @param {import("playwright-core").CDPSession} session
 * @param {() => Promise<T>} work
 * @returns {Promise<{ result: T, tasks: Task[], marks: Marks }>}
 */
export async function traced(session, work) {
  /** @type {any[]} */
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "blink.user_timing"] },
  });
  const result = await work();
  const isEnded = new Promise((resolve) => session.once("Tracing.tracingComplete", () => resolve(undefined)));
  await session.send("Tracing.end");
  await isEnded;
  const marked = events.filter(({ cat }) => cat === "blink.user_timing");
  const process = marked.find(({ name }) => /^(?:hookseal|measured)-/.test(name))?.pid;
  const threads = new Map(
    events
      .filter(({ name, pid }) => name === "thread_name" && pid === process)
      .map(({ tid, args }) => [tid, args.name]),
  );
  const tasks = events.flatMap(({ name, pid, tid, ts, dur, tdur }) => {
    const thread = threads.get(tid) ?? "";
    const isPage = thread === "CrRendererMain";
    const isTask = pid === process && /RunTask$/.test(name) && dur !== undefined;
    if (!isTask || !(isPage || thread.startsWith("DedicatedWorker"))) return [];
    return [{ isPage, start: ts / 1000, end: (ts + dur) / 1000, processor: (tdur ?? dur) / 1000 }];
  });
  return {
    result,
    tasks,
    marks: (name) => marked.filter((event) => event.name === name).map(({ ts }) => ts / 1000),
  };
}

/** The longest task of the page in a range of time. @param {Task[]} tasks @param {number} [from] @param {number} [to] */
export const longestTask = (tasks, from = 0, to = Number.POSITIVE_INFINITY) =>
  Math.max(
    0,
    ...tasks
      .filter(({ isPage, start, end }) => isPage && end > from && start < to)
      .map(({ processor }) => processor),
  );

/** Processor time of the page and its worker in a range of time. @param {Task[]} tasks @param {number} from @param {number} to */
export const processorTime = (tasks, from, to) =>
  tasks.reduce((sum, { start, end, processor }) => {
    const inside = Math.min(end, to) - Math.max(start, from);
    return inside > 0 && end > start ? sum + (processor * inside) / (end - start) : sum;
  }, 0);
