// The recipes of docs/receiving.md: each one runs as a process, and receives deliveries.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { painchek, xon } from "hookseal";
import { receiver } from "hookseal/fetch";
import { project, run, tool } from "../support/project.ts";
import {
  delivery,
  freePort,
  isProblem,
  post,
  type Reply,
  type Running,
  root,
  SECRET,
  signed,
  start,
} from "./harness.ts";
import { folder, next, nextAgain, sveltekit, sveltekitAgain, workerd } from "./hosts.ts";

const page = readFileSync(join(root, "docs/receiving.md"), "utf8");

/** The program after each heading of the third level. */
const programs = new Map(
  [...page.matchAll(/^### (.+)\n(?:(?!^#)[\s\S])*?```(?:js|ts)\n([\s\S]*?)```/gm)].map(
    ([, name, code]) => [name, code] as [string, string],
  ),
);

const used = new Set<string>();

/** Returns the program of a recipe. */
function recipe(name: string): string {
  used.add(name);
  const code = programs.get(name);
  assert.ok(code, `there is no recipe for ${name}`);
  return code;
}

const env = { PAINCHEK_SECRET: SECRET };
let folders = 0;

/** Writes a program to a folder where it finds the packages of the workspace. */
function write(file: string, code: string): { cwd: string; script: string } {
  folders += 1;
  const cwd = folder(`recipe-${folders}`);
  const script = join(cwd, file);
  mkdirSync(dirname(script), { recursive: true });
  writeFileSync(script, code);
  return { cwd, script };
}

/** Starts a script in Node, with the port in its environment. */
async function listen(cwd: string, script: string): Promise<Running> {
  const port = await freePort();
  return start(process.execPath, [script], { cwd, port, env: { ...env, PORT: `${port}` } });
}

/** Runs a program in Node. */
function node(code: string): Promise<Running> {
  const { cwd, script } = write("server.mjs", code);
  return listen(cwd, script);
}

/** Runs a module in a server that calls it as its platform does. */
function hosted(code: string, file: string, host: string): Promise<Running> {
  const { cwd } = write(file, code);
  const script = join(cwd, "host.mjs");
  writeFileSync(script, host.replaceAll("MODULE", `./${file}`));
  return listen(cwd, script);
}

/** A server that calls a Lambda function with `event`. */
const lambda = (event: string) => `import { createServer } from "node:http";
import { handler } from "MODULE";
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { statusCode, headers, body: text } = await handler(${event});
  response.writeHead(statusCode, headers).end(text);
}).listen(process.env.PORT);
`;
const REST = lambda(
  `{ httpMethod: request.method, path: request.url, headers: request.headers, body: body.toString(), isBase64Encoded: false }`,
);
const HTTP = lambda(
  `{ version: "2.0", requestContext: { http: { method: request.method } }, rawPath: request.url, headers: request.headers, body: body.toString("base64"), isBase64Encoded: true }`,
);

let packed: string | undefined;
/** A project with the packed tarball alone, for runtimes that resolve packages in their own way. */
function alone(file: string, code: string): string {
  packed ??= project("recipes", {
    "package.json": `{ "name": "recipes", "private": true, "type": "module" }`,
  });
  writeFileSync(join(packed, file), code);
  return packed;
}

/** The folders of applications that a test built, and a later one starts again. */
const built = new Map<string, string>();

const recipes: Record<string, { start: () => Promise<Running>; hasOtherRoutes?: true }> = {
  "node:http": { start: () => node(recipe("node:http")) },
  "Express 5": { start: () => node(recipe("Express")), hasOtherRoutes: true },
  "Express 4": {
    start: () => node(recipe("Express").replace('from "express"', 'from "express4"')),
    hasOtherRoutes: true,
  },
  Fastify: { start: () => node(recipe("Fastify")), hasOtherRoutes: true },
  Hono: { start: () => node(recipe("Hono")), hasOtherRoutes: true },
  Koa: { start: () => node(recipe("Koa")), hasOtherRoutes: true },
  NestJS: {
    start: () => {
      // Compiled and type-checked as by Nest's own command.
      const { cwd } = write("main.ts", recipe("NestJS"));
      const compilerOptions = {
        strict: true,
        module: "nodenext",
        target: "es2022",
        types: ["node"],
        skipLibCheck: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
      };
      writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
      run(process.execPath, [tool("typescript/bin/tsc"), "--project", "."], cwd);
      return listen(cwd, join(cwd, "main.js"));
    },
    hasOtherRoutes: true,
  },
  "Next.js": {
    start: () => {
      const { cwd } = write("app/webhooks/painchek/route.js", recipe("Next.js"));
      const edge = join(cwd, "app/edge/webhooks/painchek");
      mkdirSync(edge, { recursive: true });
      writeFileSync(join(edge, "route.js"), `export const runtime = "edge";\n${recipe("Next.js")}`);
      built.set("Next.js", cwd);
      return next(cwd, env);
    },
  },
  "Next.js, at Vercel's edge": {
    start: async () => {
      const running = await nextAgain(built.get("Next.js") as string, env);
      return { ...running, url: `${running.url}/edge` };
    },
  },
  SvelteKit: {
    start: () => {
      const { cwd } = write("src/routes/webhooks/painchek/+server.js", recipe("SvelteKit"));
      built.set("SvelteKit", cwd);
      return sveltekit(cwd, env);
    },
  },
  "Cloudflare Workers": {
    start: () => workerd(alone("worker.js", recipe("Cloudflare Workers")), "worker.js", env),
  },
  Deno: {
    start: async () => {
      const cwd = alone("deno.js", recipe("Deno"));
      const port = await freePort();
      const args = ["run", "--allow-net", "--allow-env", "deno.js"];
      return start(tool(".bin/deno"), args, { cwd, port, env: { ...env, PORT: `${port}` } });
    },
  },
  Bun: {
    start: async () => {
      const cwd = alone("bun.js", recipe("Bun"));
      const port = await freePort();
      return start(tool(".bin/bun"), ["run", "bun.js"], { cwd, port, env: { ...env, PORT: `${port}` } });
    },
  },
  "AWS Lambda, version 1": { start: () => hosted(recipe("AWS Lambda"), "index.mjs", REST) },
  "AWS Lambda, version 2": { start: () => hosted(recipe("AWS Lambda"), "index.mjs", HTTP) },
};

for (const [name, { start, hasOtherRoutes }] of Object.entries(recipes)) {
  describe(`the recipe for ${name}`, () => {
    let running: Running;
    let url = "";
    before(async () => {
      running = await start();
      url = `${running.url}/webhooks/painchek`;
    });
    after(() => running?.stop());

    it("handles a signed delivery once, and rejects unsigned or tampered ones", async () => {
      const { id, headers, body } = delivery();
      const { "X-PainChek-WH-Signature": _, ...unsigned } = headers;
      const tampered = Buffer.from(body.toString().replace("8a46", "8a47"));
      assert.equal((await post(url, { headers: unsigned, body })).status, 401);
      assert.equal((await post(url, { headers, body: tampered })).status, 401);
      assert.equal((await post(url, { headers, body })).text, '{"status":"handled"}');
      assert.equal((await post(url, { headers, body })).text, '{"status":"duplicate"}');
      assert.equal((await post(url, { body: Buffer.alloc(0) }, "GET")).status, 405);
      // The output of a process arrives with a delay.
      for (let tries = 0; tries < 100 && !running.output().includes(id); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(running.output().split(`received assessment_add ${id}`).length - 1, 1, running.output());
    });

    if (hasOtherRoutes === undefined) return;
    it("does not change the JSON parser of the application", async () => {
      const body = Buffer.from('{"items":["a","b"]}');
      const reply = await post(`${running.url}/orders`, {
        headers: { "content-type": "application/json" },
        body,
      });
      assert.deepEqual(JSON.parse(reply.text), { items: 2 });
    });
  });
}

describe("SvelteKit's own limit of a body", () => {
  const again = (limit: Record<string, string> = {}) =>
    to(sveltekitAgain(built.get("SvelteKit") as string, { ...env, ...limit }));
  const sized = (length: number) =>
    signed(Buffer.concat([delivery().body, Buffer.alloc(length, 0x20)], length));
  const running: Running[] = [];
  const to = async (starting: Promise<Running>) => {
    const one = await starting;
    running.push(one);
    return async ({ headers, body }: ReturnType<typeof sized>) => {
      const url = `${one.url}/webhooks/painchek`;
      return [await post(url, { headers, body }), await post(url, { headers, body: [body] })];
    };
  };
  const tooLarge = (replies: Reply[]) => {
    for (const reply of replies) isProblem(reply, 413, "body-too-large");
    return replies.map(({ text }) => JSON.parse(text).detail);
  };
  const handled = (replies: Reply[]) =>
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 200],
    );
  after(async () => {
    for (const one of running) await one.stop();
  });

  it("has the response of the receiver's limit, a problem document", async () => {
    const send = await again();
    handled(await send(sized(512 * 1024)));
    const details = tooLarge(await send(sized(512 * 1024 + 1)));
    assert.deepEqual(details, Array(2).fill("The body is larger than the limit of the server."));
  });

  it("does not change the limit of the receiver if it is higher", async () => {
    const send = await again({ BODY_SIZE_LIMIT: "2M" });
    handled(await send(sized(1024 * 1024)));
    const details = tooLarge(await send(sized(1024 * 1024 + 1)));
    assert.deepEqual(details, Array(2).fill("The body is larger than 1048576 bytes."));
  });
});

describe("the page on receiving", () => {
  it("shows a handler whose effect happens once, even if it is called again", async () => {
    const code = recipe("A handler whose effect happens once");
    const { script } = write("handler.mjs", `import { pool } from "./pool.mjs";\n${code}`);
    // A database that stores the rows of a transaction when it is committed, and not otherwise.
    writeFileSync(
      join(dirname(script), "pool.mjs"),
      `export const rows = new Map();
export const fault = { at: undefined };
export const pool = {
  async connect() {
    let open = [];
    return {
      async query(text, values = []) {
        if (fault.at !== undefined && text.startsWith(fault.at)) throw new Error("away");
        if (text === "COMMIT") for (const [table, key] of open) rows.set(table + key, (rows.get(table + key) ?? 0) + 1);
        if (text === "ROLLBACK") open = [];
        const table = /^INSERT INTO (\\w+)/.exec(text)?.[1];
        if (table === undefined) return {};
        if (text.includes("ON CONFLICT DO NOTHING") && rows.has(table + values[0])) return { rowCount: 0 };
        open.push([table, values[0]]);
        return { rowCount: 1 };
      },
      release() {},
    };
  },
};
`,
    );
    const { handler } = await import(pathToFileURL(script).href);
    const { rows, fault } = await import(pathToFileURL(join(dirname(script), "pool.mjs")).href);
    const call = () => handler({ event: {} }, { key: "assessment_add:1" });
    fault.at = "INSERT INTO assessments";
    await assert.rejects(call(), /away/);
    assert.equal(rows.size, 0);
    fault.at = undefined;
    for (let time = 0; time < 3; time++) await call();
    assert.deepEqual(Object.fromEntries(rows), {
      "handledassessment_add:1": 1,
      "assessmentsassessment_add:1": 1,
    });
  });

  it("shows a store with its defaults", async () => {
    const code = /^## Stores\n[\s\S]*?```js\n([\s\S]*?)```/m.exec(page)?.[1];
    assert.ok(code);
    const { store } = await import(pathToFileURL(write("store.mjs", code).script).href);
    assert.equal(await store.claim("a", "d"), "new");
    const source = readFileSync(join(root, "pkg/src/memory-store.ts"), "utf8");
    for (const [, name, value] of code.matchAll(/^ {2}(\w+): ([^,]+),/gm)) {
      assert.ok(source.includes(`${name} = ${value}`), `${name} is not ${value}`);
    }
  });

  it("shows how a secret of a handshake is taken", async () => {
    const { createReceiver } = await import(
      pathToFileURL(write("shake.mjs", recipe("Handshakes")).script).href
    );
    const secrets: { current?: string; isExpected: boolean; save(secret: string): void } = {
      isExpected: false,
      save(secret) {
        secrets.current = secret;
      },
    };
    const receive = createReceiver(secrets);
    const shake = async (secret: string) => {
      const headers = { "X-Mine-Secret": secret };
      const response = await receive(new Request("https://h/", { method: "POST", headers }));
      return [response.status, response.headers.get("x-mine-secret")];
    };
    assert.deepEqual(await shake("a-secret-of-an-attacker"), [403, null]);
    assert.equal(secrets.current, undefined);
    secrets.isExpected = true;
    assert.deepEqual(await shake("the-secret-of-the-provider"), [204, "the-secret-of-the-provider"]);
    const body = '{"type":"paid"}';
    const statusOf = async (key: string) => {
      const tag = createHmac("sha256", key).update(body).digest("hex");
      const headers = { "content-type": "application/json", "X-Mine-Signature": tag };
      return (await receive(new Request("https://h/", { method: "POST", headers, body }))).status;
    };
    assert.equal(await statusOf("a-secret-of-an-attacker"), 401);
    assert.equal(await statusOf("the-secret-of-the-provider"), 200);
  });

  it("shows how each event of a delivery is handled", async (t) => {
    process.env.LINE_CHANNEL_SECRET = "a-made-up-channel-secret";
    const { receive } = await import(
      pathToFileURL(write("each.mjs", recipe("Several events in one delivery")).script).href
    );
    const print = t.mock.method(console, "log", () => {});
    const body = JSON.stringify({
      destination: "U1",
      events: ["1", "2"].map((webhookEventId) => ({ type: "follow", webhookEventId })),
    });
    const tag = createHmac("sha256", "a-made-up-channel-secret").update(body).digest("base64");
    const headers = { "content-type": "application/json", "x-line-signature": tag };
    for (const status of ["handled", "duplicate"]) {
      const response = await receive(new Request("https://h/", { method: "POST", headers, body }));
      assert.equal(await response.text(), `{"status":"${status}"}`);
    }
    assert.deepEqual(
      print.mock.calls.map((call) => call.arguments),
      [
        ["received", "follow", "follow:1", "of", 2],
        ["received", "follow", "follow:2", "of", 2],
      ],
    );
  });

  it("shows spans of OpenTelemetry, with the structure of its SDK", async () => {
    const code = /^## Logs and traces\n[\s\S]*?```js\n([\s\S]*?)```/m.exec(page)?.[1];
    assert.ok(code);
    const exporter = new InMemorySpanExporter();
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
    const { onEvent } = await import(pathToFileURL(write("telemetry.mjs", code).script).href);
    const fail = () => {
      throw new Error("a name");
    };
    const hook = painchek({ secrets: [SECRET] });
    const options = { onEvent, onError: () => {} };
    const send = async (handler: () => void, broken = "") => {
      const { headers, body } = delivery();
      const receive = receiver(hook, handler, options);
      await receive(new Request("https://h/", { method: "POST", headers, body: `${body}${broken}` }));
    };
    await send(() => {});
    await send(fail);
    await send(fail, " ");
    const spans = exporter.getFinishedSpans();
    assert.deepEqual(
      spans.map(({ attributes, status }) => [
        attributes["webhook.outcome"],
        attributes["http.response.status_code"],
        attributes["webhook.code"],
        status.code,
      ]),
      [
        ["handled", 200, undefined, SpanStatusCode.UNSET],
        ["failed", 500, "handler-failed", SpanStatusCode.ERROR],
        ["rejected", 401, "signature-mismatch", SpanStatusCode.UNSET],
      ],
    );
    assert.match(`${spans[0]?.attributes["webhook.id"]}`, /^assessment_add:/);
    assert.equal(spans[2]?.attributes["webhook.id"], undefined);
    for (const { startTime, endTime, attributes } of spans) {
      assert.ok(endTime[0] * 1e9 + endTime[1] >= startTime[0] * 1e9 + startTime[1]);
      assert.ok(!JSON.stringify(attributes).includes("name"));
    }
  });

  it("shows a Response, unknown events, and how a rejected request is stored", async (t) => {
    const load = async (name: string, file: string) => {
      const { script } = write(file, recipe(name));
      return await import(pathToFileURL(script).href);
    };
    const { handler } = await load("A Response of your own", "response.mjs");
    const unknown = await load("Unknown events", "unknown.mjs");
    const numbers = await load("Numbers with all digits", "numbers.mjs");
    const output: unknown[][] = [];
    for (const method of ["log", "warn"] as const)
      t.mock.method(console, method, (...texts: unknown[]) => output.push(texts));
    const refused = join(folder("refused"), "bodies");
    Object.assign(process.env, { MAINTENANCE: "1", REJECTED_FOLDER: refused });
    t.after(() => delete process.env.REJECTED_FOLDER);
    const { onRejected } = await load("Capture a rejected delivery", "rejected.mjs");
    const hook = painchek({ secrets: [SECRET] });
    const statusOf = async (
      receive: (request: Request) => Promise<Response>,
      body: Buffer,
      headers = signed(body).headers,
    ) => (await receive(new Request("https://h/", { method: "POST", headers, body: `${body}` }))).status;
    const good = delivery();
    const receive = receiver(hook, handler);
    assert.equal(await statusOf(receive, good.body), 503);
    delete process.env.MAINTENANCE;
    assert.equal(await statusOf(receive, good.body), 200);
    const other = receiver(hook, unknown.handler, { onRejected, log: false });
    assert.equal(await statusOf(other, Buffer.from('{"event":"assessment_delete","data":null}')), 200);
    assert.equal(await statusOf(other, good.body), 200);
    const broken = Buffer.from('{"event":"assessment_add","data":{"uuid":1}}');
    assert.equal(await statusOf(other, broken), 400);
    assert.deepEqual(output, [
      ["received", "assessment_add", good.id],
      ["unknown event", "assessment_delete"],
      ["received", good.id, good.uuid],
    ]);
    const [file, ...more] = readdirSync(refused);
    assert.deepEqual([/^event-invalid-[\da-f-]{36}\.http$/.test(`${file}`), more], [true, []]);

    const long = Buffer.from(
      `${good.body}`.replace(/("update_stamp":)\d+/, '$19007199254740993, "note": "a \\"9007199254740995"'),
    );
    assert.notDeepEqual(long, good.body);
    output.length = 0;
    assert.equal(await statusOf(receiver(hook, numbers.handler), long), 200);
    assert.deepEqual(output, [["received", "assessment_add", 9007199254740993n]]);
  });

  it("shows how a rejected delivery is captured, and explained from the file", async (t) => {
    const refused = join(folder("captured"), "deliveries");
    process.env.REJECTED_FOLDER = refused;
    t.after(() => delete process.env.REJECTED_FOLDER);
    const { script } = write("capture.mjs", recipe("Capture a rejected delivery"));
    const { onRejected } = await import(pathToFileURL(script).href);
    const hook = painchek({ secrets: [SECRET] });
    // Signed in Python's format, and re-serialized on the way.
    const body = `${delivery().body}`.replaceAll('":', '": ').replaceAll(',"', ', "');
    const headers = {
      ...signed(Buffer.from(body)).headers,
      authorization: "Bearer t0ken",
      cookie: "c=t0ken",
    };
    const receive = receiver(hook, () => {}, { onRejected, log: false });
    const request = { method: "POST", headers, body: JSON.stringify(JSON.parse(body)) };
    for (let count = 0; count < 102; count++) await receive(new Request("https://h/hook", request));
    await receive(
      new Request("https://h/hook", { method: "POST", headers: { "content-type": "text/plain" }, body }),
    );
    const files = readdirSync(refused);
    assert.equal(files.length, 100, "the number of files is limited");
    const file = join(refused, `${files[0]}`);
    assert.equal(statSync(file).mode & 0o077, 0);
    const text = readFileSync(file, "utf8");
    assert.ok(!text.includes("t0ken") && text.includes(request.body), text);
    const explain = (...more: string[]) =>
      spawnSync(
        process.execPath,
        [join(root, "pkg/dist/cli.cjs"), "explain", file, "--provider", "painchek", ...more],
        { encoding: "utf8", env: { ...process.env, PAINCHEK_SECRET: SECRET } },
      ).stdout;
    assert.match(explain("--secret-env", "PAINCHEK_SECRET"), /\nmatch body-python-style /);
    const redacted = explain("--secret-env", "PAINCHEK_SECRET", "--redact");
    assert.match(redacted, /\nmatch body-python-style /);
    assert.ok(!/[\da-f]{8}-[\da-f]{4}/.test(redacted), redacted);
  });

  it("shows a retry later, handlers of event types and a late webhook", async (t) => {
    const load = async (name: string, file: string) =>
      import(pathToFileURL(write(file, recipe(name)).script).href);
    const output: unknown[][] = [];
    t.mock.method(console, "log", (...texts: unknown[]) => output.push(texts));
    const { handler } = await load("A retry later", "retry.mjs");
    const good = delivery();
    const sent = () =>
      new Request("https://h/", { method: "POST", headers: good.headers, body: `${good.body}` });
    const hook = painchek({ secrets: [SECRET] });
    const receive = receiver(hook, handler, { log: false });
    process.env.READ_ONLY = "1";
    const later = await receive(sent());
    assert.deepEqual([later.status, later.headers.get("retry-after")], [503, "60"]);
    delete process.env.READ_ONLY;
    assert.equal((await receive(sent())).status, 200);
    assert.deepEqual(output, [["received", "assessment_add", good.id]]);

    const { receive: routed } = await load("Handlers of event types", "routes.mjs");
    output.length = 0;
    const surgery = xon({ unsigned: "allow" });
    for (const type of ["calls.user.create", "calls.user.delete"] as const) {
      const { headers, body } = surgery.create(type, { mobileNumber: "+447700900123" });
      await routed(new Request("https://h/", { method: "POST", headers, body }));
    }
    assert.deepEqual(output, [
      ["created", "+447700900123"],
      ["deleted", "+447700900123"],
    ]);

    process.env.PAINCHEK_SECRET = SECRET;
    t.after(() => delete process.env.PAINCHEK_SECRET);
    const { receive: late } = await load("A webhook that is made late", "late.mjs");
    assert.equal((await late(sent())).status, 200);
  });

  it("shows how an unsigned endpoint is protected", async () => {
    const port = await freePort();
    const { cwd, script } = write("path.mjs", recipe("A secret in the path"));
    const secrets = { XON_PATH_SECRET: "the-secret-of-the-path", PORT: `${port}` };
    const running = await start(process.execPath, [script], { cwd, port, env: secrets });
    try {
      const { headers, body } = xon({ unsigned: "allow" }).create("calls.user.create", {
        mobileNumber: "+447700900123",
      });
      const statusOf = async (path: string) =>
        (await fetch(`${running.url}/webhooks/xon/${path}`, { method: "POST", headers, body })).status;
      assert.equal(await statusOf("the-secret-of-the-path"), 200);
      for (const path of ["", "the-secret-of-the-pat", "undefined", "the-secret-of-the-path2"])
        assert.equal(await statusOf(path), 401, path);
    } finally {
      await running.stop();
    }
    const load = async (name: string, file: string) =>
      import(pathToFileURL(write(file, recipe(name)).script).href);
    const basic = await load("Basic authentication", "basic.mjs");
    assert.equal(basic.authorize({ headers: { authorization: "Basic dTpw" } }), false);
    process.env.XON_AUTHORIZATION = "Basic dTpw";
    assert.equal(basic.authorize({ headers: { authorization: "Basic dTpw" } }), true);
    for (const authorization of ["Basic dTpx", "", undefined])
      assert.equal(basic.authorize({ headers: { authorization } }), false);
    const tls = await load("Mutual TLS", "tls.mjs");
    assert.equal(tls.authorize({ socket: { authorized: true } }), true);
    assert.equal(tls.authorize({ socket: { authorized: false } }), false);
    assert.equal(tls.authorize({ socket: {} }), false);
    process.env.SENDER_NETWORKS = "203.0.113.0/24,2001:db8::/32";
    const list = await load("An allowlist of addresses", "list.mjs");
    for (const [remoteAddress, expected] of [
      ["203.0.113.9", true],
      ["::ffff:203.0.113.9", true],
      ["2001:db8::1", true],
      ["203.0.114.9", false],
      ["::1", false],
    ])
      assert.equal(list.authorize({ socket: { remoteAddress } }), expected, `${remoteAddress}`);
  });

  it("shows a shutdown that lets a delivery be handled to its end", async () => {
    const { cwd, script } = write("shutdown.mjs", recipe("A shutdown that loses nothing"));
    const port = await freePort();
    const child = spawn(process.execPath, [script], {
      cwd,
      env: { ...process.env, ...env, PORT: `${port}` },
    });
    let output = "";
    child.stdout.on("data", (part) => {
      output += part;
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const url = `http://127.0.0.1:${port}/`;
    for (let tries = 0; tries < 200; tries++) {
      const isListening = await fetch(url).then(
        () => true,
        () => false,
      );
      if (isListening) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const good = delivery();
    const responding = fetch(url, { method: "POST", headers: good.headers, body: `${good.body}` });
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill("SIGTERM");
    assert.equal((await responding).status, 200);
    assert.equal(await ended, 0);
    assert.match(output, new RegExp(`received assessment_add ${good.id}\\nclosed`));
  });

  it("has no program without a test", () => {
    assert.deepEqual([...used].sort(), [...programs.keys()].sort());
    assert.equal(page.split("```js\n").length + page.split("```ts\n").length - 2, programs.size + 2);
  });
});
