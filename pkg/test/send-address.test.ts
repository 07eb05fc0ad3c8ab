// Where `send` connects to, and where not: addresses, redirects, certificates, and parameters of the URL.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { createServer as createSecure } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Guard } from "../src/send/address.ts";
import { type SendOptions, send } from "../src/send.ts";
import { answer, type Got, hook, quick, receive, SAMPLE } from "./sending.ts";

describe("an address that is public", () => {
  it("is not refused, in whatever way it is written", () => {
    const guard = new Guard();
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
      assert.equal(guard.refuses(address), false, address);
    }
  });
});

describe("an address that is not public", () => {
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

  it("is refused after the name was resolved, and nothing is tried again", async () => {
    for (const address of REFUSED) {
      const sent = await send("https://example.org/", hook.sign(SAMPLE), {
        lookup: async () => [{ address, family: address.includes(":") ? 6 : 4 }],
        timeout: 2000,
      });
      assert.deepEqual(
        [sent.outcome, sent.attempts.length, sent.attempts[0]?.code],
        ["stopped", 1, "address-refused"],
        address,
      );
    }
  });

  it("is refused in every way to write it in a URL", async () => {
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
      assert.equal(sent.attempts[0]?.code, "address-refused", host);
    }
  });

  it("is refused beside a public one, too", async () => {
    const lookup = async () => [
      { address: "93.184.216.34", family: 4 },
      { address: "10.0.0.1", family: 4 },
    ];
    const sent = await send("https://example.org/", hook.sign(SAMPLE), { lookup });
    assert.equal(sent.attempts[0]?.code, "address-refused");
  });

  it("is not reached by a name that is asked twice and says another thing: what was checked is connected to", async () => {
    const { port, got } = await receive(answer(200));
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      // The first answer is allowed. A second look-up would lead elsewhere.
      return [{ address: asked === 1 ? "127.0.0.1" : "127.0.0.2", family: 4 }];
    };
    const sent = await send(
      `http://rebinding.test:${port}/`,
      hook.sign(SAMPLE),
      quick({ lookup, retries: [] }).options,
    );
    assert.deepEqual([sent.ok, asked, got.length], [true, 1, 1]);
    assert.equal(got[0]?.headers.host, `rebinding.test:${port}`);
  });

  it("is reached where it is named, and no other", async () => {
    const { url, port } = await receive(answer(200));
    const go = async (to: string, allow: SendOptions["allow"] & object) =>
      (await send(to, hook.sign(SAMPLE), quick({ allow, retries: [] }).options)).attempts[0]?.code;
    assert.equal(await go(url, ["127.0.0.1"]), undefined);
    assert.equal(await go(url, ["127.0.0.0/8", "::1"]), undefined);
    assert.equal(await go(url, ["127.0.0.2", "10.0.0.0/8"]), "address-refused");
    const mapped = await go(`http://[::ffff:127.0.0.1]:${port}/`, ["127.0.0.1"]);
    assert.notEqual(mapped, "address-refused");
  });

  it("gets nothing over plain HTTP that was not named", async () => {
    const lookup = async () => [{ address: "93.184.216.34", family: 4 }];
    const sent = await send("http://example.org/", hook.sign(SAMPLE), { lookup });
    assert.deepEqual([sent.outcome, sent.attempts[0]?.code], ["stopped", "http-refused"]);
  });
});

describe("a redirect", () => {
  it("is not followed unless that is asked for", async () => {
    const target = await receive(answer(200));
    const { url } = await receive((response) => response.writeHead(307, { Location: target.url }).end());
    const sent = await send(url, hook.sign(SAMPLE), quick({ success: "2xx", retries: [] }).options);
    assert.deepEqual([sent.ok, sent.status, target.got.length], [false, 307, 0]);
  });

  it("that is followed keeps method and bytes, and leaves credentials behind", async () => {
    const target = await receive(answer(200));
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

  it("is checked like any address, and bounded", async () => {
    const { url } = await receive((response) =>
      response.writeHead(307, { Location: "http://10.0.0.1/" }).end(),
    );
    const sent = await send(url, hook.sign(SAMPLE), quick({ redirects: 3 }).options);
    assert.deepEqual([sent.outcome, sent.attempts[0]?.code], ["stopped", "address-refused"]);
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
      assert.equal(sent.attempts[0]?.code, "redirect-refused", location);
    }
  });
});

describe("TLS", () => {
  it("is verified, whatever the environment says", async () => {
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
    const { port, got } = await receive(answer(200), server as unknown as Server);
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
    rmSync(folder, { recursive: true });
  });
});

describe("a parameter of the URL", () => {
  const filled = async (path: string, data: object, options: SendOptions = {}) => {
    const { url, got } = await receive(answer(200));
    const body = JSON.stringify({ event: "assessment_add", data });
    await send(`${url}${path}`, { headers: {}, body }, quick({ provider: "painchek", ...options }).options);
    return got[0]?.url;
  };
  const refused = (path: string, data: object, expected: RegExp, options: SendOptions = {}) =>
    assert.rejects(filled(path, data, options), (error: Error & { code?: string }) => {
      assert.match(`${error.code} ${error.message}`, expected);
      return true;
    });

  it("is taken from the event's data and percent-encoded, as PainChek documents it", async () => {
    assert.equal(
      await filled(
        "/{patient_external_id}?brow={data.face.descriptors.brow_lowering}&score={data.face.score}",
        {
          patient_external_id: "A/B ?#ä&=%",
          data: { face: { score: 3, descriptors: { brow_lowering: true } } },
        },
      ),
      "/hook/A%2FB%20%3F%23%C3%A4%26%3D%25?brow=true&score=3",
    );
    assert.equal(await filled("?a={empty}", { empty: "" }), "/hook?a=");
  });

  it("that is missing is named", async () => {
    await refused("/{patient_external_id}", {}, /^parameter-missing .*\{patient_external_id\}.* no value/);
    await refused("/{a.b}", { a: "text" }, /^parameter-missing .*\{a\.b\}/);
    await refused("/{a}", { a: null }, /^parameter-missing .*\{a\}, .* null/);
    await refused("/{a}", { a: { b: 1 } }, /^parameter-invalid .*\{a\}/);
    await refused("/{constructor.name}", {}, /^parameter-missing /);
    await refused("/{__proto__}", {}, /^parameter-missing /);
    await refused("/{a}", { a: 2 ** 60 }, /^parameter-invalid .* more digits/);
    await refused("/{a}", { a: "\ud800" }, /^parameter-invalid .* no Unicode/);
  });

  it("changes neither host nor scheme nor path", async () => {
    for (const url of [
      "http://{host}/",
      "http://example.org:{port}/",
      "{scheme}://example.org/",
      "http://x{a}@h/",
    ]) {
      await assert.rejects(send(url, { headers: {}, body: "{}" }), /host/, url);
    }
    await refused("/{a}/secret", { a: ".." }, /^parameter-invalid .* another path/);
    await refused("/.{a}/secret", { a: "." }, /^parameter-invalid /);
    await refused("/%2e{a}/secret", { a: "." }, /^parameter-invalid /);
    await refused("/{not a name}", {}, /^url-invalid .*brace/);
    assert.equal(await filled("/{a}/x", { a: "@evil.test" }), "/hook/%40evil.test/x");
  });

  it("stays one piece of the path or the query, whatever it holds", async () => {
    for (const value of [
      "//evil.test",
      "a/b",
      "a\\b",
      "?x=1",
      "#x",
      "a;b=c",
      "a&b=c",
      "[::1]:80",
      "\u3002evil\u3002test",
      "%2F",
      "%00",
      "{b}",
      "https://evil.test/",
      "..a",
      "a..",
      "...",
    ]) {
      assert.equal(
        await filled("/{a}/x?a={a}&b=1", { a: value, b: 1 }),
        `/hook/${encodeURIComponent(value)}/x?a=${encodeURIComponent(value)}&b=1`,
        value,
      );
    }
    assert.equal(await filled("?a={a}&b", { a: "..\n" }), "/hook?a=..%0A&b");
  });

  it("does not climb out of the path, nor where a receiver decodes what it gets", async () => {
    for (const a of [
      ".",
      "..",
      "../..",
      "../admin",
      "x/..",
      "..\\admin",
      "%2e%2E",
      "%2e.",
      "..%2fadmin",
      "..%5cadmin",
      "..;",
      "..;a=b/x",
      ".. ",
      "\uff0e\uff0e",
      "\u2025",
      "..\u2215..".replace("\u2215", "\uff0f"),
      "",
      "a\nb",
      "a\r\nb",
      "\t..",
      "a\0",
      "\x7f",
    ]) {
      await refused("/{a}/secret", { a }, /^parameter-invalid .*\{a\}/);
    }
    await refused("/{a}{b}/secret", { a: ".", b: "." }, /^parameter-invalid .*\{a\}\{b\}/);
    await refused("/{a}{b}/secret", { a: "..", b: "" }, /^parameter-invalid /);
    await refused("/.{a}.", { a: "" }, /^parameter-invalid /);
    await refused("/{a}.", { a: "x/." }, /^parameter-invalid /);
  });

  it("stands in a URL that parsers read as it is written", async () => {
    for (const url of [
      "/\\{a}\\secret",
      "/x\\..\\{a}",
      "/.\t{a}/secret",
      "/.\n{a}/secret",
      "/a\r/{a}",
      "/a\u007f/{a}",
      "/%{a}",
      "/%2{a}/secret",
      "?a=%{a}",
    ]) {
      await refused(url, { a: "." }, /^url-invalid /);
    }
    for (const url of [
      "https:///{a}/x",
      "https:///example.org/{a}",
      "https:{a}",
      "https:/{a}/",
      "https://?{a}",
    ]) {
      const body = '{"a":"evil.test"}';
      await assert.rejects(send(url, { headers: {}, body }), { code: "url-invalid" }, url);
    }
  });

  it("shows nothing of itself, nor of the URL around it, where it is refused", async () => {
    for (const a of [
      "/../of-the-payload",
      "of-the-payload\n",
      "\ud800of-the-payload",
      { of: "of-the-payload" },
    ]) {
      await refused("/s3cr3t{a}", { a }, /^(?!.*(payload|s3cr3t)).*\{a\}/);
    }
    await refused("/s3cr3t/{a}", {}, /^(?!.*(Infinity|s3cr3t)).*\{a\}/, {
      parameters: { a: 1 / 0 },
    });
    await refused("/{a", { a: "of-the-payload" }, /^url-invalid (?!.*payload)/);
  });

  it("may be handed over, and the queue's id is the same for every attempt", async () => {
    assert.equal(
      await filled("?id={id}&a={a}", { a: 1, id: 2 }, { parameters: { id: "given" } }),
      "/hook?id=given&a=1",
    );
    const one = await filled("?id={webhook_queue_id}", { uuid: "1" });
    assert.match(
      one as string,
      /^\/hook\?id=[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.equal(await filled("?id={webhook_queue_id}", { uuid: "1" }), one);
    assert.notEqual(await filled("?id={webhook_queue_id}", { uuid: "2" }), one);
  });
});
