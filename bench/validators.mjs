// Validators with the same signature check in front of them.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { fromJSONSchema } from "zod";
import { plain } from "./job.mjs";

/**
 * @param {string} provider @param {any} schema
 * @returns {import("./job.mjs").Contender[]}
 */
export function validators(provider, schema) {
  const parsed = plain(provider);
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv, { mode: "full" });
  const isValid = ajv.compile(schema);
  const zod = fromJSONSchema(plainSchema(schema));
  return [
    {
      name: "ajv, full formats",
      run: (delivery) => {
        const event = parsed(delivery);
        if (!isValid(event)) throw new Error(ajv.errorsText(isValid.errors));
        return event;
      },
    },
    { name: "zod", run: (delivery) => zod.parse(parsed(delivery)) },
  ];
}

/** Keywords that zod does not support, so zod does less work. */
const BEYOND_ZOD = new Set(["if", "then", "else", "not", "allOf", "$comment", "x-lenient", "x-strict"]);

/**
 * The schema without the keywords that zod does not support.
 * @param {any} schema
 * @returns {any}
 */
export function plainSchema(schema) {
  return JSON.parse(JSON.stringify(schema), (key, value) => (BEYOND_ZOD.has(key) ? undefined : value));
}
