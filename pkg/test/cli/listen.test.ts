// `listen` with several providers, and forwarding to an application: real processes on this machine.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { Routes } from "../../src/cli/listen/routes.ts";
import { ListenServer } from "../../src/cli/listen/server.ts";
import { painchek, providerDefinition, providers, webhook } from "../../src/index.ts";
import { bytesOf, SECRET, samplesOf, schemeOf, text } from "../support/fixtures.ts";
import { file, folder, run, start as run_, TRUST, usageError } from "./command.ts";

const SAMPLE = Buffer.from(bytesOf("providers/painchek/samples/assessment_add.painchek.json"));
const STRIPE_SECRET = `whsec_${"0123456789abcdef".repeat(2)}`;
const hook = painchek({ secrets: [SECRET] });
const stripe = webhook("stripe", { secrets: [STRIPE_SECRET] });
const CHARGE =
  '{"id":"evt_1","object":"event","type":"charge.succeeded","created":1700000000,"data":{"object":{}},"livemode":false,"api_version":"2024-06-20","pending_webhooks":1,"request":null}';
const listening = /Listening on (http:\/\/\S+) for /;

interface Response {
  status: number;
  headers: Headers;
  text: string;
}

async function post(
  url: string,
  { headers, body }: { headers: object; body: Uint8Array | string },
): Promise<Response> {
  const response = await fetch(url, {
    method: "POST",
    headers: headers as Record<string, string>,
    body: body as string,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

interface Got {
  url: string;
  rawHeaders: string[];
  body: Buffer;
}

const open: { close(): void; closeAllConnections(): void }[] = [];
const children: ChildProcess[] = [];
/** Starts the command. The processes of a test that fails are ended, too. */
const start: typeof run_ = async (args, until) => {
  const started = await run_(args, until);
  children.push(started.child);
  return started;
};
after(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const server of open) {
    server.close();
    server.closeAllConnections();
  }
});

/** Starts an application, and returns its URL and the requests that it gets. */
async function application(
  respond: (got: Got) => { status: number; headers?: Record<string, string | string[]>; body?: string },
) {
  const all: Got[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const got = { url: request.url ?? "", rawHeaders: request.rawHeaders, body: Buffer.concat(parts) };
    all.push(got);
    const { status, headers = {}, body = "" } = respond(got);
    response.writeHead(status, headers).end(body);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`, all };
}

/** Headers by lower-case names. */
const pairs = (rawHeaders: string[]) =>
  rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] as string]] : [],
  );

const lines = (out: string) => out.trimEnd().split("\n");

describe("listen without --provider", () => {
  it("detects the provider of each delivery, with a secret for each", async () => {
    const stripeFile = file("stripe.secret", STRIPE_SECRET);
    const saved = join(folder, "detected");
    const { match, ended } = await start(
      [
        "listen",
        "0",
        "--secret-env",
        "painchek=HOOK_SECRET",
        "--secret-file",
        `stripe=${stripeFile}`,
        "--count",
        "7",
        "--save",
        saved,
      ],
      listening,
    );
    const url = match[1] as string;
    const signed = stripe.sign(CHARGE);
    const forged = { headers: signed.headers, body: CHARGE.replace("evt_1", "evt_2") };
    const github = webhook("github", { secrets: ["another secret"] }).sign('{"zen":"x"}', { type: "ping" });
    const responses = [
      await post(url, hook.sign(SAMPLE)),
      await post(url, signed),
      await post(url, forged),
      await post(url, github),
      await post(url, {
        headers: { "Content-Type": "application/json", "X-Acme-Signature": "00".repeat(32) },
        body: '{"a":1}',
      }),
      await post(url, { headers: { "Content-Type": "application/json" }, body: "{" }),
      await fetch(url).then(({ status, headers }) => ({ status, headers, text: "" })),
    ];
    assert.deepEqual(
      responses.map(({ status }) => status),
      [200, 200, 401, 500, 400, 400, 405],
    );
    assert.deepEqual(JSON.parse(responses[4]?.text ?? "").code, "provider-unknown");
    const { code, out, err } = await ended;
    assert.equal(code, 0);
    assert.match(err, /for every built-in provider\. Press/);
    assert.match(err, /2 deliveries accepted, 4 rejected\./);
    assert.match(
      out,
      /200 verified painchek assessment_add assessment_add:\S+ \S+-0001-assessment_add\.http\n/,
    );
    assert.match(out, /200 verified stripe charge\.succeeded charge\.succeeded:evt_1 /);
    assert.match(
      out,
      /401 signature-mismatch stripe charge\.succeeded \S+ revision snapshot The signature .* \S+-0003-rejected\.http\n/,
    );
    assert.match(
      out,
      /500 secret-missing github No signing secret configured for GitHub\. \S+\n {2}Pass it: --secret-env github=NAME\n/,
    );
    assert.match(out, /400 provider-unknown Provider not detected: .* \S+-0005-rejected\.http\n/);
    assert.match(out, /400 json-syntax /);
    assert.match(out, /405 method-not-allowed /);
    assert.equal(readdirSync(saved).length, 6);
  });

  it("uses one secret for whichever provider sends", async () => {
    const { match, ended } = await start(
      ["listen", "0", "--secret-env", "HOOK_SECRET", "--count", "2", "--json"],
      listening,
    );
    const url = match[1] as string;
    const github = webhook("github", { secrets: [SECRET] }).sign('{"zen":"x"}', { type: "ping" });
    assert.deepEqual(
      [(await post(url, hook.sign(SAMPLE))).status, (await post(url, github)).status],
      [200, 200],
    );
    const rows = lines((await ended).out).map((line) => JSON.parse(line));
    assert.deepEqual(
      rows.map(({ provider, status }) => [provider, status]),
      [
        ["painchek", 200],
        ["github", 200],
      ],
    );
  });

  it("takes several providers, one of them a definition of the user's, and no other", async () => {
    const mine = file(
      "mine.json",
      JSON.stringify({
        id: "mine",
        signature: { header: "X-Mine", algorithms: ["sha256"], format: "{hex}", signedContent: "{body}" },
        envelope: { type: "/type" },
        events: { "*": { schema: true } },
      }),
    );
    const { match, ended } = await start(
      [
        "listen",
        "0",
        "-p",
        "painchek",
        "-p",
        mine,
        "--secret-env",
        "painchek=HOOK_SECRET",
        "--secret-env",
        "mine=HOOK_SECRET",
        "--count",
        "3",
      ],
      listening,
    );
    const url = match[1] as string;
    const own = webhook(JSON.parse(readFileSync(mine, "utf8")), { secrets: [SECRET] });
    const statuses = [
      (await post(url, own.sign('{"type":"ping"}'))).status,
      (await post(url, hook.sign(SAMPLE))).status,
      (await post(url, stripe.sign(CHARGE))).status,
    ];
    assert.deepEqual(statuses, [200, 200, 400]);
    const { out } = await ended;
    assert.match(out, /200 verified mine ping /);
    assert.match(out, /400 provider-unknown /);
  });

  it("responds to a body that is too large, or that never ends, as every receiver does", async () => {
    const { match, ended } = await start(
      ["listen", "0", "--secret-env", "HOOK_SECRET", "--count", "3", "--max-bytes", "1000"],
      listening,
    );
    const url = match[1] as string;
    const large = await post(url, {
      headers: { "Content-Type": "application/json" },
      body: `"${"x".repeat(2000)}"`,
    });
    assert.equal(large.status, 413);
    const chunked = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(5000).fill(32));
          controller.close();
        },
      }),
      duplex: "half",
    } as RequestInit);
    assert.equal(chunked.status, 413);
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.end(
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
      );
    });
    socket.on("error", () => {});
    const { out, code } = await ended;
    assert.equal(code, 0);
    assert.equal(out.match(/413 body-too-large/g)?.length, 2);
    assert.match(out, /400 body-incomplete /);
  });

  it("responds to a handshake by GET of a configured provider", async () => {
    const { match, ended } = await start(
      [
        "listen",
        "0",
        "-p",
        "painchek",
        "-p",
        "meta",
        "--secret-env",
        "HOOK_SECRET",
        "--setting-env",
        "verifyToken=HOOK_SECRET",
        "--count",
        "2",
      ],
      listening,
    );
    const query = `hub.mode=subscribe&hub.verify_token=${encodeURIComponent(SECRET)}&hub.challenge=12345`;
    const response = await fetch(`${match[1]}?${query}`);
    assert.deepEqual([response.status, await response.text()], [200, "12345"]);
    assert.equal((await fetch(match[1] as string)).status, 405);
    assert.match((await ended).out, /200 handshake \S+\n/);
  });

  it("says that nothing is accepted without a secret", async () => {
    const { match, ended } = await start(
      ["listen", "0", "--count", "1"],
      /Listening on (http:\/\/\S+) [\s\S]*No secret is configured/,
    );
    assert.equal((await post(match[1] as string, hook.sign(SAMPLE))).status, 500);
    assert.match(
      (await ended).out,
      /500 secret-missing painchek No signing secret configured for PainChek\.\n/,
    );
  });

  it("rejects what it has no public key for, and names the option", async () => {
    const { match, ended } = await start(
      ["listen", "0", "--secret-env", "github=HOOK_SECRET", "--count", "4"],
      listening,
    );
    const url = match[1] as string;
    const [sns] = samplesOf("aws-sns");
    const [paypal] = samplesOf("paypal");
    const json = { "Content-Type": "application/json" };
    const statuses = [
      (await post(url, { headers: { "Content-Type": "text/plain" }, body: text.decode(sns?.body) })).status,
      (await post(url, { headers: { ...json, "Plaid-Verification": "a.b.c" }, body: "{}" })).status,
      (await post(url, { headers: { ...json, "PAYPAL-TRANSMISSION-SIG": "x" }, body: paypal?.body ?? "" }))
        .status,
      // The command still runs.
      (await post(url, webhook("github", { secrets: [SECRET] }).sign('{"zen":"x"}', { type: "ping" })))
        .status,
    ];
    assert.deepEqual(statuses, [500, 500, 500, 200]);
    const { out, code } = await ended;
    assert.equal(code, 0);
    assert.match(
      out,
      /500 secret-missing aws-sns No public key configured for Amazon SNS\.\n {2}Pass it: --keys-file FILE, or --secret-env aws-sns=NAME\n/,
    );
    assert.match(
      out,
      /500 secret-missing plaid No public key configured for Plaid\.\n {2}Pass it: --keys-file/,
    );
    assert.match(
      out,
      /500 setting-missing paypal Missing setting `webhookId` .*\n {2}Pass it: --setting-env webhookId=NAME\n/,
    );
  });

  it("survives a delivery of every sender, without and with --unsigned", async () => {
    const senders = providers().map((id) => {
      const [sample] = samplesOf(id);
      const scheme = schemeOf(providerDefinition(id));
      const names = [scheme?.header ?? []].flat();
      const signature = Object.fromEntries(names.map((name) => [name, "a.b.c"]));
      return { body: sample?.body ?? "{}", headers: { "Content-Type": "application/json", ...signature } };
    });
    for (const options of [[], ["--unsigned"]]) {
      const { match, ended } = await start(
        ["listen", "0", ...options, "--json", "--count", String(2 * senders.length)],
        listening,
      );
      for (const { headers, body } of senders) {
        await post(match[1] as string, { headers, body });
        await post(match[1] as string, { headers: { "Content-Type": "application/json" }, body });
      }
      const { code, err } = await ended;
      assert.deepEqual([code, /error/i.test(err)], [0, false], err);
    }
  });

  it("responds 500 to a request that makes its own code fail", async () => {
    const fallback = webhook(
      { id: "any", envelope: { type: "header:Host" }, events: {} },
      { unsigned: "allow" },
    );
    const route = () => {
      throw new TypeError("a bug");
    };
    const routes = { fallback, keys: [], route } as unknown as Routes;
    const listener = new ListenServer(routes, { targets: [], namesProvider: true, count: 1 });
    const ended = new Promise<void>((resolve) => {
      listener.onCountReached = resolve;
    });
    const server = createServer((request, response) => void listener.handle(request, response));
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const response = await post(url, { headers: {}, body: "{}" });
    assert.deepEqual([response.status, JSON.parse(response.text).code], [500, "internal"]);
    await ended;
    assert.equal(listener.rejected, 1);
  });

  it("counts a request by GET as no delivery", async () => {
    const { match, ended } = await start(["listen", "0", ...TRUST.slice(2), "--count", "2"], listening);
    const url = match[1] as string;
    assert.equal((await fetch(url)).status, 405);
    const text = await post(url, { headers: { "Content-Type": "image/png" }, body: "{}" });
    assert.equal(text.status, 415);
    const { err } = await ended;
    assert.match(err, /0 deliveries accepted, 1 rejected\./);
  });

  it("names JSON first among the media types that it expects of a provider that is not detected", async () => {
    const { match, ended } = await start(["listen", "0", "--count", "1"], listening);
    const { status } = await post(match[1] as string, {
      headers: { "Content-Type": "text/html" },
      body: "{}",
    });
    assert.equal(status, 415);
    const { out } = await ended;
    assert.match(
      out,
      /415 content-type Unsupported Content-Type: expected application\/json, text\/plain, application\/x-www-form-urlencoded, or another type of JSON in UTF-8\.\n/,
    );
  });

  it("says which options are wrong before it listens", () => {
    assert.match(
      usageError(["listen", "0", "--secret-env", "unknown-provider=HOOK_SECRET"]),
      /is not a provider that can be detected/,
    );
    assert.match(
      usageError(["listen", "0", "-p", "painchek", "-p", "stripe", "--secret-env", "painchek=HOOK_SECRET"]),
      /No signing secret configured for Stripe\.\nPass it: --secret-env stripe=NAME/,
    );
    assert.match(
      usageError(["listen", "0", ...TRUST, "--forward", "not a url"]),
      /Invalid value for --forward/,
    );
  });
});

describe("listen --forward", () => {
  it("forwards the bytes and headers of what verifies, and passes the response on", async () => {
    const app = await application(() => ({
      status: 202,
      headers: { "Content-Type": "text/plain", "X-App": "7", "Set-Cookie": ["a=1", "b=2"] },
      body: "done",
    }));
    const { match, ended } = await start(
      ["listen", "0", ...TRUST, "--forward", app.url, "--count", "2"],
      listening,
    );
    const url = match[1] as string;
    const signed = hook.sign(SAMPLE);
    const response = await post(`${url}path?x=1`, {
      ...signed,
      headers: { ...signed.headers, "X-Extra": "1" },
    });
    assert.deepEqual(
      [response.status, response.text, response.headers.get("x-app"), response.headers.getSetCookie()],
      [202, "done", "7", ["a=1", "b=2"]],
    );
    const rejected = await post(url, { headers: signed.headers, body: "{}" });
    assert.equal(rejected.status, 401);
    const { out, err } = await ended;
    assert.equal(app.all.length, 1, "a rejected delivery is not forwarded");
    const [got] = app.all as [Got];
    assert.equal(got.url, "/webhooks?x=1");
    assert.deepEqual(got.body, SAMPLE);
    const headers = new Map(pairs(got.rawHeaders) as [string, string][]);
    assert.equal(headers.get("x-extra"), "1");
    assert.equal(headers.get("x-painchek-wh-signature"), signed.headers["X-PainChek-WH-Signature"]);
    assert.equal(headers.get("host"), new URL(app.url).host);
    assert.equal(headers.get("content-length"), String(SAMPLE.length));
    assert.equal(hook.verify({ headers: got.rawHeaders, body: got.body }).type, "assessment_add");
    assert.match(err, /forwarding to http:\/\/127\.0\.0\.1:\d+\/webhooks\./);
    assert.match(out, /202 verified assessment_add \S+\n {2}forwarded http:\S+ 202 in \d+ ms\n/);
  });

  it("passes on the failure of any application, and prints why", async () => {
    const good = await application(() => ({ status: 200, body: "fine" }));
    const bad = await application(() => ({ status: 500, body: "TypeError: pain_score\u001b[2J" }));
    const { match, ended } = await start(
      ["listen", "0", ...TRUST, "--forward", good.url, "--forward", bad.url, "--count", "1"],
      listening,
    );
    const response = await post(match[1] as string, hook.sign(SAMPLE));
    assert.deepEqual([response.status, response.text], [500, "TypeError: pain_score\u001b[2J"]);
    const { out, err } = await ended;
    assert.deepEqual([good.all.length, bad.all.length], [1, 1]);
    assert.match(
      out,
      /^\S+ 500 verified assessment_add \S+\n {2}forwarded \S+ 200 in \d+ ms\n {2}forwarded \S+ 500 in \d+ ms\n {4}TypeError: pain_score\ufffd\[2J\n$/,
    );
    assert.match(err, /1 delivery accepted, 0 rejected/);
  });

  it("rejects its own address, which would forward without end", () => {
    for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
      const message = usageError(["listen", "4999", ...TRUST, "--forward", `http://${host}:4999/webhooks`]);
      assert.match(message, /where this command listens[\s\S]*URL of your application/);
    }
  });

  it("responds 502 where no application listens", async () => {
    const { match, ended } = await start(
      ["listen", "0", ...TRUST, "--forward", "http://user:pass@127.0.0.1:1/", "--count", "1", "--json"],
      listening,
    );
    const response = await post(match[1] as string, hook.sign(SAMPLE));
    assert.deepEqual([response.status, JSON.parse(response.text).code], [502, "forward-failed"]);
    const { out, err } = await ended;
    assert.doesNotMatch(out + err, /user|pass@/);
    const [forwarded] = JSON.parse(out).forwarded;
    assert.deepEqual([forwarded.url, forwarded.error], ["http://127.0.0.1:1/", "connection refused"]);
  });
});

it("listen --redact hides the values of the payload", async () => {
  const { match, ended } = await start(["listen", "0", ...TRUST, "--count", "1", "--redact"], listening);
  await post(match[1] as string, hook.sign('{"event":"assessment_add","data":"a secret name"}'));
  const { out } = await ended;
  assert.match(out, /type \/data Expected /);
  assert.doesNotMatch(out, /a secret name/);
  const help = run(["listen", "--help"]);
  assert.equal(help.code, 0);
  for (const form of ["ID=NAME", "ID:SCHEME=NAME", "ID=FILE", "verifyToken=NAME"])
    assert.ok(help.out.replace(/\s+/g, " ").includes(form), form);
});
