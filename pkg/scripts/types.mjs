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

/** The providers with a function of their own. The types of other providers' events begin with the provider. */
const NAMED = ["painchek", "xon"];

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
    // Aliases that only this file knows. TypeScript writes them in full into the declarations of a program, which could not
    // import a type that no entry exports.
    const types = text.replace(/^export interface (\w+) \{$/gm, "export type $1 = {");
    write(
      `${provider}/${name}.ts`,
      types.replace(/^export type (\w+)/gm, (all, type) => (type === name ? all : `type ${type}`)),
    );
  } catch (error) {
    throw new Error(`providers/${provider}/${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Writes the map of one provider, and says what it is called. For a provider that sends several events at once, it is that of
 * the items.
 * @param {string} provider
 */
async function events(provider) {
  const manifest = readDefinition(provider);
  const prefix = NAMED.includes(provider) ? "" : pascal(provider);
  /** @type {string[]} */
  const imports = [];
  /** @type {string[]} */
  const types = [];
  const members = [];
  /** @type {string[]} */
  const all = [];
  for (const [event, definition] of Object.entries(manifest.events)) {
    const base = prefix + pascal(event === "*" ? "any other" : event);
    const names = [];
    for (const { name: revision, schema } of definition.revisions ?? [definition]) {
      const name = `${base}${pascal(revision ?? "")}`;
      await contract(provider, schema, name);
      const data = event === "*" ? undefined : dataOf(manifest.envelope);
      if (revision === undefined && data === undefined) {
        imports.push(`import type { ${name} } from "./${provider}/${name}.js";`);
        types.push(`export type { ${name} } from "./${provider}/${name}.js";`);
      } else {
        const info = `EventInfo<${data?.(`${name}Contract`) ?? "object"}${revision === undefined ? "" : `, ${JSON.stringify(revision)}`}>`;
        imports.push(`import type { ${name} as ${name}Contract } from "./${provider}/${name}.js";`);
        const which = revision === undefined ? "" : `, revision \`${revision}\``;
        types.push(
          `/** The event \`${event}\`${which}. */\nexport type ${name} = ${name}Contract & ${info};`,
        );
      }
      names.push(name);
    }
    if (definition.revisions !== undefined)
      types.push(
        `/** ${event === "*" ? "Any other event" : `The event \`${event}\``} in any revision. */\nexport type ${base} = ${names.join(" | ")};`,
      );
    all.push(...names);
    members.push(
      event === "*"
        ? `  /** Any other event. */\n  [type: string]: ${all.join(" | ")};`
        : `  ${JSON.stringify(event)}: ${definition.revisions === undefined ? names[0] : base};`,
    );
  }
  const used = ["EventInfo", "CreateData"].filter((name) => types.some((type) => type.includes(`${name}<`)));
  if (used.length > 0) imports.unshift(`import type { ${used.join(", ")} } from "../../verified-of.js";`);
  const map = `${pascal(provider)}Events`;
  const isBatch = manifest.envelope.items !== undefined;
  if (manifest.batch !== undefined) {
    await contract(provider, manifest.batch.schema, "Batch");
    imports.push(`import type { Batch } from "./${provider}/Batch.js";`);
  }
  write(
    `${provider}.ts`,
    `${imports.join("\n")}\n\n${types.join("\n\n")}\n\n` +
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

/**
 * The type of the data that `create` takes, made from the name of the type of the whole body; undefined where the definition does
 * not name one member as the data. If the event type is in the data, `create` also makes id and time.
 * @param {{ type?: unknown, id?: unknown, createdAt?: unknown, data?: string }} envelope
 */
function dataOf({ type, id, createdAt, data }) {
  const [, key] = /^\/([^/~]+)$/.exec(data ?? "") ?? [];
  if (key === undefined) return undefined;
  const keyInData = (/** @type {unknown} */ pointer) =>
    typeof pointer === "string" &&
    pointer.startsWith(`${data}/`) &&
    !pointer.slice(data?.length).includes("/", 1)
      ? pointer.slice(key.length + 2)
      : undefined;
  const made =
    keyInData(type) === undefined ? [] : [type, id, createdAt].flatMap((pointer) => keyInData(pointer) ?? []);
  return (/** @type {string} */ body) => {
    const member = `${body}[${JSON.stringify(key)}]`;
    return made.length === 0
      ? member
      : `CreateData<${member}, ${made.map((name) => JSON.stringify(name)).join(" | ")}>`;
  };
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
