/** Bundlers that build a page, which runs in Chromium: with the module as text, and by `hookseal/slim` with the module as a file. */
import { openChromium } from "../browser.ts";
import type { Environment } from "../environment.ts";
import { check, program } from "../program.ts";
import type { Packages, Project } from "../project.ts";
import { recipe } from "../recipes.ts";
import { serveFolder } from "../static.ts";

const OPTIONS = { full: true, publicKey: "module" } as const;

/** The files of every page: `index.html` with everything, and `slim.html`. */
export function writePage(project: Project, files: Record<string, string> = {}, script = "page.js"): void {
  const html = (script: string) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>page</title></head><body><script type="module" src="./${script}"></script></body></html>\n`;
  const show = "document.body.dataset.result = ";
  project.write({
    "index.html": html(script),
    "slim.html": html(script.replace("page", "slim")),
    "result.js": program(OPTIONS),
    "slim-result.js": program().replace('"hookseal"', '"hookseal/slim"'),
    "page.js": `import { result } from "./result.js";\n${show}result();\n`,
    "slim.js": `import "./init.js";\nimport { result } from "./slim-result.js";\n${show}result();\n`,
    ...files,
  });
}

/** Opens both pages of a built folder. */
export async function checkPages(project: Project, folder: string, slim = "slim.html"): Promise<string> {
  const browser = await openChromium(project);
  const url = await serveFolder(project, folder);
  for (const [path, options] of [
    ["index.html", OPTIONS],
    [slim, {}],
  ] as const) {
    await browser.open(`${url}/${path}`);
    check(await resultOf(browser), options);
  }
  return browser.version;
}

/** Waits for the result of a page. */
export async function resultOf({ evaluate }: { evaluate(body: string): Promise<unknown> }): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const result = await evaluate("return document.body?.dataset.result ?? ''");
    if (result !== "") return String(result);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the page has no result");
}

interface Bundler {
  name: string;
  title: string;
  packages: Packages;
  files?: Record<string, string>;
  script?: string;
  out?: string;
  isQuick?: boolean;
  build(project: Project): Promise<unknown>;
}

const BUNDLERS: Bundler[] = [
  {
    name: "vite",
    title: "Vite",
    packages: ["vite@8"],
    files: {
      "vite.config.js": `export default {
  logLevel: "warn",
  build: { target: "esnext", rollupOptions: { input: ["index.html", "slim.html"] } },
};\n`,
    },
    build: (project) => project.command("vite", ["build"]),
  },
  {
    name: "esbuild",
    title: "esbuild",
    packages: ["esbuild@0"],
    script: "out/page.js",
    out: ".",
    build: (project) =>
      project.command("esbuild", [
        ...["page.js", "slim.js", "--bundle", "--format=esm", "--minify", "--outdir=out"],
        ...["--loader:.wasm=file", "--public-path=/out"],
      ]),
  },
  {
    name: "rollup",
    title: "Rollup",
    packages: ["rollup@4", "@rollup/plugin-node-resolve@16", "@rollup/plugin-url@8"],
    script: "out/page.js",
    out: ".",
    files: { "rollup.config.js": recipe("rollup.config.js") },
    build: (project) => project.command("rollup", ["--config"]),
  },
  ...["webpack", "rspack"].map((name) => ({
    name,
    title: name === "webpack" ? "webpack" : "Rspack",
    packages: name === "webpack" ? ["webpack@5", "webpack-cli@7"] : ["@rspack/core@2", "@rspack/cli@2"],
    script: "out/page.js",
    out: ".",
    files: {
      [`${name}.config.js`]: `export default {
  mode: "production",
  entry: { page: "./page.js", slim: "./slim.js" },
  output: { path: import.meta.dirname + "/out", filename: "[name].js" },
  performance: false,
};\n`,
    },
    build: (project: Project) => project.command(name, ["build"]),
  })),
  {
    name: "parcel",
    title: "Parcel",
    packages: ["parcel@2"],
    files: {
      "package.json": recipe("package.json").replace("{", '{\n  "name": "project",\n  "private": true,'),
    },
    build: (project) =>
      project.command("parcel", ["build", "index.html", "slim.html", "--no-cache", "--public-url", "./"]),
  },
];

export const PAGES: Environment[] = BUNDLERS.map(
  ({ name, title, packages, files = {}, script, out = "dist", build, isQuick = false }) => ({
    name,
    title,
    covers: "a page, and `hookseal/slim` with the module as a file, in Chromium",
    isQuick,
    async run(project) {
      await project.useNode(24);
      await project.install(packages);
      writePage(project, { "init.js": recipe(name), ...files }, script);
      await build(project);
      await checkPages(project, out);
      return `${packages[0]?.replace(/@\d+$/, "")} ${project.version(packages[0]?.replace(/@\d+$/, "") ?? "")}`;
    },
  }),
);
