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
    assert.equal(commands.length, 6);
  });

  it("receives PainChek in TypeScript", async () => {
    const { sent, output } = await walk("server.ts", ["--import", "tsx"], 0, 3);
    assert.deepEqual(
      sent.map(({ status }) => status),
      [0, 1],
      JSON.stringify(sent),
    );
    assert.match(sent[0]?.output ?? "", /^200 in /m);
    assert.match(sent[1]?.output ?? "", /^401 /m);
    assert.equal(output.match(/^received assessment_add [\da-f-]{36} [\da-f-]{36}$/gm)?.length, 1);
    const [, line = ""] = /^```text\n(hookseal: .*)$/m.exec(quickstart) ?? [];
    assert.ok(line !== "" && output.includes(line), output);
  });

  it("has a program that TypeScript accepts", () => {
    const cwd = folder("quickstart-types");
    writeFileSync(join(cwd, "server.ts"), programs.get("server.ts") as string);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "es2022",
      types: ["node"],
    };
    writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    run(process.execPath, [tool("typescript/bin/tsc"), "--project", cwd], cwd);
  });

  it("receives X-on with a secret in the path", async () => {
    const { sent, output } = await walk("server.js", [], 3, 3);
    assert.deepEqual(
      sent.map(({ status }) => status),
      [0, 1],
      JSON.stringify(sent),
    );
    assert.match(sent[0]?.output ?? "", /^204 in /m);
    assert.match(sent[1]?.output ?? "", /^401 /m);
    assert.equal(output.match(/^created \+?\d+$/gm)?.length, 1, output);
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
