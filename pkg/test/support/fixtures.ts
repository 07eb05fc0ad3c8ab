// What several suites need: the shared vectors, the samples, and deliveries made of them.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readDefinition } from "../../scripts/definition.mjs";
import {
  type BodyLike,
  HooksealError,
  type Issue,
  type ProviderDefinition,
  type Schema,
  type Verified,
} from "../../src/index.ts";

const root = new URL("../../../", import.meta.url);

/** A file of the project as bytes. */
export function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, root)));
}

/** A JSON file of the project. */
// biome-ignore lint/suspicious/noExplicitAny: what a file holds is what the test says of it
export function jsonOf(path: string): any {
  return JSON.parse(readFileSync(new URL(path, root), "utf8"));
}

/** Every sample of a provider with its event type: its file's name as far as an event known, or else all of it. */
export function samplesOf(provider: string): { name: string; type: string; body: Uint8Array }[] {
  const types = Object.keys(readDefinition(provider).events);
  return readdirSync(new URL(`providers/${provider}/samples/`, root))
    .sort()
    .map((name) => {
      const any = types.includes("*") ? decodeURIComponent(name.slice(0, -".json".length)) : undefined;
      const type = types.find((type) => name.startsWith(`${type}.`)) ?? any;
      assert.ok(type, `${name} is a sample of no event`);
      return { name, type, body: bytesOf(`providers/${provider}/samples/${encodeURIComponent(name)}`) };
    });
}

/** An HMAC in hex by the oracle. */
export function oracle(algorithm: string, key: string | Uint8Array, message: string | Uint8Array): string {
  return createHmac(algorithm, key).update(message).digest("hex");
}

/** The error that a call throws, which has to be one of the package. */
export function errorOf(call: () => unknown): HooksealError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof HooksealError, `not a HooksealError: ${error}`);
    return error;
  }
  assert.fail("nothing was thrown");
}

/** Every field of an accepted delivery, including the lazy ones. */
export function fieldsOf(verified: Verified): Record<string, unknown> {
  const names = [
    "event",
    "type",
    "id",
    "webhookId",
    "deliveryId",
    "createdAt",
    "revision",
    "signature",
  ] as const;
  const entries = [...names, "digest" as const, "issues" as const].map((name) => [name, verified[name]]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The codes of the issues of one severity, or of all. */
export function codes(issues: readonly Issue[], severity?: Issue["severity"]): string[] {
  return issues
    .filter((issue) => severity === undefined || issue.severity === severity)
    .map(({ code }) => code);
}

export const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
export const utf8 = new TextEncoder();

/** A secret that is found wherever it leaks. */
export const SECRET = "s3cr3t-of-the-subscription";

/** Whether a schema accepts a text: without errors. Warnings, such as lost digits, are ignored. */
export function accepts(schema: Schema, text: BodyLike): boolean {
  return schema.check(text).every(({ severity }) => severity !== "error");
}

/** Every run sees the same cases; `HOOKSEAL_SEED` shows others. */
export const seeded = { seed: Number(process.env.HOOKSEAL_SEED ?? 20240229) };

/** The strongest signature scheme of a definition. */
export const schemeOf = (definition: ProviderDefinition | undefined) => [definition?.signature].flat()[0];

/** A signed content as one text, with a condition as `{if:SOURCE}text{end}`. */
export const contentText = (
  content: string | readonly (string | { if: string; text: string })[] = "",
): string =>
  [content]
    .flat()
    .map((part) => (typeof part === "string" ? part : `{if:${part.if}}${part.text}{end}`))
    .join("");

/** The signed content of the first scheme as one text, with a line break as `\n`; undefined where it is not named. */
export const contentOf = (definition: ProviderDefinition | undefined): string | undefined => {
  const content = schemeOf(definition)?.signedContent;
  return content === undefined ? undefined : contentText(content).replaceAll("\n", "\\n");
};
