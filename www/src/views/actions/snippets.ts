/** The receiver of docs/receiving.md for each framework, with a provider filled in. The secret comes from the environment. */

export type Framework = "node" | "express" | "fastify" | "next" | "hono" | "workers";

export const frameworks: readonly (readonly [Framework, string])[] = [
  ["node", "Node"],
  ["express", "Express"],
  ["fastify", "Fastify"],
  ["next", "Next.js"],
  ["hono", "Hono"],
  ["workers", "Workers"],
];

export interface Given {
  id: string;
  signs: boolean;
  /** A definition of one's own, as JSON. */
  definition?: string | undefined;
}

/** Providers with a function of their own in the package. */
const NAMED = ["painchek", "xon"];

/** The provider's name in paths and variables. */
function nameOf({ id, definition }: Given): string {
  return definition === undefined ? id : String((JSON.parse(definition) as { id: unknown }).id);
}

/** The environment variable of its secret. */
export function variable(given: Given): string {
  return `${nameOf(given)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .replace(/^(?=\d)/, "WEBHOOK_")}_SECRET`;
}

/** The webhook, with where its secret is read from. */
function hook(given: Given, environment: string, space = ""): string {
  const options = given.signs ? `{ secrets: [${environment}.${variable(given)}] }` : '{ unsigned: "allow" }';
  if (given.definition !== undefined)
    return `webhook(${literal(given.definition).replaceAll("\n", `\n${space}`)}, ${options})`;
  return NAMED.includes(given.id)
    ? `${given.id}(${options})`
    : `webhook(${JSON.stringify(given.id)}, ${options})`;
}

/** JSON as JavaScript: "__proto__" would mean something else there. */
function literal(json: string): string {
  return json.replaceAll(/^(\s*)"__proto__":/gm, '$1["__proto__"]:');
}

function handler(space = ""): string {
  return `async (delivery) => {
${space}  // \`delivery\` is verified. When this returns, the sender is told that it arrived.
${space}  console.log("received", delivery.type, delivery.id);
${space}}`;
}

export function snippet(framework: Framework, given: Given): string {
  const made = given.definition === undefined && NAMED.includes(given.id) ? given.id : "webhook";
  const path = `/webhooks/${nameOf(given)}`;
  const entry = {
    node: "node",
    express: "express",
    fastify: "fastify",
    next: "fetch",
    hono: "fetch",
    workers: "fetch",
  };
  const imports = `import { ${made} } from "hookseal";
import { ${framework === "fastify" ? "hookseal" : "receiver"} } from "hookseal/${entry[framework]}";
`;
  const whole = `const hook = ${hook(given, "process.env")};
`;
  switch (framework) {
    case "node":
      return `import { createServer } from "node:http";
${imports}
${whole}
const receive = receiver(hook, ${handler()});

createServer(receive).listen(process.env.PORT ?? 3000);
`;
    case "express":
      return `import express from "express";
${imports}
${whole}
const app = express();

app.all("${path}", receiver(hook, ${handler()}));

// Behind it, so that the receiver gets the raw body.
app.use(express.json());

app.listen(process.env.PORT ?? 3000);
`;
    case "fastify":
      return `import Fastify from "fastify";
${imports}

const app = Fastify();

app.register(hookseal, {
  path: "${path}",
  hook: ${hook(given, "process.env", "  ")},
  handler: ${handler("  ")},
});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
`;
    case "next":
      return `// app${path}/route.js
${imports}
let receive;

export const POST = (request) => {
  // Not before the first request: \`next build\` loads this file, too, and should not need the secret.
  receive ??= receiver(${hook(given, "process.env", "  ")}, ${handler("  ")});
  return receive(request);
};
`;
    case "hono":
      return `import { serve } from "@hono/node-server";
import { Hono } from "hono";
${imports}
${whole}
const app = new Hono();

const receive = receiver(hook, ${handler()});

app.all("${path}", (c) => receive(c.req.raw));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });
`;
    case "workers":
      return `${imports}
let receive;

export default {
  fetch(request, env) {
    receive ??= receiver(${hook(given, "env", "    ")}, ${handler("    ")});
    return receive(request);
  },
};
`;
  }
}
