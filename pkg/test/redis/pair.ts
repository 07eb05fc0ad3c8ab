/** A primary and its replica at one address. The connection between them can be cut, and the replica can take over. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { RedisServer, until } from "./server.ts";

/** A port that is forwarded to another one until it is cut. */
class Link {
  target: number;
  #cut = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: number) {
    this.target = target;
    this.#server = createServer((here) => {
      const there = connect(this.target, "127.0.0.1");
      for (const [one, other] of [
        [here, there],
        [there, here],
      ] as const) {
        this.#sockets.add(one);
        one.setNoDelay();
        one.on("data", (part) => {
          if (!this.#cut) other.write(part);
        });
        one.on("error", () => {});
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
    this.#server.unref();
  }

  static async to(target: number): Promise<Link> {
    const link = new Link(target);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Drops all bytes between the two, without closing the connection. */
  cut(): void {
    this.#cut = true;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Two servers. Clients reach one of them. */
export class RedisPair {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly #address: Link;
  readonly #copying: Link;

  private constructor(primary: RedisServer, replica: RedisServer, address: Link, copying: Link) {
    this.primary = primary;
    this.replica = replica;
    this.#address = address;
    this.#copying = copying;
  }

  /** Starts both. `more` are further settings of the primary, set once the replica follows. */
  static async start(...more: [name: string, value: string][]): Promise<RedisPair> {
    const primary = await RedisServer.start("--repl-diskless-sync-delay", "0");
    const [address, copying] = [await Link.to(primary.port), await Link.to(primary.port)];
    const replica = await RedisServer.start("--replicaof", "127.0.0.1", `${copying.port}`);
    const pair = new RedisPair(primary, replica, address, copying);
    await until("the replica follows", async () =>
      (await replica.ask("INFO", "replication")).includes("master_link_status:up"),
    );
    for (const [name, value] of more) await primary.ask("CONFIG", "SET", name, value);
    await pair.copied();
    return pair;
  }

  /** The port of the current primary for clients. */
  get port(): number {
    return this.#address.port;
  }

  /** Waits until the replica has all data of the commands that the primary has replied to. */
  async copied(): Promise<void> {
    const offset = async (server: RedisServer, name: string) =>
      Number(new RegExp(`${name}:(\\d+)`).exec(await server.ask("INFO", "replication"))?.[1] ?? -1);
    const end = await offset(this.primary, "master_repl_offset");
    await until(
      "the replica has it all",
      async () => (await offset(this.replica, "slave_repl_offset")) >= end,
    );
  }

  /** Cuts the replication. */
  cutOff(): void {
    this.#copying.cut();
  }

  /** Kills the primary, and promotes its replica after this number of milliseconds. */
  async failOver(away = 0): Promise<void> {
    await this.primary.kill();
    await new Promise((resolve) => setTimeout(resolve, away));
    await this.replica.ask("REPLICAOF", "NO", "ONE");
    this.#address.target = this.replica.port;
  }

  async stop(): Promise<void> {
    for (const link of [this.#address, this.#copying]) link.close();
    await Promise.all([this.primary.stop(), this.replica.stop()]);
  }
}
