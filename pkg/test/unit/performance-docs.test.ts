// docs/performance.md: its program runs, and its charts can be read without seeing them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it, mock } from "node:test";
import { fileURLToPath } from "node:url";
import { painchek } from "../../src/index.ts";
import { SECRET } from "../support/fixtures.ts";

const docs = new URL("../../../docs/", import.meta.url);
const page = readFileSync(new URL("performance.md", docs), "utf8");

describe("docs/performance.md", () => {
  it("has one program, which prints the time of a delivery", () => {
    const programs = [...page.matchAll(/```js\n([\s\S]*?)```/g)];
    assert.equal(programs.length, 1);
    const source = (programs[0]?.[1] ?? "").replace(/^import .*$/gm, "").replaceAll("20_000", "20");
    const sample = new URL("../../../providers/painchek/samples/assessment_add.nrs.json", import.meta.url);
    const process = {
      argv: ["node", "program.mjs", fileURLToPath(sample)],
      env: { PAINCHEK_SECRET: SECRET },
    };
    const log = mock.method(console, "log", () => {});
    try {
      new Function("readFileSync", "painchek", "process", source)(readFileSync, painchek, process);
    } finally {
      log.mock.restore();
    }
    assert.match(String(log.mock.calls[0]?.arguments[0]), /^\d+\.\d µs$/);
  });

  it("has every chart for light and dark pages, with a title and a description", () => {
    const charts = readdirSync(new URL("charts", docs)).sort();
    const shown = [...page.matchAll(/charts\/([\w-]+\.svg)/g)].map(([, name]) => name as string);
    assert.deepEqual(shown.sort(), charts);
    for (const name of charts) {
      const text = readFileSync(new URL(`charts/${name}`, docs), "utf8");
      assert.match(text, /role="img" aria-labelledby="title desc"/, name);
      assert.match(text, /<title id="title">[^<]+<\/title>\n<desc id="desc">[^<]+\d[^<]*<\/desc>/, name);
    }
  });
});
