// `cargo xtask faults [--short] [--only WORDS]`: breaks what can break between a sender and its receivers, and counts what
// is lost or handled twice. Everything stays on this machine; it ends by itself, and ends only what it has started.
import { request } from "node:http";
import { connect } from "node:net";
import { failover } from "./failover.ts";
import { type Count, deliver, events, Rig, until, wave } from "./rig.ts";

const short = process.argv.includes("--short");
const many = (count: number) => (short ? Math.ceil(count / 10) : count);

// Bounded, whatever hangs.
setTimeout(
  () => {
    console.error("The run takes too long: something hangs.");
    process.exit(1);
  },
  short ? 180_000 : 600_000,
).unref();

interface Fault {
  name: string;
  /** It takes long, however few events there are: no part of the short run. */
  long?: boolean;
  /** `forgotten`: so many may be handled again after they were done, since no Redis can promise more. Default: none. */
  run: () => Promise<Count & { forgotten?: number; more?: string; wrong?: string }>;
}

const all = (list: ReturnType<typeof events>) => list.map(({ id }) => id);

/**
 * Redis goes away while two receivers are at work: `leave` is done once it is away, `comeBack` brings it back. Half of the
 * events are sent before, and half while it is away, so that claims find it away however fast the machine is.
 */
function away(
  name: string,
  leave: (rig: Rig) => Promise<void>,
  comeBack: (rig: Rig) => Promise<void> = async () => {},
): Fault {
  return {
    name,
    async run() {
      const rig = await Rig.start(2, 50);
      const sent = events(many(1000));
      const half = sent.length / 2;
      const start = (part: typeof sent) =>
        wave(part, 25, (event, at) => deliver(rig.receivers[at % 2]?.url ?? "", event));
      const before = start(sent.slice(0, half));
      await until("events are under way", () => rig.noted("done") >= half / 2);
      await leave(rig);
      const meanwhile = start(sent.slice(half));
      await comeBack(rig);
      const results = [...(await before), ...(await meanwhile)];
      const refused = results
        .flatMap(({ attempts }) => attempts)
        .filter(({ status }) => status === 503).length;
      const count = rig.count(all(sent));
      await rig.stop();
      return {
        ...count,
        more: `${refused} attempts were answered 503`,
        ...(refused === 0 ? { wrong: "no attempt found Redis away" } : {}),
      };
    },
  };
}

const FAULTS: Fault[] = [
  {
    name: "a receiver is killed in the middle of its handlers",
    async run() {
      const rig = await Rig.start(1, 400);
      const sent = events(many(100));
      const sending = sent.map((event) => deliver(rig.receivers[0]?.url ?? "", event));
      await until("handlers are at work", () => rig.noted("start") >= sent.length / 2);
      await rig.receivers[0]?.kill();
      const interrupted = rig.noted("start") - rig.noted("end");
      await rig.receivers[0]?.start();
      await Promise.all(sending);
      const count = rig.count(all(sent));
      await rig.stop();
      return {
        ...count,
        more: `${interrupted} handlers were cut off`,
        ...(interrupted === 0 ? { wrong: "nothing was cut off" } : {}),
      };
    },
  },
  away(
    "Redis is killed, and started again",
    ({ redis }) => redis.kill(),
    async ({ redis }) => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await redis.start();
    },
  ),
  away("Redis answers nothing for two seconds", async ({ redis }) => {
    await redis.ask("CLIENT", "PAUSE", "2000", "ALL"); // Four times the store's timeout.
  }),
  { name: "its replica takes over from Redis", run: () => failover("a moment", many(1000)) },
  { name: "a replica takes over that was cut off before", run: () => failover("cut off", many(1000)) },
  {
    name: "a replica was cut off, with min-replicas-to-write",
    long: true,
    run: () => failover("cut off, and missed", many(1000)),
  },
  {
    name: "connections are cut in the middle of the body",
    async run() {
      const rig = await Rig.start(1);
      const sent = events(many(500));
      await wave(sent, 50, ({ delivery }) => cut(rig.receivers[0]?.port ?? 0, delivery));
      const early = rig.noted("start");
      await wave(sent, 50, (event) => deliver(rig.receivers[0]?.url ?? "", event));
      const count = rig.count(all(sent));
      await rig.stop();
      return {
        ...count,
        ...(early > 0 || count.begun !== sent.length
          ? { wrong: "half a body was handled, or one twice" }
          : {}),
      };
    },
  },
  {
    name: "clocks jump by eight days, forth and back",
    async run() {
      const sent = events(many(500));
      const counts: Count[] = [];
      for (const jump of [8, -8]) {
        const rig = await Rig.start(1, 0, jump * 86_400_000);
        const [receiver] = rig.receivers;
        let clock = Date.now();
        const now = () => {
          clock += jump * 86_400_000;
          return clock;
        };
        await wave(sent, 50, (event) => deliver(receiver?.url ?? "", event, { now }));
        receiver?.signal("SIGUSR2");
        await until("its clock has jumped", () => rig.noted("jumped") === 1);
        await wave(sent, 50, (event) => deliver(receiver?.url ?? "", event, { now }));
        counts.push(rig.count(all(sent)));
        await rig.stop();
      }
      const [forth, back] = counts as [Count, Count];
      return {
        events: forth.events + back.events,
        lost: forth.lost + back.lost,
        afterDone: forth.afterDone + back.afterDone,
        begun: forth.begun + back.begun,
      };
    },
  },
  {
    name: "ten thousand attempts at one event, at once",
    async run() {
      const rig = await Rig.start(2, 100);
      const [event] = events(1) as [ReturnType<typeof events>[number]];
      const statuses = new Map<number, number>();
      const copies = Array.from({ length: many(10_000) }, () => event);
      await wave(copies, 500, async ({ delivery }, at) => {
        const status = await post(rig.receivers[at % 2]?.port ?? 0, delivery);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      });
      const count = rig.count([event.id]);
      await rig.stop();
      const told = [...statuses].sort().map(([status, times]) => `${times} times ${status}`);
      // 503: the store did not answer in time under the load. The sender would come again.
      const odd = [...statuses.keys()].some((status) => ![200, 409, 503].includes(status));
      return {
        ...count,
        more: told.join(", "),
        ...(odd || count.begun !== 1 ? { wrong: "it was not handled once, or answered otherwise" } : {}),
      };
    },
  },
  {
    name: "two receivers on one store get every event at once",
    async run() {
      const rig = await Rig.start(2, 20);
      const sent = events(many(2000));
      await wave(sent, 50, (event) => Promise.all(rig.receivers.map(({ url }) => deliver(url, event))));
      const count = rig.count(all(sent));
      await rig.stop();
      return { ...count, ...(count.begun === sent.length ? {} : { wrong: "one was handled twice" }) };
    },
  },
];

type Going = ReturnType<typeof events>[number]["delivery"];

/** Sends half of a body, and breaks the connection. */
function cut(port: number, { headers, body }: Going): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`POST / HTTP/1.1\r\nHost: h\r\n${lines.join("")}Content-Length: ${body.length}\r\n\r\n`);
      socket.write(body.subarray(0, body.length / 2), () => socket.resetAndDestroy());
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

/** One attempt, and the status of its answer; 0 where there is none. */
function post(port: number, { headers, body }: Going): Promise<number> {
  return new Promise((resolve) => {
    const going = request({ port, host: "127.0.0.1", method: "POST", headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    going.on("error", () => resolve(0));
    going.end(body);
  });
}

let bad = 0;
console.log(`${"".padEnd(56)} events    lost  after done   begun`);
const only = process.argv.indexOf("--only");
const words = only < 0 ? "" : (process.argv[only + 1] ?? "");
const chosen = FAULTS.filter(({ name, long }) => name.includes(words) && (only >= 0 || !(short && long)));
for (const { name, run } of chosen) {
  const { events, lost, afterDone, begun, forgotten = 0, more, wrong } = await run();
  const cells = [
    `${events}`.padStart(7),
    `${lost}`.padStart(8),
    `${afterDone}`.padStart(12),
    `${begun}`.padStart(8),
  ];
  console.log(`${name.padEnd(56)}${cells.join("")}${more === undefined ? "" : `   ${more}`}`);
  const reasons = [
    lost > 0 ? `${lost} events were lost` : "",
    afterDone > forgotten ? `${afterDone} handlers began after their event was done` : "",
    wrong ?? "",
  ].filter((reason) => reason !== "");
  if (reasons.length > 0) {
    bad += 1;
    console.log(`  failed: ${reasons.join("; ")}`);
  }
}
console.log(
  `\n${chosen.length - bad} faults survived, ${bad} not. Lost: no handler finished it. After done: handled once more.`,
);
process.exit(bad === 0 ? 0 : 1);
