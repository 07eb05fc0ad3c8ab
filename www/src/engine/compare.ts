/** Two deliveries compared by the core, with the places of what differs in both texts. */
import { toBytes } from "../bytes.ts";
import { detectProvider, type ProviderDefinition, type Report } from "./core.ts";
import { Outline } from "./outline.ts";
import type { Calls, ChangePlace, Compared, PageDelivery, ShownChange } from "./protocol.ts";
import { definition, hookOf } from "./providers.ts";

const OPEN = { secret: "", encoding: "provider", profile: "lenient" } as const;

export function compare({ sides, provider }: Calls["compare"]["input"]): Compared {
  const [first, second] = sides.map(({ text, ...rest }) => ({ ...rest, body: toBytes(text) })) as [
    Whole,
    Whole,
  ];
  const id = provider === "auto" ? (detectProvider(first) ?? detectProvider(second)) : provider;
  const headers = differing(sides, id === undefined ? undefined : definition(id));
  if (id === undefined) {
    const nothing = { same: false, sameEvent: false, sameBytes: false, changes: [], facts: [] };
    return { provider: undefined, ...nothing, unread: [undefined, undefined], headers };
  }
  const given = definition(id);
  const hook = hookOf(OPEN, id);
  const reports = [hook.inspect(first), hook.inspect(second)] as const;
  const found = hook.compare(first, second);
  const places = sides.map(({ text }) => new Places(text)) as [Places, Places];
  const unread = reports.map(unreadable) as Compared["unread"];
  return {
    provider: {
      id,
      title: given.title ?? id,
      recognised: provider === "auto",
      immutable: given.immutable === true,
    },
    same: found.same,
    sameEvent: found.sameEvent,
    sameBytes: reports[0].digest !== "" && reports[0].digest === reports[1].digest,
    // Of what cannot be read, that it differs is all there is to say.
    changes: unread.some((one) => one !== undefined) ? [] : found.changes.map((one) => shown(one, places)),
    unread,
    facts: FACTS.map(([title, key]) => [title, reports[0][key], reports[1][key]]),
    headers,
  };
}

type Whole = Omit<PageDelivery, "text"> & { body: Uint8Array };

const FACTS = [
  ["Event", "type"],
  ["Revision", "revision"],
  ["Idempotency key", "id"],
  ["Created", "createdAt"],
  ["Delivery id", "deliveryId"],
  ["Webhook id", "webhookId"],
  ["SHA-256 of the body", "digest"],
] as const;

/** Why a body cannot be read; nothing where it can, however invalid it is. */
function unreadable({ issues, stages }: Report): string | undefined {
  if (!stages.some(({ name, state }) => name === "envelope" && state === "not-reached")) return undefined;
  const error = issues.find(
    ({ severity, stage }) => severity === "error" && (stage === "bytes" || stage === "json"),
  );
  return error === undefined
    ? undefined
    : `${error.byteSpan.end > 0 ? `line ${error.span.line}, column ${error.span.column}: ` : ""}${error.message}`;
}

const LONGEST = 300;
const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

function shown(
  change: { pointer: string; before?: unknown; after?: unknown },
  places: [Places, Places],
): ShownChange {
  const { pointer } = change;
  const [a, b] = ["before" in change, "after" in change];
  const kind = a && b ? "changed" : a ? "removed" : "added";
  const [first, second] = places.map((one) => one.find(pointer, kind === "changed")) as [Found, Found];
  return {
    pointer,
    kind,
    ...(a ? { before: cut(first.value ?? JSON.stringify(change.before)) } : {}),
    ...(b ? { after: cut(second.value ?? JSON.stringify(change.after)) } : {}),
    places: [first.place, second.place],
  };
}

interface Found {
  place: ChangePlace;
  value: string | undefined;
}

/** Pointers as places of a text. */
class Places {
  readonly #outline: Outline;
  readonly #children = new Map<number, Map<string, number>>();
  readonly #lines: number[] = [0];

  constructor(text: string) {
    this.#outline = new Outline(text);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#lines.push(at + 1);
  }

  /** The value, with its key unless only the value differs; where it is missing, the bracket around its place. */
  find(pointer: string, bare: boolean): Found {
    const outline = this.#outline;
    if (outline.length === 0) return { place: { from: 0, to: 0, line: 1 }, value: undefined };
    let node = 0;
    for (const step of pointer.split("/").slice(1)) {
      const next = this.#within(node).get(step.replaceAll("~1", "/").replaceAll("~0", "~"));
      if (next === undefined) {
        const from = outline.start(node);
        return { place: { from, to: from + 1, line: this.#line(from) }, value: undefined };
      }
      node = next;
    }
    const from = bare ? outline.start(node) : outline.from(node);
    const value = outline.text.slice(
      outline.start(node),
      Math.min(outline.end(node), outline.start(node) + LONGEST + 1),
    );
    return { place: { from, to: outline.end(node), line: this.#line(from) }, value };
  }

  /** Children by their keys; of a key that stands twice the last one counts, as for the core. */
  #within(node: number): Map<string, number> {
    let known = this.#children.get(node);
    if (known === undefined) {
      const children = this.#outline.children(node, 0, this.#outline.length);
      known = new Map(children.map((child) => [String(this.#outline.key(child)), child]));
      this.#children.set(node, known);
    }
    return known;
  }

  #line(offset: number): number {
    let [low, high] = [0, this.#lines.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Headers whose values differ, by name in any letter case, as they are listed. */
function differing(
  sides: [PageDelivery, PageDelivery],
  given: ProviderDefinition | undefined,
): Compared["headers"] {
  const [first, second] = sides.map(({ headers }) => {
    const values = new Map<string, [name: string, value: string]>();
    for (const [name, value] of headers) {
      const key = name.toLowerCase();
      const before = values.get(key);
      values.set(key, before === undefined ? [name, value] : [before[0], `${before[1]}, ${value}`]);
    }
    return values;
  }) as [Map<string, [string, string]>, Map<string, [string, string]>];
  const roles = new Map<string, string>();
  const known = { signature: given?.signature?.header, ...given?.headers } as Record<
    string,
    string | undefined
  >;
  for (const [role, name] of Object.entries(known)) {
    if (name !== undefined) roles.set(name.toLowerCase(), ROLES[role] ?? role);
  }
  return [...new Set([...first.keys(), ...second.keys()])]
    .filter((key) => first.get(key)?.[1] !== second.get(key)?.[1])
    .map((key) => {
      const [a, b] = [first.get(key), second.get(key)];
      const role = roles.get(key);
      return {
        name: (a ?? b)?.[0] as string,
        ...(role === undefined ? {} : { role }),
        ...(a === undefined ? {} : { before: a[1] }),
        ...(b === undefined ? {} : { after: b[1] }),
      };
    });
}

const ROLES: Record<string, string> = {
  signature: "signature",
  webhookId: "webhook id",
  deliveryId: "delivery id",
  id: "id, signed",
  timestamp: "time, signed",
};
