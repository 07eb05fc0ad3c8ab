/** Cloudflare Workers: what builds for them, in workerd by Wrangler. */
import type { Environment } from "../environment.ts";
import { checkServer, program } from "../program.ts";
import type { Project } from "../project.ts";

const OPTIONS = { full: true, publicKey: "module" } as const;
const WRANGLER = "wrangler@4";
const CONFIGURATION = { compatibility_date: "2025-09-01", send_metrics: false };

/** Serves the worker of wrangler.json. */
async function serve(project: Project): Promise<string> {
  const args = [
    "dev",
    "--ip",
    "127.0.0.1",
    "--port",
    "0",
    "--inspector-port",
    "0",
    "--show-interactive-dev-session=false",
  ];
  return await project.serve("wrangler", args, { says: /Ready on (http:\/\/[\w.]+:\d+)/ });
}

const wrangler: Environment = {
  name: "workers",
  title: "Cloudflare Workers",
  covers: "bundled by Wrangler",
  async run(project) {
    await project.useNode(24);
    await project.install([WRANGLER]);
    project.write({
      "wrangler.json": JSON.stringify({ name: "project", main: "worker.js", ...CONFIGURATION }),
      "result.js": program(OPTIONS),
      "worker.js":
        'import { result } from "./result.js";\nexport default { fetch: () => new Response(result()) };\n',
    });
    await checkServer(await serve(project), OPTIONS);
    return `wrangler ${project.version("wrangler")}`;
  },
};

const commonJs: Environment = {
  name: "workers-cjs",
  title: "Cloudflare Workers",
  covers: "a CommonJS dependency that loads `hookseal` by `require()`",
  async run(project) {
    await project.useNode(24);
    await project.install([WRANGLER]);
    project.write({
      "wrangler.json": JSON.stringify({ name: "project", main: "worker.js", ...CONFIGURATION }),
      "node_modules/dependency/package.json":
        '{ "name": "dependency", "version": "1.0.0", "main": "index.js" }\n',
      "node_modules/dependency/index.js": program({ isCommonJs: true }),
      "worker.js":
        'import dependency from "dependency";\nexport default { fetch: () => new Response(dependency.result()) };\n',
    });
    await checkServer(await serve(project));
    return `wrangler ${project.version("wrangler")}`;
  },
};

const nitro: Environment = {
  name: "nitro-cloudflare",
  title: "Nitro for Cloudflare Workers",
  covers: "the preset `cloudflare-module`",
  async run(project) {
    await project.useNode(24);
    await project.install(["nitropack@2", WRANGLER]);
    project.write({
      "nitro.config.mjs":
        'export default { preset: "cloudflare-module", compatibilityDate: "2025-09-01", experimental: { wasm: true } };\n',
      "lib/result.mjs": program(OPTIONS),
      "routes/index.get.mjs":
        'import { defineEventHandler } from "h3";\nimport { result } from "../lib/result.mjs";\nexport default defineEventHandler(() => result());\n',
    });
    await project.command("nitropack", ["build"]);
    await checkServer(await serveOutput(project), OPTIONS);
    return ["nitropack", "wrangler"].map((name) => `${name} ${project.version(name)}`).join(", ");
  },
};

/** Serves what Nitro wrote. */
async function serveOutput(project: Project): Promise<string> {
  project.write({
    "wrangler.json": JSON.stringify({
      name: "project",
      main: ".output/server/index.mjs",
      assets: { directory: ".output/public", binding: "ASSETS" },
      ...CONFIGURATION,
      compatibility_flags: ["nodejs_compat"],
    }),
    ".output/public/empty.txt": "",
  });
  return await serve(project);
}

const nuxt: Environment = {
  name: "nuxt-cloudflare",
  title: "Nuxt for Cloudflare Workers",
  covers: "a server route, with the preset `cloudflare-module`",
  async run(project) {
    await project.useNode(24);
    await project.install(["nuxt@4", WRANGLER]);
    project.write({
      "nuxt.config.mjs":
        'export default { compatibilityDate: "2025-09-01", nitro: { preset: "cloudflare-module", experimental: { wasm: true } }, telemetry: false };\n',
      "app/app.vue": "<template><p>page</p></template>\n",
      "server/utils/result.mjs": program(OPTIONS),
      "server/api/result.get.mjs":
        'import { defineEventHandler } from "h3";\nimport { result } from "../utils/result.mjs";\nexport default defineEventHandler(() => result());\n',
    });
    await project.command("nuxt", ["build"]);
    await checkServer(`${await serveOutput(project)}/api/result`, OPTIONS);
    return ["nuxt", "wrangler"].map((name) => `${name} ${project.version(name)}`).join(", ");
  },
};

const sveltekit: Environment = {
  name: "sveltekit-cloudflare",
  title: "SvelteKit for Cloudflare Workers",
  covers: 'an endpoint, with `ssr: { noExternal: true, external: ["hookseal"] }`',
  async run(project) {
    await project.useNode(24);
    await project.install([
      "@sveltejs/kit@2",
      "@sveltejs/adapter-cloudflare@7",
      "@sveltejs/vite-plugin-svelte@7",
      "svelte@5",
      "vite@8",
      WRANGLER,
    ]);
    project.write({
      "svelte.config.js":
        'import adapter from "@sveltejs/adapter-cloudflare";\nexport default { kit: { adapter: adapter() } };\n',
      "vite.config.js": `import { sveltekit } from "@sveltejs/kit/vite";
export default { plugins: [sveltekit()], ssr: { noExternal: true, external: ["hookseal"] }, logLevel: "warn" };
`,
      "src/app.html":
        "<!doctype html><html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>\n",
      "src/lib/result.js": program(OPTIONS),
      "src/routes/+server.js":
        'import { result } from "$lib/result.js";\nexport const GET = () => new Response(result());\n',
      "wrangler.json": JSON.stringify({
        name: "project",
        main: ".svelte-kit/cloudflare/_worker.js",
        assets: { directory: ".svelte-kit/cloudflare", binding: "ASSETS" },
        ...CONFIGURATION,
        compatibility_flags: ["nodejs_compat"],
      }),
    });
    await project.command("vite", ["build"]);
    await checkServer(await serve(project), OPTIONS);
    return ["@sveltejs/kit", "wrangler"].map((name) => `${name} ${project.version(name)}`).join(", ");
  },
};

export const WORKERS = [wrangler, commonJs, nitro, nuxt, sveltekit];
