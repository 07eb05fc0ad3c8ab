// The examples of the README, pasted into a fresh project with the packed tarball, and sent real deliveries.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { painchek } from "../src/index.ts";
import { project, root, run, tool } from "./project.ts";

const SECRET = "a secret of this test only";
const examples = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/```js\n(.*?)```/gs)].map(
  ([, code]) => code as string,
);
const [painchekServer, xonServer, verbs] = examples as [string, string, string];
const seed = (name: string) => readFileSync(join(root, "tests/vectors/seeds", name));

/** The same program for `require`. */
const required = (code: string) =>
  code.replace(/import (\{[^}]*\}) from ("[^"]*");/g, "const $1 = require($2);");

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("an example of the README", () => {
  let folder = "";
  const started: ChildProcess[] = [];

  before(() => {
    const files: Record<string, string> = {
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "nodenext",
          target: "es2022",
          rootDir: ".",
          outDir: "out",
          types: ["node"],
          typeRoots: [join(root, "node_modules/@types")],
        },
        include: ["*.mts"],
      }),
    };
    for (const [name, code] of Object.entries({ painchek: painchekServer, xon: xonServer, verbs })) {
      files[`${name}.mjs`] = code;
      files[`${name}.cjs`] = required(code);
      files[`${name}.mts`] = code;
    }
    folder = project("readme", files);
    run(process.execPath, [tool("typescript/bin/tsc"), "--project", folder], folder);
  });

  after(() => {
    for (const child of started) child.kill();
  });

  /** Starts the program, and says where it listens. */
  async function serve(file: string): Promise<string> {
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), PAINCHEK_SECRET: SECRET };
    const child = spawn(process.execPath, [join(folder, file)], { cwd: folder, env, stdio: "inherit" });
    started.push(child);
    const url = `http://127.0.0.1:${port}/`;
    for (let tries = 0; tries < 200; tries++) {
      assert.equal(child.exitCode, null, `${file} has ended`);
      try {
        await fetch(url, { method: "POST", body: "" });
        return url;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error(`${file} does not listen`);
  }

  const post = async (url: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) =>
    (await fetch(url, { method: "POST", headers, body })).status;

  for (const [kind, extension] of [
    ["by import", "%.mjs"],
    ["by require", "%.cjs"],
    ["in strict TypeScript", "out/%.mjs"],
  ] as const) {
    it(`verifies PainChek deliveries, ${kind}`, async () => {
      const url = await serve(extension.replace("%", "painchek"));
      const { headers, body } = painchek({ secrets: [SECRET] }).sign(seed("painchek.json"));
      const bytes = Uint8Array.from(body);
      assert.equal(await post(url, headers, bytes), 200);
      bytes[bytes.length - 1] = 0x20;
      assert.equal(await post(url, headers, bytes), 401);
      assert.equal(await post(url, {}, Uint8Array.from(body)), 401);
    });

    it(`receives X-on events, ${kind}`, async () => {
      const url = await serve(extension.replace("%", "xon"));
      const body = Uint8Array.from(seed("xon.json"));
      assert.equal(await post(url, { "content-type": "application/json" }, body), 204);
      assert.equal(await post(url, {}, body.slice(1)), 400);
    });

    it(`shows the other verbs, ${kind}`, () => {
      run(process.execPath, [join(folder, extension.replace("%", "verbs"))], folder);
    });
  }
});
