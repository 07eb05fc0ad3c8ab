/** A primary that is killed while two receivers are at work, and its replica in its place: what is forgotten, and how much. */
import { Redis } from "ioredis";
import { RedisPair } from "../redis/pair.ts";
import { type Count, deliver, events, Rig, until, wave } from "./rig.ts";

/** How far the replica is behind when its primary dies. */
export type Behind =
  /** As far as it happens to be. */
  | "a moment"
  /** It was cut off, and the primary went on without it. */
  | "cut off"
  /** It was cut off, and the primary refuses to go on without it: `min-replicas-to-write`. */
  | "cut off, and missed";

/**
 * Every event is sent until it is taken, and once more after that, as a sender does whose answers were lost: so what the
 * replica does not know is handled again, and counted.
 */
export async function failover(behind: Behind, count: number) {
  const settings: [string, string][] =
    behind === "cut off, and missed"
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
  // So many rounds of handlers that the primary dies in the middle of them. To miss a replica takes it one or two seconds.
  const rounds = behind === "cut off, and missed" ? 100 : 20;
  const first = wave(sent, Math.ceil(count / rounds), (event, at) => deliver(url(at), event));
  await until("events are under way", () => rig.noted("done") >= count / 4);

  let known = rig.done();
  if (behind !== "a moment") {
    await pair.copied();
    pair.cutOff();
    if (behind === "cut off") {
      const enough = rig.noted("done") + count / 10;
      await until("the primary goes on alone", () => rig.noted("done") >= enough);
    } else {
      await until("the primary refuses", async () =>
        (await pair.primary.ask("SET", "x", "1")).startsWith("-NOREPLICAS"),
      );
    }
  } else known = new Set();
  await pair.failOver(1000);
  const unsure = [...rig.done()].filter((id) => !known.has(id)).length;
  const refused = (await first).flatMap(({ attempts }) => attempts).filter(({ status }) => status === 503);

  await wave(sent, 50, (event, at) => deliver(url(at), event));
  const again = rig.again();
  const kept = [...again].filter((id) => known.has(id)).length;
  // A claim that nobody finishes ends by itself, on the new primary as well.
  await until("no claim is left", async () => (await inProgress(pair.replica.url)) === 0);
  const counted: Count = rig.count(all);
  await rig.stop();
  const wrong = [
    kept > 0 ? `${kept} were forgotten that the replica had` : "",
    behind === "cut off" && again.size === 0 ? "the replica was not behind" : "",
  ].filter((reason) => reason !== "");
  return {
    ...counted,
    /** As many handlers may begin again: their events were done while nobody knows whether the replica had heard of it. */
    forgotten: unsure,
    more: `${again.size} were forgotten of ${unsure} that were done ${behind === "a moment" ? "before" : "behind its back"}; ${refused.length} attempts were answered 503`,
    ...(wrong.length === 0 ? {} : { wrong: wrong.join("; ") }),
  };
}

/** How many deliveries are in progress by what this Redis holds. */
async function inProgress(url: string): Promise<number> {
  const redis = new Redis(url);
  let count = 0;
  for (const key of await redis.keys("hookseal:*")) {
    if ((await redis.hget(key, "s")) === "p") count += 1;
  }
  redis.disconnect();
  return count;
}
