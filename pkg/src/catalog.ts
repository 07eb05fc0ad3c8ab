/** The built-in providers: their ids, their definitions, and which of them sent a delivery. */

import { CoreHandle, callCore, core, fullCore, resultText } from "./core.js";
import { NO_LIMIT, partsOf, writeDelivery } from "./delivery.js";
import { callError } from "./error.js";
import type { ProviderDefinition } from "./generated/definition.js";
import type { Delivery } from "./types.js";

let detector: CoreHandle<InstanceType<ReturnType<typeof fullCore>["DetectorHandle"]>> | undefined;

/** The ids of the built-in providers. */
export function providers(): string[] {
  const { provider_ids } = core();
  return callCore(provider_ids);
}

/**
 * The definition of a built-in provider, with its schemas; undefined for an unknown id.
 *
 * @throws HooksealError `option-invalid` where the id is not a string.
 */
export function providerDefinition(id: string): ProviderDefinition | undefined {
  if (typeof id !== "string") {
    const ids = providers().join(", ");
    throw callError("option-invalid", `Expected the id of a built-in provider. There are: ${ids}.`);
  }
  return readDefinition(id);
}

/** The definition with this id, or the whole definition of a text that extends a built-in one. */
function readDefinition(source: string): ProviderDefinition | undefined {
  const { provider_definition } = fullCore();
  return callCore(() => {
    const length = provider_definition(source);
    return length === 0 ? undefined : JSON.parse(resultText(length));
  });
}

/** A definition as a whole: with the keys of the built-in provider that it extends. */
export function wholeDefinition(text: string): ProviderDefinition {
  return readDefinition(text) ?? JSON.parse(text);
}

/**
 * Returns the id of the built-in provider that most likely sent a delivery, by its headers, or else by its event. Undefined
 * if none fits, or several: see `detectProviders`.
 * SECURITY: a sender chooses both, so use the result in tools for people, and not to decide which secret to trust.
 */
export function detectProvider(delivery: Delivery): string | undefined {
  const ids = detectProviders(delivery);
  return ids.length === 1 ? ids[0] : undefined;
}

/**
 * Returns the ids of all built-in providers that fit a delivery equally well. Several send a signature header of the same
 * name, and a delivery without their other headers does not tell them apart.
 */
export function detectProviders(delivery: Delivery): string[] {
  const { head, body } = partsOf(delivery);
  fullCore();
  const ids = callCore(() => {
    detector ??= new CoreHandle(() => new (fullCore().DetectorHandle)());
    return detector.get().detect(...writeDelivery(head, body, NO_LIMIT));
  });
  return ids === "" ? [] : ids.split(",");
}
