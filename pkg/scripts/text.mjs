// Writes the modules as texts, which pkg/src/text.ts decodes: `node text.mjs FOLDER`. Each text is a script that stores it as a
// property of the global object, named by the module and its hash, so that several versions of the package are no conflict.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The characters of a text, as in pkg/src/text.ts. The first ones are escapes. */
const CHARACTERS = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
  (character) => !`"'\`\\$<`.includes(character),
);
const ESCAPES = 3;

/** The 256 bytes in hex, the most frequent first, and then the module. @param {Uint8Array} module */
export function encode(module) {
  const counts = new Array(256).fill(0);
  for (const byte of module) counts[byte] += 1;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const direct = CHARACTERS.length - ESCAPES;
  /** @type {string[]} */
  const codes = [];
  for (const [index, byte] of order.entries()) {
    const rest = index - direct;
    codes[byte] =
      rest < 0
        ? /** @type {string} */ (CHARACTERS[ESCAPES + index])
        : `${CHARACTERS[Math.floor(rest / CHARACTERS.length)]}${CHARACTERS[rest % CHARACTERS.length]}`;
  }
  let text = Buffer.from(order).toString("hex");
  for (const byte of module) text += codes[byte];
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error("usage: node text.mjs FOLDER");
  const hashes = [];
  mkdirSync(join(folder, "text"), { recursive: true });
  for (const name of ["core", "full", "public-key", "ed25519"]) {
    const module = readFileSync(join(folder, `${name}.wasm`));
    const hash = createHash("sha256").update(module).digest("hex");
    hashes.push(`  "${name}": "${hash}",\n`);
    writeFileSync(
      join(folder, "text", `${name}.js`),
      `// @ts-nocheck\nglobalThis[Symbol.for("hookseal.${name}.${hash}")] =\n  "${encode(module)}";\n`,
    );
  }
  writeFileSync(
    join(folder, "hashes.ts"),
    `// Made by \`cargo xtask build\`.\n/** The SHA-256 of each module. */\nexport const HASHES = {\n${hashes.join("")}} as const;\n`,
  );
}
