// `keySource` of the packed tarball in runtimes other than Node: keys are fetched from a server on this machine, once.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { project, tool } from "../support/project.ts";
import { post, type Running, start } from "./harness.ts";
import { workerd } from "./hosts.ts";

const bodyOf = (item: number) => `{"webhook_type":"ITEM","webhook_code":"ERROR","item_id":"example-${item}"}`;
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "key-1" };

/** A token of Plaid, signed now. */
function token(body: string, key = privateKey): string {
  const sha256 = createHash("sha256").update(body).digest("hex");
  const claims = { iat: Math.floor(Date.now() / 1000), request_body_sha256: sha256 };
  const parts = [{ alg: "ES256", kid: "key-1" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const tag = sign("sha256", Buffer.from(parts.join(".")), { key, dsaEncoding: "ieee-p1363" });
  return `${parts.join(".")}.${tag.toString("base64url")}`;
}

const ROUTE = `import { webhook } from "hookseal";
import { receiver } from "hookseal/fetch";
import { keySource } from "hookseal/keys";

const hook = webhook("plaid", {});
export const routeOf = (url) =>
  receiver(hook, ({ type }, { reply }) => reply("received " + type), { keys: keySource({ url }), log: false });
`;

const folder = project("key-source", {
  "package.json": `{ "name": "key-source", "private": true, "type": "module" }`,
  "route.js": ROUTE,
  "bun.js": `import { routeOf } from "./route.js";
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: routeOf(process.env.KEYS_URL) });
console.log("listening " + server.port);
`,
  "deno.js": `import { routeOf } from "./route.js";
const onListen = ({ port }) => console.log("listening " + port);
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen }, routeOf(Deno.env.get("KEYS_URL")));
`,
  "worker.js": `import { routeOf } from "./route.js";
let route;
export default {
  fetch: (request, env) => (route ??= routeOf(env.KEYS_URL))(request),
};
`,
});

type Start = (env: { KEYS_URL: string }) => Promise<Running>;

const RUNTIMES: Record<string, Start> = {
  Bun: (env) => start(tool(".bin/bun"), ["run", "bun.js"], { cwd: folder, env }),
  Deno: (env) =>
    start(tool(".bin/deno"), ["run", "--allow-net", "--allow-env=KEYS_URL", "deno.js"], { cwd: folder, env }),
  workerd: (env) => workerd(folder, "worker.js", env, { flags: ["nodejs_compat"], isLocal: true }),
};

for (const [name, run] of Object.entries(RUNTIMES)) {
  describe(`keySource in ${name}`, () => {
    let fetched = 0;
    let isDown = true;
    const server = createServer((_request, response) => {
      fetched += 1;
      response.statusCode = isDown ? 500 : 200;
      response.setHeader("content-type", "application/json");
      response.end(isDown ? "{}" : JSON.stringify(jwk));
    });
    let running: Running;
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      running = await run({ KEYS_URL: `http://127.0.0.1:${port}/key` });
    });
    after(async () => {
      await running?.stop();
      server.close();
    });

    const send = (item: number, key = privateKey) =>
      post(`${running.url}/`, {
        headers: { "content-type": "application/json", "plaid-verification": token(bodyOf(item), key) },
        body: Buffer.from(bodyOf(item)),
      });

    it("has no key while the source is down, and requests it once in a minute", async () => {
      for (let item = 0; item < 3; item += 1) assert.equal((await send(item)).status, 503);
      assert.equal(fetched, 1);
    });

    it("fetches a key once, for all deliveries", async () => {
      await running.stop();
      isDown = false;
      const { port } = server.address() as AddressInfo;
      running = await run({ KEYS_URL: `http://127.0.0.1:${port}/key` });
      const all = await Promise.all(Array.from({ length: 5 }, (_, item) => send(item)));
      for (const { status, text } of all) assert.deepEqual([status, text], [200, "received ITEM.ERROR"]);
      assert.equal(fetched, 2);
      const forged = await send(6, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
      assert.equal(forged.status, 401, forged.text);
      assert.equal((await send(6)).status, 200);
    });
  });
}
