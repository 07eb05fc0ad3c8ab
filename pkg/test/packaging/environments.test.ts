// docs/environments.md: its table is what the matrix recorded, its recipes place the module as a file, and its minimum versions follow from
// what the modules need.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { before, describe, it } from "node:test";
import * as esbuild from "esbuild";
import * as vite from "vite";
import webpack from "webpack";
import { ENVIRONMENTS } from "../matrix/environments/index.ts";
import { recorded, withTable } from "../matrix/page.ts";
import { check, program } from "../matrix/program.ts";
import { PAGE, recipe } from "../matrix/recipes.ts";
import { project, root, run } from "../support/project.ts";

const page = readFileSync(PAGE, "utf8");

describe("the table of docs/environments.md", () => {
  it("is what the matrix recorded", () => assert.equal(withTable(page, recorded()), page));

  it("has every environment, and no other", () => {
    const facts = ({ name, title, covers }: { name: string; title: string; covers: string }) => [
      name,
      title,
      covers,
    ];
    assert.deepEqual(recorded().map(facts), ENVIRONMENTS.map(facts));
  });
});

/** The features of the page, as wasm-opt names them. */
const FEATURES: Record<string, string> = {
  SIMD: "simd",
  "bulk memory": "bulk-memory",
  "sign extension": "sign-ext",
  "non-trapping float-to-int conversions": "nontrapping-float-to-int",
  "mutable globals": "mutable-globals",
  "reference types": "reference-types",
  "multiple values": "multivalue",
};

describe("the package", () => {
  it("has no call that Next.js finds in middleware, but in the glue, of which bundlers drop it", () => {
    const dist = join(root, "pkg/dist/esm");
    const files = readdirSync(dist).filter((name) => name.endsWith(".js"));
    const found = files.filter((name) =>
      /\bWebAssembly\.(compile|instantiate)\w*\(/.test(readFileSync(join(dist, name), "utf8")),
    );
    assert.deepEqual(found, []);
    assert.ok(files.includes("webhook.js"));
  });
});

describe("the minimum versions of docs/environments.md", () => {
  it("name the features of WebAssembly that the modules may use", () => {
    const [, list = ""] = /modules need ([^.]+) of WebAssembly/.exec(page.replaceAll("\n", " ")) ?? [];
    const named = list.split(/, (?:and )?| and /).map((name) => FEATURES[name] ?? name);
    // wasm-opt rejects a module that uses others.
    const source = readFileSync(join(root, "xtask/src/wasm.rs"), "utf8");
    const [, flags = ""] = /const FEATURES: [^=]+= \[([^\]]+)\]/.exec(source) ?? [];
    const enabled = [...flags.matchAll(/"--enable-([\w-]+)"/g)].map(([, name]) => name);
    assert.deepEqual(named.sort(), enabled.sort());
  });
});

/** Lets Node fetch the files of a bundle, by their names. */
const FETCH = `import { readFileSync } from "node:fs";
import { basename } from "node:path";
globalThis.self = globalThis;
globalThis.document = { baseURI: "https://h/" };
globalThis.fetch = async (url) => new Response(readFileSync(process.argv[2] + "/" + basename(String(url))));
`;

describe("the recipe for hookseal/slim", () => {
  let folder: string;
  before(() => {
    const lines = 'import { result } from "./result.js";\nconsole.log(result());\n';
    folder = project("recipes", {
      "package.json": '{ "name": "recipes", "private": true, "type": "module" }',
      "fetch.mjs": FETCH,
      "result.js": program().replace('"hookseal"', '"hookseal/slim"'),
      "slim.js": `import "./init.js";\n${lines}`,
    });
  });

  const runs = (file: string, assets: string) => {
    const args = ["--import", "./fetch.mjs", join(folder, file), join(folder, assets)];
    check(run(process.execPath, args, folder));
    const text = readFileSync(join(folder, file), "utf8");
    assert.ok(text.length < 200_000, "the module is in the bundle as text");
  };

  it("works with Vite", async () => {
    writeFileSync(join(folder, "init.js"), recipe("vite"));
    await vite.build({
      root: folder,
      configFile: false,
      logLevel: "silent",
      build: {
        outDir: "vite",
        target: "es2022",
        modulePreload: false,
        rollupOptions: { input: join(folder, "slim.js"), output: { entryFileNames: "slim.mjs" } },
      },
    });
    runs("vite/slim.mjs", "vite/assets");
  });

  it("works with esbuild", async () => {
    writeFileSync(join(folder, "init.js"), recipe("esbuild"));
    await esbuild.build({
      entryPoints: ["slim.js"],
      absWorkingDir: folder,
      bundle: true,
      format: "esm",
      loader: { ".wasm": "file" },
      outdir: "esbuild",
    });
    runs("esbuild/slim.js", "esbuild");
  });

  it("works with webpack", async () => {
    writeFileSync(join(folder, "init.js"), recipe("webpack"));
    await new Promise<void>((resolve, reject) => {
      const configuration: webpack.Configuration = {
        mode: "production",
        target: ["web", "es2022"],
        context: folder,
        entry: "./slim.js",
        output: { path: join(folder, "webpack"), filename: "slim.mjs", publicPath: "https://h/" },
        performance: false,
      };
      webpack(configuration, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()));
        else resolve();
      });
    });
    runs("webpack/slim.mjs", "webpack");
  });
});
