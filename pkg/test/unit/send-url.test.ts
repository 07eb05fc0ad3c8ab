// Parameters of the URL that a delivery is sent to: values of the payload, which cannot change the URL otherwise.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type SendOptions, send } from "../../src/send.ts";
import { quick, receive, respond } from "../support/sending.ts";

describe("a parameter of the URL", () => {
  const filled = async (path: string, data: object, options: SendOptions = {}) => {
    const { url, got } = await receive(respond(200));
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

  it("that is missing is named in the error", async () => {
    await refused("/{patient_external_id}", {}, /^parameter-missing .* no value .*\{patient_external_id\}/);
    await refused("/{a.b}", { a: "text" }, /^parameter-missing .*\{a\.b\}/);
    await refused("/{a}", { a: null }, /^parameter-missing .* null .*\{a\}/);
    await refused("/{a}", { a: { b: 1 } }, /^parameter-invalid .*\{a\}/);
    await refused("/{constructor.name}", {}, /^parameter-missing /);
    await refused("/{__proto__}", {}, /^parameter-missing /);
    await refused("/{a}", { a: 2 ** 60 }, /^parameter-invalid .*exactly/);
    await refused("/{a}", { a: "\ud800" }, /^parameter-invalid .* not valid Unicode/);
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

  it("stays one segment of the path or one value of the query, with any characters", async () => {
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

  it("does not escape from the path, even if a receiver decodes the path", async () => {
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

  it("is part of a URL that parsers do not change", async () => {
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

  it("is not shown when it is rejected, and neither is its URL", async () => {
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

  it("may be an option, and the queue's id is the same for every attempt", async () => {
    assert.equal(
      await filled("?id={id}&a={a}", { a: 1, id: 2 }, { parameters: { id: "passed" } }),
      "/hook?id=passed&a=1",
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
