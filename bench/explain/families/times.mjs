// Deliveries without any change, and those that are read late: nothing is wrong with their signatures.
import { makeCase } from "../cases.mjs";
import { documents } from "../documents.mjs";
import { generator } from "../random.mjs";
import { PROVIDER_IDS, provider, signedHeaders, TIME } from "../signing.mjs";

/** @param {boolean} isShort @returns {import("../cases.mjs").Case[]} */
export function timeCases(isShort) {
  const random = generator(606);
  const all = /** @type {import("../cases.mjs").Case[]} */ ([]);
  for (const id of PROVIDER_IDS) {
    const entry = provider(id);
    for (const secret of entry.secrets) {
      for (const { text, name } of random.sample(documents(), isShort ? 1 : 6)) {
        const body = Buffer.from(text);
        const headers = signedHeaders(id, secret, body);
        const delivery = { headers, body };
        all.push(
          makeCase({
            family: "nothing changed",
            title: `${name}; ${id}`,
            provider: id,
            secrets: [secret],
            delivery,
            expected: "valid",
          }),
        );
        if (entry.timestampHeader === undefined && id !== "stripe") continue;
        for (const offset of [3600, 86_400 * 30, -7200]) {
          all.push(
            makeCase({
              family: "old and future timestamps",
              title: `${offset} s; ${id}`,
              provider: id,
              secrets: [secret],
              delivery,
              expected: "valid",
              now: (TIME + offset) * 1000,
            }),
          );
        }
      }
      const second = { headers: signedHeaders(id, secret, Buffer.from("{}")), body: Buffer.from("{}") };
      const first = entry.secrets.find((one) => one !== secret) ?? "";
      all.push(
        makeCase({
          family: "nothing changed",
          title: `second secret; ${id}`,
          provider: id,
          secrets: [first, secret],
          delivery: second,
          expected: "valid",
        }),
      );
    }
  }
  return all;
}
