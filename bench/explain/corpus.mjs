// The corpus: all families, or with `short` a part of them that takes seconds.
import { contentCases } from "./families/content.mjs";
import { formCases } from "./families/forms.mjs";
import { headerCases } from "./families/headers.mjs";
import { pairCases } from "./families/pairs.mjs";
import { secretCases } from "./families/secrets.mjs";
import { serializerCases } from "./families/serializers.mjs";
import { serverCases } from "./families/servers.mjs";
import { timeCases } from "./families/times.mjs";
import { transportCases } from "./families/transport.mjs";

/** @param {readonly string[]} languages @param {boolean} isShort @returns {Promise<import("./cases.mjs").Case[]>} */
export async function corpus(languages, isShort) {
  return [
    ...serializerCases(languages, isShort),
    ...transportCases(isShort),
    ...formCases(isShort),
    ...secretCases(isShort),
    ...headerCases(isShort),
    ...timeCases(isShort),
    ...contentCases(isShort),
    ...pairCases(languages, isShort),
    ...(await serverCases(languages, isShort)),
  ];
}
