// Where a program finds the full module: bundled with and without `hookseal/full`, and from the files of the package.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { BUNDLERS, type Bundler } from "../support/bundlers.ts";
import { EXPLAINED, EXPLAINING_PROGRAM, MISSING } from "../support/explaining.ts";
import { project, run, tool } from "../support/project.ts";

const PROGRAM = `${EXPLAINING_PROGRAM}console.log(...results);\n`;

describe("the full module", () => {
  let folder: string;
  /** Another folder, in which bundles find no package. */
  let alone: string;
  before(() => {
    const esm = `import { painchek } from "hookseal";\n`;
    const cjs = `const { painchek } = require("hookseal");\n`;
    folder = project("full", {
      "package.json": `{ "name": "full", "private": true }`,
      "without.mjs": `${esm}${PROGRAM}`,
      "with.mjs": `${esm}import "hookseal/full";\n${PROGRAM}`,
      "only.mjs": `import "hookseal/full";\nimport { importDeliveries } from "hookseal";
const { deliveries } = importDeliveries("POST / HTTP/1.1\\r\\n\\r\\n{}");
console.log(deliveries.length);\n`,
      "send.mjs": `import { send } from "hookseal/send";
const rejected = (options) => send("https://h/", { headers: {}, body: "{}" }, options).catch(({ code }) => code);
console.log(await rejected({ provider: "painchek", retries: ["soon"] }), await rejected({}));
`,
      "without.cjs": `${cjs}${PROGRAM}`,
      "with.cjs": `${cjs}require("hookseal/full");\n${PROGRAM}`,
      "slim.mjs": `import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { init, painchek } from "hookseal/slim";
const file = (name) => readFileSync(createRequire(import.meta.url).resolve("hookseal/" + name));
await init(file(process.argv[2]));\n${PROGRAM}`,
    });
    alone = mkdtempSync(join(tmpdir(), "hookseal-alone-"));
  });
  after(() => rmSync(alone, { recursive: true, force: true }));

  const bundled = async (bundler: Bundler, entry: string, name: string) => {
    const out = join(alone, name.replace(/\W+/g, "-"));
    mkdirSync(out, { recursive: true });
    const file = await bundler(folder, entry, out);
    return { file, output: run(process.execPath, [file], out) };
  };

  for (const [name, bundler] of Object.entries(BUNDLERS)) {
    it(`is in a bundle of ${name} with the import, which explains`, async () => {
      assert.match((await bundled(bundler, "with.mjs", `${name}-with`)).output, EXPLAINED);
    });

    it(`is not in a bundle of ${name} without it, which verifies and names the import`, async () => {
      const { file, output } = await bundled(bundler, "without.mjs", `${name}-without`);
      assert.match(output, MISSING);
      const text = readFileSync(file, "utf8");
      assert.ok(!text.includes("hookseal.full."), "the full module is in the bundle");
      assert.ok(!text.includes(folder), "a path of this machine is in the bundle");
    });

    it(`is alone in a bundle of ${name} that calls nothing else`, async () => {
      const { file, output } = await bundled(bundler, "only.mjs", `${name}-only`);
      assert.equal(output, "1\n");
      const texts = readFileSync(file, "utf8").match(/hookseal\.(core|full)\.[\da-f]{64}/g);
      assert.deepEqual(
        texts?.map((text) => text.slice(9, 13)),
        ["full"],
      );
    });
  }

  for (const name of ["esbuild with conditions", "Rollup"]) {
    it(`is not in a bundle of ${name} that sends: its provider is an option there`, async () => {
      const { output } = await bundled(BUNDLERS[name] as Bundler, "send.mjs", `${name}-send`);
      assert.equal(output, "option-invalid full-missing\n");
    });
  }

  for (const kind of ["mjs", "cjs"]) {
    it(`is found among the package's files by Node, ${kind}`, () => {
      assert.match(run(process.execPath, [`without.${kind}`], folder), EXPLAINED);
      assert.match(run(process.execPath, [`with.${kind}`], folder), EXPLAINED);
    });

    it(`is found among the package's files by Bun, ${kind}`, () => {
      assert.match(run(tool(".bin/bun"), ["run", `without.${kind}`], folder), EXPLAINED);
      assert.match(run(tool(".bin/bun"), ["run", `with.${kind}`], folder), EXPLAINED);
    });

    it(`is found among the package's files by Deno that may read them, ${kind}`, () => {
      const deno = (file: string, ...flags: string[]) =>
        run(tool(".bin/deno"), ["run", "--no-prompt", ...flags, file], folder);
      assert.match(deno(`without.${kind}`, "--allow-read"), EXPLAINED);
      assert.match(deno(`with.${kind}`, "--allow-read"), EXPLAINED);
      if (kind === "cjs") return;
      assert.match(deno("without.mjs"), MISSING);
      assert.match(deno("with.mjs"), EXPLAINED);
    });
  }

  it("is found by the slim entry, which takes either module", () => {
    assert.match(run(process.execPath, ["slim.mjs", "core.wasm"], folder), EXPLAINED);
    assert.match(run(process.execPath, ["slim.mjs", "full.wasm"], folder), EXPLAINED);
  });

  it("is no file of another version", async () => {
    const esbuild = BUNDLERS["esbuild as CommonJS"] as Bundler;
    const { file } = await bundled(esbuild, "without.mjs", "stranger/dist");
    // Where the package's files would be.
    writeFileSync(join(file, "../../full.wasm"), new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    assert.match(run(process.execPath, [file], alone), MISSING);
  });

  it("is each in one file and in one text of the package", () => {
    const dist = join(folder, "node_modules/hookseal/dist");
    const files = readdirSync(dist, { recursive: true, encoding: "utf8" });
    for (const name of ["core", "full", "public-key", "ed25519"]) {
      const module = readFileSync(join(dist, `${name}.wasm`));
      const texts = files.filter(
        (file) => /\.(js|cjs)$/.test(file) && readFileSync(join(dist, file)).length > module.length / 2,
      );
      assert.ok(texts.includes(join("text", `${name}.js`)), texts.join());
      // Many files are as long as the smaller modules.
      if (name !== "core" && name !== "full") continue;
      assert.deepEqual(
        texts.filter((file) => !/^text.(core|full)\.js$/.test(file)),
        [],
      );
    }
    assert.deepEqual(files.filter((file) => file.endsWith(".wasm")).sort(), [
      "core.wasm",
      "ed25519.wasm",
      "full.wasm",
      "public-key.wasm",
    ]);
  });
});
