// Events with the types of the vendors' own packages: the program of docs/providers.md, and what its types say. Nothing runs:
// `tsc --strict` checks this file.
import type { EventPayloadMap } from "@octokit/webhooks-types"; // MIT
import type { SlackEvent } from "@slack/types"; // MIT
import type Stripe from "stripe"; // MIT
import { receiver } from "../../src/fetch.ts";
import { type ShopifyPayloads, type TwilioCallbacks, webhook } from "../../src/index.ts";

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

export const shopify = webhook<ShopifyPayloads>("shopify", { secrets: [process.env.SHOPIFY_CLIENT_SECRET] });
export const twilio = webhook<TwilioCallbacks>("twilio", { secrets: [process.env.TWILIO_AUTH_TOKEN] });

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

receiver(shopify, async (delivery) => {
  if (delivery.unknown) return;
  // A subscription can leave out any field.
  if (delivery.type === "orders/paid") same<typeof delivery.event.total_price, string | undefined>(true);
  // @ts-expect-error a product has no lines
  if (delivery.type === "products/update") delivery.event.line_items;
  if (delivery.type === "customers/redact") same<typeof delivery.event.orders_to_redact, number[]>(true);
  // @ts-expect-error Shopify has no such topic
  if (delivery.type === "orders/payed") return;
});

receiver(twilio, async (delivery) => {
  if (delivery.unknown) return;
  if (delivery.type === "message") {
    same<typeof delivery.event.Body, string>(true);
    same<typeof delivery.event.MediaUrl0, string | undefined>(true);
  }
  // @ts-expect-error a call has no text
  if (delivery.type === "call") delivery.event.Body;
});
