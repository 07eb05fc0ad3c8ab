/** A real Redis Cluster of several nodes on loopback, whose slots can be moved and whose masters can be killed. */
import { Redis } from "ioredis";
import { RedisServer, until } from "./server.ts";

const SLOTS = 16_384;

/** One node: its server, and a connection for the test. */
export interface Node {
  server: RedisServer;
  admin: Redis;
  id: string;
}

async function info({ admin }: Node): Promise<string> {
  return (await admin.call("CLUSTER", "INFO")) as string;
}

/** The masters. `replicas` has the same number of replicas for each. */
export class RedisCluster {
  readonly masters: Node[] = [];
  readonly replicas: Node[] = [];
  readonly #more: string[];

  private constructor(more: string[]) {
    this.#more = more;
  }

  /** Starts a cluster that serves all slots. `more` are further settings of each node. */
  static async start(masters: number, replicas = 0, ...more: string[]): Promise<RedisCluster> {
    const cluster = new RedisCluster(more);
    const nodes = await Promise.all(Array.from({ length: masters * (1 + replicas) }, () => cluster.#node()));
    cluster.masters.push(...nodes.slice(0, masters));
    cluster.replicas.push(...nodes.slice(masters));
    const share = Math.ceil(SLOTS / masters);
    for (const [at, { admin }] of cluster.masters.entries()) {
      await admin.call("CLUSTER", "ADDSLOTSRANGE", at * share, Math.min(SLOTS, share * (at + 1)) - 1);
      // With different epochs from the start, nodes need not agree on them first.
      await admin.call("CLUSTER", "SET-CONFIG-EPOCH", at + 1);
    }
    const [first] = nodes as [Node];
    for (const { server } of nodes.slice(1)) {
      await first.admin.call("CLUSTER", "MEET", "127.0.0.1", server.port, server.busPort);
    }
    await until("each node knows all others", async () => {
      const infos = await Promise.all(nodes.map(info));
      return infos.every((one) => one.includes(`cluster_known_nodes:${nodes.length}\r`));
    });
    for (const [at, { admin }] of cluster.replicas.entries()) {
      await admin.call("CLUSTER", "REPLICATE", (cluster.masters[at % masters] as Node).id);
    }
    await cluster.settled(nodes);
    await until("each replica follows, and all know", async () => {
      const links = await Promise.all(cluster.replicas.map(({ admin }) => admin.info("replication")));
      const maps = await Promise.all(nodes.map(({ admin }) => admin.call("CLUSTER", "NODES")));
      const follow = links.every((one) => one.includes("master_link_status:up"));
      return follow && maps.every((one) => `${one}`.split("slave ").length === cluster.replicas.length + 1);
    });
    return cluster;
  }

  /** The first node for clients. */
  get roots(): { host: string; port: number }[] {
    return this.masters.map(({ server }) => ({ host: "127.0.0.1", port: server.port }));
  }

  /** Waits until all these nodes serve all slots. */
  async settled(nodes: readonly Node[] = this.masters): Promise<void> {
    await until("the cluster is up", async () => {
      const infos = await Promise.all(nodes.map(info));
      return infos.every((one) => /cluster_state:ok[\s\S]*cluster_slots_ok:16384/.test(one));
    });
  }

  async slotOf(key: string): Promise<number> {
    return Number(await this.masters[0]?.admin.call("CLUSTER", "KEYSLOT", key));
  }

  /** How often any node redirected clients with this error. */
  async redirections(word: "MOVED" | "ASK"): Promise<number> {
    const field = new RegExp(`errorstat_${word}:count=(\\d+)`);
    const stats = await Promise.all(this.masters.map(({ admin }) => admin.info("errorstats")));
    return stats.reduce((sum, one) => sum + Number(field.exec(one)?.[1] ?? 0), 0);
  }

  /** Waits until the replica of this master has all its data, kills the master, and promotes the replica. */
  async stalledAfter(at: number): Promise<void> {
    const [master, replica] = [this.masters[at] as Node, this.replicas[at] as Node];
    const offset = async ({ admin }: Node, name: string) =>
      Number(new RegExp(`${name}:(\\d+)`).exec(await admin.info("replication"))?.[1] ?? -1);
    const end = await offset(master, "master_repl_offset");
    await until("the replica has it all", async () => (await offset(replica, "slave_repl_offset")) >= end);
    await master.server.kill();
    await replica.admin.call("CLUSTER", "FAILOVER", "TAKEOVER");
    await until("it has taken over", async () =>
      (await replica.admin.info("replication")).includes("role:master"),
    );
  }

  async stop(): Promise<void> {
    for (const { admin, server } of [...this.masters, ...this.replicas]) {
      admin.disconnect();
      await server.stop();
    }
  }

  async #node(): Promise<Node> {
    const server = await RedisServer.start(
      ...["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"],
      ...["--cluster-node-timeout", "2000", "--repl-diskless-sync-delay", "0"],
      ...this.#more,
    );
    const admin = new Redis(server.url);
    admin.on("error", () => {});
    return { server, admin, id: (await admin.call("CLUSTER", "MYID")) as string };
  }
}

/** A move of one slot, step by step. */
export class Migration {
  readonly #slot: number;
  readonly #from: Node;
  readonly #to: Node;
  readonly #all: readonly Node[];

  private constructor(slot: number, from: Node, to: Node, all: readonly Node[]) {
    this.#slot = slot;
    this.#from = from;
    this.#to = to;
    this.#all = all;
  }

  /** Starts the migration of the slot: for keys that it no longer has, the node redirects clients to the other one. */
  static async begin(cluster: RedisCluster, slot: number): Promise<Migration> {
    const share = Math.ceil(SLOTS / cluster.masters.length);
    const at = Math.floor(slot / share);
    const from = cluster.masters[at] as Node;
    const to = cluster.masters[(at + 1) % cluster.masters.length] as Node;
    await to.admin.call("CLUSTER", "SETSLOT", slot, "IMPORTING", from.id);
    await from.admin.call("CLUSTER", "SETSLOT", slot, "MIGRATING", to.id);
    return new Migration(slot, from, to, cluster.masters);
  }

  /** Moves up to `count` keys, and returns how many there were. */
  async keys(most: number): Promise<number> {
    const keys = (await this.#from.admin.call("CLUSTER", "GETKEYSINSLOT", this.#slot, most)) as string[];
    if (keys.length === 0) return 0;
    await this.#from.admin.call("MIGRATE", "127.0.0.1", this.#to.server.port, "", 0, 5000, "KEYS", ...keys);
    return keys.length;
  }

  /** Ends the migration: the first node redirects clients of the slot to the other one. */
  async end(): Promise<void> {
    while ((await this.keys(100)) > 0);
    for (const { admin } of [this.#to, ...this.#all]) {
      await admin.call("CLUSTER", "SETSLOT", this.#slot, "NODE", this.#to.id);
    }
  }
}
