/**
 * `hookseal/ed25519`: as `hookseal/public-key`, for Ed25519 alone, in a third of the bytes.
 *
 * @example
 * ```ts
 * import "hookseal/ed25519";
 * ```
 */
import { loadModule } from "./ed25519-module.js";
import { addPublicKeyModule } from "./modules.js";

addPublicKeyModule(loadModule);
