// The receivers in their frameworks: real servers, each a process of its own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { build } from "esbuild";
import { conforms } from "./conformance.ts";
import { delivery, isProblem, post, type Running, root, server, timesCalled } from "./harness.ts";
import { folder, next, nextAgain, sveltekit } from "./hosts.ts";

conforms("node:http", () => server("http"));

conforms("Express 5", () => server("express"));
conforms("Express 4", () => server("express", "express4"));
conforms("Fastify", () => server("fastify"));
conforms("Hono", () => server("hono"));
conforms("Koa", () => server("koa"));
conforms("NestJS", () => server("nest"));
const nextApp = folder("next");
conforms("a route handler of Next.js", nextRoutes);
conforms("an endpoint of SvelteKit", endpoint, {
  forms: 403, // the check of the origin of forms
  untyped: "no body",
});

describe("at Vercel's edge", () => {
  // `next start` runs these in Vercel's own edge runtime.
  const start = async () => {
    const running = await nextAgain(nextApp);
    return { ...running, url: `${running.url}/edge` };
  };
  conforms("a route handler of Next.js", start, { compressed: "not made", unfinished: "held back" });

  it("uses the core as a precompiled module, and not as text", () => {
    const built = (file: string) => readFileSync(join(nextApp, ".next", file));
    const { functions } = JSON.parse(built("server/middleware-manifest.json").toString());
    const { wasm, files } = functions["/edge/[name]/route"] as {
      wasm: { filePath: string }[];
      files: string[];
    };
    const core = readFileSync(join(root, "pkg/dist/core.wasm"));
    assert.equal(wasm.length, 1);
    assert.ok(wasm.every(({ filePath }) => built(filePath).equals(core)));
    const text = readFileSync(join(root, "pkg/dist/text/core.js"), "utf8").slice(1_000, 1_300);
    assert.match(text, /^[ -~]{300}$/);
    for (const file of files) assert.ok(!built(file).includes(text), file);
  });
});

/** One application with a route handler for every path in Node, and one at the edge. */
async function nextRoutes(): Promise<Running> {
  for (const [path, config] of [
    ["[name]", ""],
    ["edge/[name]", `export const runtime = "edge";`],
  ] as const) {
    await route(
      `export { route as GET, route as HEAD, route as POST, route as PUT, route as DELETE } from "./route.ts";`,
      join(nextApp, "app", path, "route.js"),
      config,
    );
  }
  return await next(nextApp);
}

/** One endpoint for every path. */
async function endpoint(): Promise<Running> {
  const app = folder("sveltekit");
  await route(
    `import { route } from "./route.ts"; export const fallback = ({ request }) => route(request);`,
    join(app, "src/routes/[name]/+server.js"),
  );
  return await sveltekit(app);
}

/** Writes the routes of the servers with the Fetch API as one module, which can import only the package. */
async function route(contents: string, outfile: string, footer = ""): Promise<void> {
  await build({
    stdin: { contents, resolveDir: join(root, "pkg/test/servers/apps") },
    bundle: true,
    format: "esm",
    external: ["hookseal"],
    footer: { js: footer },
    outfile,
  });
}

for (const [name, args, fix] of [
  ["Express 5", ["express"], /before express\.json\(\)/],
  ["Express 4", ["express", "express4"], /before express\.json\(\)/],
  ["Koa", ["koa"], /ctx\.disableBodyParser/],
  ["Hono", ["hono"], /c\.req\.raw/],
  ["Fastify", ["fastify"], /preParsing/],
] as const) {
  describe(`a receiver after a parser in ${name}`, () => {
    let running: Running;
    before(async () => {
      running = await server(...(args as [string]));
    });
    after(() => running?.stop());

    it("rejects a body that was read, and names the fix", async () => {
      const good = delivery();
      const reply = await post(`${running.url}/after`, good);
      isProblem(reply, 500, "body-not-raw");
      assert.match(JSON.parse(reply.text).detail, fix);
      assert.equal(await timesCalled(running, good.id), 0);
    });

    if (!name.startsWith("Express")) return;
    it("accepts the bytes that express.raw() or `verify` kept", async () => {
      for (const path of ["raw", "kept"]) {
        await takesKept(running, path);
      }
    });
  });
}

describe("a receiver in a controller of NestJS", () => {
  let running: Running;
  before(async () => {
    running = await server("nest");
  });
  after(() => running?.stop());
  it("accepts the raw body that Nest kept", () => takesKept(running, "kept"));
});

/** Checks that the bytes that a parser kept are verified. */
async function takesKept(running: Running, path: string): Promise<void> {
  const good = delivery();
  assert.equal((await post(`${running.url}/${path}`, good)).status, 200, path);
  assert.equal(await timesCalled(running, good.id), 1);
  const { headers, body } = delivery();
  const tampered = Buffer.from(body.toString().replace("8a46", "8a47"));
  assert.equal((await post(`${running.url}/${path}`, { headers, body: tampered })).status, 401, path);
}
