// Events with the types of the vendors' own packages: the program of docs/providers.md, and what its types say. Nothing runs:
// `tsc --strict` checks this file.
import type { EventPayloadMap } from "@octokit/webhooks-types"; // MIT
import type { SlackEvent } from "@slack/types"; // MIT
import type Stripe from "stripe"; // MIT
import { receiver } from "../../src/fetch.ts";
import { webhook } from "../../src/index.ts";

type StripeTypes = { [Event in Stripe.Event as Event["type"]]: Event };
const stripe = webhook<StripeTypes>("stripe", { secrets: [process.env.STRIPE_WEBHOOK_SECRET] });

export const receive = receiver(stripe, async (delivery) => {
  if (delivery.unknown) return;
  if (delivery.type === "invoice.paid") console.log(delivery.event.data.object.amount_paid); // a number
});

export const github = webhook<EventPayloadMap>("github", { secrets: [process.env.GITHUB_WEBHOOK_SECRET] });

interface SlackTypes {
  event_callback: { type: "event_callback"; event_id: string; team_id: string; event: SlackEvent };
}
export const slack = webhook<SlackTypes>("slack", { secrets: [process.env.SLACK_SIGNING_SECRET] });

/** Whether two types are the same, and not only assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(yes: Same<A, B>): void;

receiver(stripe, async (delivery) => {
  if (delivery.unknown) return;
  if (delivery.type === "invoice.paid") same<typeof delivery.event, Stripe.InvoicePaidEvent>(true);
  // @ts-expect-error Stripe has no such event
  if (delivery.type === "invoice.payed") return;
});

receiver(github, async (delivery) => {
  if (delivery.unknown) return;
  if (delivery.type === "push") same<typeof delivery.event.ref, string>(true);
  // @ts-expect-error a ping has no reference
  if (delivery.type === "ping") delivery.event.ref;
});

receiver(slack, async (delivery) => {
  if (delivery.unknown || delivery.event.event.type !== "reaction_added") return;
  same<typeof delivery.event.event.reaction, string>(true);
});
