/** Hosts that need more than a script: Next.js, SvelteKit and workerd. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run, tool } from "../support/project.ts";
import { bundleWorker } from "../support/worker.mjs";
import { freePort, type Running, root, start } from "./harness.ts";

/** Creates a folder whose programs find the packages of the workspace. */
export function folder(name: string): string {
  const path = join(root, "target/receiving", name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "package.json"), `{ "private": true, "type": "module" }`);
  return path;
}

/**
 * Builds and starts an application of Next.js with the route handlers below `app`. The build does not get `env`, since
 * secrets are known only where an application runs.
 */
export async function next(app: string, env: Record<string, string> = {}): Promise<Running> {
  // Packages are in the workspace, some folders above.
  writeFileSync(
    join(app, "next.config.mjs"),
    `export default { turbopack: { root: ${JSON.stringify(root)} } };`,
  );
  run(process.execPath, [NEXT, "build"], app, NEXT_ENV);
  return await nextAgain(app, env);
}

const NEXT = join(root, "node_modules/next/dist/bin/next");
const NEXT_ENV = { NEXT_TELEMETRY_DISABLED: "1" };

/** Starts an application of Next.js that was built before. */
export async function nextAgain(app: string, env: Record<string, string> = {}): Promise<Running> {
  const port = String(await freePort());
  return await start(process.execPath, [NEXT, "start", "--port", port, "--hostname", "127.0.0.1"], {
    cwd: app,
    env: { ...env, ...NEXT_ENV },
    says: /Local:\s+http:\/\/127\.0\.0\.1:(\d+)/,
  });
}

/** Builds and starts an application of SvelteKit for Node, with the routes below `src/routes`. */
export async function sveltekit(app: string, env: Record<string, string> = {}): Promise<Running> {
  const files = {
    "svelte.config.js": `import adapter from "@sveltejs/adapter-node";
export default { kit: { adapter: adapter({ precompress: false }) } };
`,
    "vite.config.js": `import { sveltekit } from "@sveltejs/kit/vite";
export default { plugins: [sveltekit()], logLevel: "warn" };
`,
    "src/app.html":
      "<!doctype html><html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(app, name), text);
  run(process.execPath, [tool("vite/bin/vite.js"), "build"], app);
  return await sveltekitAgain(app, env);
}

/** Starts an application of SvelteKit that was built before. */
export async function sveltekitAgain(app: string, env: Record<string, string>): Promise<Running> {
  return await start(process.execPath, ["build/index.js"], {
    cwd: app,
    env: { ...env, HOST: "127.0.0.1", PORT: "0" },
    says: /Listening on http:\/\/127\.0\.0\.1:(\d+)/,
  });
}

/** Starts a worker in workerd: bundled as wrangler does, with strings as its environment. */
export async function workerd(
  project: string,
  entry: string,
  env: Record<string, string> = {},
  options: { flags?: string[]; isLocal?: boolean } = {},
): Promise<Running> {
  const out = join(project, `worker-of-${entry}`);
  const args = await bundleWorker({ entry, folder: project, out, env, ...options });
  return await start(tool(".bin/workerd"), args, { cwd: project, says: /"port":\s*(\d+)/ });
}
