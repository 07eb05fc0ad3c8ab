/**
 * `hookseal/full`: brings the full module, with which a program explains and imports deliveries, compiles schemas and takes
 * provider definitions. The module is instantiated by the first call that needs it. In Node, Bun and Deno such calls also find
 * the module among the package's files, so there only bundled programs need this import.
 *
 * @example
 * ```ts
 * import "hookseal/full";
 * ```
 */
import { loadModule } from "./full-module.js";
import { setFullLoader } from "./modules.js";

setFullLoader(loadModule);
