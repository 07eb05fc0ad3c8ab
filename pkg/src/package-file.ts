/** The modules as files of the package, in runtimes that read files at once: Node, Bun and Deno. */
import { builtin } from "./builtin.js";
import { HASHES } from "./generated/hashes.js";

/** The folder of the modules, from the folder of this file. The build replaces the value. */
const FOLDER = "./generated/";

interface Files {
  readFileSync(path: string): Uint8Array<ArrayBuffer>;
}
interface Urls {
  URL: new (url: string, base: string) => { href: string };
  fileURLToPath(url: string): string;
}
interface Hashes {
  createHash(algorithm: "sha256"): { update(bytes: Uint8Array): { digest(encoding: "hex"): string } };
}

declare const __webpack_require__: unknown;

/**
 * The bytes of a module; undefined where the package's files are not there, such as in a bundle. A file with other bytes
 * belongs to another program or another version, and counts as absent.
 */
export function packageFile(name: keyof typeof HASHES): Uint8Array<ArrayBuffer> | undefined {
  try {
    // webpack replaces the URL with a path of the machine that it runs on.
    const here = typeof __webpack_require__ === "undefined" ? import.meta.url : undefined;
    const { URL, fileURLToPath } = builtin<Urls>("node:url") as Urls;
    const path = fileURLToPath(new URL(`${FOLDER}${name}.wasm`, here as string).href);
    const bytes = (builtin<Files>("node:fs") as Files).readFileSync(path);
    const hash = (builtin<Hashes>("node:crypto") as Hashes).createHash("sha256").update(bytes).digest("hex");
    return hash === HASHES[name] ? bytes : undefined;
  } catch {
    return undefined;
  }
}
