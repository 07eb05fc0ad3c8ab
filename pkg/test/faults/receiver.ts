// A receiver in a process of its own, that can be killed: `receiver.ts REDIS PORT LEDGER WORK JUMP`.
//
// It writes what happens to a ledger that all receivers share, a line each: `start ID` and `end ID` of a handler,
// and `done ID` once the store has it.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { painchek } from "../../src/index.ts";
import { receiver } from "../../src/node.ts";
import { redisStore } from "../../src/redis.ts";

const [redis, port, ledger, work, jump] = process.argv.slice(2) as [string, string, string, string, string];
const note = (line: string) => appendFileSync(ledger, `${line}\n`);
const client = new Redis(Number(redis), "127.0.0.1");
client.on("error", () => {});
const store = redisStore(client, { claimTtl: 1500, timeout: 500 });
const hook = painchek({ secrets: ["a secret of this run"] });

// From the first signal on, the clock of this process is off by that much.
const clock = Date.now;
process.on("SIGUSR2", () => {
  Date.now = () => clock() + Number(jump);
  note("jumped -");
});

const handler = async ({ id }: { id: string }) => {
  note(`start ${id}`);
  await sleep(Number(work));
  note(`end ${id}`);
};
createServer(
  receiver(hook, handler, {
    store,
    onStoreError: "refuse",
    onEvent: ({ outcome, id, storeFailed }) => {
      if (outcome === "handled" && storeFailed === undefined) note(`done ${id}`);
    },
    onError: () => {},
  }),
).listen(Number(port), "127.0.0.1", () => process.send?.("ready"));
