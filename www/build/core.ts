/**
 * `virtual:core`: the WebAssembly core as a script. The page's policy forbids connections, so it cannot fetch the module.
 *
 * Each byte is one character, which adds a fortieth to the compressed size; base64 would add a third. Frequent bytes get
 * the characters that UTF-8 encodes in one byte. The table that decodes them comes first.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const ID = "virtual:core";
/** The page's core, compiled for size by `cargo xtask www`. Its glue is in the same folder. */
export const path =
  process.env.HOOKSEAL_PAGE_CORE ??
  fileURLToPath(new URL("../../target/xtask/page/core.wasm", import.meta.url));

/** Characters of one byte that need no escape in a template literal. */
const PLAIN = Array.from({ length: 127 }, (_, code) => code + 1).filter(
  (code) => ![10, 13, 36, 92, 96].includes(code),
);

/** The character code of each byte. */
export function alphabet(bytes: Uint8Array): number[] {
  const often = new Array<number>(256).fill(0);
  for (const byte of bytes) often[byte] = (often[byte] as number) + 1;
  const order = Array.from(often.keys()).sort((a, b) => (often[b] as number) - (often[a] as number) || a - b);
  const frequent = order.slice(0, PLAIN.length);
  const free = new Set(PLAIN);
  const map = new Array<number>(256).fill(-1);
  // A byte maps to itself if possible, so that repetitions keep compressing well.
  for (const byte of frequent) if (free.delete(byte)) map[byte] = byte;
  const left = [...free];
  for (const byte of frequent) if (map[byte] === -1) map[byte] = left.shift() as number;
  let next = 0x80;
  for (const byte of order.slice(PLAIN.length)) map[byte] = next++;
  return map;
}

export function core(): Plugin {
  return {
    name: "hookseal-core",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return;
      this.addWatchFile(path);
      const bytes = readFileSync(path);
      const map = alphabet(bytes);
      const back: number[] = [];
      for (const [byte, code] of map.entries()) back[code] = byte;
      const table = Array.from(back, (byte) => byte ?? 0);
      // The text is inserted after minification, because a minifier would escape every character.
      return `export const table = ${JSON.stringify(table)};\nexport const length = ${bytes.length};\nexport const text = "@hookseal-core@";`;
    },
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        const bytes = readFileSync(path);
        const map = alphabet(bytes);
        const text = Array.from(bytes, (byte) => String.fromCharCode(map[byte] as number)).join("");
        file.code = file.code.replace(/(["'`])@hookseal-core@\1/, () => `\`${text}\``);
      }
    },
  };
}
