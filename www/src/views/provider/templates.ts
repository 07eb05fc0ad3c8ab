/** Templates of a custom provider: the three signature schemes that most providers use. */
import type { CustomProvider } from "../../engine/calls.ts";

interface Template {
  title: string;
  /** The members that differ between templates. */
  id: string;
  name: string;
  signature: { [key: string]: unknown };
  headers?: { [key: string]: string };
  dedupe: string[];
}

const LIST: Template[] = [
  {
    title: "HMAC of the body",
    id: "my-provider",
    name: "My provider",
    signature: {
      header: "X-Signature",
      format: "{algorithm}={hex}",
      algorithms: ["sha256"],
      signedContent: "{body}",
      secret: "utf8",
    },
    dedupe: ["pointer:/id"],
  },
  {
    title: "HMAC with timestamp, as used by Stripe",
    id: "my-payments",
    name: "My payments",
    signature: {
      header: "X-Payments-Signature",
      format: "t={timestamp},v1={hex}",
      algorithms: ["sha256"],
      signedContent: "{timestamp}.{body}",
      secret: "utf8",
      tolerance: 300,
    },
    dedupe: ["pointer:/id"],
  },
  {
    title: "Standard Webhooks",
    id: "my-standard",
    name: "My standard webhooks",
    signature: {
      header: "webhook-signature",
      format: "v1,{base64}",
      algorithms: ["sha256"],
      signedContent: "{id}.{timestamp}.{body}",
      secret: "whsec_{base64}",
      tolerance: 300,
    },
    headers: { id: "webhook-id", timestamp: "webhook-timestamp" },
    dedupe: ["header:webhook-id"],
  },
];

/** Formats JSON with arrays of plain values on one line. */
const text = (value: unknown) =>
  JSON.stringify(value, undefined, 2).replaceAll(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, list: string) => `[${list.replaceAll(/\s*\n\s*/g, " ")}]`,
  );
const FILE = "order.paid.schema.json";

/** Titles of the templates, in the order of `template(index)`. */
export const templates: readonly string[] = LIST.map(({ title }) => title);

export function template(index: number): CustomProvider {
  const { id, name, signature, headers, dedupe } = LIST[index] as Template;
  return {
    definition: text({
      id,
      title: name,
      signature,
      ...(headers === undefined ? {} : { headers }),
      envelope: { type: "/type", id: "/id", createdAt: "/created_at", data: "/data" },
      dedupe,
      immutable: true,
      success: "2xx",
      retries: ["1m", "10m", "1h", "24h"],
      events: { "order.paid": { schema: FILE } },
      sensitive: ["/data/customer"],
    }),
    schemas: [
      [
        FILE,
        text({
          type: "object",
          required: ["id", "type", "created_at", "data"],
          properties: {
            id: { type: "string", minLength: 1 },
            type: { const: "order.paid" },
            created_at: { type: "string", format: "date-time" },
            data: {
              type: "object",
              required: ["amount", "currency"],
              properties: {
                amount: { description: "In the currency's smallest unit.", type: "integer", minimum: 0 },
                currency: { description: "Three letters, ISO 4217.", type: "string", pattern: "^[A-Z]{3}$" },
                customer: { description: "Who paid.", type: "string" },
              },
            },
          },
        }),
      ],
    ],
    sample: text({
      id: "evt_0001",
      type: "order.paid",
      created_at: "2026-01-31T09:30:00Z",
      data: { amount: 1250, currency: "EUR", customer: "Alex Example" },
    }),
  };
}
