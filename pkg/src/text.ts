/**
 * The modules as texts of printable ASCII, for programs without files of the package. A frequent byte is one character, any
 * other byte is an escape and a character. So a text is hardly longer than its module, and compresses nearly as well: base64
 * is a third longer, and compresses a quarter worse, since it moves equal bytes to different characters.
 */
import { HASHES } from "./generated/hashes.js";
import { instanceNow } from "./modules.js";
import { checkRuntime, TextEncoder } from "./runtime.js";

/** The decoder, compiled from text.wat. PERF: the same loop in JavaScript takes five times as long in a new process. */
const DECODER =
  "0061736d0100000001070160027f7f017f030201000503010001071302066d656d6f72790200066465636f646500000a5901" +
  "5701037f2000210203402000200149044020002d00002103200041016a210020032d00800421042004044020002d00002103" +
  "200041016a21000b2002200441077420036a2d00003a0000200241016a21020c010b0b20020b";

/** The characters of a text without those that quotes, templates or HTML would change. The first ones are escapes. */
const CHARACTERS = Array.from({ length: 95 }, (_, index) => 32 + index).filter(
  (code) => !`"'\`\\$<`.includes(String.fromCharCode(code)),
);
const ESCAPES = 3;
/** The addresses of the decoder's memory: tables of 128 values, then the escapes' numbers, then the text. */
const TABLE_BYTES = 128;
const ESCAPE_TABLE = 512;
const TEXT = ESCAPE_TABLE + TABLE_BYTES;
const PAGE_BYTES = 65_536;

/**
 * The bytes of a module whose text is loaded. Each text is in a file that stores it as a property of the global object. Such
 * a file runs as a script, as CommonJS and as an ES module, so the package contains each text once.
 */
export function moduleOfText(name: keyof typeof HASHES): Uint8Array<ArrayBuffer> {
  const texts = globalThis as { [key: symbol]: string | undefined };
  return decode(texts[Symbol.for(`hookseal.${name}.${HASHES[name]}`)] as string);
}

/** Decodes a text: the 256 bytes in hex, the most frequent first, and then the module. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  checkRuntime();
  const { exports } = instanceNow(fromHex(DECODER));
  const { memory, decode } = exports as {
    memory: WebAssembly.Memory;
    decode(start: number, end: number): number;
  };
  memory.grow(Math.ceil((TEXT + text.length) / PAGE_BYTES) - 1);
  const bytes = new Uint8Array(memory.buffer);
  const direct = CHARACTERS.length - ESCAPES;
  for (const [index, byte] of fromHex(text.slice(0, 512)).entries()) {
    const rest = index - direct;
    const table = rest < 0 ? 0 : 1 + Math.floor(rest / CHARACTERS.length);
    const code = CHARACTERS[rest < 0 ? ESCAPES + index : rest % CHARACTERS.length] as number;
    bytes[table * TABLE_BYTES + code] = byte;
  }
  for (let index = 0; index < ESCAPES; index++)
    bytes[ESCAPE_TABLE + (CHARACTERS[index] as number)] = index + 1;
  const { written } = new TextEncoder().encodeInto(text.slice(512), bytes.subarray(TEXT));
  return bytes.subarray(TEXT, decode(TEXT, TEXT + written));
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(index * 2, index * 2 + 2), 16),
  );
}
