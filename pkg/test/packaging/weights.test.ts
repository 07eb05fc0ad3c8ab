// What a bundle of a part of the package weighs: what is not imported is not in it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { BUNDLERS } from "../support/bundlers.ts";
import { project } from "../support/project.ts";

/** The imports of a program, and the most bytes that its bundle has after Brotli: up to a tenth more than measured. */
const LIMITS: Record<string, [imports: string, bytes: number]> = {
  HooksealError: [`{ HooksealError } from "hookseal"`, 300],
  SchemaError: [`{ SchemaError } from "hookseal"`, 170],
  memoryStore: [`{ memoryStore } from "hookseal"`, 1_450],
  "the receiver of fetch": [`{ receiver } from "hookseal/fetch"`, 13_300],
  "the receiver of Node": [`{ receiver } from "hookseal/node"`, 13_300],
  "the receiver of Express": [`{ receiver } from "hookseal/express"`, 13_300],
  "the plugin of Fastify": [`{ hookseal } from "hookseal/fastify"`, 13_300],
  "the receiver of Lambda": [`{ receiver } from "hookseal/lambda"`, 13_300],
  "a webhook of the slim entry": [`{ painchek } from "hookseal/slim"`, 17_300],
};

describe("a bundle", () => {
  let folder: string;
  before(() => {
    const files = Object.entries(LIMITS).map(([name, [imports]]) => {
      const [, value] = /\{ (\w+) \}/.exec(imports) as RegExpExecArray;
      return [`${name}.mjs`, `import ${imports};\nconsole.log(${value});\n`];
    });
    folder = project("weights", {
      "package.json": `{ "name": "weights", "private": true }`,
      "webhook.mjs": `import { painchek } from "hookseal";\nconsole.log(painchek);\n`,
      "light.mjs": `import { webhook } from "hookseal/light";\nimport stripe from "hookseal/providers/stripe";\nconsole.log(webhook(stripe, { secrets: ["secret"] }).provider);\n`,
      ...Object.fromEntries(files),
    });
  });

  it("with a webhook has the light module, which weighs hardly more as text", async () => {
    const modules = join(folder, "node_modules/hookseal/dist");
    const { length: module } = brotliCompressSync(readFileSync(join(modules, "core.wasm")));
    const [, rest] = LIMITS["a webhook of the slim entry"] as [string, number];
    for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
      const out = join(folder, `${bundler}-webhook`.replace(/\W+/g, "-"));
      mkdirSync(out);
      const text = readFileSync(await bundle(folder, "webhook.mjs", out));
      const { length } = brotliCompressSync(text);
      if (process.env.HOOKSEAL_WEIGHTS) console.log("painchek", bundler, length, module);
      assert.ok(length > module && length < module * 1.06 + rest, `${bundler}: ${length} bytes`);
      assert.doesNotMatch(text.toString(), /hookseal\.full\.\w{64}/, bundler);
    }
  });

  it("with one provider has no other one, and runs", async () => {
    for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
      const out = join(folder, `${bundler}-light`.replace(/\W+/g, "-"));
      mkdirSync(out);
      const file = await bundle(folder, "light.mjs", out);
      const text = readFileSync(file, "utf8");
      assert.match(text, /Stripe-Signature/, bundler);
      assert.doesNotMatch(text, /X-Shopify-Hmac-SHA256|X-PainChek/, bundler);
      assert.equal(spawnSync(process.execPath, [file], { encoding: "utf8" }).stdout, "stripe\n", bundler);
    }
  });

  for (const [name, [, limit]] of Object.entries(LIMITS)) {
    it(`with ${name} has at most ${limit} bytes after Brotli`, async () => {
      for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
        const out = join(folder, `${bundler}-${name}`.replace(/\W+/g, "-"));
        mkdirSync(out);
        const text = readFileSync(await bundle(folder, `${name}.mjs`, out));
        const { length } = brotliCompressSync(text);
        if (process.env.HOOKSEAL_WEIGHTS) console.log(name, bundler, length);
        assert.ok(length > 50 && length <= limit, `${bundler}: ${length} bytes`);
        assert.doesNotMatch(text.toString(), /hookseal\.(core|full)\.\w{64}/, bundler);
      }
    });
  }
});
