/** `providers ID` and `providers --new`: everything about one provider, and a definition to begin with. */
import { type ProviderDefinition, webhook } from "../index.js";
import { print, printError, sanitize, style } from "./output.js";
import { listEvents, nameSample, samplesOf } from "./samples.js";

type Scheme = Extract<NonNullable<ProviderDefinition["signature"]>, readonly unknown[]>[number];

/** The signature schemes, the strongest first. */
export const schemesOf = (signature: ProviderDefinition["signature"]): Scheme[] =>
  signature === undefined ? [] : ([signature].flat() as Scheme[]);

/** The signed content as one text, with a condition as `{if:SOURCE}text{end}`. */
export const templateOf = (content: Scheme["signedContent"] = "{body}"): string =>
  [content]
    .flat()
    .map((part) => (typeof part === "string" ? part : `{if:${part.if}}${part.text}{end}`))
    .join("");

/** What a scheme signs, in one line: a line break as `\n`. */
export function signedContentOf({ kind, signedContent }: Scheme): string {
  if (kind === "token") return "nothing";
  return kind === "jwt" ? "its claims" : templateOf(signedContent).replaceAll("\n", "\\n");
}

const CONFIRMED = {
  vector: "a signed example that the provider published",
  sdk: "the provider's own library",
  docs: "the provider's documentation",
  no: "nothing yet",
};

/** Prints everything about one built-in provider. */
export function showProvider({
  id,
  title,
  documentation,
  confirmed,
  signature,
  headers,
  settings,
  dedupe,
  success,
  retries,
  ...rest
}: ProviderDefinition): void {
  const schemes = schemesOf(signature);
  const types = Object.keys(rest.events ?? {});
  const samples = samplesOf(id, types);
  const row = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== "") print(`  ${style.dim(name.padEnd(15))} ${sanitize(value)}`);
  };
  print(`${style.bold(sanitize(title ?? id))} ${style.dim(id)}`);
  row("documentation", documentation);
  if (schemes.length === 0) row("signature", "none: the sender cannot be authenticated");
  for (const scheme of schemes) {
    const { name, kind, header, from, format, algorithms, tolerance } = scheme;
    const source = [header ?? from ?? []].flat().join(", ");
    row(
      "signature",
      `${name === undefined ? "" : `${name}: `}${source}${format === undefined ? "" : `: ${format}`}`,
    );
    row("algorithm", kind === "token" ? "none: the header has the secret" : algorithms?.join(", "));
    row("signed content", signedContentOf(scheme));
    row(
      "tolerance",
      tolerance === undefined ? undefined : tolerance === null ? "the time is not checked" : `${tolerance} s`,
    );
  }
  const uncovered = schemes.length === 0 ? [] : webhook(id, { unsigned: "allow" }).uncovered;
  row("not signed", uncovered.join(", "));
  row("confirmed by", confirmed === undefined ? undefined : CONFIRMED[confirmed]);
  for (const [name, value] of Object.entries(headers ?? {}))
    row(`header: ${name}`, [value].flat().join(", "));
  for (const [name, { description }] of Object.entries(settings ?? {})) row(`setting: ${name}`, description);
  row("duplicates by", dedupe?.join(", "));
  row("success", success ?? "2xx");
  row("retries after", retries?.join(", "));
  row("events", listEvents(types));
  row("samples", samples.map(nameSample).join("\n").split("\n").slice(0, 12).join("; "));
  const [sample] = samples;
  if (sample === undefined) return;
  print(`\n${style.dim("A sample:")} hookseal new ${id} ${nameSample(sample)}`);
  print(sanitize(sample.text, true).trimEnd());
}

/** A definition to begin with: its scheme is that of many senders, and every key is one to change. */
const template = (id: string): ProviderDefinition => ({
  $schema: "./node_modules/hookseal/dist/definition.schema.json",
  id,
  title: id.replace(
    /(^|-)([a-z])/g,
    (_, dash: string, letter: string) => `${dash === "" ? "" : " "}${letter.toUpperCase()}`,
  ),
  documentation: `https://${id}.example/docs/webhooks`,
  signature: {
    header: `X-${id.replace(/(^|-)([a-z])/g, (part) => part.toUpperCase())}-Signature`,
    format: "t={timestamp},v1={hex}",
    algorithms: ["sha256"],
    secret: "utf8",
    signedContent: "{timestamp}.{body}",
    tolerance: 300,
  },
  envelope: { type: "/type", id: "/id", createdAt: "/created", data: "/data" },
  dedupe: ["pointer:/id"],
  immutable: true,
  success: "2xx",
  retries: ["1m", "10m", "1h"],
  events: {
    "order.paid": {
      schema: {
        type: "object",
        required: ["id", "type", "data"],
        properties: {
          id: { type: "string" },
          type: { const: "order.paid" },
          created: { type: "string", format: "date-time" },
          data: {
            type: "object",
            required: ["total"],
            properties: { total: { type: "integer", minimum: 0 } },
          },
        },
      },
    },
    "*": { schema: { type: "object", required: ["id", "type"] } },
  },
});

/** Prints a definition to begin with, and what to do next. */
export function showTemplate(id: string): void {
  print(JSON.stringify(template(id), null, 2));
  for (const line of [
    "The definition verifies as it is. To try it, save it and sign an event:",
    `  hookseal providers ${id} --new > ${id}.json`,
    `  export ${envName(id)}='a secret'`,
    `  echo '{"total":3}' > data.json && hookseal new ${id}.json order.paid --data data.json --out event.json`,
    `  hookseal sign event.json -p ${id}.json --secret-env ${envName(id)} --as http > delivery.http`,
    `  hookseal verify delivery.http -p ${id}.json --secret-env ${envName(id)}`,
  ])
    printError(style.dim(line));
}

const envName = (id: string) => `${id.toUpperCase().replaceAll("-", "_")}_SECRET`;
