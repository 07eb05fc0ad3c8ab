// A certificate of X.509 that a test makes: self-signed, for a key of RSA.
import { createPublicKey, type KeyObject, sign } from "node:crypto";

/** One element of DER: its tag, its length and its content. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const [SEQUENCE, SET, OID, UTC_TIME, INTEGER] = [0x30, 0x31, 0x06, 0x17, 0x02];
/** sha256WithRSAEncryption (RFC 8017, appendix C), and commonName (RFC 5280, appendix A). */
const ALGORITHM = der(
  SEQUENCE,
  der(OID, Buffer.from("2a864886f70d01010b", "hex")),
  Buffer.from([0x05, 0x00]),
);
const COMMON_NAME = der(OID, Buffer.from("550403", "hex"));

/** Makes a certificate in PEM (RFC 5280, section 4.1). */
export function certificateOf(key: KeyObject, name = "sns.example"): string {
  const subject = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from(name)))));
  const time = (text: string) => der(UTC_TIME, Buffer.from(text));
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1])),
    ALGORITHM,
    subject,
    der(SEQUENCE, time("250101000000Z"), time("350101000000Z")),
    subject,
    createPublicKey(key).export({ format: "der", type: "spki" }),
  );
  const signature = sign("sha256", toBeSigned, key);
  const whole = der(SEQUENCE, toBeSigned, ALGORITHM, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
