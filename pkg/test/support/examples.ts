// Signatures that are known from elsewhere: published by a provider, or made by its own code; and where the code is that
// confirms the providers that have neither.
/** A signature that is known from elsewhere. */
export interface Example {
  id: string;
  /** Who made it: a published example, or a library that accepts it. */
  source: string;
  /** Whether the provider published secret, body and signature. */
  published: boolean;
  secret: string;
  /** The name of the signature scheme, if it is not the strongest one. */
  scheme?: string;
  headers: Record<string, string>;
  body: string;
  url?: string;
  /** Values that are signed, next to the secret. */
  settings?: Record<string, string>;
  /** The time at which it was valid, in milliseconds. */
  time?: number;
}

/** The time of the signatures that are made here. */
const at = Date.UTC(2026, 0, 1) / 1000;
const STANDARD_SECRET = `whsec_${Buffer.from("thirty-two bytes of a made-up key").toString("base64")}`;

/** Examples of vendors' pages, and of the tests of their own libraries. */
const PUBLISHED: Omit<Example, "published">[] = [
  {
    id: "hook0",
    source: "github.com/hook0/hook0, clients/conformance/signature.json",
    secret: "a-subscription-secret",
    time: 1_800_000_000_000,
    headers: {
      "x-event-id": "evt-1",
      "x-delivery-id": "dlv-1",
      "content-type": "application/json",
      "X-Hook0-Signature":
        "t=1800000000,h=x-event-id x-delivery-id,v0=bf5f4e5fe0c9143510ae192f983316a09ed392d0104d2ce0faa3d7bce3687acb,v1=19a6fb8f6581715b241a93af02a58611c3b0ac7b747a8d2a5b120ee418d0c347",
    },
    body: '{"event":"user.created"}',
  },
  {
    id: "paypal",
    source:
      "github.com/paypal/PayPal-Java-SDK, rest-api-sdk/src/test: ValidateCertTest.java and testClientCert.crt",
    secret: `-----BEGIN CERTIFICATE-----
MIIILDCCBxSgAwIBAgIQDEd6EXcAnHmtnx4u7tJZlTANBgkqhkiG9w0BAQsFADB1
MQswCQYDVQQGEwJVUzEVMBMGA1UEChMMRGlnaUNlcnQgSW5jMRkwFwYDVQQLExB3
d3cuZGlnaWNlcnQuY29tMTQwMgYDVQQDEytEaWdpQ2VydCBTSEEyIEV4dGVuZGVk
IFZhbGlkYXRpb24gU2VydmVyIENBMB4XDTE3MDIxODAwMDAwMFoXDTE5MDQyNjEy
MDAwMFowggElMR0wGwYDVQQPDBRQcml2YXRlIE9yZ2FuaXphdGlvbjETMBEGCysG
AQQBgjc8AgEDEwJVUzEZMBcGCysGAQQBgjc8AgECEwhEZWxhd2FyZTEQMA4GA1UE
BRMHMzAxNDI2NzEWMBQGA1UECRMNMjIxMSBOIDFzdCBTdDEOMAwGA1UEERMFOTUx
MzExCzAJBgNVBAYTAlVTMRMwEQYDVQQIEwpDYWxpZm9ybmlhMREwDwYDVQQHEwhT
YW4gSm9zZTEVMBMGA1UEChMMUGF5UGFsLCBJbmMuMRgwFgYDVQQLEw9QYXJ0bmVy
IFN1cHBvcnQxNDAyBgNVBAMTK21lc3NhZ2V2ZXJpZmljYXRpb25jZXJ0cy5zYW5k
Ym94LnBheXBhbC5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDT
AsLQcHFGG0mvLNAlu3FJ/6QUr1EbUSBYnqF/oRbirzJRWbT3JWpFr2palaFNnfpC
wLB/KY+UX3xDLB5Ic38piG6FzRe1TiZcxhdIbOY21OvVVFatXfM62lzwX3RASpbV
A1cbCoDBSbgyplSPINVd8Gyf+qtJxbW7M6cVuZae1Nx0mA63SfNnRpBwOvYAUkCr
uCCjIVLqRuWbRzn0wvayVMWasw047rHhtFmaYBwJ1L4sn5NL+HDQ5wSMb1EE46v/
aGGdv7bcHhc4Re0C1pFW032MVb85eRD7OtvD2hZM2O5JwiwHMBXzxEjrIbGCA6be
3acmzYKxYLZHYt6KlQDBAgMBAAGjggQEMIIEADAfBgNVHSMEGDAWgBQ901Cl1qCt
7vNKYApl0yHU+PjWDzAdBgNVHQ4EFgQUgPw27mYvKgltHUaTXExjogwMhv8wNgYD
VR0RBC8wLYIrbWVzc2FnZXZlcmlmaWNhdGlvbmNlcnRzLnNhbmRib3gucGF5cGFs
LmNvbTAOBgNVHQ8BAf8EBAMCBaAwHQYDVR0lBBYwFAYIKwYBBQUHAwEGCCsGAQUF
BwMCMHUGA1UdHwRuMGwwNKAyoDCGLmh0dHA6Ly9jcmwzLmRpZ2ljZXJ0LmNvbS9z
aGEyLWV2LXNlcnZlci1nMS5jcmwwNKAyoDCGLmh0dHA6Ly9jcmw0LmRpZ2ljZXJ0
LmNvbS9zaGEyLWV2LXNlcnZlci1nMS5jcmwwSwYDVR0gBEQwQjA3BglghkgBhv1s
AgEwKjAoBggrBgEFBQcCARYcaHR0cHM6Ly93d3cuZGlnaWNlcnQuY29tL0NQUzAH
BgVngQwBATCBiAYIKwYBBQUHAQEEfDB6MCQGCCsGAQUFBzABhhhodHRwOi8vb2Nz
cC5kaWdpY2VydC5jb20wUgYIKwYBBQUHMAKGRmh0dHA6Ly9jYWNlcnRzLmRpZ2lj
ZXJ0LmNvbS9EaWdpQ2VydFNIQTJFeHRlbmRlZFZhbGlkYXRpb25TZXJ2ZXJDQS5j
cnQwDAYDVR0TAQH/BAIwADCCAfgGCisGAQQB1nkCBAIEggHoBIIB5AHiAHYApLkJ
kLQYWBSHuxOizGdwCjw1mAT5G9+443fNDsgN3BAAAAFaTqxLiAAABAMARzBFAiEA
pDFqvEjdtugwxjKvZqJ1Y1A1F1UX9EIvZL5Ar02YSe4CIBEf0EzZiic7u3IzI8BU
y0oFKh11VL1YIBAZfIj744o/AHYAVhQGmi/XwuzT9eG9RLI+x0Z2ubyZEVzA75SY
VdaJ0N0AAAFaTqxM2wAABAMARzBFAiEAn3lwWc95wltvaOnBaM09VQN9xhHHkwec
w5+tdHhSimgCIC1BaJ0RodgykU0ii2QzuzEoR8ci6qF+Pj6j1GE5wvU4AHcA7ku9
t3XOYLrhQmkfq+GeZqMPfl+wctiDAMR7iXqo/csAAAFaTqxOhwAABAMASDBGAiEA
/+kyQku3N/kwrubEfHSM4h20mZTvrAoRZovA5qwpVLICIQDyOQQu9r6kets5tO0b
YDXmaVWypOdS/ocseU11p5vBYAB3ALvZ37wfinG1k5Qjl6qSe0c4V5UKq1LoGpCW
ZDaOHtGFAAABWk6sTEUAAAQDAEgwRgIhALIDDduHsT0LymHxdrOWzzEaDLhVSl5i
vHAgWBcdl5AAAiEAgIYoXQHtSAiPyH4METNmAZAhiwo9uwTavdrjLsFJ2nowDQYJ
KoZIhvcNAQELBQADggEBAMxgCr0MTAbu7aE8ryfK3q8grN4rJOzBBzh8tSKYW4PU
FhAc6ZaW2/PNV+H8oYOP3nB28neglNjR/XZCyd7IRJoxSfwzUZhOBAzTFP0sp5Cu
GZN24j2SrxcKCaq3mszLmwgiRzuDUnRFdI2OHep6EcDelfURGz8w6eTaLw7m3FZr
gJSmmAOntirVZeVPLou74ykxWUm0kEi/OxNQWlgAlAHUcGZHpcupddK/dNRmCFSw
RBeiGwaLsz2SXYNvTs4it8cisAxTwBD1iqyXEKRSx6HpsmIOznwENimrR8Cz3jtz
QJmshPGmEbrpkKaJ7/DJO5EuMKFF6jYKjKiORugFKfU=
-----END CERTIFICATE-----
`,
    settings: { webhookId: "96605875FF6516633" },
    time: Date.UTC(2017, 2, 30, 20, 4, 5),
    headers: {
      "PAYPAL-AUTH-ALGO": "SHA256withRSA",
      "PAYPAL-CERT-URL": "https://api.sandbox.paypal.com/v1/notifications/test",
      "PAYPAL-TRANSMISSION-ID": "071f7d20-1584-11e7-abf0-6b62a8a99ac4",
      "PAYPAL-TRANSMISSION-TIME": "2017-03-30T20:04:05Z",
      "PAYPAL-TRANSMISSION-SIG":
        "aBjgm5/xljRYu3G64Q0axISrP2xcy7WbW1u4UTCKnQvyprOZ1a1BBmqn2Jdr6ce8E76I3Ti/AL9y4VYSHyGSEaoE6dVQcCDebLbOXLH0fjTAbTc1/rmfdWmsk0DPltW84Y8W8jOHe3CLWDOwg5zmozyt+AceG2x5eOiw7mLSycaEoj/5RG+dOIWXnmWcLEArbG3VFshy0wuhZrKuGa9C/bD4Ku+Y9gK7Bv5I5IuGRVnTGpcFnVG0KxOyJxccLGyBVCIUMY5IZS7LkmJszQ3HZZFDTNihvgJHECSLwLhzUaysIye5G6CbbLdtAmeeb6wiDciEAvr2dFf+SplOR4Lrng==",
    },
    body: '{"id":"WH-2MW4820926242972J-6SG447389E205703U","event_version":"1.0","create_time":"2017-03-30T20:04:05.613Z","resource_type":"plan","event_type":"BILLING.PLAN.CREATED","summary":"A billing plan was created","resource":{"merchant_preferences":{"setup_fee":{"currency":"USD","value":"1"},"return_url":"https://www.mta.org/wp-content/plugins/AMS/api/Paypal/paypal/rest-api-sdk-php/sample/billing/ExecuteAgreement.php?success=true","cancel_url":"https://www.mta.org/wp-content/plugins/AMS/api/Paypal/paypal/rest-api-sdk-php/sample/billing/ExecuteAgreement.php?success=false","auto_bill_amount":"YES","initial_fail_amount_action":"CONTINUE","max_fail_attempts":"0"},"update_time":"2017-03-30T20:04:05.587Z","create_time":"2017-03-30T20:04:05.587Z","name":"T-Shirt of the Month Club Plan","description":"Template creation.","links":[{"href":"api.sandbox.paypal.com/v1/payments/billing-plans/P-2U911356NH683973BEDIWKUY","rel":"self","method":"GET"}],"payment_definitions":[{"name":"Regular Payments","type":"REGULAR","frequency":"Month","frequency_interval":"2","amount":{"currency":"USD","value":"100"},"cycles":"12","charge_models":[{"type":"SHIPPING","amount":{"currency":"USD","value":"10"},"id":"CHM-6H655806YS685182XEDIWKUY"}],"id":"PD-5N450756VM995270VEDIWKUY"}],"id":"P-2U911356NH683973BEDIWKUY","state":"CREATED","type":"FIXED"},"links":[{"href":"https://api.sandbox.paypal.com/v1/notifications/webhooks-events/WH-2MW4820926242972J-6SG447389E205703U","rel":"self","method":"GET"},{"href":"https://api.sandbox.paypal.com/v1/notifications/webhooks-events/WH-2MW4820926242972J-6SG447389E205703U/resend","rel":"resend","method":"POST"}]}',
  },
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

const MORE_EXAMPLES: Example[] = [
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
  "google-pubsub": "npm:google-auth-library 10.9.1, OAuth2Client.verifySignedJwtWithCertsAsync",
  "help-scout": "github.com/helpscout/helpscout-api-php, src/Webhooks/IncomingWebhook.php",
  render: "github.com/render-examples/webhook-receiver, app.ts: the library of Standard Webhooks",
  sonarqube: "github.com/SonarSource/sonarqube, signatureOf of WebhookCallerImpl.java",
  "supabase-auth": "supabase.com/docs: the library of Standard Webhooks",
  telegram: "github.com/tdlib/telegram-bot-api, WebhookActor.cpp",
  twitch: "github.com/twitchdev/twitch-cli, getSignatureHeader of forward_event.go",
  xero: "github.com/XeroAPI/XeroWebhooksReceiver, SignatureVerifier.cs",
};

/** Every example. */
export const EXAMPLES: Example[] = [
  {
    id: "contentful",
    source: "npm:@contentful/node-apps-toolkit 3.16.1, signRequest",
    published: false,
    secret: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    url: "https://example.com/hook",
    headers: {
      "X-Contentful-Topic": "ContentManagement.Entry.publish",
      "Content-Type": "application/vnd.contentful.management.v1+json; charset=utf-8",
      "x-contentful-signature": "4944c040ef28d08445b1e74261b3b70a3905d8616040347036f4c2e0af045ada",
      "x-contentful-signed-headers":
        "content-type,x-contentful-signed-headers,x-contentful-space-id,x-contentful-timestamp,x-contentful-topic",
      "x-contentful-timestamp": `${at * 1000}`,
      "x-contentful-space-id": "example-space-1",
    },
    body: '{"sys":{"type":"Entry","id":"example-entry-1"},"fields":{}}',
  },
  {
    id: "adyen",
    source: "github.com/Adyen/adyen-node-api-library, src/__tests__/hmacValidator.spec.ts",
    published: true,
    secret: "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00",
    headers: {},
    body: '{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"pspReference","originalReference":"originalReference","merchantAccountCode":"merchantAccount","merchantReference":"reference","amount":{"currency":"EUR","value":1000},"eventCode":"REPORT_AVAILABLE","eventDate":"2019-09-21T11:45:24.637Z","success":"true","additionalData":{"hmacSignature":"ZNBPtI+oDyyRrLyD1XirkKnQgIAlFc07Vj27TeHsDRE="}}}]}',
  },
  {
    id: "adyen-platform",
    source: "npm:@adyen/api-library 32.1.0, validateHMACSignature",
    published: false,
    secret: "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00",
    headers: { HmacSignature: "RUTxRnn6QZsJKwvq3C3SAl7SuLwC/m841Mz2iWM8Er4=" },
    body: '{"type":"balancePlatform.accountHolder.updated","environment":"test","data":{}}',
  },
  {
    id: "anthropic",
    source: "npm:@anthropic-ai/sdk 1.14.0, beta.webhooks.unwrap",
    published: false,
    secret: STANDARD_SECRET,
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,Laez2gN1NOmjGF6TAWiHDWy5RMftlgakN7UVjq54H7U=",
    },
    body: '{"id":"evt_example_1","type":"event","created_at":"2026-01-01T00:00:00Z","data":{"id":"example_1","type":"agent.created"}}',
  },
  {
    id: "bitbucket",
    source: "support.atlassian.com/bitbucket-cloud/docs/manage-webhooks",
    published: true,
    secret: "It's a Secret to Everybody",
    headers: {
      "X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    },
    body: "Hello World!",
  },
  ...[
    ["SamplePrimaryKey", "BOX-SIGNATURE-PRIMARY", "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI="],
    ["SampleSecondaryKey", "BOX-SIGNATURE-SECONDARY", "v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo="],
  ].map(([secret = "", header = "", signature = ""]) => ({
    id: "box",
    source: "github.com/box/box-node-sdk, tests/lib/managers/webhooks-test.js",
    published: true,
    secret,
    scheme: header.slice("BOX-SIGNATURE-".length).toLowerCase(),
    headers: { "BOX-DELIVERY-TIMESTAMP": "2020-01-01T00:00:00-07:00", [header]: signature },
    body: '{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}',
    time: Date.UTC(2020, 0, 1, 7),
  })),
  {
    id: "coinbase-commerce",
    source: "github.com/coinbase/coinbase-commerce-node, test/testWebhook.spec.js",
    published: true,
    secret: "30291a20-0bd1-4267-9b0f-e6e7b123c0bf",
    headers: {
      "X-CC-Webhook-Signature": "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d",
    },
    body: '{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6","type":"charge:created","api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"code":"66BEOV2A","name":"The Sovereign Individual","description":"Mastering the Transition to the Information Age","hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z","expires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"metadata":{},"pricing_type":"no_price","payments":[],"addresses":{"bitcoin":"0000000000000000000000000000000000","ethereum":"0x0000000000000000000000000000000000000000","litecoin":"3000000000000000000000000000000000","bitcoincash":"bitcoincash:000000000000000000000000000000000000000000"}}}}',
  },
  {
    id: "elevenlabs",
    source: "npm:@elevenlabs/elevenlabs-js 2.73.0, constructEvent",
    published: false,
    secret: "wsec_example_0001",
    headers: {
      "ElevenLabs-Signature":
        "t=1767225600,v0=a0c27123bfad70e9cc9b107b4a501b3e44b6975a97cacdca3a863302f4397b51",
    },
    body: '{"type":"post_call_transcription","event_timestamp":1767225600,"data":{"conversation_id":"conv_example_1"}}',
  },
  {
    id: "github",
    source: "docs.github.com, validating webhook deliveries",
    published: true,
    secret: "It's a Secret to Everybody",
    headers: {
      "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    },
    body: "Hello, World!",
  },
  {
    id: "github",
    source: "github.com/octokit/webhooks-methods.js, its tests",
    published: true,
    secret: "mysecret",
    headers: {
      "X-Hub-Signature-256": "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3",
    },
    body: '{"foo":"bar"}',
  },
  {
    id: "gocardless",
    source: "github.com/gocardless/gocardless-nodejs, src/webhooks.test.ts",
    published: true,
    secret: "ED7D658C-D8EB-4941-948B-3973214F2D49",
    headers: { "Webhook-Signature": "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e" },
    body: '{"events":[{"id":"EV00BD05S5VM2T","created_at":"2018-07-05T09:13:51.404Z","resource_type":"subscriptions","action":"created","links":{"subscription":"SB0003JJQ2MR06"},"details":{"origin":"api","cause":"subscription_created","description":"Subscription created via the API."},"metadata":{}},{"id":"EV00BD05TB8K63","created_at":"2018-07-05T09:13:56.893Z","resource_type":"mandates","action":"created","links":{"mandate":"MD000AMA19XGEC"},"details":{"origin":"api","cause":"mandate_created","description":"Mandate created via the API."},"metadata":{}}]}',
  },
  {
    id: "hookdeck",
    source: "npm:@hookdeck/sdk 0.4.0, verifyWebhookSignature",
    published: false,
    secret: "hookdeck_secret_example_0001",
    headers: { "X-Hookdeck-Signature": "3D/2OpNv6Ma8HSeCX5racba6BW6tIErBhpPP1d2Se4g=" },
    body: '{"text":"example"}',
  },
  {
    id: "increase",
    source: "github.com/Increase/increase-python, tests/api_resources/test_webhooks.py",
    published: true,
    secret: "whsec_zlFsbBZ8Xcodlpcu6NDTdSzZRLSdhkst",
    headers: {
      "Increase-Webhook-Signature":
        "t=2022-01-31T23:59:59Z,v1=3f9c3dcc820ca3adfae8e196d05b09dfef63b91db5ce5ac1407090f2aa424a6f",
    },
    body: '{"id":"event_123abc","created_at":"2020-01-31T23:59:59Z"}',
    time: Date.UTC(2022, 0, 31, 23, 59, 59),
  },
  {
    id: "jira",
    source: "developer.atlassian.com/cloud/jira/platform/webhooks",
    published: true,
    secret: "It's a Secret to Everybody",
    headers: {
      "X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    },
    body: "Hello World!",
  },
  {
    id: "line",
    source: "github.com/line/line-bot-sdk-nodejs, test/validate-signature.spec.ts",
    published: true,
    secret: "test_secret",
    headers: { "X-Line-Signature": "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=" },
    body: '{"hello":"world"}',
  },
  {
    id: "linear",
    source: "npm:@linear/sdk 98.0.0, LinearWebhookClient.verify",
    published: false,
    secret: "lin_wh_example_0001",
    headers: { "Linear-Signature": "afa160a0f32f2d5b9d2a5cbd00ec83815a39544fe61c3a4c8122dfae05e13843" },
    body: '{"action":"create","type":"Issue","createdAt":"2026-01-01T00:00:00.000Z","organizationId":"o","webhookId":"w","webhookTimestamp":1767225600000}',
  },
  {
    id: "lithic",
    source: "npm:lithic 0.145.0, webhooks.unwrap",
    published: false,
    secret: STANDARD_SECRET,
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,8PemBlsohVfVjJqi7UWsK6Nq2zX5Fm9IU99nf93w0bk=",
    },
    body: '{"event_type":"balance.updated","data":[]}',
  },
  {
    id: "livekit",
    source: "npm:livekit-server-sdk 2.19.2, WebhookReceiver.receive",
    published: false,
    secret: "livekit-api-secret-example-0001",
    headers: {
      Authorization:
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJBUElleGFtcGxlIiwibmJmIjoxNzY3MjI1NjAwLCJleHAiOjE3NjcyMjU5MDAsInNoYTI1NiI6IndjTmc2L3dBNmw4T3JnYi80enkrSWp6cHoxVEN5M3A2RnFpQk1FV1kreFE9In0.Or_LIRFK86S5CaLE3KlfEuWIXfGI8zljVA-JsB9PYkQ",
    },
    body: '{"event":"room_started","id":"EV_example_1","createdAt":"1767225600"}',
  },
  {
    id: "modern-treasury",
    source: "npm:modern-treasury 3.3.0, webhooks.validateSignature",
    published: false,
    secret: "mt_key_example_0001",
    headers: { "X-Signature": "69bdfcaa15d477fe0cebc999198a7c4c642e0be88442e455cb325325c9f2eb6c" },
    body: '{"event":"created","data":{"id":"example_1","object":"payment_order"}}',
  },
  {
    id: "notion",
    source: "npm:@notionhq/client 5.26.0, verifyWebhookSignature",
    published: false,
    secret: "secret_example_0001",
    headers: {
      "X-Notion-Signature": "sha256=11dc9d27fa8a2f76508139614f0e7b4914a07fa327f32b95649c4e829da1b689",
    },
    body: '{"id":"evt_example_1","type":"page.created","entity":{"id":"page_example_1","type":"page"}}',
  },
  {
    id: "hubspot",
    source: "npm:@hubspot/api-client 13.5.0, its tests",
    published: true,
    secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
    scheme: "v1",
    headers: {
      "X-HubSpot-Signature-Version": "v1",
      "X-HubSpot-Signature": "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
    },
    body: '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]',
  },
  {
    id: "hubspot",
    source: "npm:@hubspot/api-client 13.5.0, its tests, v2",
    published: true,
    secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
    scheme: "v2",
    url: "https://www.example.com/webhook_uri",
    headers: {
      "X-HubSpot-Signature-Version": "v2",
      "X-HubSpot-Signature": "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
    },
    body: '{"example_field":"example_value"}',
  },
  {
    id: "hubspot",
    source: "npm:@hubspot/api-client 13.5.0, Signature.getSignature of the decoded URL, v3",
    published: false,
    secret: "example-client-secret",
    scheme: "v3",
    url: "https://example.com/hook?a=%40b",
    headers: {
      "X-HubSpot-Request-Timestamp": `${at}000`,
      "X-HubSpot-Signature-v3": "J4wpgYZRWRUgsciVD9+wkBcwAAni9KZa4PT2dy0erqo=",
    },
    body: '[{"eventId":1,"subscriptionType":"contact.creation"}]',
  },
  {
    id: "mercado-pago",
    source: "npm:mercadopago 3.6.1, WebhookSignatureValidator",
    published: false,
    secret: "example-secret",
    url: "https://example.com/hook?data.id=ORD01ABC",
    headers: {
      "x-request-id": "req-1",
      "x-signature": "ts=1767225600,v1=d24700798a871700ef338f6bf961e029a6fe4ec63d3a61a928bc6cc442ef8c69",
    },
    body: '{"action":"order.updated"}',
  },
  {
    id: "orb",
    source: "npm:orb-billing 6.11.0, webhooks.verifySignature",
    published: false,
    secret: "orb_secret_example_0001",
    headers: {
      "X-Orb-Timestamp": "2026-01-01T00:00:00.123456",
      "X-Orb-Signature": "v1=5d98f9a99522e47820cade3f6623139097102e00c8bd8ab25e343e63c806dfdb",
    },
    body: '{"id":"evt_example_1","type":"customer.created","created_at":"2026-01-01T00:00:00+00:00"}',
  },
  ...[
    [
      "VALID_SECRET",
      '{"data": ["1", "2"]}',
      "ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9",
    ],
    [
      "VALID_SECRET",
      '{"data": "value"}',
      "ts=1698796800;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h2=RANDOM_HASH",
    ],
    [
      "pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_WvRO0eL4Bj9rgYYIBZY6wZhG4EHy9jzh",
      "hello-world",
      "ts=1696195954;h1=dummy;h1=d96299976a6eb066f484d7fde011ac56fc32b38fc9940bc419d6e537fdc6ef02",
    ],
  ].map(([secret = "", body = "", header = ""]) => ({
    id: "paddle",
    source: "github.com/PaddleHQ/paddle-node-sdk and its siblings, their tests",
    published: true,
    secret,
    headers: { "Paddle-Signature": header },
    body,
    time: Number(/ts=(\d+)/.exec(header)?.[1]) * 1000,
  })),
  {
    id: "messagebird",
    source: "github.com/messagebird/messagebird-nodejs, lib/testdata/webhook-signature-jwt-reference.json",
    published: true,
    secret: "36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb",
    url: "https://example.com/path?bar=1&foo=2",
    headers: {
      "MessageBird-Signature-JWT":
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI5M2U1NTAwNi1hMGU4LTQ1MjYtYTE5MC1mYTVmZjAwZWExMTYiLCJ1cmxfaGFzaCI6IjQxZjA1ZjBkZGQwYTIyYWIyMDlhYzQ2ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAiLCJwYXlsb2FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYyOTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIxODI5ODZmIn0._H--TOuYFLpeEH39-rg5E3IHVkjHozBcaKVWPRC5m9I",
    },
    body: "Hello, World!",
    time: 1625479200000,
  },
  {
    id: "pusher",
    source: "npm:pusher 5.3.4, WebHook.isValid",
    published: false,
    secret: "example_secret_0001",
    headers: {
      "X-Pusher-Key": "example_key",
      "X-Pusher-Signature": "5c996bd9b11d2e2f603f8928aa01aa12c33430e7d07a739d6aca6d54202a86a0",
    },
    body: '{"time_ms":1767225600000,"events":[{"name":"channel_occupied","channel":"example-channel"}]}',
  },
  {
    id: "qstash",
    source: "npm:@upstash/qstash 2.12.0, Receiver.verify",
    published: false,
    secret: "sig_example_current_0001",
    url: "https://example.com/hook",
    headers: {
      "Upstash-Signature":
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJVcHN0YXNoIiwic3ViIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS9ob29rIiwiZXhwIjoxNzY3MjI1OTAwLCJuYmYiOjE3NjcyMjU1OTAsImlhdCI6MTc2NzIyNTYwMCwianRpIjoiand0X2V4YW1wbGVfMSIsImJvZHkiOiJrNkk1Y2FrVTVlckw4S2pTVVZUTm93bkR3Y2N2dTVrVTFIeGc4OHRvRllnIn0.XJlwN6O7IZXP8jJRuC8XmqgOkqQY72uQVauCViE5dVQ",
    },
    body: '{"hello":"world"}',
  },
  {
    id: "razorpay",
    source: "github.com/razorpay/razorpay-node, test/utils/razorpay-utils.spec.js",
    published: true,
    secret: "123456",
    headers: { "X-Razorpay-Signature": "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc" },
    body: '{"a":1,"b":2,"c":{"d":3}}',
  },
  {
    id: "retell",
    source: "npm:retell-sdk 5.66.1, symmetric.sign",
    published: false,
    secret: "key_example_0001",
    headers: {
      "x-retell-signature":
        "v=1767225600000,d=c8f4237145e795e3d9e115cc46989e490c840d1687499e7489dcbd1447b8d6ef",
    },
    body: '{"event":"call_ended","call":{"call_id":"call_example_1"}}',
  },
  {
    id: "sanity",
    source: "github.com/sanity-io/webhook-toolkit, test/middleware.test.ts",
    published: true,
    secret: "test",
    headers: {
      "sanity-webhook-signature": "t=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0",
    },
    body: '{"_id":"resume"}',
    time: 1633519811129,
  },
  {
    id: "sendgrid",
    source: "github.com/sendgrid/sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.spec.js",
    published: true,
    secret:
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==",
    headers: {
      "X-Twilio-Email-Event-Webhook-Timestamp": "1600112502",
      "X-Twilio-Email-Event-Webhook-Signature":
        "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
    },
    body: '[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n',
    time: 1600112502_000,
  },
  {
    id: "slack",
    source: "docs.slack.dev, verifying requests from Slack",
    published: true,
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    headers: {
      "X-Slack-Request-Timestamp": "1531420618",
      "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
    body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    time: 1531420618_000,
  },
  {
    id: "square",
    source: "github.com/square/square-nodejs-sdk, tests/integration/webhooks.test.ts",
    published: true,
    secret: "Ibxx_5AKakO-3qeNVR61Dw",
    headers: { "x-square-hmacsha256-signature": "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=" },
    body: '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}',
    url: "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
  },
  {
    id: "square",
    source: "github.com/square/square-nodejs-sdk, tests/integration/webhooks.test.ts",
    published: true,
    secret: "signature-key",
    headers: { "x-square-hmacsha256-signature": "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=" },
    body: '{"data":{"type":"webhooks","id":">id<"}}',
    url: "https://webhook.site/webhooks",
  },
  ...["openai", "standard-webhooks"].map((id) => ({
    id,
    source: "platform.openai.com, webhooks",
    published: true,
    secret: "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=",
    headers: {
      "webhook-id": "wh_685c059ae39c8190af8c71ed1022a24d",
      "webhook-timestamp": "1750861210",
      "webhook-signature": "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY=",
    },
    body: '{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}',
    time: 1750861210_000,
  })),
  {
    id: "svix",
    source: "docs.svix.com, verifying webhooks manually",
    published: true,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    headers: {
      "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "svix-timestamp": "1614265330",
      "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    body: '{"test": 2432232314}',
    time: 1614265330_000,
  },
  {
    id: "twilio",
    source: "github.com/twilio/twilio-node, spec/validation.spec.js",
    published: true,
    secret: "12345",
    url: "https://mycompany.com/myapp.php?foo=1&bar=2",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      "X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    },
    body: "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
  },
  {
    id: "twilio",
    source: "github.com/twilio/twilio-node, spec/validation.spec.js, JSON",
    published: true,
    secret: "12345",
    url: "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
    headers: { "Content-Type": "application/json", "X-Twilio-Signature": "a9nBmqA0ju/hNViExpshrM61xv4=" },
    body: '{"property": "value", "boolean": true}',
  },
  {
    id: "webflow",
    source: "npm:webflow-api 3.3.4, verifySignature",
    published: false,
    secret: "example-webflow-secret",
    headers: {
      "x-webflow-timestamp": "1767225600000",
      "x-webflow-signature": "e5745cd8fb9940ddc9dec1718328c108cce6900dcf47c802bb21c01cd846823e",
    },
    body: '{"triggerType":"form_submission","payload":{"name":"Contact"}}',
  },
  {
    id: "whop",
    source: "npm:@whop/sdk 0.0.42, webhooks.unwrap with the secret in base64",
    published: false,
    secret: "ws_example_0001",
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,1oaOBOMx0OMzcZtv9w9hX22EjNsVjzNQE0ovWDJIpEM=",
    },
    body: '{"id":"msg_example_1","api_version":"v1","timestamp":"2026-01-01T00:00:00.000Z","type":"payment.succeeded","data":{}}',
  },
  ...MORE_EXAMPLES,
];
