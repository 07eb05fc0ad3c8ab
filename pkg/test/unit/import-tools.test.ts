// One valid delivery as each tool keeps it: whatever the notation, the imported bytes have to verify.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { importDeliveries, webhook } from "../../src/index.ts";

const SECRET = "whsec_test";
const BODY =
  '{"id":"evt_1","object":"event","api_version":"2020-08-27","created":1700000000,"type":"charge.succeeded","data":{"object":{"note":"it\'s 10.50 café 😊 & \\"x\\" \\u00e9"}},"livemode":false}';
const at = Math.floor(Date.now() / 1000);
const hmac = (secret: string, text: string) => createHmac("sha256", secret).update(text).digest("hex");
const SIGNATURE = `t=${at},v1=${hmac(SECRET, `${at}.${BODY}`)}`;
const hook = webhook("stripe", { secrets: [SECRET] });

const json = (text: unknown) => JSON.stringify(text, undefined, 2);
const quoted = (text: string) => text.replaceAll("'", "'\\''");
const pairs = (name: string) => [
  { [name]: "Content-Type", value: "application/json" },
  { [name]: "Stripe-Signature", value: SIGNATURE },
];
const url = "https://example.com/hook";
const http = `POST /hook HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/json\r\nStripe-Signature: ${SIGNATURE}\r\nContent-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`;
// The strings of Chrome's "Copy as PowerShell".
const powershell = (text: string) =>
  `"${text.replace(/[`$"]/g, "`$&").replace(/[^\x20-\x7e]/g, (letter) => `$([char]${letter.charCodeAt(0)})`)}"`;

const NOTATIONS: Record<string, string> = {
  "Postman v2.1": json({
    info: { schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
    item: [
      {
        name: "f",
        item: [
          {
            request: {
              method: "POST",
              header: pairs("key"),
              body: { mode: "raw", raw: BODY },
              url: { raw: url, host: ["example", "com"] },
            },
          },
        ],
      },
    ],
  }),
  "Insomnia v4": json({
    _type: "export",
    __export_format: 4,
    resources: [
      { _type: "workspace", _id: "wrk_1" },
      {
        _type: "request",
        method: "POST",
        url,
        headers: pairs("name"),
        body: { mimeType: "application/json", text: BODY },
      },
    ],
  }),
  "Thunder Client": json({
    client: "Thunder Client",
    folders: [],
    requests: [{ method: "POST", url, headers: pairs("name"), body: { type: "json", raw: BODY, form: [] } }],
  }),
  Hoppscotch: json([
    {
      v: 2,
      folders: [],
      requests: [
        {
          method: "POST",
          endpoint: url,
          headers: pairs("key"),
          body: { contentType: "application/json", body: BODY },
        },
      ],
    },
  ]),
  Charles: json([
    {
      method: "POST",
      scheme: "https",
      host: "example.com",
      path: "/hook",
      request: { header: { headers: pairs("name") }, body: { text: BODY, charset: "UTF-8" } },
    },
  ]),
  Pipedream: json({
    event: {
      method: "POST",
      url,
      headers: { "stripe-signature": SIGNATURE },
      bodyRaw: BODY,
      body: {},
    },
  }),
  Make: json([{ value: BODY, __IMTHEADERS__: [{ name: "stripe-signature", value: SIGNATURE }] }]),
  "the relay of Svix": json({
    type: "event",
    data: {
      method: "POST",
      headers: { "stripe-signature": SIGNATURE },
      body: Buffer.from(BODY).toString("base64"),
    },
  }),
  "a Buffer": json({
    method: "POST",
    headers: { "stripe-signature": SIGNATURE },
    rawBody: Buffer.from(BODY).toJSON(),
  }),
  HTTPie: `http POST ${url} Content-Type:application/json 'Stripe-Signature:${SIGNATURE}' --raw '${quoted(BODY)}'`,
  "HTTPie's printed request": `${http}\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\n{}\n`,
  xh: `xh -v post ${url} 'Stripe-Signature:${SIGNATURE}' --raw='${quoted(BODY)}'`.replace(" post ", " POST "),
  wget: `wget --quiet --method POST --header 'Content-Type: application/json' --header 'Stripe-Signature: ${SIGNATURE}' --body-data '${quoted(BODY)}' ${url}`,
  "curl with a here-document": `curl ${url} -H 'Content-Type: application/json' -H 'Stripe-Signature: ${SIGNATURE}' -d @- <<'EOF'\n${BODY}\nEOF\n`,
  "PowerShell, single quotes": `Invoke-RestMethod -Uri '${url}' -Method Post -ContentType application/json -Headers @{ 'Stripe-Signature' = '${SIGNATURE}' } -Body '${BODY.replaceAll("'", "''")}'`,
  "PowerShell, a here-string": `$headers = New-Object "System.Collections.Generic.Dictionary[[String],[String]]"\n$headers.Add("Content-Type", "application/json")\n$headers.Add("Stripe-Signature", "${SIGNATURE}")\n$body = @'\n${BODY}\n'@\n$response = Invoke-RestMethod '${url}' -Method 'POST' -Headers $headers -Body $body\n$response | ConvertTo-Json`,
  "Chrome's PowerShell": `$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.UserAgent = "x"\nInvoke-WebRequest -UseBasicParsing -Uri "${url}" \`\n-Method "POST" \`\n-WebSession $session \`\n-Headers @{\n"Stripe-Signature"=${powershell(SIGNATURE)}\n} \`\n-ContentType "application/json" \`\n-Body ([System.Text.Encoding]::UTF8.GetBytes(${powershell(BODY)}))`,
  "a file of the REST client of VS Code": `### hook\n# @name hook\nPOST ${url}\nContent-Type: application/json\nStripe-Signature: ${SIGNATURE}\n\n${BODY}\n`,
  Bruno: `meta {\n  name: hook\n  type: http\n}\n\npost {\n  url: ${url}\n  body: json\n}\n\nheaders {\n  Stripe-Signature: ${SIGNATURE}\n}\n\nbody:json {\n  ${BODY}\n}\n`,
  "Burp Suite": `<?xml version="1.0"?>\n<items burpVersion="2024.1">\n<item><url><![CDATA[${url}]]></url>\n<request base64="true"><![CDATA[${Buffer.from(http).toString("base64")}]]></request></item>\n</items>\n`,
};

describe("deliveries as tools keep them", () => {
  for (const [name, text] of Object.entries(NOTATIONS)) {
    it(`verifies what ${name} holds`, () => {
      const { deliveries, issues } = importDeliveries(text);
      assert.equal(deliveries.length, 1, json(issues));
      assert.deepEqual(
        issues.filter(({ severity }) => severity !== "info"),
        [],
      );
      const result = hook.check(deliveries[0] ?? { headers: {}, body: "" });
      assert.equal(result.ok, true, Buffer.from(deliveries[0]?.body ?? "").toString());
    });
  }

  it("says that a parsed payload is not the sender's bytes, whether it verifies or not", () => {
    const payload = { zen: "x", hook_id: 1 };
    const secret = "It's a Secret to Everybody";
    for (const [sent, ok] of [
      [JSON.stringify(payload), true],
      [JSON.stringify(payload, undefined, 4), false],
    ] as const) {
      const { deliveries, issues } = importDeliveries(
        json({
          guid: "g",
          delivered_at: "2024-01-01T00:00:00Z",
          url,
          request: {
            headers: {
              "X-GitHub-Event": "ping",
              "Content-Type": "application/json",
              "X-Hub-Signature-256": `sha256=${hmac(secret, sent)}`,
            },
            payload,
          },
        }),
      );
      assert.deepEqual(
        issues.map(({ code }) => code),
        ["body-not-raw"],
      );
      assert.ok(deliveries[0]);
      assert.equal(webhook("github", { secrets: [secret] }).check(deliveries[0]).ok, ok);
    }
  });
});
