/** The properties that contracts describe, in the order in which the contracts stand: for the build, and for the worker. */
export interface Described {
  description?: string;
}

interface Contract {
  properties?: Record<string, Described>;
  $defs?: Record<string, Contract>;
}

interface Event {
  schema?: unknown;
  revisions?: { schema?: unknown }[];
}

export function* described(events: object): Iterable<Described> {
  for (const event of Object.values(events) as Event[]) {
    for (const { schema } of event.revisions ?? [event]) {
      if (typeof schema !== "object") continue;
      const contract = schema as Contract;
      for (const { properties = {} } of [contract, ...Object.values(contract.$defs ?? {})])
        yield* Object.values(properties);
    }
  }
}
