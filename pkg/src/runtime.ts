/** The features of a runtime that the core needs, with an error message for each that is missing. */
import { builtin, type NodeProcess } from "./builtin.js";

interface Encoding {
  TextEncoder: typeof globalThis.TextEncoder;
  TextDecoder: typeof globalThis.TextDecoder;
}

/** As globals or from Node's modules: jsdom has no such globals, and Jest's jsdom environment hides those of Node. */
export const { TextEncoder, TextDecoder } = textCoding();

function textCoding(): Encoding {
  const { TextEncoder, TextDecoder } = globalThis as Partial<Encoding>;
  if (TextEncoder !== undefined && TextDecoder !== undefined) return { TextEncoder, TextDecoder };
  const node = builtin<Encoding>("node:util");
  if (node !== undefined) return node as Encoding;
  throw new Error(
    "hookseal needs TextEncoder and TextDecoder, and this runtime has none. Run it in Node.js 20 or later, in a browser or in a worker; in Jest, in the environment `node`.",
  );
}

/** Throws in a runtime that cannot run the core. */
export function checkRuntime(): void {
  const { WebAssembly } = globalThis as { WebAssembly?: unknown };
  const version = nodeVersion();
  if (version !== undefined && Number.parseInt(version, 10) < 20)
    throw new Error(`hookseal needs Node.js 20 or later, and this is Node.js ${version}. Update Node.js.`);
  if (WebAssembly !== undefined) return;
  throw new Error(
    "This runtime has no WebAssembly, which hookseal needs. Node.js: start it without --jitless. React Native: its engine has none, verify deliveries on a server. Safari: Lockdown Mode is on.",
  );
}

/** The version of Node; undefined elsewhere. Bun reports a version of Node, too, which is older than its features. */
function nodeVersion(): string | undefined {
  const { process: node } = globalThis as { process?: NodeProcess };
  try {
    return node?.versions?.bun === undefined ? node?.versions?.node : undefined;
  } catch {
    // The `process` of Next.js's edge runtime throws where members of Node are read.
    return undefined;
  }
}

/** The error for a module that did not compile. */
export function compileError(thrown: unknown): Error {
  const message = String((thrown as Partial<Error> | undefined)?.message);
  const why = /content security|\bCSP\b|unsafe-eval|disallowed|not allowed/i.test(message)
    ? "This runtime does not let hookseal compile WebAssembly. In a browser: add 'wasm-unsafe-eval' to `script-src` of the Content-Security-Policy. " +
      'In Cloudflare Workers and Vercel Edge: bundle with the condition `workerd` or `edge-light`; or call `await init(module)` of "hookseal/slim" with the compiled "hookseal/core.wasm".'
    : 'hookseal\'s core was not compiled. Either the bytes are not those of "hookseal/core.wasm", or the runtime is too old: Node.js 20, Chrome 96, Firefox 89 and Safari 16.4 can compile it.';
  return new Error(why, { cause: thrown });
}
