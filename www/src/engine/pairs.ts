/** The examples of Compare: PainChek's documented event with possible retries, and two events of X-on. */
import * as samples from "virtual:samples";
import { painchek } from "./core.ts";
import { keepProvider } from "./detect.ts";
import { SAMPLE_SECRET, toCompactJson, unsigned } from "./examples.ts";
import type { Calls, PageDelivery } from "./protocol.ts";

const IDS = {
  id: "5d7b1d1c-53a2-4a5e-9a3e-1f0c4f2a9b10",
  webhookId: "0f8a4f6e-6d0e-4b52-8c57-2d2f5a1c7e33",
};

/** One attempt of a delivery, signed, with the ids that all attempts share. */
function attempt(text: string): PageDelivery {
  const { headers } = painchek({ secrets: [SAMPLE_SECRET] }).sign(text, IDS);
  return {
    headers: [["Host", "receiver.example"], ...Object.entries(headers)],
    text,
    url: "https://receiver.example/payload",
    method: "POST",
  };
}

/** One value per line, so that the differences are visible in the text. */
const seed = JSON.stringify(JSON.parse(samples.painchek), undefined, 2);
const { xon } = samples;

const pairs: Record<string, () => [PageDelivery, PageDelivery]> = {
  same: () => [attempt(seed), attempt(seed)],
  changed: () => [
    attempt(seed),
    attempt(
      seed
        .replace('"pain_score": 0', '"pain_score": 9')
        .replace('"comment": null', '"comment": "added later"')
        .replace(/\n[^\n]*"update_stamp": \d+,/, "")
        .replace('"deleted_at": null', '"deleted_at": null,\n    "user_position": "nurse"'),
    ),
  ],
  rewritten: () => [attempt(seed), attempt(toCompactJson(seed))],
  other: () => [
    unsigned(xon).delivery,
    unsigned(xon.replace(/("event": \{\s*"id": ")\w{8}/, "$17e1f0a5c")).delivery,
  ],
};

export function makePair({ id }: Calls["makePair"]["input"]): [PageDelivery, PageDelivery] {
  const make = pairs[id];
  if (make === undefined) throw new Error(`Unknown pair "${id}".`);
  const [first, second] = make();
  const provider = id === "other" ? "xon" : "painchek";
  return [keepProvider(first, provider), keepProvider(second, provider)];
}
