/**
 * `hookseal/light`: `webhook` without the built-in providers. A program that imports this and `hookseal/providers/stripe` contains
 * one provider.
 *
 * @example
 * ```ts
 * import { webhook } from "hookseal/light";
 * import stripe from "hookseal/providers/stripe";
 *
 * const hook = webhook(stripe, { secrets: [process.env.STRIPE_WEBHOOK_SECRET] });
 * ```
 */
import { type CompiledProvider, compiledText } from "./compiled.js";
import { loadModule } from "./core-module.js";
import type { DefinedProvider } from "./define-provider.js";
import type { ExtendedDefinition, ProviderDefinition } from "./generated/definition.js";
import type { ProviderEvents } from "./generated/events/index.js";
import { setCoreLoader } from "./modules.js";
import type { WebhookOptions } from "./types.js";
import { Webhook } from "./webhook.js";

export type { CompiledProvider } from "./compiled.js";
export { HooksealError } from "./error.js";
export type * from "./types.js";
export type { Webhook } from "./webhook.js";

/**
 * A webhook of a compiled provider, or of a definition, which needs the full module.
 *
 * @throws HooksealError `secret-missing` where nothing says how deliveries are to be trusted, `definition-invalid` for a
 * provider that another version of the package compiled.
 */
export function webhook<Id extends keyof ProviderEvents>(
  provider: CompiledProvider<Id>,
  options?: WebhookOptions,
): Webhook<ProviderEvents[Id]>;
export function webhook<Events>(provider: DefinedProvider<Events>, options?: WebhookOptions): Webhook<Events>;
export function webhook<Events = Record<string, unknown>>(
  provider: CompiledProvider | ProviderDefinition | ExtendedDefinition,
  options?: WebhookOptions,
): Webhook<Events>;
export function webhook(
  provider: CompiledProvider | ProviderDefinition | ExtendedDefinition,
  options: WebhookOptions = {},
): Webhook {
  setCoreLoader(loadModule);
  return new Webhook(provider, options ?? {}, compiledText(provider));
}
