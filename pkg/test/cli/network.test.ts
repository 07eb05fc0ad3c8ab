// `send` and `listen` over real connections to this machine. The servers end by themselves.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createSocket } from "node:net";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { painchek, webhook } from "../../src/index.ts";
import { bytesOf, SECRET } from "../support/fixtures.ts";
import { file, folder, run, start, TRUST } from "./command.ts";

const SAMPLE = Buffer.from(bytesOf("providers/painchek/samples/assessment_add.painchek.json"));
const hook = painchek({ secrets: [SECRET] });
const open: { close(): void }[] = [];
after(() => {
  for (const one of open) one.close();
});

/** Runs `send` to its end, without blocking: the server runs in this process. */
async function sent(args: string[]) {
  const { ended } = await start(["send", ...args], /\n/);
  return ended;
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** Starts a server with this handler, and returns its URL. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    handler(request, response, Buffer.concat(parts));
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

describe("send", () => {
  it("posts a signed file, and shows the response", async () => {
    let got: { headers: string[]; body: Buffer } | undefined;
    const url = await serve((request, response, body) => {
      got = { headers: request.rawHeaders, body };
      response.writeHead(202, { "X-Trace": "7" }).end("thank you\u001b[2J");
    });
    const { code, out } = await sent([url, file("body.json", SAMPLE), ...TRUST]);
    assert.equal(code, 0);
    assert.match(out, /^POST http:\/\/127\.0\.0\.1:\d+\/hook [\d,]+ bytes\n202 in \d+ ms\n {2}X-Trace: 7\n/);
    assert.match(out, /thank you\ufffd\[2J/);
    assert.ok(got);
    assert.equal(hook.verify(got).type, "assessment_add");
    assert.deepEqual(got.body, SAMPLE);
  });

  it("posts a sample of an event", async () => {
    let type = "";
    const url = await serve((request, response, body) => {
      type = hook.verify({ headers: request.headers, body }).type;
      response.end();
    });
    const { code, out } = await sent([
      url,
      ...TRUST,
      "--event",
      "assessment_add",
      "--sample",
      "nrs",
      "--json",
    ]);
    const { ok, status } = JSON.parse(out);
    assert.deepEqual([code, type, ok, status], [0, "assessment_add", true, 200]);
  });

  it("sends a saved request byte for byte with --as-is", async () => {
    const saved = file(
      "saved.http",
      Buffer.concat([
        Buffer.from("POST /x HTTP/1.1\r\nHost: elsewhere\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\n"),
        Buffer.from([255, 254, 13, 10]),
      ]),
    );
    let got: { headers: IncomingMessage; body: Buffer } | undefined;
    const url = await serve((request, response, body) => {
      got = { headers: request, body };
      response.end();
    });
    assert.equal((await sent([url, saved, "--as-is"])).code, 0);
    assert.deepEqual([...(got?.body ?? [])], [255, 254, 13, 10]);
    assert.equal(got?.headers.headers["x-twice"], "1, 2");
    assert.ok(got?.headers.headers.host?.startsWith("127.0.0.1"));
  });

  it("applies the provider's success range, and follows no redirect", async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.writeHead(302, { Location: "/hook" }).end();
    });
    assert.equal((await sent([url, join(folder, "body.json"), ...TRUST])).code, 0);
    const xon = file("xon.json", bytesOf("providers/xon/samples/calls.user.create.json"));
    const { code, out } = await sent([url, xon, "--provider", "xon", "--unsigned"]);
    assert.deepEqual([code, requests], [1, 2]);
    assert.match(out, /Failed: the sender would retry\. Success is a status from 200 to 299\./);
  });

  it("has a timeout, and limits the size of a response", async () => {
    const silent = createSocket(() => {});
    open.push(silent);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const late = await sent([
      `http://127.0.0.1:${port}/`,
      join(folder, "body.json"),
      ...TRUST,
      "--timeout",
      "1",
    ]);
    assert.deepEqual([late.code, late.out], [1, `No response from 127.0.0.1:${port}: timeout after 1 s.\n`]);
    const refused = await sent([`http://127.0.0.1:1/`, join(folder, "body.json"), ...TRUST, "--json"]);
    assert.deepEqual(
      [refused.code, JSON.parse(refused.out).error],
      [1, "No response from 127.0.0.1:1: connection refused."],
    );
    const url = await serve((_, response) => {
      response.on("error", () => {});
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65536)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    const { out } = await sent([url, join(folder, "body.json"), ...TRUST]);
    assert.match(out, /The response was cut after 65536 bytes\./);
  });
});

/** Sends a request to a receiver, and returns the status, headers and body of the response. */
function post(
  url: string,
  options: { method?: string; headers?: Record<string, string | number>; body?: Uint8Array },
) {
  return new Promise<{ status: number; headers: IncomingMessage["headers"]; body: string }>(
    (resolve, reject) => {
      const outgoing = request(
        url,
        { method: options.method ?? "POST", headers: options.headers ?? {}, agent: false },
        async (response) => {
          let body = "";
          for await (const part of response) body += part;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(options.body);
    },
  );
}

describe("listen", () => {
  const listening = /Listening on (http:\/\/\S+) for painchek/;

  it("responds as a receiver, prints each delivery, and saves it", async () => {
    const saved = join(folder, "saved");
    const { match, ended } = await start(
      ["listen", "0", ...TRUST, "--save", saved, "--count", "7", "--profile", "strict"],
      listening,
    );
    const url = match[1] as string;
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    const { headers, body } = hook.sign(SAMPLE);
    const { "X-PainChek-WH-Signature": _, ...unsigned } = headers;
    const bad = hook.sign('{"event":"assessment_add","data":5}');
    const text = { ...headers, "Content-Type": "text/plain" };
    const responses = [
      await post(url, { headers, body }),
      await post(url, { headers: unsigned, body }),
      await post(url, { headers: bad.headers, body: bad.body }),
      await post(url, { method: "PUT", headers, body }),
      await post(url, { headers: { ...headers, "Content-Length": 2 ** 21 } }).catch(() => undefined),
      await post(url, { headers, body: new Uint8Array(2 ** 21) }).catch(() => undefined),
      await post(url, { headers: text, body }),
    ];
    assert.deepEqual(
      responses.map((response) => response?.status ?? 413),
      [200, 401, 400, 405, 413, 413, 415],
    );
    assert.equal(responses[3]?.headers.allow, "POST");
    assert.deepEqual(
      [responses[1]?.headers["content-type"], responses[1]?.body],
      [
        "application/problem+json",
        '{"type":"about:blank","title":"Unauthorized","status":401,"code":"signature-missing"}',
      ],
    );
    const { code, out, err } = await ended;
    assert.equal(code, 0);
    assert.match(out, /^\d\d:\d\d:\d\d 200 verified assessment_add assessment_add:\S+ .*\.http\n/);
    assert.match(
      out,
      /401 signature-missing assessment_add \S+ Missing signature header X-PainChek-WH-Signature\. .*-0002-rejected\.http\n/,
    );
    // All errors of a contract, each with its line.
    assert.match(
      out,
      /400 \S+ assessment_add .*-0003-rejected\.http\n {2}type \/data Expected .*\n {4}1:\d+ \|/,
    );
    assert.match(out, /405 method-not-allowed Method not allowed; use POST\.\n/);
    assert.match(out, /413 body-too-large The body is larger than 1048576 bytes\.\n/);
    assert.match(out, /415 content-type Unsupported Content-Type: expected application\/json, /);
    assert.match(err, /1 delivery accepted, 5 rejected\.\n$/);
    const names = readdirSync(saved).sort();
    assert.match(names[0] as string, /^\d{4}-\d\d-\d\dT.*-0001-assessment_add\.http$/);
    assert.equal(names.filter((name) => name.endsWith("-rejected.http")).length, 3);
    const first = join(saved, names[0] as string);
    assert.equal(statSync(first).mode & 0o777, 0o600);
    assert.ok(readFileSync(first).includes(SAMPLE));
    assert.equal(run(["verify", first, ...TRUST]).code, 0);
  });

  it("responds to handshakes, and prints their names", async () => {
    const slack = webhook("slack", { secrets: [SECRET] });
    const args = ["--provider", "slack", "--secret-env", "HOOK_SECRET"];
    for (const json of [[], ["--json"]]) {
      const { match, ended } = await start(
        ["listen", "0", ...args, "--count", "1", ...json],
        /Listening on (http:\/\/\S+) for slack/,
      );
      const challenge = JSON.stringify({ type: "url_verification", challenge: "a-challenge", token: "x" });
      const response = await post(match[1] as string, slack.sign(challenge));
      assert.deepEqual([response.status, response.body], [200, "a-challenge"]);
      const { code, out } = await ended;
      assert.equal(code, 0);
      if (json.length > 0) assert.deepEqual(JSON.parse(out), { status: 200, handshake: "url_verification" });
      else assert.match(out, /^\S+ 200 handshake url_verification\n$/);
    }
  });

  it("responds to a retry as to the first delivery, and saves both", async () => {
    const saved = join(folder, "twice");
    const { match, ended } = await start(
      ["listen", "0", ...TRUST, "--save", saved, "--count", "2", "--json"],
      listening,
    );
    // Long enough for many chunks.
    const { headers, body } = hook.sign(Buffer.concat([SAMPLE, Buffer.alloc(300_000, " ")]));
    for (let times = 0; times < 2; times++) {
      const { status, body: text } = await post(match[1] as string, { headers, body });
      assert.deepEqual([status, text], [200, '{"status":"handled"}']);
      // The file exists before the response.
      const names = readdirSync(saved).sort();
      assert.equal(names.length, times + 1);
      assert.ok(readFileSync(join(saved, names[times] as string)).includes(Buffer.from(body)));
    }
    const lines = (await ended).out.trimEnd().split("\n");
    const files = lines.map((line) => JSON.parse(line).file);
    assert.deepEqual(
      files,
      readdirSync(saved)
        .sort()
        .map((name) => join(saved, name)),
    );
  });

  it("prints and saves requests that are rejected before their body is read, and prints incomplete ones", async () => {
    const saved = join(folder, "refused");
    const { match, ended } = await start(
      ["listen", "0", ...TRUST, "--save", saved, "--count", "4"],
      listening,
    );
    const url = match[1] as string;
    const { headers, body } = hook.sign(SAMPLE);
    const text = await post(url, { headers: { ...headers, "Content-Type": "text/plain" }, body });
    const packed = await post(url, { headers: { ...headers, "Content-Encoding": "gzip" }, body });
    const put = await post(url, { method: "PUT", headers, body });
    assert.deepEqual([text.status, packed.status, put.status], [415, 415, 405]);
    assert.equal(JSON.parse(packed.body).code, "encoding-unsupported");
    const { port } = new URL(url);
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.end("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{");
    });
    socket.on("error", () => {});
    const { out, err } = await ended;
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\S+ /, ""));
    assert.deepEqual(
      lines.map((line) => line.replace(/ \S+-rejected\.http$/, "").trim()),
      [
        "415 content-type Unsupported Content-Type: expected application/json, or another type of JSON in UTF-8.",
        "415 encoding-unsupported This receiver does not accept the Content-Encoding of the body.",
        "405 method-not-allowed Method not allowed; use POST.",
        "400 body-incomplete The connection ended before the body did.",
      ],
    );
    assert.match(err, /0 deliveries accepted, 3 rejected\.\n$/);
    const names = readdirSync(saved).sort();
    assert.equal(names.length, 2);
    for (const name of names)
      assert.ok(out.includes(join(saved, name)), "the file of a rejected delivery is printed");
    for (const name of names) {
      assert.ok(readFileSync(join(saved, name)).includes(SAMPLE));
      assert.equal(statSync(join(saved, name)).mode & 0o777, 0o600);
    }
    const again = names.map((name) => run(["verify", join(saved, name), ...TRUST]).out.split("\n")[0]);
    assert.deepEqual(
      again.map((line) => /content-type|^verified/.exec(line as string)?.[0]),
      ["content-type", "verified"],
    );
  });

  it("prints JSON and bodies, and ends at SIGINT", async () => {
    const { match, ended, child } = await start(
      ["listen", "0", ...TRUST, "--json", "--show-body"],
      listening,
    );
    const { headers, body } = hook.sign(SAMPLE);
    await post(match[1] as string, { headers, body });
    child.kill("SIGINT");
    const { code, out } = await ended;
    const line = JSON.parse(out);
    assert.deepEqual(
      [code, line.status, line.type, line.body],
      [0, 200, "assessment_add", SAMPLE.toString()],
    );
  });

  it("survives a sender that sends too much and reads no response", async () => {
    const { match, ended } = await start(
      ["listen", "0", ...TRUST, "--count", "2", "--max-bytes", "1000"],
      listening,
    );
    const { port } = new URL(match[1] as string);
    const response = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(Number(port), "127.0.0.1", () => {
        socket.write("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        const more = setInterval(() => socket.write(`400\r\n${"x".repeat(1024)}\r\n`), 5);
        socket.on("close", () => {
          clearInterval(more);
          resolve(text);
        });
      });
      socket.on("error", () => {});
      socket.on("data", (part) => {
        text += part;
      });
    });
    assert.match(response, /^HTTP\/1\.1 413 /);
    const { headers, body } = hook.sign("{}");
    await post(match[1] as string, { headers, body });
    assert.equal((await ended).code, 0);
  });
});
