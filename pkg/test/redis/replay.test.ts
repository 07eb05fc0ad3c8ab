// Replays with changed unsigned headers, with the store on a real Redis, and two clients.
import { after, before, describe } from "node:test";
import { Redis } from "ioredis";
import { redisStore } from "../../src/redis.ts";
import { ignoresReplays } from "../support/replays.ts";
import { RedisServer } from "./server.ts";

let server: RedisServer;
const clients: Redis[] = [];
before(async () => {
  server = await RedisServer.start();
});
after(async () => {
  for (const client of clients) client.disconnect();
  await server.stop();
});

describe("receivers with a store on one Redis", () => {
  const store = () => {
    const client = new Redis(server.url);
    clients.push(client);
    return redisStore(client);
  };
  ignoresReplays(async () => [store(), store()]);
});
