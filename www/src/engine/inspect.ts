/** One delivery judged, and everything the page shows of it; then its values, for the tree and for hovering. */
import { placer, toBytes } from "../bytes.ts";
import { type Delivery, detectProvider, type Report } from "./core.ts";
import { contractOf, meaningOf } from "./meaning.ts";
import { Outline } from "./outline.ts";
import type {
  Calls,
  InspectInput,
  Inspection,
  Meaning,
  Place,
  PlacedIssue,
  Row,
  Unrecognised,
} from "./protocol.ts";
import { definition, encodingOf, hookOf, titleOf } from "./providers.ts";
import { signedOf } from "./signed.ts";

/** What the questions about values are answered from. */
let last: { outline: Outline; contract: ReturnType<typeof contractOf>; sensitive: readonly string[] } = {
  outline: new Outline(""),
  contract: undefined,
  sensitive: [],
};

/** The provider that was chosen, or the one that the delivery looks like. */
export function providerOf({ provider }: InspectInput, delivery: Delivery): string | undefined {
  return provider === "auto" ? detectProvider(delivery) : provider;
}

/** When and how strictly a delivery is judged. */
export function limitsOf(
  { tolerance }: InspectInput,
  now: number,
): { now: number; tolerance: number | undefined } {
  return { now, tolerance };
}

export function inspect(input: InspectInput): Inspection | Unrecognised {
  const { headers, text, url, method } = input.delivery;
  const body = toBytes(text);
  const delivery = { headers, body, url, method };
  const id = providerOf(input, delivery);
  const outline = new Outline(text);
  if (id === undefined) {
    last = { outline, contract: undefined, sensitive: [] };
    return { unrecognised: true, bytes: body.length, values: outline.length };
  }
  const given = definition(id);
  const now = input.now ?? Date.now();
  const report = hookOf(input, id).inspect(delivery, limitsOf(input, now));
  last = { outline, contract: contractOf(given, report), sensitive: given.sensitive ?? [] };
  const issues = placed(report, text, body.length);
  return {
    report,
    provider: {
      id,
      title: titleOf(id),
      recognised: input.provider === "auto",
      signs: given.signature !== undefined,
      encoding: encodingOf(id),
    },
    issues,
    signed: signedOf(input, id, report, body),
    bytes: body.length,
    now,
    created: created(report, given.envelope.createdAt ?? undefined),
    values: outline.length,
  };
}

/** The instant of the event, unless the contract says that what stands there is no time. */
function created({ createdAt, issues }: Report, pointer: string | undefined): number | undefined {
  if (createdAt === undefined || issues.some((one) => one.pointer === pointer && one.severity === "error"))
    return undefined;
  // Without an offset it is a time of day somewhere, and no instant.
  if (!/(?:[Zz]|[+-]\d{2}:\d{2})$/.test(createdAt)) return undefined;
  const time = Date.parse(createdAt);
  return Number.isNaN(time) ? undefined : time;
}

/** The core counts a place in UTF-16 units of decoded text; the editor's text shows bytes that are not UTF-8 apart. */
export function placed({ issues }: Report, text: string, bytes: number): PlacedIssue[] {
  const place = placer(text, bytes);
  return issues.map((issue) => ({
    ...issue,
    ...shortened(place(issue.byteSpan.start), place(issue.byteSpan.end), text),
  }));
}

/** What is said of an object or an array is shown at its first bracket, and not under all that is in it. */
function shortened(from: number, to: number, text: string): { from: number; to: number } {
  return { from, to: to > from && /[{[]/.test(text[from] ?? "") ? from + 1 : to };
}

const PREVIEW = 160;

export function children({ node, from, count }: Calls["children"]["input"]): Row[] {
  const { outline } = last;
  if (outline.length === 0) return [];
  const nodes = node < 0 ? [0] : outline.children(node, from, Math.min(count, 500));
  const parent = node < 0 ? [] : outline.path(node);
  return nodes.map((child): Row => {
    const key = outline.key(child);
    const type = outline.kind(child);
    const [start, end] = [outline.start(child), outline.end(child)];
    const whole =
      type === "object" || type === "array" ? "" : outline.text.slice(start, Math.min(end, start + PREVIEW));
    return {
      node: child,
      key,
      type,
      text: end - start > PREVIEW && whole !== "" ? `${whole}…` : whole,
      children: outline.count(child),
      from: start,
      to: end,
      ...withMeaning(key === undefined ? [] : [...parent, key]),
    };
  });
}

export function at({ offset }: { offset: number }): Place | null {
  const { outline } = last;
  const node = outline.at(offset);
  if (node === undefined) return null;
  const path = outline.path(node);
  return {
    pointer: path.map((token) => `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
    type: outline.kind(node),
    from: outline.from(node),
    to: outline.end(node),
    ...withMeaning(path),
  };
}

function withMeaning(path: (string | number)[]): { meaning?: Meaning } {
  const meaning = path.length > 24 ? undefined : meaningOf(last.contract, path, last.sensitive);
  return meaning === undefined ? {} : { meaning };
}
