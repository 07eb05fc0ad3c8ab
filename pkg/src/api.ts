/** Everything the package offers, whatever way its module comes. */

import { type CompiledProvider, compiledText } from "./compiled.js";
import type { DefinedProvider, JsonOf } from "./define-provider.js";
import { CATALOG, painchek as painchekText, xon as xonText } from "./generated/catalog.js";
import type { ExtendedDefinition, ProviderDefinition } from "./generated/definition.js";
import type { PainchekEvents, ProviderEvents, XonEvents } from "./generated/events/index.js";
import type { WebhookOptions } from "./types.js";
import { Webhook } from "./webhook.js";

export type { BodyLike } from "./body.js";
export { detectProvider, detectProviders, providerDefinition, providers } from "./catalog.js";
export { type CompiledProvider, compileProvider } from "./compiled.js";
export { init, initFull } from "./core.js";
export { type DefinedProvider, defineProvider, type EventsOf } from "./define-provider.js";
export {
  type DiagnoseOptions,
  type Diagnosis,
  diagnose,
  type SchemeMatch,
  type SignatureCandidate,
} from "./diagnose.js";

export { HooksealError, isHooksealError, SchemaError } from "./error.js";
export type { CauseCode } from "./generated/causes.js";
export type { IssueCode, StageName } from "./generated/codes.js";
export type { ExtendedDefinition, ProviderDefinition } from "./generated/definition.js";
export type * from "./generated/events/index.js";
export type { HeadersLike } from "./headers.js";
export { type HmacAlgorithm, type HmacInput, hmac, secretsEqual } from "./hmac.js";
export {
  type ExportFormat,
  exportDelivery,
  type ImportedDelivery,
  type ImportFormat,
  type ImportItem,
  type ImportOptions,
  type ImportResult,
  type ImportStreamOptions,
  importDeliveries,
  importStream,
} from "./import.js";
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./memory-store.js";
export type {
  WasmModule as CoreModule,
  WasmResponse as CoreResponse,
  WasmSource as CoreSource,
} from "./modules.js";
export { type CompileOptions, compileSchema, type Schema } from "./schema.js";
export type { SchemaType } from "./schema-types.js";
export type { ClaimState, DeliveryStore } from "./store.js";
export type * from "./types.js";
export type * from "./vendor-types.js";
export type {
  BatchEvents,
  DataOf,
  EventInfo,
  ItemOf,
  UnknownDelivery,
  UnknownItem,
  UnknownType,
  VerifiedOf,
} from "./verified-of.js";
export type { Webhook } from "./webhook.js";

/**
 * A webhook of PainChek, which signs with HMAC-SHA256 or, in older subscriptions, HMAC-SHA1.
 *
 * @example
 * ```ts
 * const hook = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
 * ```
 */
export function painchek(options: WebhookOptions): Webhook<PainchekEvents> {
  return new Webhook("painchek", options ?? {}, painchekText);
}

/**
 * A webhook of X-on Surgery Connect, which signs nothing: say that you accept that.
 *
 * @example
 * ```ts
 * const hook = xon({ unsigned: "allow" });
 * ```
 */
export function xon(options: WebhookOptions): Webhook<XonEvents> {
  return new Webhook("xon", options ?? {}, xonText);
}

/**
 * A webhook of any provider: a built-in one by its id, or your own as data, compiled or not. TypeScript knows the events of a
 * built-in provider and of `defineProvider`; for others, pass their types: `webhook<MyEvents>(definition, options)`.
 *
 * @throws HooksealError `secret-missing` where nothing says how deliveries are to be trusted,
 * `definition-invalid` with every mistake in a definition.
 */
export function webhook<Events>(provider: DefinedProvider<Events>, options?: WebhookOptions): Webhook<Events>;
export function webhook<Id extends keyof ProviderEvents>(
  provider: Id | CompiledProvider<Id>,
  options?: WebhookOptions,
): Webhook<ProviderEvents[Id]>;
/** A webhook of a provider that TypeScript does not know, such as one whose id is read from a setting. */
export function webhook<Provider extends string | ProviderDefinition | ExtendedDefinition | CompiledProvider>(
  provider: Provider extends string ? (string extends Provider ? Provider : never) : Provider,
  options?: WebhookOptions,
): Webhook<Record<string, unknown>>;
/** A webhook of a definition from a JSON file. */
export function webhook<
  Events = Record<string, unknown>,
  const Definition extends JsonDefinition = JsonDefinition,
>(provider: string extends Definition["id"] ? Definition : never, options?: WebhookOptions): Webhook<Events>;
export function webhook<Events = Record<string, unknown>>(
  provider: ProviderDefinition | ExtendedDefinition | CompiledProvider | keyof ProviderEvents,
  options?: WebhookOptions,
): Webhook<Events>;
export function webhook(
  provider: JsonDefinition | ProviderDefinition | ExtendedDefinition | CompiledProvider | string,
  options: WebhookOptions = {},
): Webhook {
  const compiled = typeof provider === "string" ? builtIn(provider) : compiledText(provider);
  return new Webhook(provider, options ?? {}, compiled);
}

/** A definition as TypeScript reads it from a JSON file. */
type JsonDefinition = JsonOf<ProviderDefinition> | JsonOf<ExtendedDefinition>;

/** The text of a built-in provider. */
function builtIn(id: string): string | undefined {
  return Object.hasOwn(CATALOG, id) ? CATALOG[id] : undefined;
}
