// The corpus: all families, or with `short` a part of them that takes seconds.
import { formCases } from "./families/forms.mjs";
import { secretCases } from "./families/secrets.mjs";
import { serializerCases } from "./families/serializers.mjs";
import { transportCases } from "./families/transport.mjs";

/** @param {readonly string[]} languages @param {boolean} isShort @returns {Promise<import("./cases.mjs").Case[]>} */
export async function corpus(languages, isShort) {
  return [
    ...serializerCases(languages, isShort),
    ...transportCases(isShort),
    ...formCases(isShort),
    ...secretCases(isShort),
  ];
}
