/** Detects the provider of a delivery. */
import { type Delivery, detectProvider, isFullMissing } from "./core.ts";
import type { PageDelivery } from "./protocol.ts";

/** Number of examples whose provider is kept: both sides of a comparison, and as many again. */
const MAX_EXAMPLES = 4;
const exampleProviders = new Map<string, string>();

const keyOf = ({ headers, text, url }: PageDelivery) => JSON.stringify([headers, text, url]);

/** Keeps the provider of an example, so that the page's first view needs no full module. Returns the example. */
export function keepProvider(example: PageDelivery, provider: string): PageDelivery {
  exampleProviders.set(keyOf(example), provider);
  for (const oldest of exampleProviders.keys()) {
    if (exampleProviders.size <= MAX_EXAMPLES) break;
    exampleProviders.delete(oldest);
  }
  return example;
}

/** The provider as the core detects it. Without the full module, that of an unchanged example. */
export function detect(shown: PageDelivery, delivery: Delivery): string | undefined {
  try {
    return detectProvider(delivery);
  } catch (error) {
    const provider = isFullMissing(error) ? exampleProviders.get(keyOf(shown)) : undefined;
    if (provider === undefined) throw error;
    return provider;
  }
}
