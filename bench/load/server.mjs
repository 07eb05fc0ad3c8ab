// `node server.mjs ADAPTER`: one framework with two routes for the same deliveries. `/hook` is the receiver. `/plain` is the
// usual code without it: the framework's raw body, node:crypto, JSON.parse, and a one-word response.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import process from "node:process";
import { serve } from "@hono/node-server";
import Fastify from "fastify";
import { Hono } from "hono";
import { painchek } from "hookseal";
import { receiver as express } from "hookseal/express";
import { hookseal } from "hookseal/fastify";
import { receiver as fetched } from "hookseal/fetch";
import { receiver as node } from "hookseal/node";
import { MAX_BYTES, SECRET } from "./deliveries.mjs";

const hook = painchek({ secrets: [SECRET] });
const counts = { hook: 0, plain: 0 };
const handler = async (/** @type {{ type: string, event: unknown }} */ { type, event }) => {
  if (type !== "assessment_add" || event === undefined) throw new Error("not what was sent");
  counts.hook += 1;
};
// The lines about rejected deliveries are not what is measured.
const options = { maxBytes: MAX_BYTES, log: /** @type {const} */ (false) };

/** What was handled, and the processor time of this process. */
function report() {
  const { user, system } = process.cpuUsage();
  return { ...counts, cpu: user + system };
}

/** The code of the plain route; returns the status. @param {string | undefined} header @param {Buffer} body */
function plain(header, body) {
  const tag = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
  if (header?.length !== tag.length || !timingSafeEqual(Buffer.from(header), Buffer.from(tag))) return 401;
  const { event } = JSON.parse(body.toString());
  if (event !== "assessment_add") return 400;
  counts.plain += 1;
  return 200;
}

const HEADER = "x-painchek-wh-signature";

/** Prints the port, and exits when the parent process closes stdin. @param {number} port */
function listening(port) {
  console.log(`listening ${port}`);
  process.stdin.resume().on("end", () => process.exit(0));
}

/** @param {import("node:http").Server} server */
const listen = (server) =>
  server.listen(0, "127.0.0.1", () =>
    listening(/** @type {import("node:net").AddressInfo} */ (server.address()).port),
  );

/** @type {Record<string, () => unknown>} */
const adapters = {
  node() {
    const receive = node(hook, handler, options);
    listen(
      createServer((request, response) => {
        if (request.url === "/hook") return receive(request, response);
        if (request.url === "/counts") return response.end(JSON.stringify(report()));
        /** @type {Buffer[]} */
        const parts = [];
        let length = 0;
        request.on("data", (part) => {
          length += part.length;
          if (length <= MAX_BYTES) parts.push(part);
        });
        request.on("end", () => {
          const header = /** @type {string | undefined} */ (request.headers[HEADER]);
          response.writeHead(length > MAX_BYTES ? 413 : plain(header, Buffer.concat(parts))).end("ok");
        });
      }),
    );
  },
  async "express 5"() {
    await expressOf("express");
  },
  async "express 4"() {
    await expressOf("express4");
  },
  async fastify() {
    const app = Fastify({ bodyLimit: 2 * MAX_BYTES });
    app.register(hookseal, { path: "/hook", hook, handler, ...options });
    app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
      scope.post("/plain", (request, reply) => {
        const header = /** @type {string | undefined} */ (request.headers[HEADER]);
        const body = /** @type {Buffer} */ (request.body);
        // Fastify's own limit closes the connection, which costs the generator its other requests.
        reply.code(body.length > MAX_BYTES ? 413 : plain(header, body)).send("ok");
      });
    });
    app.get("/counts", () => report());
    await app.listen({ port: 0, host: "127.0.0.1" });
    listening(/** @type {import("node:net").AddressInfo} */ (app.server.address()).port);
  },
  hono() {
    const app = new Hono();
    const receive = fetched(hook, handler, options);
    app.all("/hook", (c) => receive(c.req.raw));
    app.post("/plain", async (c) => {
      if (Number(c.req.header("content-length")) > MAX_BYTES) return c.body("ok", 413);
      return c.body("ok", plain(c.req.header(HEADER), Buffer.from(await c.req.arrayBuffer())));
    });
    app.get("/counts", (c) => c.json(report()));
    serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => listening(port));
  },
};

/** @param {string} version */
async function expressOf(version) {
  /** @type {{ default: typeof import("express") }} */
  const { default: framework } = await import(version);
  const app = framework();
  app.all("/hook", express(hook, handler, options));
  app.post("/plain", framework.raw({ type: "*/*", limit: MAX_BYTES }), (request, response) => {
    response.status(plain(request.get(HEADER), request.body)).end("ok");
  });
  app.get("/counts", (_request, response) => void response.json(report()));
  app.use(
    /** @type {import("express").ErrorRequestHandler} */
    ((error, _request, response, _next) => void response.status(error.status ?? 500).end()),
  );
  listen(createServer(app));
}

await adapters[process.argv[2] ?? ""]?.();
