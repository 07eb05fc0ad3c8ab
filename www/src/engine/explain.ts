/** Why a signature does not match, with the bytes to look at. The causes are the core's. */
import { byteToCharOffset, toBytes, toText } from "../bytes.ts";
import type { Cause } from "./core.ts";
import { diff } from "./diff.ts";
import { chooseProvider, toVerifyOptions } from "./inspect.ts";
import type { ByteDiff, HexRow, InspectInput, ShownCause, ShownExplanation } from "./protocol.ts";
import { getWebhook } from "./providers.ts";

/** Where a line for one framework begins in a fix. */
const FRAMEWORK = / (?=(?:Express|Fastify|Next\.js|Hono|NestJS|AWS Lambda|Flask|Django): )/;
const CONTEXT = 48;
const SHOWN = 480;
const ROWS = 8;

export function explain(input: InspectInput): ShownExplanation {
  const { headers, text, url, method } = input.delivery;
  const body = toBytes(text);
  const delivery = { headers, body, url, method };
  const id = chooseProvider(input, delivery);
  if (id === undefined) return { causes: [], tried: 0 };
  const hook = getWebhook(input, id);
  const limits = toVerifyOptions(input, input.now ?? Date.now());
  const { matches, observations, tried } = hook.explain(delivery, limits);
  const rewritten = matches.some(({ changedBytes }) => changedBytes !== undefined);
  const signed = rewritten ? hook.signedBody(delivery, limits) : undefined;
  const show = (proof: boolean) => (cause: Cause) => shown(cause, proof, text, body, signed);
  return { causes: [...matches.map(show(true)), ...observations.map(show(false))], tried };
}

function shown(
  { fix, changedBytes, ...cause }: Cause,
  proof: boolean,
  text: string,
  body: Uint8Array,
  signed: Uint8Array | undefined,
): ShownCause {
  const [advice = "", ...frameworks] = fix.split(FRAMEWORK);
  return {
    ...cause,
    proof,
    advice,
    frameworks: frameworks.map((line) => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
    ...(changedBytes === undefined ? {} : { change: change(changedBytes, text, body, signed) }),
  };
}

function change(
  bytes: { start: number; end: number },
  text: string,
  body: Uint8Array,
  signed: Uint8Array | undefined,
): ByteDiff {
  const place = byteToCharOffset(text, body.length);
  const from = place(bytes.start);
  const to = place(bytes.end);
  const whole = text.slice(from, to);
  const rows: HexRow[] = [];
  const first = Math.max(0, Math.floor(bytes.start / 16) - 1) * 16;
  const last = Math.min(body.length, (Math.floor(Math.max(bytes.start, bytes.end - 1) / 16) + 2) * 16);
  for (let offset = first; offset < last && rows.length < ROWS; offset += 16) {
    rows.push({
      offset,
      bytes: Array.from(body.subarray(offset, Math.min(offset + 16, body.length)), (byte, index) => ({
        hex: byte.toString(16).padStart(2, "0"),
        glyph: byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
        changed: offset + index >= bytes.start && offset + index < bytes.end,
      })),
    });
  }
  return {
    before: text.slice(Math.max(0, from - CONTEXT), from),
    ...(signed === undefined ? {} : { diff: sideBySide(bytes, body, signed) }),
    changed: whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole,
    after: text.slice(to, to + CONTEXT),
    from,
    to,
    bytes,
    rows,
    hasMore: first + ROWS * 16 < last,
  };
}

/** The same place of what was signed and of what arrived, side by side, as much of it as is shown. */
function sideBySide(
  { start, end }: { start: number; end: number },
  body: Uint8Array,
  signed: Uint8Array,
): NonNullable<ByteDiff["diff"]> {
  const beginning = (bytes: Uint8Array, to: number) =>
    toText(bytes.subarray(start, Math.min(to, start + SHOWN)));
  const there = signed.length - (body.length - end);
  const parts: NonNullable<ByteDiff["diff"]> = diff(beginning(body, end), beginning(signed, there));
  const isCut = end - start > SHOWN || there - start > SHOWN;
  // Where one side was cut, its end differs from the other's for no reason but that.
  while (isCut && parts.length > 1 && parts.at(-1)?.[0] !== 0) parts.pop();
  return isCut ? [...parts, [0, "…"]] : parts;
}
