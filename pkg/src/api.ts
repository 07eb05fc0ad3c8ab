/** Everything the package offers, whatever way its module comes. */
export { type CoreModule, type CoreResponse, type CoreSource, init } from "./core.js";
export type { IssueCode } from "./generated/codes.js";
export type * from "./generated/events/index.js";
export { type HmacAlgorithm, type HmacInput, hmac } from "./hmac.js";
