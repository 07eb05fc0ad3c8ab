/** Starts servers as separate processes, and sends them deliveries, valid and broken. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { painchek } from "../../src/index.ts";
import { root } from "../support/pack.ts";

export { freePort } from "../support/port.ts";
export { root };

export const SECRET = "a secret of these tests only";
const sender = painchek({ secrets: [SECRET] });

/** A server that listens. */
export interface Running {
  url: string;
  port: number;
  /** The output of the program. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Starts a program and waits until it listens: on `port`, or on the port that it prints, as in
 * `listening PORT`.
 */
export async function start(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; says?: RegExp; port?: number } = {},
): Promise<Running> {
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server does not listen: ${output}`)), 60_000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part) => {
        output += part;
        if (options.port !== undefined) return;
        const found = (options.says ?? /listening (\d+)/).exec(output);
        if (found !== null) resolve(Number(found[1]));
      });
    }
    if (options.port !== undefined) waitForPort(options.port).then(resolve, reject);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}: ${output}`));
    });
  }).catch((error) => {
    child.kill("SIGKILL");
    throw error;
  });
  return { url: `http://127.0.0.1:${port}`, port, output: () => output, stop: () => end(child) };
}

/** Waits until a server accepts connections on the port. */
async function waitForPort(port: number): Promise<number> {
  for (let tries = 0; tries < 1200; tries++) {
    const taken = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (taken) return port;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no server accepts connections on port ${port}`);
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill();
    setTimeout(() => child.kill("SIGKILL"), 2_000).unref();
  });
}

/** Starts one of the servers of `apps`, in Node. */
export function server(name: string, ...args: string[]): Promise<Running> {
  const script = join(root, "pkg/test/servers/apps", `${name}.ts`);
  return start(process.execPath, ["--import", "tsx", script, ...args]);
}

/** Properties of a delivery. */
export interface Wish {
  uuid?: string;
  /** The behavior of the handler. */
  wish?: "slow" | "throw" | "reply" | "respond" | "body";
  /** Changes the payload, with the same id. */
  stamp?: number;
}

/** A signed delivery of PainChek, by the package's own `create`. */
export function delivery({ uuid = randomUUID(), wish, stamp = 1 }: Wish = {}) {
  const data = {
    uuid,
    patient: "5e0c6b3a-91d2-4c7f-8a46-000000000002",
    update_stamp: stamp,
    ...(wish === undefined ? {} : { x_test: wish }),
  };
  const { headers, body } = sender.create("assessment_add", data);
  return { uuid, id: `assessment_add:${uuid}`, headers, body: Buffer.from(body) };
}

/** A request with these bytes, signed by an independent implementation. */
export function signed(body: Buffer, headers: Record<string, string> = {}) {
  const tag = createHmac("sha256", SECRET).update(body).digest("hex");
  return {
    headers: { "content-type": "application/json", "x-painchek-wh-signature": `sha256=${tag}`, ...headers },
    body,
  };
}

/** The response of a server. */
export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Sends a request on a connection of its own. An array is sent in chunks, without a Content-Length. */
export function post(
  url: string,
  { headers, body }: { headers?: Record<string, string>; body: Buffer | Buffer[] },
  method = "POST",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode as number, headers: response.headers, text }),
      );
    });
    outgoing.on("error", reject);
    if (!Array.isArray(body)) {
      outgoing.end(body.length === 0 ? undefined : body);
      return;
    }
    for (const piece of body) outgoing.write(piece);
    outgoing.end();
  });
}

/**
 * Sends bytes unchanged, and returns the response when the server closes the connection, after `patience` milliseconds, or when
 * the response matches `until`. "cut" closes the connection right after the bytes.
 */
export function raw(
  port: number,
  text: string | Buffer,
  patience: number,
  until?: RegExp | "cut",
): Promise<string> {
  return new Promise((resolve) => {
    let output = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(text);
      if (until === "cut") setTimeout(() => socket.destroy(), 30);
    });
    const timer = setTimeout(() => socket.destroy(), patience);
    socket.on("data", (part) => {
      output += part;
      if (until instanceof RegExp && until.test(output)) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

/** One call of the handler. */
export interface Call {
  id: string;
  key: string;
  retryChanged: boolean;
  issues: string[];
}

/** The calls of the server's handler, and the events of its `onEvent`. */
// biome-ignore lint/suspicious/noExplicitAny: tests read single members of events
export async function seen({ url }: Running): Promise<{ calls: Call[]; events: any[]; text: string }> {
  const { text } = await post(`${url}/seen`, { body: Buffer.alloc(0) }, "GET");
  return { ...JSON.parse(text), text };
}

/** The number of the handler's calls with this delivery. */
export async function timesCalled(running: Running, id: string): Promise<number> {
  return (await seen(running)).calls.filter((call) => call.id === id).length;
}

/** Checks that a response is a problem document (RFC 9457) without a secret. */
export function isProblem(reply: Reply, status: number, code: string, secrets: string[] = []): void {
  assert.deepEqual(
    [reply.status, reply.headers["content-type"]],
    [status, "application/problem+json"],
    reply.text,
  );
  const output = JSON.parse(reply.text);
  assert.equal(output.status, status);
  assert.equal(output.code, code);
  for (const secret of [SECRET, "name", ...secrets]) assert.ok(!reply.text.includes(secret), reply.text);
  assert.ok(!/[0-9a-f]{40}/.test(reply.text), reply.text);
}
