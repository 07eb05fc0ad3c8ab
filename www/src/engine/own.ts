/** A provider of one's own: put together from its texts, and judged by the core; each mistake with its place. */
import { placer, toBytes, toText } from "../bytes.ts";
import { type Defined, OWN, type OwnProvider, type Problem, type Sample } from "./calls.ts";
import { compileSchema, HooksealError, type Issue, type ProviderDefinition, webhook } from "./core.ts";
import { Outline } from "./outline.ts";
import { definition, entry, madeUp, setOwn } from "./providers.ts";

let grammar: ReturnType<typeof compileSchema> | undefined;

export function define({ manifest, contracts }: OwnProvider): Defined {
  const problems: Problem[] = [];
  const given = read(manifest, "", problems) as { events?: unknown } | undefined;
  if (given === undefined) return { problems };
  /** Which contract stands where, by pointer. */
  const places = new Map<string, string>();
  for (const [pointer, holder] of holders(given)) {
    if (typeof holder.schema !== "string") continue;
    const name = holder.schema;
    places.set(pointer, name);
    const text = contracts.find(([one]) => one === name)?.[1] ?? "";
    // Without a contract its name stays there, and the core says what it wants instead.
    if (text.trim() !== "") holder.schema = read(text, name, problems) ?? true;
  }
  const files = [...new Set(places.values())];
  try {
    webhook(given as ProviderDefinition, { unsigned: "allow" });
    if (problems.length > 0) return { problems, files };
    const ready = given as ProviderDefinition;
    setOwn(ready);
    return {
      problems,
      files,
      entry: entry(OWN),
      definition: JSON.stringify(ready, undefined, 2),
    };
  } catch (error) {
    if (!(error instanceof HooksealError)) throw error;
    for (const issue of error.issues) {
      const home = [...places].find(
        ([pointer]) => issue.pointer === pointer || issue.pointer.startsWith(`${pointer}/`),
      );
      const text = home && contracts.find(([name]) => name === home[1])?.[1];
      if (home === undefined || text === undefined || text.trim() === "")
        problems.push(placed(issue, "", manifest, issue.pointer));
      else problems.push(placed(issue, home[1], text, issue.pointer.slice(home[0].length)));
    }
    return { problems, files };
  }
}

/** A body, signed as the provider of one's own signs. */
export function sample({ body }: { body: string }): Sample {
  const given = definition(OWN);
  const secret = madeUp(OWN);
  const signs = given.signature !== undefined;
  const hook = webhook(given, signs ? { secrets: [secret] } : { unsigned: "allow" });
  const { headers, body: bytes } = hook.sign(toBytes(body), { url: URL });
  return {
    delivery: { headers: Object.entries(headers), text: toText(bytes), url: URL, method: "POST" },
    secret: signs ? secret : "",
  };
}

const URL = "https://receiver.example/webhooks";

/** A text as JSON, where the core has nothing against it. */
function read(text: string, file: string, problems: Problem[]): unknown {
  grammar ??= compileSchema(true);
  const bytes = toBytes(text);
  const found = grammar.check(bytes).filter(({ severity }) => severity === "error");
  const place = placer(text, bytes.length);
  for (const issue of found)
    problems.push({ ...issue, file, from: place(issue.byteSpan.start), to: place(issue.byteSpan.end) });
  return found.length > 0 ? undefined : JSON.parse(text);
}

type Holder = { schema?: unknown };

/** Every object that holds a contract, by the contract's pointer. */
function* holders({ events }: { events?: unknown }): Iterable<[string, Holder]> {
  if (!isObject(events)) return;
  for (const [name, event] of Object.entries(events)) {
    if (!isObject(event)) continue;
    const pointer = `/events/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    yield [`${pointer}/schema`, event];
    if (!Array.isArray(event.revisions)) continue;
    for (const [index, revision] of event.revisions.entries())
      if (isObject(revision)) yield [`${pointer}/revisions/${index}/schema`, revision];
  }
}

/** The place of a pointer in a text; of the nearest value above it, where there is none. */
function placed(issue: Issue, file: string, text: string, pointer: string): Problem {
  const outline = new Outline(text);
  let node = 0;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    const next = outline.children(node, 0, 10_000).find((child) => String(outline.key(child)) === key);
    if (next === undefined) break;
    node = next;
  }
  const container = outline.kind(node) === "object" || outline.kind(node) === "array";
  const from = outline.start(node);
  const to = container ? from + 1 : outline.end(node);
  const lines = text.slice(0, from).split("\n");
  const span = { start: from, end: to, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
  return { ...issue, pointer, span, byteSpan: { start: from, end: to }, file, from, to };
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
