/** What the history on this device keeps: the newest that fit, each once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fittingRecords, MAX_DEVICE_DELIVERIES, mergeRecords } from "../../src/state/device-history.ts";
import type { DeliveryRecord } from "../../src/state/history.ts";

const record = (time: number, body = ""): DeliveryRecord => ({
  id: time,
  time,
  headerText: "",
  body,
  provider: "auto",
  profile: "lenient",
  asOf: "",
  tolerance: "",
  example: undefined,
});

test("the newest records that fit stay, within the number and the size", () => {
  const many = Array.from({ length: 130 }, (_, time) => record(time));
  const kept = fittingRecords(many);
  assert.equal(kept.length, MAX_DEVICE_DELIVERIES);
  assert.deepEqual([kept[0]?.time, kept.at(-1)?.time], [129, 30]);
  const large = [record(1), record(2, "x".repeat(900)), record(3)];
  assert.deepEqual(
    fittingRecords(large, 1000).map(({ time }) => time),
    [3],
  );
});

test("a record of the tab and of the device is listed once, and those of the device are older", () => {
  const merged = mergeRecords([record(20), record(10)], [record(10), record(5), record(7)]);
  assert.deepEqual(
    merged.map(({ id, time }) => [id, time]),
    [
      [20, 20],
      [10, 10],
      [-1, 7],
      [-2, 5],
    ],
  );
});
