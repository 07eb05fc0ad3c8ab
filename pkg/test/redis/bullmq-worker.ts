// A worker of a queue in a process of its own: `redis-bullmq-worker.ts PORT`.
if (process.env.HOOKSEAL_BULLMQ === "5") await import("./bullmq-5.ts");
const { bullmqSender } = await import("../../src/bullmq.ts");

const [port] = process.argv.slice(2) as [string];
const sender = bullmqSender({
  connection: { host: "127.0.0.1", port: Number(port) },
  provider: "painchek",
  allowAddresses: ["127.0.0.1"],
  stalledAfter: 1000,
  timeout: "30s",
  onError: () => {},
});
sender.start(50);
process.send?.("ready");

export {};
