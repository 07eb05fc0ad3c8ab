/** The built-in providers: which there are, how they are defined, and which one a delivery looks like. */
import { core, guarded, Held, keptText } from "./core.js";
import type { ProviderDefinition } from "./generated/definition.js";
import { partsOf, placed } from "./import.js";
import type { Delivery } from "./types.js";

let looks: Held<InstanceType<ReturnType<typeof core>["Looks"]>> | undefined;

/** The ids of the built-in providers. */
export function providers(): string[] {
  const { provider_ids } = core();
  return guarded(provider_ids);
}

/** The definition of a built-in provider, its contracts included; undefined where there is none. */
export function providerDefinition(id: string): ProviderDefinition | undefined {
  const { provider_definition } = core();
  return guarded(() => {
    const length = provider_definition(id);
    return length === 0 ? undefined : JSON.parse(keptText(length));
  });
}

/**
 * The id of the built-in provider that a delivery looks like, by its headers, or else by its event. A guess for
 * tools that people use, and no reason to trust.
 */
export function recognise(delivery: Delivery): string | undefined {
  const parts = partsOf(delivery);
  core();
  return guarded(() => {
    looks ??= new Held(() => new (core().Looks)());
    return looks.get().recognise(...placed(parts));
  });
}
