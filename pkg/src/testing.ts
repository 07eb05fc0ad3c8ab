/**
 * `hookseal/testing`: deliveries for tests of a handler. Not for production: the entry contains the samples of all providers.
 */
import { SIGN_OPTIONS } from "./encoded-options.js";
import { type HooksealError, isHooksealError } from "./error.js";
import { checkData, checkHook, checkMs, checkTestOptions } from "./testing/arguments.js";
import { dataCandidates } from "./testing/data.js";
import { withFreshIds } from "./testing/fresh-ids.js";
import type { TestDelivery } from "./testing/send-to.js";
import type { SignOptions } from "./types.js";
import type { DataOf, NameOf } from "./verified-of.js";
import type { Webhook } from "./webhook.js";

export {
  type SendToOptions,
  sendTo,
  type TestApp,
  type TestDelivery,
  type TestResponse,
  toLambdaEvent,
} from "./testing/send-to.js";
export { changedRetry, stale, withChangedBody, withWrongSecret } from "./testing/tampered.js";

/** Options of `delivery`. */
export interface DeliveryOptions extends SignOptions {
  /** The name of a sample, such as a revision of X-on's: `R7`. Default: the first sample of the event type. */
  sample?: string | undefined;
}

const DELIVERY_OPTIONS = { sample: true, ...SIGN_OPTIONS } satisfies Record<keyof DeliveryOptions, true>;

/**
 * Makes a valid signed delivery of an event, with ids of its own. `data` replaces members of sample data; without a sample of the
 * event type, the data is that of another sample with this type, or is made by the schema of the event.
 *
 * @example
 * ```ts
 * const sent = delivery(hook, "assessment_add", { user_first_name: "Ada" });
 * ```
 * @throws HooksealError where the delivery would be rejected, such as for a schema that says too little to make data by.
 * @throws TypeError where no sample data can have the event type.
 */
export function delivery<Events, Name extends NameOf<Events>>(
  hook: Webhook<Events>,
  type: Name,
  data: Partial<DataOf<Events[Name]>> = {},
  options: DeliveryOptions = {},
): TestDelivery {
  checkHook(hook);
  if (typeof type !== "string") throw new TypeError("Expected the event type as a string.");
  checkData(data);
  checkTestOptions("delivery", options, DELIVERY_OPTIONS);
  const { sample, ...signOptions } = options ?? {};
  const { exact, adapted, types } = dataCandidates(hook, type, sample);
  const errors: HooksealError[] = [];
  for (const [index, source] of [...exact, ...adapted].entries()) {
    for (const fresh of withFreshIds(hook, source, data)) {
      try {
        const made = hook.create(type, { ...fresh, ...data } as DataOf<Events[Name]>, signOptions);
        const { method, headers, body } = made;
        return { method, headers, body, ...(signOptions.url === undefined ? {} : { url: signOptions.url }) };
      } catch (error) {
        if (!isHooksealError(error)) throw error;
        // Data that is meant for the type says more about what is wrong.
        if (index < exact.length && adapted.length > 0 && hook.sendPolicy.itemsPath != null) continue;
        errors.push(error);
      }
    }
  }
  throw failure(hook, type, types, errors, Object.keys(data).length > 0);
}

/** Why no data was accepted. */
function failure(
  hook: Webhook,
  type: string,
  types: readonly string[] | undefined,
  [error]: readonly HooksealError[],
  hasData: boolean,
): Error {
  if (error === undefined && types !== undefined)
    return new TypeError(
      `The provider's deliveries have no such event type. They have: ${types.join(", ")}.`,
    );
  const isAboutData =
    error === undefined ||
    ["event-invalid", "body-empty"].includes(error.code) ||
    error.issues.some(({ pointer }) => pointer !== "");
  if (hasData || !isAboutData || hook.definition.events?.[type] !== undefined)
    return error ?? new TypeError("There is no sample data for this event type. Pass `data`.");
  return new TypeError(
    "No sample data is valid for this event type. Pass `data`: the data of such an event.",
    {
      cause: error,
    },
  );
}

/** A clock for the option `now` of a receiver, which only a test moves. Default start: the current time. */
export function clock(start: Date | number = Date.now()): { now: () => number; advance(ms: number): void } {
  let time = start instanceof Date ? start.getTime() : start;
  if (typeof time !== "number" || !Number.isFinite(time))
    throw new TypeError("Expected the start of the clock as a Date, or as milliseconds since 1970.");
  return {
    now: () => time,
    advance(ms) {
      checkMs("ms", ms);
      time += ms;
    },
  };
}
