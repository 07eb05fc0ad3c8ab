// The files of `dist` as users have them: minified, with maps, and names that stay.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, it } from "node:test";
import { build } from "esbuild";
import { project, root } from "../support/project.ts";

/** The most bytes of the package when it is installed, by the end of the files' names. At most a tenth more than measured. */
const LIMITS: [end: RegExp, bytes: number][] = [
  [/\.wasm$/, 2_550_000],
  [/text\/[^/]*\.js$/, 2_700_000],
  [/\.c?js$/, 980_000],
  [/\.map$/, 420_000],
  [/\.d\.ts$/, 440_000],
  [/./, 50_000],
];
/** The most bytes in all: less than the sum, since not all of them grow at the same time. */
const MAX_BYTES = 6_900_000;

const NAMES = ["HooksealError", "SchemaError", "RedisStoreError", "SendError"];
const PRINTED = `const names = [HooksealError, SchemaError, RedisStoreError, SendError].map(({ name }) => name);
const hook = painchek({ secrets: ["a secret"] });
const { error } = hook.check({ headers: {}, body: "{}" });
const verified = hook.verify(hook.create("assessment_add", { uuid: crypto.randomUUID(), patient: crypto.randomUUID() }));
console.log([...names, error.constructor.name, hook.constructor.name, verified.constructor.name].join());
`;
const EXPECTED = [...NAMES, "HooksealError", "Webhook", "VerifiedDelivery"].join();

describe("dist", () => {
  let folder: string;
  let dist: string;
  let files: string[];
  before(() => {
    folder = project("dist", {
      "package.json": `{ "name": "dist", "private": true }`,
      "names.mjs": `import { HooksealError, painchek, SchemaError } from "hookseal";
import { RedisStoreError } from "hookseal/redis";
import { SendError } from "hookseal/send";
${PRINTED}`,
      "names.cjs": `const { HooksealError, painchek, SchemaError } = require("hookseal");
const { RedisStoreError } = require("hookseal/redis");
const { SendError } = require("hookseal/send");
${PRINTED}`,
      "trace.mjs": `import { painchek } from "hookseal";
painchek({ secrets: ["a secret"] }).verify({ headers: {}, body: "{}" });\n`,
      "trace.cjs": `const { painchek } = require("hookseal");
painchek({ secrets: ["a secret"] }).verify({ headers: {}, body: "{}" });\n`,
      "unset.mjs": `import { painchek } from "hookseal";
painchek({ secrets: [process.env.HOOKSEAL_TEST_UNSET] });\n`,
      "unset.cjs": `const { painchek } = require("hookseal");
painchek({ secrets: [process.env.HOOKSEAL_TEST_UNSET] });\n`,
    });
    dist = join(folder, "node_modules/hookseal/dist");
    files = readdirSync(dist, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(dist, name)).isFile())
      .map((name) => name.replaceAll("\\", "/"));
  });

  it("weighs at most what its limits say", () => {
    const sums = LIMITS.map(() => 0);
    for (const name of files) {
      const index = LIMITS.findIndex(([end]) => end.test(name));
      sums[index] = (sums[index] ?? 0) + statSync(join(dist, name)).size;
    }
    if (process.env.HOOKSEAL_WEIGHTS) console.log(sums.join(" "));
    for (const [index, [end, limit]] of LIMITS.entries())
      assert.ok((sums[index] ?? 0) <= limit, `${end}: ${sums[index]} bytes`);
    const total = sums.reduce((sum, bytes) => sum + bytes, 0);
    assert.ok(total > 1_000_000 && total <= MAX_BYTES, `${total} bytes`);
  });

  it("has a source map for each file that has code of pkg/src, with the names of sources that exist", () => {
    let mapped = 0;
    for (const name of files.filter((name) => name.endsWith(".js"))) {
      const text = readFileSync(join(dist, name), "utf8");
      const [, map] = /\n\/\/# sourceMappingURL=(\S+)\n?$/.exec(text) ?? [];
      assert.equal(files.includes(`${name}.map`), map !== undefined, name);
      if (map === undefined) continue;
      mapped += 1;
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(dist, dirname(name), map), "utf8"));
      // Texts that are empty: Vite warns where there is none.
      assert.deepEqual(sourcesContent, Array(sources.length).fill(""), name);
      for (const source of sources as string[]) {
        // What the build writes.
        if (source === "hookseal:samples") continue;
        assert.match(source, /^\.\.\/\.\.\/src\//, name);
        assert.ok(existsSync(join(root, "pkg/dist", dirname(name), source)), `${name}: ${source}`);
      }
    }
    assert.ok(mapped > 25, `${mapped} maps`);
  });

  it("has no line break after a comment that a return statement needs on its line", () => {
    for (const name of files.filter((name) => /\.c?js$/.test(name)))
      assert.doesNotMatch(
        readFileSync(join(dist, name), "utf8"),
        /\b(?:return|throw|yield) ?\/\*[^\n]*\*\/\n/,
        name,
      );
  });

  for (const kind of ["mjs", "cjs"]) {
    it(`prints a few lines and its fix where the secret is missing, ${kind}`, () => {
      const { status, stderr } = spawnSync(process.execPath, [`unset.${kind}`], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^HooksealError: The secret is empty\.$/m);
      assert.match(stderr, /hint: 'Set the variable/);
      // Node.js prints the line of the file that throws, and as many spaces.
      assert.ok(stderr.length < 4000, `${stderr.length} characters`);
    });

    it(`has names and lines in stack traces with --enable-source-maps, ${kind}`, () => {
      const { status, stderr } = spawnSync(process.execPath, ["--enable-source-maps", `trace.${kind}`], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.equal(status, 1, stderr);
      const [, line] = /^ +at .*\bverify.* \(.*hookseal\/src\/webhook\.ts:(\d+):\d+\)$/m.exec(stderr) ?? [];
      assert.ok(line, stderr);
      const source = readFileSync(join(root, "pkg/src/webhook.ts"), "utf8").split("\n");
      assert.ok(Number(line) > 1 && Number(line) < source.length, line);
    });

    it(`keeps the names of classes, ${kind}`, async () => {
      const run = (file: string) =>
        spawnSync(process.execPath, [file], { cwd: folder, encoding: "utf8" }).stdout.trim();
      assert.equal(run(`names.${kind}`), EXPECTED);
      // A program that is minified once more.
      const outfile = `minified.${kind}`;
      const format = kind === "mjs" ? "esm" : "cjs";
      await build({
        absWorkingDir: folder,
        entryPoints: [`names.${kind}`],
        outfile,
        bundle: true,
        minify: true,
        platform: "node",
        format,
        logLevel: "silent",
      });
      assert.equal(run(outfile), EXPECTED);
    });
  }
});
