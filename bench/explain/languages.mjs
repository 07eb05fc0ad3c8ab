// Serializers of Python, PHP and Ruby: the real ones, one process for a batch of texts.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { NODE, RULES } from "./serializers.mjs";

/** @param {string} name */
const script = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Runs one program over all inputs.
 * @param {string} program @param {string[]} parameters @param {unknown[]} inputs @returns {(string | null)[]}
 */
export function batch(program, parameters, inputs) {
  if (inputs.length === 0) return [];
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    input: JSON.stringify(inputs),
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`${program} failed: ${error ?? stderr}`);
  return JSON.parse(stdout);
}

/** PHP's flags: https://www.php.net/manual/json.constants.php */
const SLASHES = 64;
const UNICODE = 256;
const PRETTY = 128;
const HEX = 1 | 2 | 4 | 8;
const ZERO_FRACTION = 1024;

/** @param {Record<string, unknown>} options */
const python = (options) => ({ language: "python", parameters: [options] });
/** @param {number} flags @param {boolean} arrays */
const php = (flags, arrays = false) => ({ language: "php", parameters: [flags, arrays] });
/** @param {string} method @param {Record<string, unknown>} options */
const ruby = (method, options = {}) => ({ language: "ruby", parameters: [method, options] });

/** @type {Record<string, { language: string, parameters: unknown[] }>} */
export const FOREIGN = {
  "json.dumps": python({}),
  "json.dumps, ensure_ascii=False": python({ ensure_ascii: false }),
  "json.dumps, compact": python({ separators: [",", ":"] }),
  "json.dumps, compact, ensure_ascii=False": python({ separators: [",", ":"], ensure_ascii: false }),
  "json.dumps, sort_keys": python({ sort_keys: true }),
  "json.dumps, sort_keys, compact": python({ sort_keys: true, separators: [",", ":"] }),
  "json.dumps, indent=2": python({ indent: 2 }),
  "json.dumps, indent=4": python({ indent: 4 }),
  json_encode: php(0),
  "json_encode, UNESCAPED_SLASHES": php(SLASHES),
  "json_encode, UNESCAPED_UNICODE": php(UNICODE),
  "json_encode, UNESCAPED_SLASHES, UNESCAPED_UNICODE": php(SLASHES | UNICODE),
  "json_encode, PRETTY_PRINT": php(PRETTY),
  "json_encode, PRETTY_PRINT, UNESCAPED": php(PRETTY | SLASHES | UNICODE),
  "json_encode, HEX": php(HEX),
  "json_encode, PRESERVE_ZERO_FRACTION": php(ZERO_FRACTION),
  "json_encode, arrays": php(0, true),
  "JSON.generate": ruby("generate"),
  "JSON.pretty_generate": ruby("pretty_generate"),
  "JSON.generate, script_safe": ruby("generate", { script_safe: true }),
  "JSON.generate, ascii_only": ruby("generate", { ascii_only: true }),
};

const PROGRAMS = /** @type {Record<string, [string, string[]]>} */ ({
  python: ["python3", [script("serialize.py")]],
  php: ["php", ["-d", "memory_limit=1G", script("serialize.php")]],
  ruby: ["ruby", [script("serialize.rb")]],
});

/** @param {string} name @param {readonly string[]} languages */
export const isAvailable = (name, languages) => {
  const foreign = FOREIGN[name];
  return foreign === undefined || languages.includes(foreign.language);
};

/**
 * Serializes each text with the serializer of this name.
 * @param {{ name: string, text: string }[]} jobs @returns {(string | null)[]}
 */
export function serializeAll(jobs) {
  const results = /** @type {(string | null)[]} */ (jobs.map(() => null));
  for (const [language, [program, parameters]] of Object.entries(PROGRAMS)) {
    const indexes = jobs.flatMap(({ name }, index) => (FOREIGN[name]?.language === language ? [index] : []));
    const inputs = indexes.map((index) => {
      const { name = "", text = "" } = jobs[index] ?? {};
      return [text, ...(FOREIGN[name]?.parameters ?? [])];
    });
    batch(program, parameters, inputs).forEach((result, position) => {
      results[/** @type {number} */ (indexes[position])] = result;
    });
  }
  jobs.forEach(({ name, text }, index) => {
    const own = NODE[name] ?? RULES[name];
    if (own === undefined) return;
    try {
      results[index] = own(text);
    } catch {
      // A text that is not JSON has no serialization.
    }
  });
  return results;
}
