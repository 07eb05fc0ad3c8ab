/** The built page: Content-Security-Policy, preloads, and the service worker for offline use. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const worker = new URL("../src/offline/sw.js", import.meta.url);

/** SECURITY: allows the page's own files, WebAssembly and a worker from a blob, and no connection. */
function policy(hashes: string[]): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${hashes.join(" ")}`.trim(),
    "style-src 'self'",
    "img-src 'self'",
    "worker-src 'self' blob:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

export function page(): Plugin {
  return {
    name: "hookseal-page",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
          ([, code]) =>
            `'sha256-${createHash("sha256")
              .update(code ?? "")
              .digest("base64")}'`,
        );
        const ahead = Object.values(bundle ?? {}).filter(
          (file) => file.type === "chunk" && !file.isEntry && /\/core-/.test(file.fileName),
        );
        return {
          html,
          tags: [
            {
              tag: "meta",
              attrs: { "http-equiv": "Content-Security-Policy", content: policy(inline) },
              injectTo: "head-prepend",
            },
            { tag: "meta", attrs: { charset: "utf-8" }, injectTo: "head-prepend" },
            ...ahead.map((file) => ({
              tag: "link",
              attrs: { rel: "modulepreload", crossorigin: true, href: `./${file.fileName}` },
              injectTo: "head" as const,
            })),
          ],
        };
      },
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files = ["./", ...Object.keys(bundle).map((name) => `./${name}`)].filter(
          // Few visitors need the module of public keys.
          (name) => name !== "./index.html" && !name.startsWith("./assets/public-key-"),
        );
        const hash = createHash("sha256");
        for (const name of Object.keys(bundle).sort()) {
          const file = bundle[name];
          hash.update(name).update(file === undefined ? "" : file.type === "chunk" ? file.code : file.source);
        }
        const source = readFileSync(worker, "utf8")
          .replace("__FILES__", JSON.stringify([...files, "./icon.svg"]))
          .replace("__VERSION__", hash.digest("hex").slice(0, 16));
        this.emitFile({ type: "asset", fileName: "sw.js", source });
      },
    },
  };
}
