// Derives TypeScript types from the contracts in providers/: one file for each contract, and for each
// provider a map from event type to payload. They say what a payload can be under the lenient profile,
// which is what `verify` accepts by default.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import { readDefinition } from "./definition.mjs";
import { relax } from "./relax.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const providers = join(root, "providers");
const out = join(root, "pkg", "src", "generated", "events");
const BANNER = "// Derived from providers/ by `cargo xtask types`: change the contract instead.";

/** `file-request.files.update` and `assessment_add` as names of types. @param {string} text */
function pascal(text) {
  return text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** @param {string} name @param {string} text */
function write(name, text) {
  const path = join(out, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${BANNER}\n${text}`);
}

/**
 * Writes the type of one contract, and says what it is called.
 * @param {string} provider @param {string} file @param {string} name
 */
async function contract(provider, file, name) {
  const path = join(providers, provider, file);
  try {
    const schema = relax(JSON.parse(readFileSync(path, "utf8")));
    // The title would name the type; here the event does.
    delete schema.title;
    const text = await compile(schema, name, {
      additionalProperties: false,
      bannerComment: "",
      format: false,
      ignoreMinAndMaxItems: true,
      unknownAny: true,
    });
    write(`${provider}/${name}.ts`, text);
  } catch (error) {
    throw new Error(`providers/${provider}/${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Writes the map of one provider, and says what it is called. For a provider that sends several events at once, it is that of the items. @param {string} provider */
async function events(provider) {
  const manifest = readDefinition(provider);
  const imports = [];
  const members = [];
  /** @type {string[]} */
  const all = [];
  for (const [event, definition] of Object.entries(manifest.events)) {
    const revisions = definition.revisions ?? [definition];
    const names = [];
    for (const revision of revisions) {
      const name = pascal(`${event === "*" ? "any other" : event} ${revision.name ?? ""}`);
      await contract(provider, revision.schema, name);
      imports.push(`import type { ${name} } from "./${provider}/${name}.js";`);
      names.push(name);
    }
    all.push(...names);
    members.push(
      event === "*"
        ? `  /** Any other event. */\n  [type: string]: ${all.join(" | ")};`
        : `  ${JSON.stringify(event)}: ${names.join(" | ")};`,
    );
  }
  const map = `${pascal(provider)}Events`;
  const isBatch = manifest.envelope.items !== undefined;
  if (manifest.batch !== undefined) {
    await contract(provider, manifest.batch.schema, "Batch");
    imports.push(`import type { Batch } from "./${provider}/Batch.js";`);
  }
  write(
    `${provider}.ts`,
    `${imports.join("\n")}\n\n` +
      `/** What ${isBatch ? "an item of a" : "a"} delivery of ${manifest.title ?? provider} holds, by event type. */\n` +
      `export interface ${map} {\n${members.join("\n")}\n}\n\n` +
      `/** Any event of ${manifest.title ?? provider}. */\n` +
      `export type ${pascal(provider)}Event = ${map}[keyof ${map}];\n` +
      (manifest.batch === undefined
        ? ""
        : `\n/** A delivery of ${manifest.title ?? provider}. */\nexport type ${pascal(provider)}Batch = Batch;\n`),
  );
  const batch = manifest.batch === undefined ? "" : `, ${pascal(provider)}Batch`;
  return { map, batch, isBatch };
}

rmSync(out, { recursive: true, force: true });
const ids = existsSync(providers)
  ? readdirSync(providers)
      .filter((id) => existsSync(join(providers, id, "provider.json")))
      .sort()
  : [];
const lines = [];
const members = [];
for (const id of ids) {
  const { map, batch, isBatch } = await events(id);
  lines.push(`import type { ${map}${batch} } from "./${id}.js";`, `export type * from "./${id}.js";`);
  members.push(`  ${JSON.stringify(id)}: ${isBatch ? `BatchEvents<${map}${batch}>` : map};`);
}
write(
  "index.ts",
  `import type { BatchEvents } from "../../verified-of.js";\n${lines.join("\n")}\n\n` +
    `/** The events of every built-in provider, by the provider's id. */\n` +
    `export interface ProviderEvents {\n${members.join("\n")}\n}\n`,
);

// What `webhook(definition)` takes is what the core's own contract of definitions says.
const definition = JSON.parse(readFileSync(join(root, "src", "provider", "definition.schema.json"), "utf8"));
// One type for whole definitions, and one for those that extend a built-in provider.
const extension = definition.properties.extends.description;
definition.required.push(...definition.then.required);
delete definition.if;
delete definition.then;
// TypeScript has no conditions: a member with two forms is a union.
const either = (/** @type {string} */ type) => ({ anyOf: [{ type }, { type: "array", items: { type } }] });
const { then: list, else: one, description } = definition.properties.signature;
definition.properties.signature = { description, anyOf: [one, { type: "array", ...list }] };
const { item } = definition.properties.envelope.properties;
item.properties.id = { description: item.properties.id.description, ...either("string") };
definition.$defs.headers = either("string");
write(
  "../definition.ts",
  `${await compile(definition, "ProviderDefinition", {
    additionalProperties: false,
    bannerComment: "",
    format: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
  })}
/**
 * A provider with the definition of a built-in one, in which some keys differ.
 */
export type ExtendedDefinition = Partial<ProviderDefinition> & {
/**
 * Short name in lower case, used in reports.
 */
id: string
/**
 * ${extension}
 */
extends: string
}
`,
);
