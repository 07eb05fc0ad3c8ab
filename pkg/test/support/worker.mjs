// A worker for workerd: bundled as wrangler does, with its configuration.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Writes the bundle and the configuration; returns the arguments of workerd, which prints its port as JSON.
 * @param {object} worker
 * @param {string} worker.entry a path, relative to `folder` or absolute
 * @param {string} worker.folder the folder of the project
 * @param {string} worker.out the folder of the bundle
 * @param {Record<string, string>} [worker.env] strings of the environment
 * @param {string[]} [worker.flags] compatibility flags
 * @param {string} [worker.date] the compatibility date
 * @param {boolean} [worker.isLocal] whether the worker may fetch from this machine, and from nowhere else
 */
export async function bundleWorker({
  entry,
  folder,
  out,
  env = {},
  flags = [],
  date = "2025-01-01",
  isLocal = false,
}) {
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: { worker: entry },
    absWorkingDir: folder,
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    external: flags.includes("nodejs_compat") ? ["node:*"] : [],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    outdir: out,
    logLevel: "warning",
  });
  const modules = readdirSync(out)
    .filter((name) => name.endsWith(".wasm"))
    .map((name) => `(name = "${name}", wasm = embed "${name}"),`);
  const bindings = Object.entries(env).map(
    ([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`,
  );
  const config = join(out, "config.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [
      (name = "worker", esModule = embed "worker.js"),
      ${modules.join("\n      ")}
    ],
    bindings = [${bindings.join(", ")}],
    compatibilityDate = "${date}",
    compatibilityFlags = ${JSON.stringify(flags)},
  ))${isLocal ? ', (name = "internet", network = (allow = ["private"]))' : ""}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  return ["serve", config, "--control-fd=1"];
}
