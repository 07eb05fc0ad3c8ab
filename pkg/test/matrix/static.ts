/** A static server on loopback. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Project } from "./project.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves a folder of a project, or one with an absolute path, until the project ends. `policy` is a Content-Security-Policy. */
export async function serveFolder(project: Project, folder: string, policy?: string): Promise<string> {
  const base = folder.startsWith("/") ? folder : join(project.folder, folder);
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    try {
      const bytes = await readFile(join(base, name));
      response
        .writeHead(200, {
          "Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
          ...(policy && { "Content-Security-Policy": policy }),
        })
        .end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  project.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
