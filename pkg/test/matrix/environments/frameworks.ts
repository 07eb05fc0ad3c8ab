/** Frameworks with servers, in Node.js and in an edge runtime. The test command runs routes of Next.js and SvelteKit in Node.js. */

import { freePort } from "../../support/port.ts";
import type { Environment } from "../environment.ts";
import { checkServer, program } from "../program.ts";

const OPTIONS = { full: true, publicKey: "platform" } as const;

const next: Environment[] = (["webpack", "turbopack"] as const).map((bundler) => ({
  name: `next-${bundler}`,
  title: "Next.js",
  covers: `middleware in the edge runtime, built by ${bundler === "webpack" ? "webpack" : "Turbopack"}`,
  async run(project) {
    const options = { full: true, publicKey: "module" } as const;
    await project.useNode(24);
    await project.install(["next@16", "react@19", "react-dom@19"]);
    project.write({
      "next.config.mjs": "export default { turbopack: { root: import.meta.dirname } };\n",
      "result.js": program(options),
      "middleware.js":
        'import { result } from "./result.js";\nexport const middleware = () => new Response(result());\n',
      "app/layout.jsx": 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;\n',
      "app/page.jsx": "export default () => <p>page</p>;\n",
    });
    await project.command("next", ["build", `--${bundler}`]);
    const args = ["start", "--hostname", "127.0.0.1", "--port", "0"];
    await checkServer(await project.serve("next", args), options);
    return `next ${project.version("next")}`;
  },
}));

const astro: Environment = {
  name: "astro",
  title: "Astro",
  covers: "an endpoint, in Node.js",
  async run(project) {
    await project.useNode(24);
    await project.install(["astro@7", "@astrojs/node@11"]);
    project.write({
      "astro.config.mjs": `import node from "@astrojs/node";
export default { output: "server", adapter: node({ mode: "standalone" }) };
`,
      "src/result.js": program(OPTIONS),
      "src/pages/index.js":
        'import { result } from "../result.js";\nexport const GET = () => new Response(result());\n',
    });
    await project.command("astro", ["build"]);
    const env = { HOST: "127.0.0.1", PORT: String(await freePort()) };
    await checkServer(await project.serve("node", ["dist/server/entry.mjs"], { env }), OPTIONS);
    return `astro ${project.version("astro")}`;
  },
};

const reactRouter: Environment = {
  name: "react-router",
  title: "React Router",
  covers: "a resource route, in Node.js",
  async run(project) {
    await project.useNode(24);
    // Of one release: a newer one may be published in parts.
    const own = ["react-router", "@react-router/dev", "@react-router/node", "@react-router/serve"];
    await project.install([
      ...own.map((name) => `${name}@8.4`),
      "react@19",
      "react-dom@19",
      "isbot@5",
      "vite@8",
    ]);
    project.write({
      "vite.config.js": `import { reactRouter } from "@react-router/dev/vite";
export default { plugins: [reactRouter()], logLevel: "warn" };
`,
      "app/root.jsx": `import { Outlet, Scripts } from "react-router";
export default () => <html lang="en"><body><Outlet /><Scripts /></body></html>;
`,
      "app/routes.js":
        'import { index } from "@react-router/dev/routes";\nexport default [index("./result.js")];\n',
      "app/checks.js": program(OPTIONS),
      "app/result.js":
        'import { result } from "./checks.js";\nexport const loader = () => new Response(result());\n',
    });
    await project.command("react-router", ["build"]);
    const env = { HOST: "127.0.0.1", PORT: String(await freePort()) };
    await checkServer(await project.serve("react-router-serve", ["build/server/index.js"], { env }), OPTIONS);
    return `react-router ${project.version("react-router")}`;
  },
};

export const FRAMEWORKS: Environment[] = [...next, astro, reactRouter];
