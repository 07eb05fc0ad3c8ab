/** The program that every environment runs: it verifies a signed delivery, and rejects a tampered one. */
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/pack.ts";

const SECRET = "a secret of these tests only";
const DELIVERY = JSON.stringify({
  event: "assessment_add",
  data: { uuid: "5e0c6b3a-91d2-4c7f-8a46-000000000001", patient: "5e0c6b3a-91d2-4c7f-8a46-000000000002" },
});
const TIME = 1_750_000_000;

/** What the package does in an environment, in addition to a delivery with a secret. */
export interface Options {
  /** By `require()`. */
  isCommonJs?: boolean;
  /** Explains the tampered delivery, with the import of the full module. */
  full?: boolean;
  /** Verifies a delivery that is signed with a private key: by the platform, or by the module. */
  publicKey?: "platform" | "module";
}

/** Signed deliveries, made without the package. */
function deliveries() {
  const tag = createHmac("sha256", SECRET).update(DELIVERY).digest("hex");
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const body = readFileSync(join(root, "providers/discord/samples/APPLICATION_AUTHORIZED.json"), "utf8");
  return {
    painchek: {
      secret: SECRET,
      headers: { "x-painchek-wh-signature": `sha256=${tag}` },
      body: DELIVERY,
      tampered: reserialized(DELIVERY),
    },
    discord: {
      key: publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex"),
      headers: {
        "x-signature-ed25519": sign(null, Buffer.from(`${TIME}${body}`), privateKey).toString("hex"),
        "x-signature-timestamp": `${TIME}`,
      },
      body,
    },
  };
}

/** The same JSON with other white space. */
function reserialized(body: string): string {
  return body.replaceAll('":', '": ');
}

/** A delivery whose body was changed after it was signed, as an HTTP request, and the code of the cause. */
export function failingDelivery(): { request: string; secret: string; cause: string } {
  const { secret, headers, body } = deliveries().painchek;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const request = ["POST /hook HTTP/1.1", "host: receiver.example", ...lines, "", reserialized(body)];
  return { request: request.join("\r\n"), secret, cause: "body-compact" };
}

/** The text of a module that exports `result()`. */
export function program(options: Options = {}): string {
  const { isCommonJs = false, full = false, publicKey } = options;
  const load = (names: string, from: string) => {
    if (isCommonJs) return `${names === "" ? "" : `const ${names} = `}require("${from}");\n`;
    return `import ${names === "" ? "" : `${names} from `}"${from}";\n`;
  };
  return `${load("{ painchek, webhook }", "hookseal")}${full ? load("", "hookseal/full") : ""}${
    publicKey === "module" ? load("", "hookseal/public-key") : ""
  }
const deliveries = ${JSON.stringify(deliveries())};

${isCommonJs ? "exports.result =" : "export"} function result() {
  const { secret, headers, body, tampered } = deliveries.painchek;
  const hook = painchek({ secrets: [secret] });
  const results = [hook.verify({ headers, body }).type];
  const checked = hook.check({ headers, body: tampered });
  results.push(checked.ok ? "accepted" : checked.error.code);
${full ? "  results.push(hook.explain({ headers, body: tampered }).matches[0].code);\n" : ""}${
  publicKey === undefined
    ? ""
    : `  const { discord } = deliveries;
  const discordHook = webhook("discord", { secrets: [discord.key] });
  for (const body of [discord.body, discord.body + " "]) {
    const checked = discordHook.check({ headers: discord.headers, body }, { now: ${TIME * 1000} });
    results.push(checked.ok ? "verified" : checked.error.code);
  }
`
}  return results.join(" ");
}
`;
}

/** What `result()` returns. */
export function expected({ full = false, publicKey }: Options = {}): string {
  const results = ["assessment_add", "signature-mismatch"];
  if (full) results.push("body-compact");
  if (publicKey !== undefined) results.push("verified", "signature-mismatch");
  return results.join(" ");
}

/** Fails if an output does not contain the results. */
export function check(output: string, options: Options = {}): void {
  const found = /assessment_add[\w -]*/.exec(output)?.[0].trim();
  assert.equal(found, expected(options), output.slice(-2_000));
}

/** Requests a server whose response is `result()`. */
export async function checkServer(url: string, options: Options = {}): Promise<void> {
  const response = await fetch(url);
  check(`${await response.text()}`, options);
}
