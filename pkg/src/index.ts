/** The usual entry: the functions that call the core bring its module with them, and nothing has to be awaited. */
import * as api from "./api.js";
import { loadModule } from "./core-module.js";
import { setCoreLoader } from "./modules.js";

export * from "./api.js";

/** Registers the module. A bundler that drops all functions marked by this drops the module, too. */
function withModule<T>(value: T): T {
  setCoreLoader(loadModule);
  return value;
}

export const hmac = /* @__PURE__ */ withModule(api.hmac);
export const init = /* @__PURE__ */ withModule(api.init);
export const painchek = /* @__PURE__ */ withModule(api.painchek);
export const providers = /* @__PURE__ */ withModule(api.providers);
export const secretsEqual = /* @__PURE__ */ withModule(api.secretsEqual);
export const webhook = /* @__PURE__ */ withModule(api.webhook);
export const xon = /* @__PURE__ */ withModule(api.xon);
