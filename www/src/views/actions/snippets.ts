/** The receivers of docs/receiving.md with a provider filled in. The secret is read from the environment. */

export type Framework = "node" | "express" | "fastify" | "next" | "hono" | "workers";

export const frameworks = [
  ["node", "Node"],
  ["express", "Express"],
  ["fastify", "Fastify"],
  ["next", "Next.js"],
  ["hono", "Hono"],
  ["workers", "Workers"],
] as const satisfies (readonly [Framework, string])[];

export interface SnippetInput {
  id: string;
  signs: boolean;
  /** The definition of a custom provider, as JSON. */
  definition?: string | undefined;
}

/** Providers that the package exports by name. */
const EXPORTED_PROVIDERS = ["painchek", "xon"];

/** The provider's id, for paths and variables. */
function getId({ id, definition }: SnippetInput): string {
  return definition === undefined ? id : String((JSON.parse(definition) as { id: unknown }).id);
}

/** Name of the environment variable of the secret. */
export function secretVariable(input: SnippetInput): string {
  return `${getId(input)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .replace(/^(?=\d)/, "WEBHOOK_")}_SECRET`;
}

/** The call that creates the webhook, with its secret from the environment. */
function webhookCode(input: SnippetInput, environment: string, space = ""): string {
  const options = input.signs
    ? `{ secrets: [${environment}.${secretVariable(input)}] }`
    : '{ unsigned: "allow" }';
  if (input.definition !== undefined)
    return `webhook(${toLiteral(input.definition).replaceAll("\n", `\n${space}`)}, ${options})`;
  return EXPORTED_PROVIDERS.includes(input.id)
    ? `${input.id}(${options})`
    : `webhook(${JSON.stringify(input.id)}, ${options})`;
}

/** JSON as a JavaScript literal, in which "__proto__" would set the prototype. */
function toLiteral(json: string): string {
  return json.replaceAll(/^(\s*)"__proto__":/gm, '$1["__proto__"]:');
}

function handlerCode(space = ""): string {
  return `async (delivery) => {
${space}  // \`delivery\` is verified. When this returns, the sender gets a 2xx response.
${space}  console.log("received", delivery.type, delivery.id);
${space}}`;
}

export function snippet(framework: Framework, input: SnippetInput): string {
  const exportName =
    input.definition === undefined && EXPORTED_PROVIDERS.includes(input.id) ? input.id : "webhook";
  const path = `/webhooks/${getId(input)}`;
  const entry = {
    node: "node",
    express: "express",
    fastify: "fastify",
    next: "fetch",
    hono: "fetch",
    workers: "fetch",
  };
  const imports = `import { ${exportName} } from "hookseal";
import { ${framework === "fastify" ? "hookseal" : "receiver"} } from "hookseal/${entry[framework]}";
`;
  const hookLine = `const hook = ${webhookCode(input, "process.env")};
`;
  switch (framework) {
    case "node":
      return `import { createServer } from "node:http";
${imports}
${hookLine}
const receive = receiver(hook, ${handlerCode()});

createServer(receive).listen(process.env.PORT ?? 3000);
`;
    case "express":
      return `import express from "express";
${imports}
${hookLine}
const app = express();

app.all("${path}", receiver(hook, ${handlerCode()}));

// After the receiver, which needs the raw body.
app.use(express.json());

app.listen(process.env.PORT ?? 3000);
`;
    case "fastify":
      return `import Fastify from "fastify";
${imports}

const app = Fastify();

app.register(hookseal, {
  path: "${path}",
  hook: ${webhookCode(input, "process.env", "  ")},
  handler: ${handlerCode("  ")},
});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
`;
    case "next":
      return `// app${path}/route.js
${imports}

// A function in place of the webhook: \`next build\` loads this file, too, and should not need the secret.
export const POST = receiver(
  () => ${webhookCode(input, "process.env", "  ")},
  ${handlerCode("  ")},
);
`;
    case "hono":
      return `import { serve } from "@hono/node-server";
import { Hono } from "hono";
${imports}
${hookLine}
const app = new Hono();

const receive = receiver(hook, ${handlerCode()});

app.all("${path}", (c) => receive(c.req.raw));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });
`;
    case "workers":
      return `${imports}
let receive;

export default {
  fetch(request, env) {
    receive ??= receiver(${webhookCode(input, "env", "    ")}, ${handlerCode("    ")});
    return receive(request);
  },
};
`;
  }
}
