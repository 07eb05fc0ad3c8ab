// Real servers: a gateway that changes what it forwards, body parsers of Node's frameworks, and PHP's own server.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { fileURLToPath } from "node:url";
import express from "express";
import Fastify from "fastify";
import Koa from "koa";
// @ts-expect-error: the package has no types.
import bodyParser from "koa-bodyparser";
import { makeCase } from "../cases.mjs";
import { differences } from "../differences.mjs";
import { documents } from "../documents.mjs";
import { isAvailable, serializeAll } from "../languages.mjs";
import { generator } from "../random.mjs";
import { PROVIDER_IDS, provider, signedHeaders } from "../signing.mjs";

/** @typedef {Record<string, string | string[]>} Headers */
/** @typedef {{ headers: Headers, body: string }} Seen what an application hands to `verify`, its body in base64 */

const base64 = (/** @type {string | Buffer} */ body) => Buffer.from(body).toString("base64");

/** The applications of one Express server, each with its body parser. */
function expressServer() {
  const app = express();
  const any = { type: "*/*", limit: "1mb" };
  /** @param {string} path @param {any} parser @param {(body: any) => string | Buffer} take */
  const route = (path, parser, take) => {
    app.post(path, parser, (request, response) => {
      response.json({ headers: request.headers, body: base64(take(request.body)) });
    });
  };
  route("/raw", express.raw(any), (body) => body);
  route("/text", express.text(any), (body) => body);
  route("/json", express.json({ ...any, strict: false }), (body) => JSON.stringify(body));
  route("/json-2", express.json({ ...any, strict: false }), (body) => JSON.stringify(body, null, 2));
  route("/form-json", express.urlencoded({ ...any, extended: true }), (body) => JSON.stringify(body));
  route("/form-again", express.urlencoded({ ...any, extended: false }), (body) =>
    new URLSearchParams(body).toString(),
  );
  route("/form-field", express.urlencoded({ ...any, extended: true }), (body) => String(body.payload));
  return createServer(app);
}

/** @param {import("node:http").IncomingMessage} message */
async function read(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * What a gateway does with a request. The path of a request names it: /latin1/json goes through `latin1` to /json.
 * @type {Record<string, (headers: Headers, body: Buffer) => [Headers, Buffer]>}
 */
const GATEWAYS = {
  plain: (headers, body) => [headers, body],
  underscores: (headers, body) => [
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        /^(content|host|transfer)/.test(name) ? name : name.replaceAll("-", "_"),
        value,
      ]),
    ),
    body,
  ],
  // AWS Lambda's event for a binary media type: the body in base64.
  lambda: (headers, body) => [headers, Buffer.from(body.toString("base64"))],
  latin1: (headers, body) => [headers, Buffer.from(body.toString("latin1"))],
  trimmed: (headers, body) => [headers, Buffer.from(body.toString().trim())],
  newline: (headers, body) => [headers, Buffer.concat([body, Buffer.from("\n")])],
  string: (headers, body) => [headers, Buffer.from(JSON.stringify(body.toString()))],
  quoted: (headers, body) => [
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        /signature|hmac/.test(name) ? `"${value}"` : value,
      ]),
    ),
    body,
  ],
};

/** @param {() => number} port of the application */
function gateway(port) {
  return createServer(async (incoming, outgoing) => {
    const [, name = "", ...path] = (incoming.url ?? "").split("/");
    const [headers, body] = GATEWAYS[name]?.(
      { .../** @type {Headers} */ (incoming.headers) },
      await read(incoming),
    ) ?? [{}, Buffer.alloc(0)];
    const host = String(headers.host);
    const forwarded = {
      ...headers,
      "content-length": String(body.length),
      "x-forwarded-proto": "https",
      "x-forwarded-host": host,
      "x-forwarded-for": "192.0.2.1",
    };
    const upstream = request({
      host: "127.0.0.1",
      port: port(),
      path: `/${path.join("/")}`,
      method: "POST",
      headers: forwarded,
    });
    upstream.end(body);
    const [response] = await once(upstream, "response");
    outgoing.writeHead(response.statusCode, response.headers);
    response.pipe(outgoing);
  });
}

/** Koa with its body parser, and Fastify with its own. */
async function others() {
  const koa = new Koa();
  koa.use(bodyParser({ jsonLimit: "1mb" }));
  koa.use((context) => {
    context.body = {
      headers: context.headers,
      body: base64(JSON.stringify(/** @type {any} */ (context.request).body)),
    };
  });
  const fastify = Fastify();
  fastify.post("/", (request) => ({ headers: request.headers, body: base64(JSON.stringify(request.body)) }));
  await fastify.ready();
  return { koa: createServer(koa.callback()), fastify: fastify.server };
}

/** @param {import("node:http").Server} server */
async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/** @param {number} port @param {string} path @param {Headers} headers @param {Buffer} body @returns {Promise<any>} */
async function post(port, path, headers, body) {
  const outgoing = request({
    host: "127.0.0.1",
    port,
    path,
    method: "POST",
    headers: { ...headers, "Content-Length": body.length },
  });
  outgoing.end(body);
  const [response] = await once(outgoing, "response");
  const text = (await read(response)).toString();
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${text}`);
  return JSON.parse(text);
}

/**
 * @typedef {object} Path
 * @property {string} path
 * @property {string[][]} parts what the gateway did
 * @property {boolean} [form] the sender sends `payload=` and its JSON
 * @property {string[]} [formCodes]
 * @property {boolean} [hasFinalNewline]
 */
/** @type {Path[]} */
const PATHS = [
  { path: "/plain/raw", parts: [] },
  { path: "/plain/text", parts: [] },
  { path: "/plain/json", parts: [] },
  { path: "/plain/json-2", parts: [] },
  { path: "/underscores/raw", parts: [["header-renamed"]] },
  { path: "/underscores/json", parts: [["header-renamed"]] },
  { path: "/lambda/raw", parts: [["body-base64"]] },
  { path: "/latin1/raw", parts: [["body-latin1-decoded", "body-windows-1252-decoded"]] },
  { path: "/trimmed/raw", parts: [["body-newline-dropped"]], hasFinalNewline: true },
  { path: "/newline/raw", parts: [["body-newline-added"]] },
  { path: "/string/raw", parts: [["body-json-string"]] },
  { path: "/quoted/raw", parts: [["signature-label-unexpected"]] },
  { path: "/plain/form-field", parts: [["body-form-extracted"]], form: true },
  { path: "/plain/form-again", parts: [["body-form*", "body-url*"]], form: true },
  { path: "/plain/form-json", parts: [["body-form*", "body-url*"]], form: true },
];

const SENDERS = [
  "JSON.stringify",
  "json.dumps",
  "json_encode",
  "Go json.Marshal, struct",
  "System.Text.Json",
  "JSON.generate",
];

/** @param {readonly string[]} languages @param {boolean} isShort @returns {Promise<import("../cases.mjs").Case[]>} */
export async function serverCases(languages, isShort) {
  const app = expressServer();
  const appPort = await listening(app);
  const front = gateway(() => appPort);
  const { koa, fastify } = await others();
  const [port, koaPort, fastifyPort] = await Promise.all([front, koa, fastify].map(listening));
  const php = languages.includes("php") ? await phpServer() : undefined;
  try {
    const random = generator(808);
    const all = /** @type {import("../cases.mjs").Case[]} */ ([]);
    const senders = SENDERS.filter((name) => isAvailable(name, languages));
    for (const sender of isShort ? senders.slice(0, 1) : senders) {
      const own = random.sample(documents(), isShort ? 2 : 8);
      const texts = serializeAll(own.map(({ text }) => ({ name: sender, text })));
      for (const [index, text] of texts.entries()) {
        if (text === null) continue;
        const make = sendTo(all, `${own[index]?.name}: ${sender}`);
        for (const path of PATHS) {
          const value = path.form
            ? `payload=${encodeURIComponent(text).replaceAll("%20", "+")}`
            : path.hasFinalNewline
              ? `${text}\n`
              : text;
          await make(value, path.path, path.parts, async (headers, body) =>
            post(port ?? 0, path.path, path.form ? { ...headers, "Content-Type": FORM } : headers, body),
          );
        }
        await make(text, "Koa", [], async (headers, body) => post(koaPort ?? 0, "/", headers, body));
        await make(text, "Fastify", [], async (headers, body) => post(fastifyPort ?? 0, "/", headers, body));
        if (php !== undefined) await phpCases(php.port, text, make);
      }
    }
    return all;
  } finally {
    for (const server of [app, front, koa]) server.close();
    fastify.close();
    php?.stop();
  }
}

const FORM = "application/x-www-form-urlencoded";

/**
 * Sends one signed body and makes a case of what the application saw.
 * @param {import("../cases.mjs").Case[]} all @param {string} title
 */
const sendTo =
  (all, title) =>
  async (
    /** @type {string} */ text,
    /** @type {string} */ route,
    /** @type {string[][]} */ parts,
    /** @type {(headers: Headers, body: Buffer) => Promise<Seen>} */ send,
  ) => {
    const id = PROVIDER_IDS[all.length % PROVIDER_IDS.length] ?? "github";
    const { secrets } = provider(id);
    const secret = secrets[0] ?? "";
    const signed = Buffer.from(text);
    const seen = await send(signedHeaders(id, secret, signed), signed);
    const received = Buffer.from(seen.body, "base64");
    const isSame = signed.equals(received);
    const difference = isSame ? undefined : differences(signed.toString(), received.toString());
    // The gateway's change may be none for this body, as the decoding of ASCII.
    const own = isSame
      ? parts.filter((codes) => codes[0]?.startsWith("header") || codes[0]?.startsWith("signature"))
      : parts;
    const isWrapped = own.some((codes) => codes[0]?.startsWith("body-"));
    if (difference !== undefined && !difference.isSameValue && !isWrapped) return;
    const list = [...own, ...(isWrapped ? [] : (difference?.parts ?? []))];
    all.push(
      makeCase({
        family: "real servers and a gateway",
        title: `${title} ${route}; ${id}`,
        provider: id,
        secrets: [secret],
        delivery: { headers: seen.headers, body: received },
        signed,
        parts: list,
        expected: list.length === 0 ? "valid" : "cause",
        // Numbers and the order of keys are measured in their own families.
        lost:
          difference?.hasOrder || (difference?.numbers.length ?? 0) > 0
            ? "the format of numbers, or the order of keys"
            : "",
      }),
    );
  };

/** PHP's own server, for what `$_SERVER`, php://input and `$_POST` really hold. */
async function phpServer() {
  const probe = createServer();
  const port = await listening(probe);
  probe.close();
  await once(probe, "close");
  const script = fileURLToPath(new URL("../echo.php", import.meta.url));
  const server = spawn("php", ["-S", `127.0.0.1:${port}`, script], { stdio: "ignore" });
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await post(port, "/", {}, Buffer.from("{}"));
      return { port, stop: () => server.kill() };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  server.kill();
  throw new Error("PHP's server does not start");
}

/** @param {number} port @param {string} text @param {ReturnType<typeof sendTo>} make */
async function phpCases(port, text, make) {
  const form = `payload=${encodeURIComponent(text).replaceAll("%20", "+")}`;
  /** @param {"raw" | "form" | "json"} part @param {string} type */
  const send = (part, type) => async (/** @type {Headers} */ headers, /** @type {Buffer} */ body) => {
    const seen = await post(port, "/", { ...headers, "Content-Type": type }, body);
    return { headers: seen.server, body: seen[part] };
  };
  await make(text, "PHP: $_SERVER and php://input", [["header-renamed"]], send("raw", "application/json"));
  await make(
    form,
    "PHP: $_SERVER and http_build_query($_POST)",
    [["header-renamed"], ["body-form*", "body-url*"]],
    send("form", FORM),
  );
  await make(
    form,
    "PHP: $_SERVER and json_encode($_POST)",
    [["header-renamed"], ["body-form*", "body-url*"]],
    send("json", FORM),
  );
}
