/** Why a signature does not match, with the bytes to look at. The causes are the core's. */
import { byteToCharOffset, toBytes, toText } from "../bytes.ts";
import { align } from "./align.ts";
import { type Cause, type Delivery, diagnose } from "./core.ts";
import { chooseProvider, toVerifyOptions } from "./inspect.ts";
import type { ByteDiff, HexRow, InspectInput, ShownCause, ShownExplanation } from "./protocol.ts";
import { getWebhook } from "./providers.ts";

/** Characters of context around a difference, and most rows of bytes that are shown of it. */
const CONTEXT_CHARS = 48;
const MAX_ROWS = 8;

export function explain(input: InspectInput): ShownExplanation {
  const { headers, text, url, method } = input.delivery;
  const body = toBytes(text);
  const delivery = { headers, body, url, method };
  const id = chooseProvider(input, delivery);
  if (id === undefined) return explainUndetected(input, delivery, body);
  const limits = toVerifyOptions(input, input.now ?? Date.now());
  const hook = getWebhook(input, id, { explainOnly: true });
  const { matches, observations, tried, signedBody } = hook.explain(delivery, limits);
  const show = (proof: boolean) => (cause: Cause) => shown(cause, proof, text, body, signedBody);
  return { causes: [...matches.map(show(true)), ...observations.map(show(false))], matches: [], tried };
}

/** The usual signature schemes with the entered secrets, for a delivery without a provider. */
function explainUndetected(
  { secret, secondSecret = "", now, delivery: { text } }: InspectInput,
  delivery: Delivery,
  body: Uint8Array,
): ShownExplanation {
  const secrets = [secret, secondSecret].filter((value) => value !== "");
  const { matches, causes, tried } = diagnose(delivery, { secrets, now });
  return {
    causes: causes.map((cause) => shown(cause, true, text, body, undefined)),
    matches: matches.map(({ header, signedContent, message, definition }) => ({
      header,
      signedContent,
      message,
      definition: JSON.stringify(definition, undefined, 2),
    })),
    tried,
  };
}

function shown(
  { changedBytes: _, difference, ...cause }: Cause,
  proof: boolean,
  text: string,
  body: Uint8Array,
  signed: Uint8Array | undefined,
): ShownCause {
  if (difference === undefined || signed === undefined) return { ...cause, proof };
  return { ...cause, proof, change: change(difference, text, body, signed) };
}

function change(
  difference: Required<Cause>["difference"],
  text: string,
  body: Uint8Array,
  signed: Uint8Array,
): ByteDiff {
  const bytes = difference.received;
  const place = byteToCharOffset(text, body.length);
  const signedText = toText(signed);
  const signedPlace = byteToCharOffset(signedText, signed.length);
  const [from, to] = [place(bytes.start), place(bytes.end)];
  const start = Math.max(0, from - CONTEXT_CHARS);
  const before = text.slice(start, from);
  const after = text.slice(to, to + CONTEXT_CHARS);
  const { start: first, end: last } = difference.signed;
  const other = signedText.slice(signedPlace(first), signedPlace(last));
  const { parts, places, isCut } = align(
    before + text.slice(from, to) + after,
    before + other + after,
    start,
  );
  const rows: HexRow[] = [];
  const firstRow = Math.max(0, Math.floor(bytes.start / 16) - 1) * 16;
  const lastRow = Math.min(body.length, (Math.floor(Math.max(bytes.start, bytes.end - 1) / 16) + 2) * 16);
  for (let offset = firstRow; offset < lastRow && rows.length < MAX_ROWS; offset += 16) {
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
    parts,
    places,
    isCut,
    before: toBytes(before).length,
    bytes,
    rows,
    hasMore: firstRow + MAX_ROWS * 16 < lastRow,
  };
}
