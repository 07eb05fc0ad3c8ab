/** Receivers that answer as they are told, and senders that never really wait. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import { painchek } from "../../src/index.ts";
import type { SendOptions } from "../../src/send.ts";
import { bytesOf, SECRET } from "./fixtures.ts";

export const SAMPLE = bytesOf("providers/painchek/samples/assessment_add.painchek.json");
export const hook = painchek({ secrets: [SECRET] });
export const open: { close(): unknown; closeAllConnections?(): void }[] = [];
after(() => {
  for (const one of open) {
    one.closeAllConnections?.();
    one.close();
  }
});

export interface Got {
  method: string;
  url: string;
  raw: string[];
  headers: IncomingMessage["headers"];
  body: Buffer;
}
export type Reply = (response: ServerResponse, got: Got, number: number) => void;

/** A receiver that answers as it is told, and keeps what it got. */
export async function receive(
  reply: Reply,
  server: Server = createServer(),
): Promise<{ url: string; got: Got[]; port: number }> {
  const got: Got[] = [];
  server.on("request", async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return;
    }
    const { method = "", url = "", rawHeaders: raw, headers } = request;
    got.push({ method, url, raw, headers, body: Buffer.concat(parts) });
    reply(response, got.at(-1) as Got, got.length);
  });
  open.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, got, port };
}
export const answer =
  (...statuses: number[]): Reply =>
  (response, _, number) =>
    response.writeHead(statuses[number - 1] ?? (statuses.at(-1) as number)).end();

/** Options of a sender that never really waits, and the waits it would have made. */
export function quick(options: SendOptions = {}) {
  const waits: number[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
  };
  return { waits, options: { allowAddresses: ["127.0.0.1"], sleep, ...options } satisfies SendOptions };
}
