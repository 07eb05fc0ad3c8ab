/** The usual entry: carries the module as text, and needs no file, no request and nothing to await. */
import { fromBase64 } from "./base64.js";
import { setModuleLoader } from "./core.js";
import { CORE } from "./generated/inline.js";

setModuleLoader(() => fromBase64(CORE));

export * from "./api.js";
