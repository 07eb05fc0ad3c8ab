// Signatures that are known from elsewhere: published by a provider, or made by its own code; and where the code is that
// confirms the providers that have neither.
import type { Example } from "./senders.ts";

/** The time of the signatures that are made here. */
const at = Date.UTC(2026, 0, 1) / 1000;
const STANDARD_SECRET = `whsec_${Buffer.from("thirty-two bytes of a made-up key").toString("base64")}`;

/** Examples of vendors' pages, and of the tests of their own libraries. */
const PUBLISHED: Omit<Example, "published">[] = [
  {
    id: "buildkite",
    source: "github.com/buildkite/go-buildkite, webhook_test.go",
    secret: "29b1ff5779c76bd48ba6705eb99ff970",
    headers: {
      "X-Buildkite-Signature":
        "timestamp=1642080837,signature=582d496ac2d869dd97a3101c4cda346288c49a742592daf582ec64c86449f79c",
    },
    body: '{"event":"ping","service":{"id":"c9f8372d-c0cd-43dc-9274-768a875cf6ca","provider":"webhook","settings":{"url":"https://server.com/webhooks"}},"organization":{"id":"49801950-1df0-474f-bb56-ad6a930c5cb9","graphql_id":"T3JnYW5pemF0aW9uLS0tZTBmMzk3MgsTksGkxOWYtZTZjNzczZTJiYjEy","url":"https://api.buildkite.com/v2/organizations/acme-inc","web_url":"https://buildkite.com/acme-inc","name":"ACME Inc","slug":"acme-inc","agents_url":"https://api.buildkite.com/v2/organizations/acme-inc/agents","emojis_url":"https://api.buildkite.com/v2/organizations/acme-inc/emojis","created_at":"2021-02-03T20:34:10.486Z","pipelines_url":"https://api.buildkite.com/v2/organizations/acme-inc/pipelines"},"sender":{"id":"c9f8372d-c0cd-43dc-9269-bcbb7f308e3f","name":"ACME Man"}}',
    time: 1642080837_000,
  },
  ...[
    ["secret", "hello world", "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"],
    ["another-secret", "lalala", "daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00"],
    [
      "hunter123",
      "an-important-request-payload",
      "9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa",
    ],
  ].map(([secret = "", body = "", signature]) => ({
    id: "circleci",
    source: "circleci.com/docs/outbound-webhooks",
    secret,
    headers: { "circleci-signature": `v1=${signature}` },
    body,
  })),
  {
    id: "mailgun",
    source: "github.com/mailgun/mailgun-php, tests/Api/WebhookTest.php",
    secret: "key-3ax6xnjp29jd6fds4gc373sgvjxteol0",
    headers: {},
    body: '{"signature":{"timestamp":"1403645220","token":"5egbgr1vjgqxtrnp65xfznchgdccwh5d6i09vijqi3whgowmn6","signature":"9cfc5c41582e51246e73c88d34db3af0a3a2692a76fbab81492842f000256d33"},"event-data":{"event":"opened","id":"event_example_1"}}',
    time: 1403645220_000,
  },
  {
    id: "meta",
    source: "github.com/WhatsApp/WhatsApp-Nodejs-SDK, src/__tests__/utils.test.ts and jest.config.ts",
    secret: "TEST_APP_SECRET",
    headers: {
      "X-Hub-Signature-256": "sha256=0c61947b610d4f45e65f3d680e26027121ec2413e77598bcb6cfc6e0d9888221",
    },
    body: "test",
  },
  {
    id: "pagerduty",
    source: "github.com/PagerDuty/go-pagerduty, webhookv3/webhookv3_test.go",
    secret: "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK",
    headers: {
      "X-PagerDuty-Signature": "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd",
    },
    body: '{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident","occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"client":null,"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the road","service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE","self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high","conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}',
  },
  {
    id: "revolut",
    source: "developer.revolut.com, verify the payload signature",
    secret: "wsk_r59a4HfWVAKycbCaNO1RvgCJec02gRd8",
    headers: {
      "Revolut-Request-Timestamp": "1683650202360",
      "Revolut-Signature": "v1=bca326fb378d0da7f7c490ad584a8106bab9723d8d9cdd0d50b4c5b3be3837c0",
    },
    body: '{"data":{"id":"645a7696-22f3-aa47-9c74-cbae0449cc46","new_state":"completed","old_state":"pending","request_id":"app_charges-9f5d5eb3-1e06-46c5-b1c0-3914763e0bcb"},"event":"TransactionStateChanged","timestamp":"2023-05-09T16:36:38.028960Z"}',
    time: 1683650202_360,
  },
  ...[
    ['{"test_number":1,"test_string":"two"}', "YWHphPn/JFq43jkF0y4/w8R/SelmLjvpunhVFY8JhlI="],
    ["test=1&other_test=2", "25Cu3iwbbiqBTwQRzcKJZwisjf736V2Q8UaTlkfLSoc="],
  ].map(([body = "", signature]) => ({
    id: "x",
    source: "npm:twitter-autohook 1.7.2, test/signature.js",
    secret: "test",
    headers: { "x-twitter-webhooks-signature": `sha256=${signature}` },
    body,
  })),
];

/** Made by vendors' own code, or accepted by it. */
const MADE: Omit<Example, "published">[] = [
  {
    id: "clerk",
    source: "npm:@clerk/backend 3.25.0, verifyWebhook",
    secret: STANDARD_SECRET,
    headers: {
      "svix-id": "msg_example_1",
      "svix-timestamp": `${at}`,
      "svix-signature": "v1,X7K1QIiuGk5duR3ZZY9ZPH2gKowJfw3PtdVRCuZkymA=",
    },
    body: '{"type":"user.created","object":"event","data":{"id":"user_example_1"}}',
  },
  {
    id: "docusign",
    source: "github.com/docusign/connect-node-listener-aws, checkHmac of index.js",
    secret: "docusign_hmac_key_example_0001",
    headers: { "X-DocuSign-Signature-1": "2kk5P/2iX/8Zzldzc2mTynNeGKEwwTqvZ/CmDPIfs9Y=" },
    body: '{"event":"envelope-completed","apiVersion":"v2.1","uri":"/restapi/v2.1/accounts/1/envelopes/1","retryCount":0,"configurationId":1,"generatedDateTime":"2026-01-01T00:00:00.0000000Z","data":{"envelopeId":"envelope_example_1"}}',
  },
  {
    id: "dodo-payments",
    source: "npm:dodopayments 2.52.0, webhooks.unwrap",
    secret: STANDARD_SECRET,
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,FAGEKVoyJXB8IPXYNd99B3zDPiu/0tjNVjfmPX3e8bg=",
    },
    body: '{"business_id":"bus_example_1","type":"payment.succeeded","timestamp":"2026-01-01T00:00:00Z","data":{"payload_type":"Payment"}}',
  },
  {
    id: "dropbox",
    source: "github.com/dropbox/mdwebhook, validate_request of app.py, in Python 3",
    secret: "dropbox_secret_example_0001",
    headers: { "X-Dropbox-Signature": "532db1fc5424b9ab266d510350633542cf989cd3082b6d5fbbbf3938021a1fa3" },
    body: '{"list_folder":{"accounts":["dbid:example_1"]},"delta":{"users":[1]}}',
  },
  {
    id: "highlevel",
    source: "npm:@gohighlevel/api-client 3.1.0, verifyEd25519Signature",
    secret: "MCowBQYDK2VwAyEAclbXUhOAdoGqRApljLHlh+9cLmoiYYWYCnhQnjxLcJY=",
    headers: {
      "X-GHL-Signature":
        "UuGW7s5KQQo9xSBVZo9sZwIwAPrawrnAbR9Fmj3Q/cnRMbJcpCfFGovFM0TCePKwbwqyAsIkOv6NcZq6sd0CBg==",
    },
    body: '{"type":"ContactCreate","timestamp":"2026-01-01T00:00:00.000Z","webhookId":"webhook_example_1","locationId":"location_example_1","id":"contact_example_1"}',
  },
  {
    id: "lemonsqueezy",
    source: "github.com/lmsqueezy/laravel, VerifyWebhookSignature",
    secret: "lemon_secret_example_0001",
    headers: {
      "X-Event-Name": "order_created",
      "X-Signature": "96f5a2890d49471298f21f0408013ce751329556c1773bbb7734e313adcf3eb2",
    },
    body: '{"meta":{"event_name":"order_created"},"data":{"type":"orders","id":"1"}}',
  },
  {
    id: "liveblocks",
    source: "npm:@liveblocks/node 3.24.2, WebhookHandler",
    secret: STANDARD_SECRET,
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,byXp5bFW9eY/4GUGr0B9OoSQViP8gQ/0ryzCvhJXxpQ=",
    },
    body: '{"type":"userEntered","data":{"projectId":"example_1","roomId":"room_1","connectionId":1,"userId":null,"userInfo":null,"enteredAt":"2026-01-01T00:00:00.000Z","numActiveUsers":1}}',
  },
  {
    id: "microsoft-teams",
    source: "github.com/OfficeDev/Microsoft-Teams-Samples, outgoing-webhook/python_awslambda/index.py",
    secret: "dGhpcnR5LXR3byBieXRlcyBvZiBhIG1hZGUtdXAga2V5",
    headers: { Authorization: "HMAC XUnmXC/qTAiQSg31IPxL59hSCVRIPgDc2FBNnfKeWnE=" },
    body: '{"type":"message","id":"message_example_1","timestamp":"2026-01-01T00:00:00.000Z","text":"<at>Example</at> hello"}',
  },
  {
    id: "mollie",
    source: "github.com/mollie/mollie-api-php, SignatureValidator::createSignature",
    secret: "mollie_secret_example_0001",
    headers: {
      "X-Mollie-Signature": "sha256=80759c96b64855b3a29b0d232defd1d42b464bc3ff65d57df9c8f03a6f28f1e7",
    },
    body: '{"id":"event_example_1","type":"payment-link.paid","resource":"event"}',
  },
  {
    id: "polar",
    source: "npm:@polar-sh/sdk 0.49.0, validateEvent",
    secret: "polar_secret_example_0001",
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,41BIu+YfOG8WqrrSSeC/dNxWEGbHSatDB8v3cQ3rmp8=",
    },
    body: '{"type":"order.created","timestamp":"2026-01-01T00:00:00Z","data":{}}',
  },
  {
    id: "quickbooks",
    source: "github.com/intuit/QuickBooks-V3-PHP-SDK, TokenVerifier",
    secret: "00000000-0000-4000-8000-000000000001",
    headers: { "intuit-signature": "dgo1bcUmzRscPbIasmDEBKV4bf3NBGkUNTde7hydk8U=" },
    body: '[{"specversion":"1.0","id":"event_example_1","source":"intuit.example","type":"qbo.customer.created.v1","datacontenttype":"application/json","time":"2026-01-01T00:00:00Z","intuitentityid":"1","intuitaccountid":"1","data":{}}]',
  },
  {
    id: "replicate",
    source: "npm:replicate 1.4.0, validateWebhook",
    secret: STANDARD_SECRET,
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,eaR9mw5u52C2MrHn4rQ4K625vO8QztHUt0CQFxbSgbE=",
    },
    body: '{"id":"prediction_example_1","status":"succeeded"}',
  },
  {
    id: "resend",
    source: "npm:resend 6.38.0, webhooks.verify",
    secret: STANDARD_SECRET,
    headers: {
      "svix-id": "msg_example_1",
      "svix-timestamp": `${at}`,
      "svix-signature": "v1,W1J9bgi3fhzwlvlCqDZ3DTn3XpmRkOg7Q1V85KDY4uY=",
    },
    body: '{"type":"email.sent","created_at":"2026-01-01T00:00:00.000Z","data":{"email_id":"email_example_1"}}',
  },
  {
    id: "sentry",
    source: "github.com/getsentry/sentry, build_signature of sentry_app.py",
    secret: "sentry_secret_example_0001",
    headers: {
      "Sentry-Hook-Resource": "issue",
      "Sentry-Hook-Signature": "5df685f2308d7b278222c14350bf792f735e6c639de383fc76f72369dba0e3a3",
    },
    body: '{"action":"created","installation":{"uuid":"installation_example_1"},"data":{"issue":{"id":"1"}},"actor":{"type":"application","id":"sentry","name":"Sentry"}}',
  },
  {
    id: "shopify",
    source: "npm:@shopify/shopify-api 13.1.0, webhooks.validate",
    secret: "shopify_secret_example_0001",
    headers: {
      "X-Shopify-Topic": "orders/create",
      "X-Shopify-Hmac-Sha256": "XLwhE81wSbHoy3bjbRTlJauwdPF0edmNV1ZY+W2zSy8=",
    },
    body: '{"id":1,"email":"person@example.com"}',
  },
  {
    id: "telnyx",
    source: "npm:telnyx 7.24.0, webhooks.unwrap",
    secret: "clbXUhOAdoGqRApljLHlh+9cLmoiYYWYCnhQnjxLcJY=",
    headers: {
      "telnyx-signature-ed25519":
        "NeOTZ2t+h11k95dXee/bSRotOPwgc5ZR9eGckQ2AgfMThYE8ObhZcBeP0sNdPLInLHc06vzbMmQANZIF6gA7Cg==",
      "telnyx-timestamp": `${at}`,
    },
    body: '{"data":{"record_type":"event","event_type":"message.received","id":"event_example_1","occurred_at":"2026-01-01T00:00:00.000000+00:00","payload":{}}}',
  },
  {
    id: "woocommerce",
    source: "github.com/woocommerce/woocommerce, WC_Webhook::generate_signature",
    secret: "woo_secret_example_0001",
    headers: {
      "X-WC-Webhook-Topic": "order.updated",
      "X-WC-Webhook-Signature": "Hqv52XJB2qOuHeRzr/BGtE0p2u8L+8oLDrn4m8OcUyE=",
    },
    body: '{"id":1,"status":"processing","currency":"EUR","total":"10.00"}',
  },
  {
    id: "zoom",
    source: "npm:@zoom/rivet 0.4.0, isEventVerified",
    secret: "zoom_secret_example_0001",
    headers: {
      "x-zm-request-timestamp": `${at}`,
      "x-zm-signature": "v0=1ccf7d6147374936696b4388fa53591972b8fb467930a6e9a89e66d9e9df1a33",
    },
    body: '{"event":"meeting.started","event_ts":1767225600000,"payload":{"account_id":"example_1","object":{"id":"1234567890"}}}',
  },
];

export const MORE_EXAMPLES: Example[] = [
  ...PUBLISHED.map((example) => ({ ...example, published: true })),
  ...MADE.map((example) => ({ ...example, published: false })),
];

/** Where the code is that confirms the others: it was read, and `SENDERS` signs as it does. */
export const READ: Record<string, string> = {
  "cal-com": "github.com/calcom/cal.com, packages/features/webhooks/lib/sendPayload.ts",
  chargebee: "npm:chargebee 3.33.0, basicAuthValidator",
  discourse: "github.com/discourse/discourse, app/jobs/regular/emit_web_hook_event.rb",
  ghost: "github.com/TryGhost/Ghost, ghost/core/core/server/services/webhooks",
  gitea: "github.com/go-gitea/gitea, services/webhook/deliver.go",
  "help-scout": "github.com/helpscout/helpscout-api-php, src/Webhooks/IncomingWebhook.php",
  render: "github.com/render-examples/webhook-receiver, app.ts: the library of Standard Webhooks",
  sonarqube: "github.com/SonarSource/sonarqube, signatureOf of WebhookCallerImpl.java",
  "supabase-auth": "supabase.com/docs: the library of Standard Webhooks",
  telegram: "github.com/tdlib/telegram-bot-api, WebhookActor.cpp",
  twitch: "github.com/twitchdev/twitch-cli, getSignatureHeader of forward_event.go",
  xero: "github.com/XeroAPI/XeroWebhooksReceiver, SignatureVerifier.cs",
};
