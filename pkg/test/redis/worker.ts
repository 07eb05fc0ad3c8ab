// One of several processes on one store: `redis-worker.ts URL claim ID`, or `share GROUP COUNT`.
import { Redis } from "ioredis";
import { redisStore } from "../../src/redis.ts";

const [url, verb, id, count] = process.argv.slice(2) as [string, string, string, string];
const store = redisStore(new Redis(url), { claimTtl: 500 });
const say = (message: unknown) => process.send?.(message);

if (verb === "claim") {
  if ((await store.claim(id, "a")) === "new") say("ready");
  // The process renews its claim until it is killed.
  setInterval(() => {}, 1000);
} else {
  process.once("message", async () => {
    const mine: number[] = [];
    await Promise.all(
      Array.from({ length: Number(count) }, async (_, at) => {
        if ((await store.claim(`${id}:${at}`, "a")) !== "new") return;
        await store.done(`${id}:${at}`);
        mine.push(at);
      }),
    );
    say(mine);
  });
  say("ready");
}
