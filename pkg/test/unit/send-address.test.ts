// The connections of `send`: permitted and blocked addresses, redirects and certificates.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { createServer as createSecure } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { AddressPolicy } from "../../src/send/address.ts";
import { type SendOptions, send } from "../../src/send.ts";
import { type Got, hook, quick, type Reply, receive, respond, SAMPLE } from "../support/sending.ts";

describe("a public address", () => {
  it("is permitted in every notation", () => {
    const guard = new AddressPolicy();
    for (const address of [
      "93.184.216.34",
      "1.1.1.1",
      "172.32.0.1",
      "2606:2800:220:1::1",
      "::ffff:93.184.216.34",
      "::ffff:5db8:d822",
      "64:ff9b::5db8:d822",
      "64:ff9b::93.184.216.34",
    ]) {
      assert.equal(guard.isBlocked(address), false, address);
    }
  });
});

describe("a non-public address", () => {
  const REFUSED = [
    "127.0.0.1",
    "127.255.1.1",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "172.31.255.255",
    "192.168.1.1",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2001:db8::1",
    "2001::1",
    "2002:7f00:1::",
    "no address",
  ];

  it("is blocked after the name was resolved, without a retry", async () => {
    for (const address of REFUSED) {
      const sent = await send("https://example.org/", hook.sign(SAMPLE), {
        lookup: async () => [{ address, family: address.includes(":") ? 6 : 4 }],
        timeout: 2000,
      });
      assert.deepEqual(
        [sent.outcome, sent.attempts.length, sent.attempts[0]?.code],
        ["stopped", 1, "address-blocked"],
        address,
      );
    }
  });

  it("is blocked in every notation of a URL", async () => {
    for (const host of [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f.0.0.1",
      "0177.0.0.1",
      "localhost",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "0",
      "169.254.169.254",
      "[fd00:ec2::254]",
      "１２７.0.0.1",
    ]) {
      const sent = await send(`https://${host}/latest/meta-data`, hook.sign(SAMPLE));
      assert.equal(sent.attempts[0]?.code, "address-blocked", host);
    }
  });

  it("is blocked next to a public one, too", async () => {
    const lookup = async () => [
      { address: "93.184.216.34", family: 4 },
      { address: "10.0.0.1", family: 4 },
    ];
    const sent = await send("https://example.org/", hook.sign(SAMPLE), { lookup });
    assert.equal(sent.attempts[0]?.code, "address-blocked");
  });

  it("is not reached by a name that resolves to another address the second time", async () => {
    const { port, got } = await receive(respond(200));
    let lookups = 0;
    const lookup = async () => {
      lookups += 1;
      // The first address is permitted. A second lookup would return another one.
      return [{ address: lookups === 1 ? "127.0.0.1" : "127.0.0.2", family: 4 }];
    };
    const sent = await send(
      `http://rebinding.test:${port}/`,
      hook.sign(SAMPLE),
      quick({ lookup, retries: [] }).options,
    );
    assert.deepEqual([sent.ok, lookups, got.length], [true, 1, 1]);
    assert.equal(got[0]?.headers.host, `rebinding.test:${port}`);
  });

  it("is reached if `allowAddresses` has it, and no other is", async () => {
    const { url, port } = await receive(respond(200));
    const go = async (to: string, allow: SendOptions["allowAddresses"] & object) =>
      (await send(to, hook.sign(SAMPLE), quick({ allowAddresses: allow, retries: [] }).options)).attempts[0]
        ?.code;
    assert.equal(await go(url, ["127.0.0.1"]), undefined);
    assert.equal(await go(url, ["127.0.0.0/8", "::1"]), undefined);
    assert.equal(await go(url, ["127.0.0.2", "10.0.0.0/8"]), "address-blocked");
    const mapped = await go(`http://[::ffff:127.0.0.1]:${port}/`, ["127.0.0.1"]);
    assert.notEqual(mapped, "address-blocked");
  });

  it("gets no plain HTTP if it is not in `allowAddresses`", async () => {
    const lookup = async () => [{ address: "93.184.216.34", family: 4 }];
    const sent = await send("http://example.org/", hook.sign(SAMPLE), { lookup });
    assert.deepEqual([sent.outcome, sent.attempts[0]?.code], ["stopped", "http-blocked"]);
  });
});

describe("a redirect", () => {
  it("is not followed by default", async () => {
    const target = await receive(respond(200));
    const { url } = await receive((response) => response.writeHead(307, { Location: target.url }).end());
    const sent = await send(url, hook.sign(SAMPLE), quick({ success: "2xx", retries: [] }).options);
    assert.deepEqual([sent.ok, sent.status, target.got.length], [false, 307, 0]);
  });

  it("that is followed keeps method and bytes, and removes credentials", async () => {
    const target = await receive(respond(200));
    const { url } = await receive((response) => response.writeHead(308, { Location: target.url }).end());
    const delivery = hook.sign(SAMPLE);
    const headers = { ...delivery.headers, Authorization: "Bearer x", Cookie: "a=b" };
    const sent = await send(url, { ...delivery, headers }, quick({ redirects: 1, retries: [] }).options);
    assert.equal(sent.ok, true);
    const [got] = target.got;
    assert.deepEqual(
      [got?.method, got?.headers.authorization, got?.headers.cookie],
      ["POST", undefined, undefined],
    );
    assert.equal(hook.verify(got as Got).type, "assessment_add");
  });

  it("to another origin gets the signature, and no secret", async () => {
    const other = await receive(respond(200));
    const back = await receive((response, _, number) =>
      number === 1
        ? response.writeHead(307, { Location: "/again" }).end()
        : response.writeHead(307, { Location: other.url }).end(),
    );
    const secrets = {
      Authorization: "Bearer x",
      "Proxy-Authorization": "Basic x",
      Cookie: "a=b",
      "x-api-key": "x",
      "X-Auth-Token": "x",
      "X-AccessToken": "x",
      apikey: "x",
      "Ocp-Apim-Subscription-Key": "x",
      "X-Amz-Security-Token": "x",
      "X-Session-Id": "x",
      "X-Vault": "Bearer x",
      "X-Acme": "x",
      "X-Client-Secret": "x",
      "X-PAT": "x",
      "X-Acme-Pat": "x",
      "X-Passwd": "x",
      "X-Db-Pwd": "x",
      "X-Pass": "x",
      "X-Session": "x",
      "X-CSRF": "x",
      "X-XSRF-Id": "x",
      "X-Creds": "x",
      "X-OTP": "x",
      "X-AppKey": "x",
      "X-Amzn-Oidc-Data": "x",
    };
    const ordinary = {
      "X-Author": "x",
      "X-Authority": "x",
      "Idempotency-Key": "x",
      traceparent: "x",
      "X-Mine": "x",
      "X-Keyboard": "x",
      "X-Path": "x",
      "X-Patient": "x",
      "X-Pattern": "x",
      "X-Compass": "x",
      "X-Pinned": "x",
      "X-Passed": "x",
      "X-Side": "x",
    };
    const delivery = hook.sign(SAMPLE);
    const headers = { ...delivery.headers, ...secrets, ...ordinary };
    const { options } = quick({ redirects: 3, retries: [], secretHeaders: ["x-ACME"] });
    assert.equal((await send(back.url, { ...delivery, headers }, options)).ok, true);
    for (const name of Object.keys(secrets)) {
      // The second hop is on the first one's origin.
      assert.notEqual(back.got[1]?.headers[name.toLowerCase()], undefined, name);
      assert.equal(other.got[0]?.headers[name.toLowerCase()], undefined, name);
    }
    for (const name of Object.keys(ordinary)) {
      assert.equal(other.got[0]?.headers[name.toLowerCase()], "x", name);
    }
    assert.equal(hook.verify(other.got[0] as Got).signature.status, "verified");
  });

  it("back to the first origin does not bring the secrets back", async () => {
    let away = "";
    const home = await receive((response, _, number) =>
      number === 1 ? response.writeHead(307, { Location: away }).end() : response.end(),
    );
    const other = await receive((response) => response.writeHead(307, { Location: home.url }).end());
    away = other.url;
    const { options } = quick({ redirects: 3, retries: [] });
    await send(home.url, { headers: { "X-Api-Key": "x" }, body: "{}" }, options);
    assert.deepEqual(
      [...home.got, ...other.got].map(({ headers }) => headers["x-api-key"]),
      ["x", undefined, undefined],
    );
  });

  it("requires the names of secret headers, and not their values", async () => {
    for (const secretHeaders of [{ "X-Acme": "s3cr3t" }, ["X-Acme", 1], "s3cr3t"]) {
      const sending = send("https://example.org/", hook.sign(SAMPLE), { secretHeaders } as never);
      await assert.rejects(sending, (error: Error) => {
        assert.match(error.message, /^(?!.*s3cr3t).*`secretHeaders`/);
        return true;
      });
    }
  });

  it("reports no payload value that a receiver wrote into the next host", async () => {
    for (const location of ["http://of-the-payload.test/", "https://of-the-payload.test:1/"]) {
      const { url } = await receive((response) => response.writeHead(307, { Location: location }).end());
      for (const address of ["10.0.0.1", "127.0.0.1", undefined]) {
        const lookup = async () => {
          if (address === undefined) throw Object.assign(new Error("no"), { code: "of-the-payload" });
          return [{ address, family: 4 }];
        };
        const sent = await send(
          url,
          hook.sign(SAMPLE),
          quick({ redirects: 3, retries: [], lookup, timeout: 2000 }).options,
        );
        assert.match(JSON.stringify(sent), /^(?!.*of-the-payload).*127\.0\.0\.1 \(redirected\)/);
      }
    }
  });

  it("is checked like any address, and limited in number", async () => {
    const { url } = await receive((response) =>
      response.writeHead(307, { Location: "http://10.0.0.1/" }).end(),
    );
    const sent = await send(url, hook.sign(SAMPLE), quick({ redirects: 3 }).options);
    assert.deepEqual([sent.outcome, sent.attempts[0]?.code], ["stopped", "address-blocked"]);
    const loop = await receive((response) => response.writeHead(307, { Location: "/again" }).end());
    const looped = await send(
      loop.url,
      hook.sign(SAMPLE),
      quick({ redirects: 3, success: "2xx", retries: [] }).options,
    );
    assert.deepEqual([looped.status, loop.got.length], [307, 4]);
    for (const location of [
      "ftp://example.org/",
      "http://u:p@127.0.0.1/",
      "https://",
      "file:///etc/passwd",
    ]) {
      const { url } = await receive((response) => response.writeHead(307, { Location: location }).end());
      const sent = await send(url, hook.sign(SAMPLE), quick({ redirects: 3 }).options);
      assert.equal(sent.attempts[0]?.code, "redirect-blocked", location);
    }
  });
});

/** Starts a receiver over TLS that requests a certificate, and records whether it got one. */
async function asking(reply: Reply, pem: { key: Buffer; cert: string }) {
  const shown: boolean[] = [];
  const server = createSecure({ ...pem, requestCert: true, rejectUnauthorized: false });
  server.on("secureConnection", (socket) => shown.push(Object.keys(socket.getPeerCertificate()).length > 0));
  return { shown, ...(await receive(reply, server as unknown as Server)) };
}

describe("TLS", () => {
  it("is verified in any environment", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hookseal-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const words =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=receiver.test";
    execFileSync(
      "openssl",
      [...words.split(" "), "-addext", "subjectAltName=DNS:receiver.test", "-keyout", key, "-out", cert],
      { stdio: "ignore" },
    );
    const ca = readFileSync(cert, "utf8");
    const server = createSecure({ key: readFileSync(key), cert: ca });
    const { port, got } = await receive(respond(200), server as unknown as Server);
    const lookup = async () => [{ address: "127.0.0.1", family: 4 }];
    const go = async (host: string, tls: SendOptions["tls"] & object) => {
      const { options } = quick({ lookup, tls, retries: [] });
      return (await send(`https://${host}:${port}/`, hook.sign(SAMPLE), options)).attempts[0]?.code;
    };
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      assert.equal(await go("receiver.test", {}), "tls-failed");
      assert.equal(await go("other.test", { ca }), "tls-failed");
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
    assert.equal(got.length, 0);
    assert.equal(await go("receiver.test", { ca }), undefined);
    assert.equal(got.length, 1);

    // No redirect leads from https to plain HTTP, directly or indirectly.
    const plain = await receive(respond(200));
    const away = await receive(
      (response) => response.writeHead(307, { Location: plain.url }).end(),
      createSecure({ key: readFileSync(key), cert: ca }) as unknown as Server,
    );
    const { options } = quick({ lookup, tls: { ca }, retries: [], redirects: 3 });
    const sent = await send(`https://receiver.test:${away.port}/`, hook.sign(SAMPLE), options);
    assert.deepEqual(
      [sent.outcome, sent.attempts[0]?.code, plain.got.length],
      ["stopped", "redirect-blocked", 0],
    );

    // The sender's own certificate is for the first origin.
    const pem = { key: readFileSync(key), cert: ca };
    const second = await asking(respond(200), pem);
    const first = await asking(
      (response) => response.writeHead(307, { Location: `https://receiver.test:${second.port}/` }).end(),
      pem,
    );
    const mutual = { ca, cert: ca, key: readFileSync(key, "utf8") };
    const mutually = await send(
      `https://receiver.test:${first.port}/`,
      hook.sign(SAMPLE),
      quick({ lookup, tls: mutual, retries: [], redirects: 1 }).options,
    );
    assert.deepEqual([mutually.ok, first.shown, second.shown], [true, [true], [false]]);
    rmSync(folder, { recursive: true });
  });
});
