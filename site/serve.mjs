// Serves the built site on loopback: `node site/serve.mjs FOLDER [PORT]`. The tests use it as well.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/**
 * Serves a folder, and returns its server and address.
 * @param {string} folder
 * @param {number} port 0 for any free one
 */
export async function serve(folder, port) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const name = path.endsWith("/") ? `${path}index.html` : path;
    try {
      // A normalized absolute path has no `..`.
      const bytes = await readFile(join(folder, name));
      response.writeHead(200, {
        "content-type": `${TYPES[extname(name)] ?? "application/octet-stream"}; charset=utf-8`,
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  const { port: used } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { server, url: `http://127.0.0.1:${used}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(/** @type {string} */ (process.argv[2]), Number(process.argv[3] ?? 4174));
  console.log(`The documentation is at ${url} until you press Ctrl+C.`);
}
