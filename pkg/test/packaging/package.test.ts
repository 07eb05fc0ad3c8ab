// The packed tarball in projects of users.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, it } from "node:test";
import { type BuildOptions, build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { project, root, run, tarball, tool } from "../support/project.ts";

/** The output of a program: RFC 4231, test case 2. */
const TAG = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
const CALL = `hmac.sign("sha256", "Jefe", "what do ya want for nothing?")`;
const HEX = "Array.from(tag, (byte) => byte.toString(16).padStart(2, '0')).join('')";
const PROGRAM = `const tag = ${CALL};\nconsole.log(${HEX});\n`;
/** A receiver of each entry point. */
const RECEIVERS = `const hook = painchek({ secrets: ["a secret"] });
const store = memoryStore();
const made = [express, fetched, lambda, node].map(({ receiver }) => typeof receiver(hook, () => {}, { store }));
fetched.receiver(hook, () => {})(new Request("https://h/")).then(({ status }) => {
  console.log(made.join(), typeof fastify.hookseal, status);
});
`;

/** The types of receivers, without the types of Node and the DOM. */
const TYPED = `import { memoryStore, painchek, type DeliveryStore } from "hookseal";
import "hookseal/full";
import { receiver as express } from "hookseal/express";
import { hookseal, type FastifyOptions } from "hookseal/fastify";
import { receiver as fetched } from "hookseal/fetch";
import { receiver as lambda } from "hookseal/lambda";
import { receiver as node } from "hookseal/node";
const hook = painchek({ secrets: ["a secret"] });
const store: DeliveryStore = memoryStore({ maxEntries: 10 });
const options = { store, onEvent: ({ outcome }: { outcome: string }) => outcome };
fetched(
  hook,
  (delivery, { key }) =>
    delivery.unknown ? key : [delivery.type satisfies "assessment_add", delivery.event.data.uuid, key],
  options,
);
express(hook, (delivery) => (delivery.unknown ? undefined : delivery.event.data.uuid), options);
lambda(hook, (delivery) => (delivery.unknown ? undefined : delivery.event.data.uuid), options);
node(hook, (delivery) => (delivery.unknown ? undefined : delivery.event.data.uuid), options);
export const plugin: FastifyOptions = { hook, handler: ({ id }) => id, ...options };
export { hookseal };
`;

describe("the package", () => {
  it("contains the files that users need and no others", () => {
    const files = run("tar", ["-tzf", tarball], root).trim().split("\n");
    for (const name of [
      "README.md",
      "LICENSE-MIT",
      "LICENSE-APACHE",
      "THIRD-PARTY-NOTICES.txt",
      "dist/core.wasm",
      "dist/full.wasm",
      "dist/public-key.wasm",
      "dist/ed25519.wasm",
      "dist/console/index.html",
      "dist/console/console.js",
      "dist/console/console.css",
    ]) {
      assert.ok(files.includes(`package/${name}`), `${name} is missing`);
    }
    const strange = files.filter(
      (file) =>
        !/^package\/(package\.json|README\.md|LICENSE-[A-Z]+|THIRD-PARTY-NOTICES\.txt|dist\/)/.test(file),
    );
    assert.deepEqual(strange, []);
    assert.deepEqual(
      files.filter((file) => /\.test\.|stamp/.test(file)),
      [],
    );
  });

  it("requires no other package at run time", () => {
    const manifest = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.scripts, undefined);
  });

  it("has the version of the crate", () => {
    const manifest = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
    const crate = /^name = "hookseal"\nversion = "(.*)"$/m.exec(
      readFileSync(join(root, "Cargo.toml"), "utf8"),
    );
    assert.equal(manifest.version, crate?.[1]);
  });

  it("satisfies publint", async () => {
    const { messages, pkg } = await publint({
      pack: { tarball: readFileSync(tarball).buffer },
      strict: true,
    });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg as Record<string, unknown>)),
      [],
    );
  });

  it("has types that agree with its code in every resolution mode (attw)", () => {
    // Resolution as in Node 10 ignores "exports": the main entry is found, and "hookseal/slim" is not.
    const args = [tool("@arethetypeswrong/cli/dist/index.js"), tarball, "--format", "ascii", "--no-color"];
    const modules = ["--exclude-entrypoints", "./core.wasm", "./full.wasm"];
    run(process.execPath, [...args, "--profile", "node16", ...modules], root);
  });
});

describe("in a fresh project", () => {
  let path: string;
  before(() => {
    path = project("fresh", {
      "package.json": `{ "name": "fresh", "private": true }`,
      "esm.mjs": `import { hmac } from "hookseal";\n${PROGRAM}`,
      "cjs.cjs": `const { hmac } = require("hookseal");\n${PROGRAM}`,
      "receivers.mjs": `import { hmac, memoryStore, painchek } from "hookseal";
import * as express from "hookseal/express";
import * as fastify from "hookseal/fastify";
import * as fetched from "hookseal/fetch";
import * as lambda from "hookseal/lambda";
import * as node from "hookseal/node";
${RECEIVERS}`,
      "receivers.cjs": `const { hmac, memoryStore, painchek } = require("hookseal");
const [express, fastify, fetched, lambda, node] = ["express", "fastify", "fetch", "lambda", "node"].map((name) =>
  require("hookseal/" + name));
${RECEIVERS}`,
      "main.ts": `import { hmac, type IssueCode, type PainchekEvent } from "hookseal";\n${PROGRAM}
const code: IssueCode = "signature-mismatch";
// @ts-expect-error: no such code
const typo: IssueCode = "signature-missmatch";
export function level(event: PainchekEvent): string | null | undefined {
  return event.data.data?.assessment?.pain_level;
}
console.log(code, typo === undefined);
${TYPED}`,
      "slim.mjs": `import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { hmac, init } from "hookseal/slim";
try {
  ${CALL};
} catch (error) {
  console.log(error.message.includes("init"));
}
await init(readFileSync(createRequire(import.meta.url).resolve("hookseal/core.wasm")));
${PROGRAM}`,
    });
  });
  const node = (script: string, ...flags: string[]) => run(process.execPath, [...flags, script], path).trim();

  it("contains the command, with the licenses of its bundled packages", () => {
    const command = join(path, "node_modules/.bin/hookseal");
    const { version } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
    assert.equal(run(command, ["--version"], path).trim(), version);
    assert.match(run(command, ["providers"], path), /^painchek /m);
    const text = readFileSync(join(path, "node_modules/hookseal/dist/cli.cjs"), "utf8");
    assert.match(text, /^#!\/usr\/bin\/env node\n\/\* This file contains commander\.\n\n\(The MIT License\)/);
    const required = new Set([...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name as string));
    assert.deepEqual([...required].filter((name) => !name.startsWith("node:")).sort(), [
      "./cjs/generated/samples.js",
      "./cjs/index.js",
      "./cjs/node.js",
      "./cjs/send.js",
    ]);
  });
  it("works by import", () => assert.equal(node("esm.mjs"), TAG));
  it("works by require", () => assert.equal(node("cjs.cjs"), TAG));
  for (const kind of ["mjs", "cjs"]) {
    it(`contains a receiver for each framework, by ${kind === "mjs" ? "import" : "require"}`, () => {
      assert.equal(node(`receivers.${kind}`), "function,function,function,function function 405");
    });
  }
  it("does not require Node in the receivers", () => {
    const folder = join(path, "node_modules/hookseal/dist/esm");
    const files = ["express", "fastify", "fetch", "lambda", "node"].map((name) => join(folder, `${name}.js`));
    // Every file that these import, too.
    for (const name of files) {
      const text = readFileSync(name, "utf8");
      for (const [, from] of text.matchAll(/\b(?:import|from)"([^"]+)"/g)) {
        assert.match(from as string, /^\.\.?\//, name);
        const file = join(dirname(name), from as string);
        if (!files.includes(file)) files.push(file);
      }
    }
    assert.ok(files.length > 8);
  });
  it("works without the inline module, after `init` with the module", () => {
    assert.equal(node("slim.mjs"), `true\n${TAG}`);
  });

  for (const [kind, type, options] of [
    ["ES modules", "module", { module: "NodeNext" }],
    ["CommonJS", "commonjs", { module: "NodeNext" }],
    ["a bundler's resolution", "module", { module: "ESNext", moduleResolution: "Bundler" }],
  ] as const) {
    it(`compiles and runs in strict TypeScript, with ${kind}`, () => {
      writeFileSync(join(path, "package.json"), JSON.stringify({ name: "fresh", private: true, type }));
      writeFileSync(
        join(path, "tsconfig.json"),
        JSON.stringify({
          // Without the types of the DOM and Node: the package's declarations must not need them.
          compilerOptions: {
            target: "ES2022",
            lib: ["ES2022"],
            types: [],
            strict: true,
            skipLibCheck: false,
            exactOptionalPropertyTypes: true,
            outDir: "out",
            ...options,
          },
          files: ["main.ts", "console.d.ts"],
        }),
      );
      writeFileSync(
        join(path, "console.d.ts"),
        "declare const console: { log(...text: unknown[]): void };\n",
      );
      run(process.execPath, [tool("typescript/bin/tsc"), "--project", "."], path);
      assert.equal(node("out/main.js").split("\n")[0], TAG);
    });
  }

  const bundle = (options: BuildOptions) =>
    build({ entryPoints: ["esm.mjs"], absWorkingDir: path, bundle: true, logLevel: "silent", ...options });

  it("works as one file bundled by esbuild, without other files", async () => {
    await bundle({ format: "esm", platform: "node", minify: true, outfile: "alone/bundle.mjs" });
    assert.equal(node("alone/bundle.mjs"), TAG);
    await bundle({ format: "iife", platform: "browser", minify: true, outfile: "alone/browser.cjs" });
    assert.equal(node("alone/browser.cjs"), TAG);
  });

  it("uses the module itself if the bundler builds for workers", async () => {
    await bundle({ format: "esm", conditions: ["workerd"], loader: { ".wasm": "copy" }, outdir: "worker" });
    const text = readFileSync(join(path, "worker/esm.js"), "utf8");
    assert.match(text, /from "\.\/core-\w+\.wasm"/);
    assert.ok(text.length < 100_000, "the module is in there as text, too");
  });
});
