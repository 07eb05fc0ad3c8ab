// The fetch receiver of the packed tarball in runtimes other than Node.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { project, tool } from "../support/project.ts";
import { conforms } from "./conformance.ts";
import { root, start } from "./harness.ts";
import { workerd } from "./hosts.ts";

const source = (name: string) => readFileSync(join(root, "pkg/test/servers/apps", name), "utf8");

const folder = project("runtimes", {
  "package.json": `{ "name": "runtimes", "private": true, "type": "module" }`,
  "shared.ts": source("shared.ts"),
  "route.ts": source("route.ts"),
  "bun.ts": `import { route } from "./route.ts";
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: route });
console.log("listening " + server.port);
`,
  "deno.ts": `import { route } from "./route.ts";
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log("listening " + port) }, route);
`,
  "worker.ts": `import { route } from "./route.ts";
export default { fetch: route };
`,
});

conforms("Bun", () => start(tool(".bin/bun"), ["run", "bun.ts"], { cwd: folder }));

conforms("Deno, with no permission but the network's", () =>
  start(tool(".bin/deno"), ["run", "--allow-net", "deno.ts"], { cwd: folder }),
);

conforms("workerd, which Cloudflare Workers are", () => workerd(folder, "worker.ts"));
