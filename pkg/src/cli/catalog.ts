/** `providers` and `schema`: what is built in, and contracts to look at or to check a payload with. */
import { existsSync } from "node:fs";
import {
  compileSchema,
  type ProviderDefinition,
  providerDefinition,
  providers,
  SchemaError,
  webhook,
} from "../index.js";
import { readJsonFile } from "./create.js";
import { findDefinition } from "./hooks.js";
import { bytesOf, displayName } from "./input.js";
import { print, sanitize, showIssue, style, table } from "./paint.js";
import { summary } from "./report.js";
import { listEvents } from "./samples.js";
import { EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";

export function listProviders(options: { json?: boolean }): number {
  const definitions = providers().map((id) => providerDefinition(id) as ProviderDefinition);
  if (options.json === true) {
    const rows = definitions.map(({ id, title, signature, events }) => ({
      id,
      title,
      signs: signature !== undefined,
      ...(signature === undefined
        ? {}
        : { header: signature.header, algorithms: signature.algorithms, uncovered: uncoveredOf(id) }),
      events: Object.keys(events ?? {}),
    }));
    print(JSON.stringify(rows));
    return EXIT_VALID;
  }
  table(
    ["provider", "title", "signature", "not signed", "events"],
    definitions.map(({ id, title, signature, events }) => [
      id,
      title ?? id,
      signature === undefined ? "none" : `${signature.header} (${(signature.algorithms ?? []).join(", ")})`,
      signature === undefined ? "everything" : uncoveredOf(id).join(", "),
      listEvents(Object.keys(events ?? {})),
    ]),
  );
  return EXIT_VALID;
}

/** What a receiver goes by and no signature covers. */
const uncoveredOf = (id: string) => webhook(id, { unsigned: "allow" }).uncovered;

export interface SchemaOptions {
  revision?: string;
  check?: string;
  profile?: string;
  json?: boolean;
  redact?: boolean;
}

/** Prints a contract, or holds a payload to it. */
export async function schema(
  what: string,
  event: string | undefined,
  options: SchemaOptions,
): Promise<number> {
  const contract =
    event === undefined && providerDefinition(what) === undefined && existsSync(what)
      ? (readJsonFile(what) as object)
      : contractOf(what, event, options);
  if (options.check === undefined) {
    print(JSON.stringify(contract, null, 2));
    return EXIT_VALID;
  }
  const bytes = await bytesOf(options.check);
  let issues: ReturnType<ReturnType<typeof compileSchema>["check"]>;
  try {
    issues = compileSchema(contract).check(bytes);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new UsageError(
      `The schema cannot be used: ${error.message}`,
      error.pointer === "" ? undefined : `It stands at ${error.pointer}`,
    );
  }
  const valid = issues.every(({ severity }) => severity !== "error");
  if (options.json === true) print(JSON.stringify({ ok: valid, issues }));
  else {
    print(`${valid ? style.green("valid") : style.red("invalid")} ${displayName(options.check)}`);
    for (const issue of issues) showIssue(issue, bytes, options.redact === true);
    print(summary(issues));
  }
  return valid ? EXIT_VALID : EXIT_REJECTED;
}

/** What an object has by this name itself. */
const ownEntry = <T>(object: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

function contractOf(provider: string, event: string | undefined, { revision }: SchemaOptions): object {
  const { events = {} } = findDefinition(provider);
  const names = Object.keys(events);
  const name = event ?? (names.length === 1 ? names[0] : undefined);
  const definition = name === undefined ? undefined : (ownEntry(events, name) ?? ownEntry(events, "*"));
  if (definition === undefined) {
    throw new UsageError(
      name === undefined ? "Which event?" : "The provider has no such event.",
      `It has: ${listEvents(names)}`,
    );
  }
  const { revisions } = definition as { revisions?: { name?: string; schema: object }[] };
  if (revisions === undefined) return (definition as { schema: object }).schema;
  const chosen = revisions.find((one) => one.name === revision);
  if (chosen !== undefined) return chosen.schema;
  const list = revisions.map(({ name }) => name).join(", ");
  throw new UsageError(
    revision === undefined ? "This event has several revisions." : "There is no such revision.",
    `Say one of them: --revision ${sanitize(list)}`,
  );
}
