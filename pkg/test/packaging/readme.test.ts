// The examples of the README, copied into a new project with the packed tarball, with real deliveries.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { painchek } from "../../src/index.ts";
import { project, root, run, tool } from "../support/project.ts";

const SECRET = "a secret of this test only";
const readme = readFileSync(join(root, "README.md"), "utf8");
const examples = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code as string);
const names = ["quickstart", "receive", "verify", "xon", "custom", "handler", "send", "functions"];
/** The verb and the arguments of each line with `npx hookseal`. */
const commands = [...readme.matchAll(/^npx hookseal (\S+)(.*?)(?: +#.*)?$/gm)].map(([, verb, words]) => ({
  verb: verb as string,
  words: (words as string).trim().split(" "),
}));
const seed = (name: string) => readFileSync(join(root, "tests/vectors/seeds", name));

/** Converts a program to `require`. */
const required = (code: string) =>
  code
    .replace(/import (\{[^}]*\}) from ("[^"]*");/g, "const $1 = require($2);")
    .replace(/import (\w+) from ("[^"]*");/g, "const $1 = require($2);");

/** Converts a program to `import`. */
const imported = (code: string) =>
  code.replace(/const (\{[^}]*\}) = require\(("[^"]*")\);/g, "import $1 from $2;");

/** The lines of the shown explanation that a real one lacks. `…` matches any text. */
function missingLines(output: string): string[] {
  const [, shown = ""] = /^```text\n(signature-mismatch [\s\S]*?)^```/m.exec(readme) ?? [];
  assert.notEqual(shown, "");
  return shown.split("\n").filter((line) => {
    const parts = line.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return !new RegExp(`^${parts.join(".*")}$`, "m").test(output);
  });
}

/** Returns a port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("the published README", () => {
  it("has no relative link, which npm could not follow", () => {
    const links = [...readFileSync(join(root, "pkg/README.md"), "utf8").matchAll(/\]\(([^)]*)\)/g)];
    assert.deepEqual(
      links.map(([, link]) => link as string).filter((link) => !/^(https:|#)/.test(link)),
      [],
    );
  });
});

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
    assert.equal(examples.length, names.length);
    for (const [index, name] of names.entries()) {
      const code = examples[index] as string;
      files[`${name}.mjs`] = imported(code);
      files[`${name}.cjs`] = required(code);
      files[`${name}.mts`] = imported(code);
    }
    folder = project("readme", files);
    run(process.execPath, [tool("typescript/bin/tsc"), "--project", folder], folder);
  });

  after(() => {
    for (const child of started) child.kill();
  });

  /** Starts the program, and returns its URL. */
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
    it(`creates and verifies a delivery, and rejects a changed one, ${kind}`, () => {
      const output = run(process.execPath, [join(folder, extension.replace("%", "quickstart"))], folder);
      assert.match(output, /^assessment_add assessment_add:[\da-f-]{36}\nsignature-mismatch\n$/);
    });

    it(`verifies PainChek deliveries by hand, ${kind}`, async () => {
      const url = await serve(extension.replace("%", "verify"));
      const { headers, body } = painchek({ secrets: [SECRET] }).sign(seed("painchek.json"));
      const bytes = Uint8Array.from(body);
      assert.equal(await post(url, headers, bytes), 200);
      bytes[bytes.length - 1] = 0x20;
      assert.equal(await post(url, headers, bytes), 401);
      assert.equal(await post(url, {}, Uint8Array.from(body)), 401);
    });

    it(`receives PainChek deliveries, each once, ${kind}, and sends one`, async () => {
      const url = await serve(extension.replace("%", "receive"));
      const { headers, body } = painchek({ secrets: [SECRET] }).sign(seed("painchek.json"));
      const bytes = Uint8Array.from(body);
      assert.equal(await post(url, headers, bytes), 200);
      const again = await fetch(url, { method: "POST", headers, body: bytes });
      assert.deepEqual([again.status, await again.json()], [200, { status: "duplicate" }]);
      assert.equal(await post(url, { "content-type": "application/json" }, bytes), 401);
      const code = readFileSync(join(folder, extension.replace("%", "send")), "utf8");
      // The secret of the receiver replaces the printed one.
      const file = extension.replace("%", `sending`);
      writeFileSync(join(folder, file), code.replaceAll("my-secret", SECRET));
      const output = run(process.execPath, [join(folder, file)], folder, { RECEIVER: url });
      assert.equal(output, "true 1\n");
    });

    it(`receives X-on events, ${kind}`, async () => {
      const url = await serve(extension.replace("%", "xon"));
      const body = Uint8Array.from(seed("xon.json"));
      assert.equal(await post(url, { "content-type": "application/json" }, body), 204);
      assert.equal(await post(url, {}, body.slice(1)), 400);
    });

    it(`verifies the deliveries of a custom provider, ${kind}`, () => {
      const output = run(process.execPath, [join(folder, extension.replace("%", "custom"))], folder);
      assert.equal(output, "order.paid\n");
    });

    it(`tests a handler, ${kind}`, () => {
      const args = ["--test-reporter=tap", "--test", join(folder, extension.replace("%", "handler"))];
      // Without this variable of the outer test run, with which a nested run does nothing.
      const output = run(process.execPath, args, folder, { NODE_TEST_CONTEXT: undefined });
      assert.match(output, /^# pass 1$/m);
    });

    it(`calls the other functions, ${kind}`, () => {
      run(process.execPath, [join(folder, extension.replace("%", "functions"))], folder);
    });
  }

  it("shows the actual output of the command", async () => {
    const hook = painchek({ secrets: [SECRET] });
    const { headers, body } = hook.create("assessment_add", {
      uuid: "5e0c6b3a-91d2-4c7f-8a46-000000000001",
      patient: "5e0c6b3a-91d2-4c7f-8a46-000000000002",
    });
    const request = (text: string) =>
      ["POST / HTTP/1.1", ...Object.entries(headers).map((pair) => pair.join(": ")), "", text].join("\r\n");
    const text = Buffer.from(body).toString();
    const list = Object.entries(headers).map(([name, value]) => ({ name, value }));
    const har = {
      log: {
        entries: [{ request: { method: "POST", url: "http://h/", headers: list, postData: { text } } }],
      },
    };
    const port = await freePort();
    const env = { ...process.env, PAINCHEK_SECRET: SECRET };
    const start = (words: string[]) => {
      const child = spawn(join(folder, "node_modules/.bin/hookseal"), words, { cwd: folder, env });
      started.push(child);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (part) => {
          output += part;
        });
      }
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      return { output: () => output, ended };
    };
    writeFileSync(join(folder, "secret.txt"), SECRET);
    writeFileSync(join(folder, "archive.har"), JSON.stringify(har));
    const expected: Record<string, [code: number, output: RegExp]> = {
      explain: [1, /^signature-mismatch .*\n\nmatch body-python-style /],
      verify: [0, /^verified assessment_add /],
      inspect: [0, /\n1 delivery: 1 verified\n/],
      send: [0, /\n200 in /],
    };
    assert.deepEqual(
      commands.map(({ verb }) => verb),
      ["explain", "verify", "inspect", "listen", "send"],
    );
    for (const { verb, words } of commands) {
      // The explained delivery was signed in Python's format, and arrived in JavaScript's.
      const python = painchek({ secrets: [SECRET] }).sign(
        text.replaceAll('":', '": ').replaceAll(',"', ', "'),
      );
      Object.assign(headers, verb === "explain" ? python.headers : hook.sign(body).headers);
      writeFileSync(join(folder, "request.http"), request(text));
      const command = start([verb, ...words].map((word) => word.replace("3000", `${port}`)));
      if (verb === "listen") {
        for (let tries = 0; tries < 400 && !command.output().includes("Listening"); tries++)
          await new Promise((resolve) => setTimeout(resolve, 25));
        continue;
      }
      const [code, output] = expected[verb] as [number, RegExp];
      assert.equal(await command.ended, code, command.output());
      assert.match(command.output(), output);
      if (verb === "explain") assert.deepEqual(missingLines(command.output()), []);
    }
  });
});
