/**
 * The modules of the core as scripts: `virtual:core`, which the page starts with, and `virtual:full` and `virtual:public-key`,
 * which are loaded when they are needed. The page's policy forbids connections, so it cannot fetch them as files.
 *
 * Each byte is one character, which adds a fortieth to the compressed size; base64 would add a third. Frequent bytes get
 * the characters that UTF-8 encodes in one byte. The table that decodes them comes first.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { FULL_GLOBAL, PUBLIC_KEY_GLOBAL } from "../src/engine/globals.ts";
import { descriptions, others } from "./samples.ts";

const ID = "virtual:core";
const FULL_ID = "virtual:full";
const PUBLIC_KEY_ID = "virtual:public-key";
/** The page's core, compiled for size by `cargo xtask www`. The full module and their glue are in the same folder. */
export const path =
  process.env.HOOKSEAL_PAGE_CORE ??
  fileURLToPath(new URL("../../target/xtask/page/core.wasm", import.meta.url));
export const fullPath = join(dirname(path), "full.wasm");
/** The package's module that verifies with public keys. */
export const publicKeyPath = fileURLToPath(
  new URL("../../pkg/src/generated/public-key.wasm", import.meta.url),
);

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

interface EncodedModule {
  table: number[];
  length: number;
  /** A template literal. */
  literal: string;
}

function encode(bytes: Uint8Array): EncodedModule {
  const map = alphabet(bytes);
  const back: number[] = [];
  for (const [byte, code] of map.entries()) back[code] = byte;
  const text = Array.from(bytes, (byte) => String.fromCharCode(map[byte] as number)).join("");
  return {
    table: Array.from(back, (byte) => byte ?? 0),
    length: bytes.length,
    literal: `\`${text}\``,
  };
}

/**
 * Source and address of a script that is loaded later, with what it adds to the module. A script, not a module: browsers may
 * keep a failed import of a module, and a script is loaded again.
 */
function lazyScript(name: string, global: string, path: string, more: object = {}) {
  const { literal, ...module } = encode(readFileSync(path));
  const members = Object.entries({ ...module, ...more }).map(
    ([key, value]) => `${key}:${JSON.stringify(value)}`,
  );
  const source = `${global}={${members.join(",")},text:${literal}};`;
  const hash = createHash("sha384").update(source);
  const integrity = `sha384-${hash.copy().digest("base64")}`;
  const url = `assets/${name}-${hash.digest("base64url").slice(0, 8)}.js`;
  return {
    source,
    url,
    code: `export const url = ${JSON.stringify(url)};\nexport const integrity = ${JSON.stringify(integrity)};`,
  };
}

export function core(): Plugin {
  return {
    name: "hookseal-core",
    resolveId: (id) => ([ID, FULL_ID, PUBLIC_KEY_ID].includes(id) ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${FULL_ID}` || id === `\0${PUBLIC_KEY_ID}`) {
        const file = id === `\0${FULL_ID}` ? fullPath : publicKeyPath;
        this.addWatchFile(file);
        const { source, url, code } =
          file === fullPath
            ? lazyScript("full", FULL_GLOBAL, file, { descriptions: descriptions(), others: others() })
            : lazyScript("public-key", PUBLIC_KEY_GLOBAL, file);
        this.emitFile({ type: "asset", fileName: url, source });
        return code;
      }
      if (id !== `\0${ID}`) return;
      this.addWatchFile(path);
      const { table, length } = encode(readFileSync(path));
      // The text is inserted after minification, because a minifier would escape every character.
      return `export const table = ${JSON.stringify(table)};\nexport const length = ${length};\nexport const text = "@hookseal-core@";`;
    },
    generateBundle(_, bundle) {
      const { literal } = encode(readFileSync(path));
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        file.code = file.code.replace(/(["'`])@hookseal-core@\1/, () => literal);
      }
    },
  };
}
