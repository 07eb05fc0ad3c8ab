/**
 * `hookseal/public-key`: verifies with public keys of every algorithm, in runtimes without `node:crypto`: Cloudflare Workers
 * without the flag `nodejs_compat`, Vercel's edge runtime, browsers. Where `node:crypto` is, it is used, and this import costs
 * nothing but its bytes.
 *
 * @example
 * ```ts
 * import "hookseal/public-key";
 * ```
 */
import { addPublicKeyModule } from "./modules.js";
import { loadModule } from "./public-key-module.js";

addPublicKeyModule(loadModule);
