/** A primary is killed while two receivers work, and its replica takes over: counts the handled deliveries that Redis lost. */
import { Redis } from "ioredis";
import { RedisPair } from "../redis/pair.ts";
import { type Count, deliver, events, Rig, until, wave } from "./rig.ts";

/** The replication lag when the primary dies. */
export type Lag =
  /** The usual one. */
  | "a moment"
  /** The replica was cut off, and the primary went on without it. */
  | "cut off"
  /** The replica was cut off, and the primary rejects writes without it: `min-replicas-to-write`. */
  | "cut off, and missed";

/**
 * Sends every event until it is delivered, and once more after that, like a sender that lost the responses. Handled deliveries that
 * the replica does not know are then handled again, and counted.
 */
export async function failover(lag: Lag, count: number) {
  const settings: [string, string][] =
    lag === "cut off, and missed"
      ? [
          ["min-replicas-to-write", "1"],
          ["min-replicas-max-lag", "1"],
        ]
      : [];
  const pair = await RedisPair.start(...settings);
  const rig = await Rig.start(2, 50, 0, pair);
  const sent = events(count);
  const all = sent.map(({ id }) => id);
  const url = (at: number) => rig.receivers[at % 2]?.url ?? "";
  // Enough rounds of handlers that the primary dies in the middle of them. Redis notices a missing replica after a second or two.
  const rounds = lag === "cut off, and missed" ? 100 : 20;
  const first = wave(sent, Math.ceil(count / rounds), (event, at) => deliver(url(at), event));
  await until("events are under way", () => rig.noted("done") >= count / 4);

  let known = rig.done();
  if (lag !== "a moment") {
    await pair.copied();
    pair.cutOff();
    if (lag === "cut off") {
      const enough = rig.noted("done") + count / 10;
      await until("the primary goes on alone", () => rig.noted("done") >= enough);
    } else {
      await until("the primary rejects writes", async () =>
        (await pair.primary.ask("SET", "x", "1")).startsWith("-NOREPLICAS"),
      );
    }
  } else known = new Set();
  await pair.failOver(1000);
  const unsure = [...rig.done()].filter((id) => !known.has(id)).length;
  const rejected = (await first).flatMap(({ attempts }) => attempts).filter(({ status }) => status === 503);

  await wave(sent, 50, (event, at) => deliver(url(at), event));
  const again = rig.again();
  const kept = [...again].filter((id) => known.has(id)).length;
  // A claim that is not completed expires, on the new primary as well.
  await until("no claim is left", async () => (await inProgress(pair.replica.url)) === 0);
  const counted: Count = rig.count(all);
  await rig.stop();
  const wrong = [
    kept > 0 ? `${kept} were lost that the replica had` : "",
    lag === "cut off" && again.size === 0 ? "the replica had no lag" : "",
  ].filter((reason) => reason !== "");
  return {
    ...counted,
    /** As many handlers may start again: it is unknown whether the replica had received these completions. */
    forgotten: unsure,
    more: `${again.size} were lost of ${unsure} that were done ${lag === "a moment" ? "before" : "without the replica"}; ${rejected.length} attempts got 503`,
    ...(wrong.length === 0 ? {} : { wrong: wrong.join("; ") }),
  };
}

/** The number of claims in this Redis. */
async function inProgress(url: string): Promise<number> {
  const redis = new Redis(url);
  let count = 0;
  for (const key of await redis.keys("hookseal:*")) {
    if ((await redis.hget(key, "s")) === "p") count += 1;
  }
  redis.disconnect();
  return count;
}
