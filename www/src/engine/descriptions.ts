/**
 * The properties of a provider's schemas in a fixed order. The build reads their descriptions in this order, and the worker
 * adds them in the same order to the package's definitions, which have none.
 */
export interface DescribedProperty {
  description?: string;
}

interface DescribedSchema {
  properties?: Record<string, DescribedProperty>;
  $defs?: Record<string, DescribedSchema>;
}

interface DescribedEvent {
  schema?: unknown;
  revisions?: { schema?: unknown }[];
}

export function* describedProperties(events: object): Iterable<DescribedProperty> {
  for (const event of Object.values(events) as DescribedEvent[]) {
    for (const { schema } of event.revisions ?? [event]) {
      if (typeof schema !== "object") continue;
      const contract = schema as DescribedSchema;
      for (const { properties = {} } of [contract, ...Object.values(contract.$defs ?? {})])
        yield* Object.values(properties);
    }
  }
}
