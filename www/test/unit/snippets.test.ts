/** The code of the Code dialog: it parses, satisfies the types, follows the documented recipes and contains no secret. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { frameworks, type SnippetInput, snippet } from "../../src/views/actions/snippets.ts";
import { template } from "../../src/views/provider/templates.ts";
import { handlers } from "./page.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { definition } = handlers.defineProvider(template(2));
const PROVIDERS: [SnippetInput, secret: string | undefined][] = [
  [{ id: "custom", signs: true, definition }, "MY_STANDARD_SECRET"],
  [{ id: "painchek", signs: true }, "PAINCHEK_SECRET"],
  [{ id: "xon", signs: false }, undefined],
  [{ id: "standard-webhooks", signs: true }, "STANDARD_WEBHOOKS_SECRET"],
];
const codes = PROVIDERS.flatMap(([input, secret]) =>
  frameworks.map(([framework, title]) => ({
    framework,
    title,
    input,
    secret,
    code: snippet(framework, input),
  })),
);

test("the secret is read from the environment, and an unsigned provider is accepted explicitly", () => {
  for (const { framework, input, secret, code } of codes) {
    const environment = framework === "workers" ? "env" : "process.env";
    if (secret === undefined) assert.match(code, /unsigned: "allow"/);
    else assert.ok(code.includes(`{ secrets: [${environment}.${secret}] }`), code);
    if (input.definition !== undefined)
      assert.match(code, /"signedContent": "\{id\}\.\{timestamp\}\.\{body\}"/);
  }
});

test("a definition is a literal, whatever its keys are", async () => {
  const odd = '{\n  "id": "2-x",\n  "__proto__": {}\n}';
  const code = snippet("node", { id: "custom", signs: true, definition: odd });
  assert.match(code, /\["__proto__"\]: \{\}/);
  assert.match(code, /process\.env\.WEBHOOK_2_X_SECRET/);
  await transform(code, { loader: "js", format: "esm", target: "es2022" });
});

test("the code parses", async () => {
  for (const { code } of codes) await transform(code, { loader: "js", format: "esm", target: "es2022" });
});

test("the code satisfies the types of the package and of the frameworks", async () => {
  const folder = join(root, "target/www/snippets");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // JavaScript modules, as they are pasted. The folder finds node_modules above it.
  for (const { framework, input, code } of codes)
    writeFileSync(join(folder, `${input.id}-${framework}.mjs`), code);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../tsconfig.json",
      compilerOptions: { noImplicitAny: false, types: ["node"] },
      include: ["*.mjs"],
    }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "--project", folder], { cwd: root }).catch(
    ({ stdout }: { stdout: string }) => assert.fail(stdout),
  );
});

test("the code is that of the documented recipes", async (t) => {
  const page = readFileSync(join(root, "docs/receiving.md"), "utf8");
  const headings: Record<string, string> = { node: "node:http", workers: "Cloudflare Workers" };
  for (const { framework, title, input, code } of codes) {
    if (input.id !== "painchek") continue;
    await t.test(title, () => {
      const [, recipe = ""] = page.split(`\n### ${headings[framework] ?? title}\n`);
      const lines = (text: string) => text.split("\n").map((line) => line.trim());
      const documented = new Set(lines(/```js\n([\s\S]*?)```/.exec(recipe)?.[1] ?? ""));
      const other = lines(code).filter(
        (line) => line !== "" && !line.startsWith("// ") && !documented.has(line),
      );
      assert.deepEqual(other, []);
    });
  }
});
