// Every program of docs/sending.md and docs/stores.md, run unchanged, on a real Redis and with a real receiver.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { painchek } from "../../src/index.ts";
import { SECRET } from "../support/fixtures.ts";
import { freePort, RedisServer, until } from "./server.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const blocks = (page: string, language: string) =>
  [
    ...readFileSync(join(root, "docs", page), "utf8").matchAll(
      new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"),
    ),
  ].map(([, code]) => code as string);
const programs = (page: string) => blocks(page, "js");
const [once_, durable, ...restOfSending] = programs("sending.md") as [string, string];
const [served, called, ...restOfStores] = programs("stores.md") as [string, string];

describe("a program of the pages on sending and stores", () => {
  // Below node_modules of the workspace, so that programs find the package and its peers as a user's programs do.
  const folder = join(root, "node_modules", ".hookseal-docs");
  const hook = painchek({ secrets: [SECRET] });
  const types: string[] = [];
  const target = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    types.push(hook.verify({ headers: request.headers, body: Buffer.concat(parts) }).type);
    response.end();
  });
  let redis: RedisServer;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    mkdirSync(folder, { recursive: true });
    redis = await RedisServer.start();
    target.listen(0, "127.0.0.1");
    await once(target, "listening");
    env = {
      ...process.env,
      PAINCHEK_SECRET: SECRET,
      RECEIVER_URL: `http://127.0.0.1:${(target.address() as AddressInfo).port}/`,
      REDIS_URL: redis.url,
      REDIS_PORT: `${redis.port}`,
      PORT: `${await freePort()}`,
    };
  });
  after(async () => {
    target.close();
    target.closeAllConnections();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(name: string, code: string) {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, code);
    const child = spawn(process.execPath, [file], { env, cwd: folder });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part) => {
        output += part;
      });
    }
    return { child, output: () => output };
  }

  it("is tested here", () => assert.deepEqual([...restOfSending, ...restOfStores], []));

  it("sends a delivery", async () => {
    const { child, output } = start("once", once_);
    await once(child, "close");
    assert.equal(output(), "1 200 undefined\ntrue delivered 1\n");
    assert.deepEqual(types, ["assessment_add"]);
  });

  it("sends a delivery durably", async () => {
    const { child, output } = start("durable", durable);
    await until("it is taken", () => types.length === 2 || child.exitCode !== null);
    await until("it says so", () => /^[0-9a-f-]{36} 1 200\n$/.test(output()) || child.exitCode !== null);
    child.kill();
    assert.match(output(), /^[0-9a-f-]{36} 1 200\n$/);
  });

  it("calls a store", async () => {
    const { child, output } = start("called", called);
    await once(child, "close");
    assert.equal(output(), "new\nin-progress\ndone\n");
  });

  it("receives with a store", async () => {
    const { child, output } = start("served", served);
    const { headers, body } = hook.create("assessment_add", {
      uuid: crypto.randomUUID(),
      patient: crypto.randomUUID(),
    });
    const post = async () =>
      (await fetch(`http://127.0.0.1:${env.PORT}/`, { method: "POST", headers, body: Uint8Array.from(body) }))
        .status;
    await until("it is handled", () =>
      post().then(
        (status) => status === 200,
        () => false,
      ),
    );
    assert.equal(await post(), 200);
    await until("it says so", () => output() !== "");
    child.kill();
    await once(child, "close");
    assert.match(output(), /^assessment_add assessment_add:[0-9a-f-]{36}\n$/);
  });
});

describe("the settings of the page on stores", () => {
  it("are accepted by Redis unchanged", async () => {
    const settings = blocks("stores.md", "conf");
    assert.equal(settings.length, 2);
    for (const lines of settings) {
      const redis = await RedisServer.configured(lines.split("\n"));
      for (const line of lines.split("\n").filter((one) => one !== "" && !one.startsWith("#"))) {
        const [name, value] = line.split(" ") as [string, string];
        assert.ok((await redis.ask("CONFIG", "GET", name)).includes(`\r\n${value}\r\n`), line);
      }
      await redis.stop();
    }
  });
});
