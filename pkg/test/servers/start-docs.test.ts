// The walks of docs/quickstart.md and the programs of docs/faq.md. The Rust program is a doctest of the crate.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { run, tool } from "../support/project.ts";
import { freePort, root, start } from "./harness.ts";
import { folder } from "./hosts.ts";

const read = (name: string) => readFileSync(join(root, "docs", name), "utf8");
const quickstart = read("quickstart.md");
const programs = new Map(
  [...quickstart.matchAll(/^```(?:js|ts|rust)\n\/\/ (\S+)\n([\s\S]*?)^```/gm)].map(
    ([, name, code]) => [name, code] as [string, string],
  ),
);
/** The JSON of the page: the configuration of TypeScript, and a payload that violates its schema. */
const objects = [...quickstart.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text]) => text as string);
const questions = [...read("faq.md").matchAll(/^### (.+)\n(?:(?!^#)[\s\S])*?^```js\n([\s\S]*?)^```/gm)].map(
  ([, question, code]) => [question, code] as [string, string],
);
/** The commands of the walks, each with its environment. */
const commands = [...quickstart.matchAll(/^\$ ((?:[A-Z_]+=\S+ )*)(.+)$/gm)].map(([, variables, command]) => ({
  env: Object.fromEntries(
    [...(variables as string).matchAll(/(\S+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  ),
  words: (command as string).split(" "),
}));

/** Runs a walk: the server that it starts, and each delivery that it sends. Returns the outputs. */
async function walk(script: string, args: string[], from: number, count: number) {
  const cwd = folder(`quickstart-${script.replace(/\W/g, "")}`);
  const code = programs.get(script);
  assert.ok(code, `no program ${script}`);
  writeFileSync(join(cwd, script), code);
  writeFileSync(join(cwd, "broken.json"), objects.at(-1) as string);
  const [server, ...sends] = commands.slice(from, from + count);
  assert.equal(server?.words.at(-1), script);
  const port = await freePort();
  const env = { ...server?.env, PORT: `${port}` } as Record<string, string>;
  const running = await start(process.execPath, [...args, script], { cwd, port, env });
  const sent = sends.map(({ env, words }) => {
    assert.deepEqual(words.slice(0, 2), ["npx", "hookseal"]);
    const rest = words.slice(2).map((word) => word.replace("localhost:3000", `127.0.0.1:${port}`));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "pkg/dist/cli.cjs"), ...rest],
      { cwd, env: { ...process.env, ...env }, encoding: "utf8" },
    );
    return { status, output: stdout + stderr };
  });
  await running.stop();
  return { sent, output: running.output() };
}

describe("a walk of docs/quickstart.md", () => {
  it("has all programs and commands of the page", () => {
    assert.deepEqual([...programs.keys()], ["server.ts", "server.js", "src/main.rs"]);
    assert.equal(commands.length, 11);
    assert.equal(objects.length, 2);
  });

  it("receives PainChek in TypeScript", async () => {
    const { sent, output } = await walk("server.ts", ["--import", "tsx"], 0, 5);
    assert.deepEqual(
      sent.map(({ status }) => status),
      [0, 1, 0, 0],
      JSON.stringify(sent),
    );
    assert.match(sent[0]?.output ?? "", /^200 in /m);
    assert.match(sent[1]?.output ?? "", /^401 /m);
    assert.match(sent[2]?.output ?? "", /^\{"status":"handled"\}$/m);
    assert.match(sent[3]?.output ?? "", /^\{"status":"duplicate"\}$/m);
    assert.equal(output.match(/^received assessment_add [\da-f-]{36} [\da-f-]{36}$/gm)?.length, 2);
    const [, line = ""] = /^```text\n(hookseal: .*)$/m.exec(quickstart) ?? [];
    assert.ok(line !== "" && output.includes(line), output);
  });

  it("has a program that TypeScript accepts", () => {
    const cwd = folder("quickstart-types");
    writeFileSync(join(cwd, "server.ts"), programs.get("server.ts") as string);
    writeFileSync(join(cwd, "tsconfig.json"), objects[0] as string);
    run(process.execPath, [tool("typescript/bin/tsc"), "--project", cwd], cwd);
  });

  it("receives X-on with a secret in the path", async () => {
    const { sent, output } = await walk("server.js", [], 5, 6);
    assert.deepEqual(
      sent.map(({ status }) => status),
      [0, 1, 0, 0, 1],
      JSON.stringify(sent),
    );
    assert.match(sent[0]?.output ?? "", /^204 in /m);
    assert.match(sent[1]?.output ?? "", /^401 /m);
    for (const { output } of sent.slice(2, 4)) assert.match(output, /^204 in /m);
    assert.match(sent[4]?.output ?? "", /^400 in /m);
    assert.equal(output.match(/^created \+?\d+$/gm)?.length, 1, output);
    assert.equal(output.match(/^files R7-R9 \[/gm)?.length, 1, output);
    const line = quickstart.match(/^hookseal: receiver xon: .*$/m)?.[0];
    assert.ok(line !== undefined && output.includes(line), output);
  });
});

describe("a program of docs/faq.md", () => {
  it("belongs to a question", () => {
    assert.equal(read("faq.md").split("```").length - 1, 2 * questions.length);
  });

  const cwd = folder("faq");
  for (const [index, [question, code]] of questions.entries()) {
    it(`shows what the text says: ${question}`, () => {
      assert.match(code, /assert/);
      writeFileSync(join(cwd, `${index}.mjs`), code);
      run(process.execPath, [`${index}.mjs`], cwd);
    });
  }
});
