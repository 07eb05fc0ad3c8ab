// A worker that does the whole job as often as a request says. A worker's clock stops while it runs, so the caller
// measures the time.
import { Buffer } from "node:buffer";
// A worker does not compile bytes. X-on's events come with a provider definition here, which needs the full module.
import "hookseal/full";
import { agree, contenders, hookOf } from "../job.mjs";

/** @type {import("../job.mjs").Contender[]} */
let all = [];
/** @type {import("../job.mjs").Delivery[]} */
let deliveries = [];

export default {
  /** @param {Request} request */
  async fetch(request) {
    const url = new URL(request.url);
    try {
      if (url.pathname === "/load") {
        const { source, signed } = /** @type {any} */ (await request.json());
        all = contenders(source, hookOf(source));
        deliveries = signed.map((/** @type {{ headers: Record<string, string>, body: string }} */ one) => ({
          headers: one.headers,
          body: Buffer.from(one.body, "base64"),
        }));
        await agree(all.slice(0, 2), deliveries);
        return new Response("");
      }
      const one = all[Number(url.searchParams.get("contender"))];
      const calls = Number(url.searchParams.get("calls"));
      let events = 0;
      for (let call = 0; call < calls; call += deliveries.length)
        for (const delivery of deliveries) if (typeof one?.run(delivery) === "object") events += 1;
      return new Response(`${events}`);
    } catch (error) {
      return new Response(error instanceof Error ? error.message : "failed", { status: 500 });
    }
  },
};
