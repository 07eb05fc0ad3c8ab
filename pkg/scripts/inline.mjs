// Writes the module as text into a source file: `node inline.mjs MODULE SOURCE`.
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error("usage: node inline.mjs MODULE SOURCE");
writeFileSync(
  to,
  `// The module as text, made by \`cargo xtask build\`.\nexport const CORE: string =\n  "${readFileSync(from).toString("base64")}";\n`,
);
