// Deadlines of many requests with one timer.
import assert from "node:assert/strict";
import process from "node:process";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Deadlines, Pending } from "../../src/receive/deadlines.ts";

/** Records in `passed` when its deadline has passed. */
class Recorded extends Pending {
  constructor(
    readonly name: string,
    readonly passed: string[],
  ) {
    super();
  }

  onDeadline(): void {
    this.passed.push(this.name);
  }
}

const runningTimers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

for (const isShared of [true, false]) {
  describe(`deadlines with a timer that is ${isShared ? "shared" : "not shared"}`, () => {
    let time = 0;

    beforeEach(() => {
      time = 1000;
      mock.timers.enable({ apis: ["setTimeout"] });
      mock.method(performance, "now", () => time);
    });

    afterEach(() => {
      mock.timers.reset();
      mock.restoreAll();
    });

    /** Lets time pass. */
    const pass = (ms: number) => {
      time += ms;
      mock.timers.tick(ms);
    };

    it("pass each at its own time, in their order", () => {
      const passed: string[] = [];
      const deadlines = new Deadlines(100, isShared);
      for (const name of ["a", "b", "c"]) {
        deadlines.start(new Recorded(name, passed));
        pass(30);
      }
      assert.deepEqual(passed, []);
      pass(9);
      assert.deepEqual(passed, []);
      pass(1);
      assert.deepEqual(passed, ["a"]);
      pass(29);
      assert.deepEqual(passed, ["a"]);
      pass(1);
      assert.deepEqual(passed, ["a", "b"]);
      pass(30);
      assert.deepEqual(passed, ["a", "b", "c"]);
    });

    it("do not pass if they are stopped, wherever they are in the list", () => {
      const passed: string[] = [];
      const deadlines = new Deadlines(100, isShared);
      const all = ["a", "b", "c", "d", "e"].map((name) => new Recorded(name, passed));
      for (const pending of all) deadlines.start(pending);
      for (const index of [0, 2, 4, 4]) deadlines.stop(all[index] as Recorded);
      pass(100);
      assert.deepEqual(passed, ["b", "d"]);
      // A later deadline passes in its own time, and not in that of a timer that was left.
      deadlines.start(all[0] as Recorded);
      pass(50);
      deadlines.stop(all[0] as Recorded);
      deadlines.start(all[2] as Recorded);
      pass(99);
      assert.deepEqual(passed, ["b", "d"]);
      pass(1);
      assert.deepEqual(passed, ["b", "d", "c"]);
    });

    it("pass although an earlier timer never fired", () => {
      const passed: string[] = [];
      const deadlines = new Deadlines(100, isShared);
      const stopped = new Recorded("a", passed);
      deadlines.start(stopped);
      deadlines.stop(stopped);
      // As after fake timers of a test.
      mock.timers.reset();
      mock.timers.enable({ apis: ["setTimeout"] });
      time += 5000;
      deadlines.start(new Recorded("b", passed));
      pass(100);
      assert.deepEqual(passed, ["b"]);
    });
  });
}

describe("the timer of deadlines", () => {
  it("keeps the process alive while a deadline is pending, and not after that", async () => {
    const passed: string[] = [];
    const deadlines = new Deadlines(30, true);
    const before = runningTimers();
    const [first, second, third] = ["a", "b", "c"].map((name) => new Recorded(name, passed));
    for (const pending of [first, second] as Recorded[]) {
      deadlines.start(pending);
      assert.equal(runningTimers(), before + 1);
    }
    deadlines.stop(first as Recorded);
    assert.equal(runningTimers(), before + 1);
    deadlines.stop(second as Recorded);
    assert.equal(runningTimers(), before);
    deadlines.start(third as Recorded);
    assert.equal(runningTimers(), before + 1);
    await sleep(80);
    assert.deepEqual(passed, ["c"]);
    assert.equal(runningTimers(), before);
  });
});
