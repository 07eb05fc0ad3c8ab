// Verification with public keys: the platform and the modules agree, and a runtime without node:crypto says what it needs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { ALGORITHMS } from "../../src/generated/layout.ts";
import { type ProviderDefinition, webhook } from "../../src/index.ts";
import { createPublicKeyVerifier, moduleVerify } from "../../src/public-key-verifier.ts";

const moduleOf = (name: string) =>
  moduleVerify(() => readFileSync(new URL(`../../src/generated/${name}.wasm`, import.meta.url)));
const all = moduleOf("public-key");
const ed25519 = moduleOf("ed25519");
const [INVALID, VALID, KEY_REJECTED, UNAVAILABLE] = [0, 1, 2, 3];

/** The platform, whose arguments are addresses in a memory. */
function platform(algorithm: number, ...parts: [Uint8Array, Uint8Array, Uint8Array]): number {
  const { verify } = createPublicKeyVerifier(() => Buffer.concat(parts));
  const [key, message, signature] = parts.map((part) => part.length) as [number, number, number];
  return verify(algorithm, 0, key, key, message, key + message, signature);
}

type Algorithm = (typeof ALGORITHMS)[number];
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PAIRS: [Algorithm, { publicKey: KeyObject; privateKey: KeyObject }, string | null, boolean?][] = [
  ["ed25519", generateKeyPairSync("ed25519"), null],
  ["ecdsa-p256", p256, "sha256"],
  ["ecdsa-p256-raw", p256, "sha256", true],
  ["rsa-sha1", rsa, "sha1"],
  ["rsa-sha256", rsa, "sha256"],
  ["rsa-sha512", rsa, "sha512"],
];

describe("the module and the platform", () => {
  for (const [name, { publicKey, privateKey }, hash, isRaw] of PAIRS) {
    it(`agree on every changed bit of a signature and of a message: ${name}`, () => {
      const algorithm = ALGORITHMS.indexOf(name);
      const key = publicKey.export({ format: "der", type: "spki" });
      const message = Buffer.from('1767225600{"type":"a"}');
      const signature = sign(
        hash,
        message,
        isRaw ? { key: privateKey, dsaEncoding: "ieee-p1363" } : privateKey,
      );
      const check = (message: Uint8Array, signature: Uint8Array) => {
        const checks = [platform, all].map((verify) => verify(algorithm, key, message, signature));
        assert.equal(checks[0], checks[1], `${name} ${Buffer.from(signature).toString("hex")}`);
        return checks[0];
      };
      assert.equal(check(message, signature), VALID);
      for (let bit = 0; bit < signature.length * 8; bit += name.startsWith("rsa") ? 37 : 5) {
        const changed = Buffer.from(signature);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        assert.equal(check(message, changed), INVALID, `bit ${bit}`);
      }
      for (let index = 0; index < message.length; index++) {
        const changed = Buffer.from(message);
        changed[index] = (changed[index] as number) ^ 1;
        assert.equal(check(changed, signature), INVALID, `byte ${index}`);
      }
      for (const other of [signature.subarray(1), signature.subarray(0, -1), Buffer.alloc(0)])
        assert.equal(check(message, other), INVALID);
      assert.equal(check(message, Buffer.concat([signature, Buffer.alloc(1)])), INVALID);
      assert.equal(check(message, Buffer.alloc(signature.length)), INVALID);
      assert.equal(check(message, Buffer.alloc(signature.length, 0xff)), INVALID);
    });
  }

  it("reject what is no key", () => {
    for (const [name] of PAIRS) {
      const algorithm = ALGORITHMS.indexOf(name);
      for (const verify of [platform, all])
        assert.equal(
          verify(algorithm, Buffer.from("3000", "hex"), Buffer.alloc(1), Buffer.alloc(64)),
          KEY_REJECTED,
        );
    }
  });
});

describe("the module for Ed25519", () => {
  it("has no other algorithm", () => {
    const [, { publicKey, privateKey }] = PAIRS[0] as (typeof PAIRS)[number];
    const key = publicKey.export({ format: "der", type: "spki" });
    const message = Buffer.from("message");
    const number = ALGORITHMS.indexOf("ed25519");
    assert.equal(ed25519(number, key, message, sign(null, message, privateKey)), VALID);
    for (const [name] of PAIRS.slice(1))
      assert.equal(ed25519(ALGORITHMS.indexOf(name), key, message, Buffer.alloc(64)), UNAVAILABLE);
    assert.equal(ed25519(99, key, message, Buffer.alloc(64)), UNAVAILABLE);
  });
});

/** What a program prints in a runtime without node:crypto. */
function run(code: string, ...args: string[]): string {
  const source = (name: string) => JSON.stringify(new URL(`../../src/${name}.ts`, import.meta.url));
  const program = `process.getBuiltinModule = undefined;
const { webhook } = await import(${source("index")});
const modules = { all: () => import(${source("public-key")}), ed25519: () => import(${source("ed25519")}) };
const [key, signature] = process.argv.slice(1);
const verify = () => {
  try {
    const hook = webhook("telnyx", { secrets: [key] });
    const headers = { "telnyx-signature-ed25519": signature, "telnyx-timestamp": "1767225600" };
    const body = '{"data":{"event_type":"call.answered","id":"1"}}';
    return hook.verify({ headers, body }, { now: 1767225600_000 }).signature.algorithm;
  } catch (error) {
    return error.code + ": " + error.message;
  }
};
${code}`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", program, ...args],
    { encoding: "utf8" },
  );
  assert.equal(stderr, "");
  return stdout;
}

describe("a runtime without node:crypto", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  const body = '{"data":{"event_type":"call.answered","id":"1"}}';
  const signature = sign(null, Buffer.from(`1767225600|${body}`), privateKey).toString("base64");

  it("says which module to import, and verifies with it", () => {
    for (const module of ["all", "ed25519"]) {
      const lines = run(
        `console.log(verify()); await modules.${module}(); console.log(verify());`,
        key,
        signature,
      );
      assert.match(
        lines,
        /^public-key-unavailable: .*private key, and this runtime has no node:crypto.*\ned25519\n$/,
      );
    }
  });

  it("rejects a forged signature", () => {
    const forged = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    assert.match(run("await modules.all(); console.log(verify());", key, forged), /^signature-mismatch: /);
  });
});

it("a key of another algorithm is said to be one, and no value of it is repeated", () => {
  const definition: ProviderDefinition = {
    id: "mine",
    signature: {
      kind: "public-key",
      header: "X-Mine-Signature",
      format: "{base64}",
      algorithms: ["rsa-sha256"],
      secret: "pem",
    },
    envelope: { type: "/type" },
    events: { "*": { schema: true } },
  };
  const pem = generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }) as string;
  assert.throws(
    () => webhook(definition, { secrets: [pem] }),
    (error: Error & { code?: string }) =>
      error.code === "key-invalid" &&
      error.message === "Invalid public key: it is an Ed25519 key; expected an RSA key.",
  );
});
