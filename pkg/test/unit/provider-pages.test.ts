// The page of each built-in provider: its program receives deliveries of the provider.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type ProviderDefinition, providerDefinition, providers, webhook } from "../../src/index.ts";
import { contentOf, SECRET, samplesOf, schemeOf, text } from "../support/fixtures.ts";
import { deliveries, now, SENDERS, secretOf, settingsOf } from "../support/senders.ts";

const folder = new URL("../../../docs/providers/", import.meta.url);
const pageOf = (id: string) => readFileSync(new URL(`${id}.md`, folder), "utf8");

/** Where the programs are modules, which resolve the package as a user's module does. */
const programs = fileURLToPath(new URL("../../../node_modules/.hookseal-pages/", import.meta.url));
after(() => rmSync(programs, { recursive: true, force: true }));

/** Made-up secrets: those of PainChek are not in the list of senders. */
const secretFor = (id: string) => (id in SENDERS ? secretOf(id) : SECRET);

/** Runs the program of a page, with its environment, and returns the receiver. */
async function receiverOf(id: string): Promise<(request: Request) => Promise<Response>> {
  const [, code = ""] = /```js\n(.*?)```/s.exec(pageOf(id)) ?? assert.fail(id);
  for (const [, name = ""] of code.matchAll(/process\.env\.(\w+)/g)) {
    const isUrl = name.endsWith("_URL");
    const setting = Object.entries(settingsOf(id)).find(([setting]) =>
      name.endsWith(`_${setting.replace(/[A-Z]/g, "_$&").toUpperCase()}`),
    )?.[1];
    const value = isUrl ? SENDERS[id]?.url : /_(SECRET|PUBLIC_KEY)$/.test(name) ? secretFor(id) : setting;
    process.env[name] = value ?? assert.fail(`${id}: ${name}`);
  }
  mkdirSync(programs, { recursive: true });
  writeFileSync(`${programs}${id}.mjs`, code);
  return (await import(`${programs}${id}.mjs`)).receive;
}

/** The samples of a provider as deliveries. */
async function signed(id: string) {
  const url = "https://example.com/hook";
  if (id in SENDERS) {
    const all = await deliveries(id);
    return all.map((one) => ({
      ...one,
      url: one.url ?? url,
      headers: one.headers as Record<string, string>,
    }));
  }
  const { signature, body: formats } = providerDefinition(id) as ProviderDefinition;
  const isForm = formats?.every(({ as }) => as === "form") === true;
  const hook = webhook(id, signature === undefined ? { unsigned: "allow" } : { secrets: [SECRET] });
  return samplesOf(id).map(({ type, body }) => {
    const sample = text.decode(body);
    const sent = isForm ? `${new URLSearchParams(JSON.parse(sample))}` : sample;
    const { headers } = hook.sign(sent, { now, type });
    return { type, url, headers, body: sent };
  });
}

describe("the page of a provider", () => {
  it("exists for each provider, and for nothing else", () => {
    assert.deepEqual(
      readdirSync(folder).sort(),
      providers()
        .map((id) => `${id}.md`)
        .sort(),
    );
  });

  for (const id of providers()) {
    it(`${id}: has a program that receives its samples, and rejects them without a signature`, async (t) => {
      t.mock.timers.enable({ apis: ["Date"], now });
      const print = t.mock.method(console, "log", () => {});
      const receive = await receiverOf(id);
      const { signature, keys } = providerDefinition(id) as ProviderDefinition;
      // Programs of some providers request a key.
      Object.assign(globalThis, { requestKey: async () => secretFor(id) });
      t.mock.method(globalThis, "fetch", async () => new Response(secretFor(id)));
      const isInHeader = [signature].flat()[0]?.header !== undefined;
      for (const { type, headers, body, url } of await signed(id)) {
        const send = (more: Record<string, string>) => {
          const headers = new Headers({ "content-type": "application/json" });
          for (const [name, value] of Object.entries(more)) headers.set(name, value);
          return receive(new Request(url, { method: "POST", headers, body: body as string }));
        };
        const response = await send(headers);
        // Only the provider has the private key of a key that is built in.
        if (keys?.known !== undefined) {
          assert.equal(response.status, 401, type);
          continue;
        }
        assert.ok(response.ok, `${type}: ${response.status} ${await response.text()}`);
        const own = Object.entries(headers).filter(([name]) => name.toLowerCase() === "content-type");
        if (isInHeader) assert.equal((await send(Object.fromEntries(own))).status, 401, type);
      }
      assert.ok(print.mock.callCount() > 0 || id === "slack" || keys?.known !== undefined);
    });

    it(`${id}: names the header, the secret and what is not signed`, () => {
      const page = pageOf(id);
      const definition = providerDefinition(id) as ProviderDefinition;
      const scheme = schemeOf(definition);
      if (scheme === undefined) return assert.match(page, /does not sign\. Anyone/);
      for (const name of [scheme.header].flat()) assert.ok(page.includes(name ?? "signature"), name);
      assert.ok(
        contentOf(definition) === undefined ||
          page.includes(`\`${contentOf(definition)?.replaceAll("|", "\\|")}\``),
      );
      const hook = webhook(id, { secrets: [secretFor(id)], settings: settingsOf(id) });
      const hasToken = [definition.signature].flat().some((one) => one?.kind === "token");
      assert.equal(page.includes("**Not signed:**"), hasToken || hook.uncovered.length > 0);
      for (const { name } of definition.handshake ?? []) assert.ok(page.includes(`\`${name}\``), name);
    });
  }
});
