// The built page as a static host serves it: compressed once, and hashed files kept by the browser.
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { inRoot } from "../children.mjs";

const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
});

/** @typedef {{ path: string, bytes: number }} Transfer */

/** @param {Buffer} bytes */
const compress = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });

/** Serves `www/dist`. `transfers` has what was sent, in order. */
export async function servePage() {
  const dist = inRoot("www/dist");
  /** @type {Map<string, { content: Buffer, type: string }>} */
  const files = new Map();
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const type = TYPES[extname(name)];
    if (type !== undefined)
      files.set(`/${name.replaceAll("\\", "/")}`, {
        content: compress(readFileSync(join(dist, name))),
        type,
      });
  }
  /** @type {Transfer[]} */
  const transfers = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname === "/" ? "/index.html" : pathname;
    const file = files.get(path);
    if (file === undefined) return response.writeHead(404).end();
    const { content, type } = file;
    transfers.push({ path, bytes: content.length });
    response
      .writeHead(200, {
        "Content-Type": type,
        "Content-Encoding": "br",
        "Content-Length": content.length,
        "Cache-Control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      })
      .end(content);
    return response;
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    transfers,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
