// The programs of docs/testing.md: each one runs in its test runner.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { before, describe, it } from "node:test";
import { tool } from "../support/project.ts";
import { root, SECRET } from "./harness.ts";
import { folder } from "./hosts.ts";

const page = readFileSync(join(root, "docs/testing.md"), "utf8");
/** The programs by the names of their files. The first one is the application. */
const programs = new Map(
  [...page.matchAll(/^```js\n(?:\/\/ (\S+)\n)?(.*?)^```/gms)].map(([, name = "app.js", code]) => [
    name,
    code as string,
  ]),
);
/** The tests that node:test does not run, each with its runner. */
const RUNNERS: Record<string, string[]> = {
  "vitest.test.js": [tool("vitest/vitest.mjs"), "run", "vitest.test.js"],
  "jest.test.cjs": [tool("jest/bin/jest.js"), "--rootDir", ".", "--testMatch", "**/jest.test.cjs"],
};

describe("a program of docs/testing.md", () => {
  let cwd = "";
  before(() => {
    cwd = folder("testing");
    writeFileSync(join(cwd, "package.json"), '{ "name": "programs", "private": true, "type": "module" }');
    for (const [name, code] of programs) writeFileSync(join(cwd, name), code);
  });

  it("has a test runner", () => {
    assert.equal(page.split("```js\n").length - 1, programs.size);
    assert.deepEqual(
      [...programs.keys()].filter((name) => !/\.test\.c?js$/.test(name)),
      ["app.js"],
    );
  });

  for (const name of programs.keys()) {
    if (name === "app.js") continue;
    it(`passes: ${name}`, () => {
      const args = RUNNERS[name] ?? ["--test", "--test-reporter=tap", name];
      const env: Record<string, string | undefined> = {
        ...process.env,
        PAINCHEK_SECRET: SECRET,
        NO_COLOR: "1",
      };
      // A test of node:test that starts another one would take its output for results.
      delete env.NODE_TEST_CONTEXT;
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd,
        env,
        encoding: "utf8",
        timeout: 120_000,
      });
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout + stderr, name in RUNNERS ? /1 passed/ : /^# pass [1-9]/m);
    });
  }
});
