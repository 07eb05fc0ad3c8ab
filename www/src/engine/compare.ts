/** Compares two deliveries with the core, and adds the location of each difference in both texts. */
import { toBytes } from "../bytes.ts";
import { checkEntries } from "./archive.ts";
import type { Change, Report } from "./core.ts";
import { detect } from "./detect.ts";
import { type ComparedPair, difference } from "./difference.ts";
import { readOutline } from "./form.ts";
import { isParsed } from "./inspect.ts";
import type { Outline } from "./outline.ts";
import { parsePointer } from "./pointer.ts";
import type { Calls, CompareResult, PageDelivery, ShownChange, TextLocation } from "./protocol.ts";
import { getSummary, getWebhook, type ProviderSummary } from "./providers.ts";

/** What `lastDifference` aligns. */
let last: ComparedPair | undefined;

/** The deliveries of the last comparison in aligned rows. */
export function lastDifference({ view }: Calls["difference"]["input"]): Calls["difference"]["output"] {
  return last === undefined ? { rows: [], isCut: false } : difference(last, view);
}

const NO_SECRET = { secret: "", encoding: "provider", profile: "lenient" } as const;

export function compare({ sides, provider, secrets = {} }: Calls["compare"]["input"]): CompareResult {
  const [first, second] = sides.map(({ text, ...rest }) => ({ ...rest, body: toBytes(text) })) as [
    BinaryDelivery,
    BinaryDelivery,
  ];
  const id = provider === "auto" ? (detect(sides[0], first) ?? detect(sides[1], second)) : provider;
  const checks = checkEntries({
    deliveries: sides,
    provider: id ?? "auto",
    secrets,
    profile: "lenient",
  }) as CompareResult["checks"];
  last = {
    texts: [sides[0].text, sides[1].text],
    bytes: [first.body, second.body],
    outlines: undefined,
    changes: [],
    hasMore: false,
  };
  const headers = compareHeaders(sides, id === undefined ? undefined : getSummary(id));
  if (id === undefined) {
    const notCompared = { same: false, sameEvent: false, sameBytes: false, changes: [], summary: [] };
    return { provider: undefined, ...notCompared, parseErrors: [undefined, undefined], checks, headers };
  }
  const definition = getSummary(id);
  const hook = getWebhook(NO_SECRET, id);
  const reports = [hook.inspect(first), hook.inspect(second)] as const;
  const comparison = hook.compare(first, second);
  const outlines = sides.map((side) => readOutline(id, side)) as [Outline, Outline];
  const locators = sides.map(({ text }, side) => new TextLocator(text, outlines[side] as Outline)) as [
    TextLocator,
    TextLocator,
  ];
  const parseErrors = reports.map(describeParseError) as CompareResult["parseErrors"];
  // A body that was not parsed has no pointers to compare by.
  const isParsedPair = parseErrors.every((error) => error === undefined);
  const changes = isParsedPair ? comparison.changes.map((change) => toShownChange(change, locators)) : [];
  last = {
    ...last,
    outlines: isParsedPair ? outlines : undefined,
    changes,
    hasMore: (comparison.omitted ?? 0) > 0,
  };
  return {
    provider: {
      id,
      title: definition.title ?? id,
      isDetected: provider === "auto",
      immutable: definition.immutable === true,
    },
    same: comparison.same,
    sameEvent: comparison.sameEvent,
    sameBytes: reports[0].digest !== "" && reports[0].digest === reports[1].digest,
    changes,
    parseErrors,
    summary: SUMMARY_FIELDS.map(([title, key]) => [title, reports[0][key], reports[1][key]]),
    checks,
    headers,
  };
}

type BinaryDelivery = Omit<PageDelivery, "text"> & { body: Uint8Array };

const SUMMARY_FIELDS = [
  ["Event", "type"],
  ["Revision", "revision"],
  ["Idempotency key", "id"],
  ["Created", "createdAt"],
  ["Delivery id", "deliveryId"],
  ["Webhook id", "webhookId"],
  ["SHA-256 of the body", "digest"],
] as const;

/** The error that kept a body from being parsed; undefined for a parsed payload, valid or not. */
function describeParseError(report: Report): string | undefined {
  if (isParsed(report)) return undefined;
  const error = report.issues.find(
    ({ severity, stage }) => severity === "error" && (stage === "bytes" || stage === "json"),
  );
  return error === undefined
    ? undefined
    : `${error.byteSpan.end > 0 ? `line ${error.span.line}, column ${error.span.column}: ` : ""}${error.message}`;
}

const MAX_VALUE_CHARS = 300;
/** How much of two long values is shown before their first difference. */
const CHARS_BEFORE_DIFFERENCE = 40;

/** Texts of both values as the bodies have them, cut around their first difference. */
function clipTexts(texts: readonly (string | undefined)[]): (string | undefined)[] {
  const [first = "", second = ""] = texts;
  let difference = 0;
  while (difference < first.length && first[difference] === second[difference]) difference += 1;
  const start = Math.max(0, difference - CHARS_BEFORE_DIFFERENCE);
  return texts.map((text) => {
    if (text === undefined || text.length <= MAX_VALUE_CHARS) return text;
    const part = text.slice(start, start + MAX_VALUE_CHARS);
    return `${start > 0 ? "…" : ""}${part}${start + MAX_VALUE_CHARS < text.length ? "…" : ""}`;
  });
}

function toShownChange(change: Change, locators: [TextLocator, TextLocator]): ShownChange {
  const { pointer, beforeText, afterText } = change;
  const [hasBefore, hasAfter] = [beforeText !== undefined, afterText !== undefined];
  const kind = hasBefore && hasAfter ? "changed" : hasBefore ? "removed" : "added";
  const [first, second] = locators.map((locator) => locator.find(pointer, kind === "changed")) as [
    TextLocation,
    TextLocation,
  ];
  const [before, after] = clipTexts([beforeText, afterText]);
  return {
    pointer,
    kind,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    locations: [first, second],
  };
}

/** Finds the locations of JSON Pointers in one text. */
class TextLocator {
  readonly #outline: Outline;
  readonly #children = new Map<number, Map<string, number>>();
  /** The offset of each line. */
  readonly #lines: number[] = [0];

  constructor(text: string, outline: Outline) {
    this.#outline = outline;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) this.#lines.push(end + 1);
  }

  /** Locates a value with its key, or the value alone. A missing value has the location of its parent's bracket. */
  find(pointer: string, isValueOnly: boolean): TextLocation {
    const outline = this.#outline;
    if (outline.length === 0) return { from: 0, to: 0, line: 1 };
    let node = 0;
    for (const segment of parsePointer(pointer)) {
      const next = this.#childrenByKey(node).get(segment);
      if (next === undefined) {
        const from = outline.place(node).start;
        return { from, to: from + 1, line: this.#line(from) };
      }
      node = next;
    }
    const place = outline.place(node);
    const from = isValueOnly ? place.start : place.from;
    return { from, to: place.to, line: this.#line(from) };
  }

  /** Children by key. The last of duplicate keys wins, as in the core. */
  #childrenByKey(node: number): Map<string, number> {
    let children = this.#children.get(node);
    if (children === undefined) {
      const nodes = this.#outline.children(node);
      children = new Map(nodes.map((child) => [String(this.#outline.key(child)), child]));
      this.#children.set(node, children);
    }
    return children;
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

/** Headers whose values differ. Names are compared case-insensitively, repeated headers are joined by commas. */
function compareHeaders(
  sides: [PageDelivery, PageDelivery],
  definition: ProviderSummary | undefined,
): CompareResult["headers"] {
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
  const namesByRole = {
    signature: [definition?.signature ?? []]
      .flat()
      .flatMap((scheme) => (scheme as { header?: string | string[] }).header ?? []),
    ...definition?.headers,
  } as Record<string, string | string[] | undefined>;
  for (const [role, name] of Object.entries(namesByRole)) {
    for (const one of [name ?? []].flat()) roles.set(one.toLowerCase(), HEADER_ROLES[role] ?? role);
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

const HEADER_ROLES: Record<string, string> = {
  signature: "signature",
  webhookId: "webhook id",
  deliveryId: "delivery id",
  id: "id, signed",
  timestamp: "time, signed",
};
