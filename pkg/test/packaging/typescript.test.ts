// The types of the packed tarball in every supported version of TypeScript: the programs of docs/typescript.md, and wrappers that a
// program exports.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { project, root, run, tool } from "../support/project.ts";

/** The oldest and the newest version, and the last one that is written in JavaScript. */
const COMPILERS = ["typescript50", "typescript60", "typescript"];

/** Every kind of value that the package makes, exported without an annotation. */
const WRAPPERS = `import { compileSchema, defineProvider, importDeliveries, memoryStore, painchek, webhook, xon } from "hookseal";
import { receiver as express } from "hookseal/express";
import { receiver as fastify } from "hookseal/fastify";
import { receiver as fetched } from "hookseal/fetch";
import { receiver as lambda } from "hookseal/lambda";
import { webhook as light } from "hookseal/light";
import { receiver as node } from "hookseal/node";
import stripe from "hookseal/providers/stripe";

export const care = painchek({ secrets: ["a"] });
export const surgery = xon({ unsigned: "allow" });
export const github = webhook("github", { secrets: ["a"] });
export const hubspot = webhook("hubspot", { secrets: ["a"] });
export const slack = webhook("slack", { secrets: ["a"] });
export const lone = light(stripe, { secrets: ["a"] });
export const mine = defineProvider({
  id: "mine",
  envelope: { type: "/type", data: "/data" },
  events: {
    ping: {
      schema: {
        type: "object",
        required: ["type", "data"],
        properties: { type: { const: "ping" }, data: { type: "object", properties: { n: { type: "integer" } } } },
      },
    },
    pong: { revisions: [{ name: "1", when: "/a", schema: { type: "object" } }, { name: "2", schema: true }] },
  },
});
export const own = webhook(mine, { unsigned: "allow" });
export const verify = (body: string) => care.verify({ headers: {}, body });
export const check = (body: string) => surgery.check({ headers: {}, body });
export const type = (body: string) => surgery.verify({ headers: {}, body }).type;
export const update = (body: string) => {
  const delivery = surgery.verify({ headers: {}, body });
  return delivery.type === "file-request.files.update" ? delivery : undefined;
};
export const part = (body: string) => update(body)?.event.event.fileRequest;
export const message = (body: string) => {
  const delivery = slack.verify({ headers: {}, body });
  return delivery.type === "event_callback" ? delivery.event.event : undefined;
};
export const items = (body: string) => hubspot.verify({ headers: {}, body }).items;
export const pong = (body: string) => own.verify({ headers: {}, body });
export const made = (n: number) => own.create("ping", { n });
export const inspected = (body: string) => github.inspect({ headers: {}, body });
export const explained = (body: string) => github.explain({ headers: {}, body });
export const parsed = (text: string) => importDeliveries(text);
export const schema = compileSchema({ type: "object" });
export const receivers = {
  express: express(care, (delivery) => delivery),
  node: node(surgery, ({ event }) => event, { store: memoryStore() }),
  fetched: fetched(own, (delivery) => delivery.type).on("ping", ({ event }) => event.data.n),
  late: node(() => surgery).on("calls.user.create", ({ event }) => event),
  items: fetched(hubspot, (item) => item.event, { each: true }),
  lambda: lambda(github, ({ event }) => event),
  fastify: fastify(care, (delivery) => delivery.id, { path: "/" }),
};
export class Hooks {
  hook = care;
  receive = node(care, (delivery) => delivery.event);
  accepted = (body: string) => care.verify({ headers: {}, body });
}
`;

/** Checks that \`hookseal types\` and \`defineProvider\` say the same about one definition. */
const SAME = `import { type EventsOf, webhook } from "hookseal";
import type { AcmeEvents, AcmeOrderPaid } from "./acme.events.js";
import json from "./acme.json";
type Defined = EventsOf<DEFINITION>;
type Both<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
export const same: Both<Defined["order.paid"], AcmeEvents["order.paid"]> = true;
export const keys: Both<keyof Defined, keyof AcmeEvents> = true;
export const hook = webhook<AcmeEvents>(json, { unsigned: "allow" });
export const created = hook.create("order.paid", { total: 1, tags: ["a"], owner: { name: "b" } });
export const paid = (body: string): AcmeOrderPaid | undefined => {
  const delivery = hook.verify({ headers: {}, body });
  return delivery.type === "order.paid" ? delivery.event : undefined;
};
`;

/** A definition with every keyword that says something about types. */
const ACME = {
  id: "acme",
  envelope: { type: "/kind", data: "/order" },
  events: {
    "order.paid": {
      schema: {
        type: "object",
        required: ["kind", "order"],
        properties: {
          kind: { const: "order.paid" },
          order: {
            type: "object",
            required: ["total", "tags", "owner"],
            properties: {
              total: { type: ["integer", "null"] },
              tags: { type: "array", items: { type: "string" } },
              owner: { $ref: "#/$defs/owner" },
              state: { enum: ["open", 1, null] },
              either: {
                anyOf: [{ type: "string" }, { type: "object", properties: { a: { type: "boolean" } } }],
              },
              both: { allOf: [{ type: "object", properties: { a: { type: "string" } } }] },
              any: { type: "object" },
              numbers: { type: "object", additionalProperties: { type: "number" } },
              loose: { type: "string", "x-lenient": { type: "warning" } },
              never: false,
            },
          },
        },
        $defs: { owner: { type: "object", required: ["name"], properties: { name: { type: "string" } } } },
      },
    },
    "order.sent": {
      revisions: [
        { name: "1", when: "/a", schema: { type: "object" } },
        { name: "2", schema: {} },
      ],
    },
  },
};

describe("the types of the package", () => {
  let folder: string;
  before(() => {
    const page = readFileSync(join(root, "docs/typescript.md"), "utf8");
    const programs = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code as string);
    assert.ok(programs.length >= 8);
    const globals =
      "declare const process: { env: Record<string, string | undefined> };\n" +
      "declare const console: { log(...values: unknown[]): void; warn(...values: unknown[]): void };\n" +
      // What `fetch` takes in the library of the DOM.
      "type Memory = ReturnType<Uint8Array['slice']>;\n" +
      "declare function fetch(url: string, init: { method: string; headers: Record<string, string>; body: Memory }): Promise<{ status: number }>;\n";
    folder = project("typescript", {
      "package.json": `{ "name": "programs", "private": true, "type": "module" }`,
      "globals.d.ts": globals,
      "wrappers.ts": WRAPPERS,
      "acme.json": JSON.stringify(ACME),
      "same.ts": SAME.replace("DEFINITION", JSON.stringify(ACME)),
      ...Object.fromEntries(programs.map((code, index) => [`program${index}.ts`, code])),
    });
  });

  before(() => {
    run(
      process.execPath,
      ["node_modules/hookseal/dist/cli.cjs", "types", "acme.json", "--out", "acme.events.d.ts"],
      folder,
    );
  });

  for (const compiler of COMPILERS) {
    const { version } = JSON.parse(readFileSync(tool(`${compiler}/package.json`), "utf8"));
    it(`are complete in TypeScript ${version}, also where a program exports what it makes`, () => {
      const options = {
        strict: true,
        declaration: true,
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        module: "node16",
        target: "es2022",
        lib: ["es2022"],
        types: [],
        resolveJsonModule: true,
        outDir: `out-${compiler}`,
        rootDir: ".",
      };
      const config = `tsconfig.${compiler}.json`;
      writeFileSync(join(folder, config), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
      run(process.execPath, [tool(`${compiler}/bin/tsc`), "--project", config], folder);
      const declared = readFileSync(join(folder, `out-${compiler}/wrappers.d.ts`), "utf8");
      assert.match(declared, /care: import\("hookseal"\)\.Webhook<import\("hookseal"\)\.PainchekEvents>/);
      assert.doesNotMatch(declared, /\bany\b|node_modules/);
    });
  }

  it("are found by the resolution of before `exports`, every entry and the modules", () => {
    const { exports } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
    const names = Object.keys(exports).filter((path) => !/json$/.test(path));
    const imports = names.map(
      (path, index) => `import * as entry${index} from "hookseal${path.slice(1).replace("*", "stripe")}";\n`,
    );
    const used = names.map((_, index) => `entry${index}`).join(", ");
    // The types of the DOM, since `core.wasm` is a module of WebAssembly.
    const main = `${imports.join("")}export const all = [${used}];\n`;
    writeFileSync(join(folder, "classic.ts"), main);
    const options = ["--strict", "--noEmit", "--module", "commonjs", "--moduleResolution", "node10"];
    const more = ["--esModuleInterop", "--target", "es2022", "--lib", "es2022,dom", "--types", "node"];
    const types = [
      "--typeRoots",
      join(root, "node_modules/@types"),
      "--skipLibCheck",
      "--ignoreDeprecations",
      "5.0",
    ];
    run(
      process.execPath,
      [tool("typescript50/bin/tsc"), ...options, ...more, ...types, "classic.ts"],
      folder,
    );
  });
});
