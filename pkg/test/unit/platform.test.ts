// Bodies hashed by Node's native hash.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
// Some modes hide the files of the package.
import "../../src/full.ts";
import { webhook } from "../../src/index.ts";

const NOW = 1_700_000_000_000;
const TIME = String(NOW / 1000);
const SECRETS = ["the first secret", "the second secret"];

/** Checks that every length and algorithm is verified as node:crypto signs it, and rejected if one byte differs. */
function check(): void {
  for (const algorithm of ["sha1", "sha256", "sha512"] as const) {
    const hook = webhook(
      {
        id: "hashed",
        signature: {
          header: "X-Signature",
          format: "{algorithm}={hex}",
          algorithms: [algorithm],
          signedContent: "v0:{timestamp}:{body}",
        },
        headers: { timestamp: "X-Time" },
        envelope: { type: "/type" },
        events: { any: { schema: true } },
      },
      { secrets: SECRETS, maxBytes: 1 << 22 },
    );
    // Around the lengths from which the native hash is called, and from which a message is hashed in parts.
    for (const length of [100, 510, 512, 514, 8050, 8064, 8100, 8192, 8200, 70_000, 2_000_000]) {
      const body = Buffer.from(
        JSON.stringify({ type: "any", text: "" }).replace('""', `"${"é".repeat((length - 26) >> 1)}"`),
      );
      const tag = crypto
        .createHmac(algorithm, SECRETS[1] as string)
        .update(`v0:${TIME}:`)
        .update(body)
        .digest("hex");
      const headers = { "x-signature": `${algorithm}=${tag}`, "x-time": TIME };
      const checked = hook.check({ headers, body }, { now: NOW });
      assert.deepEqual(checked.ok && checked.value.signature, {
        status: "verified",
        algorithm,
        secret: 1,
        covers: "body",
      });
      body[length >> 1] = (body[length >> 1] as number) ^ 1;
      const tampered = hook.check({ headers, body }, { now: NOW });
      assert.equal(!tampered.ok && tampered.error.code, "signature-mismatch");
    }
  }
}

/** Checks that deliveries of 40 KB in all are hashed by the core, and that later ones are not. */
function checkFew(): void {
  const hook = webhook("painchek", { secrets: SECRETS });
  const body = JSON.stringify({ event: "none", text: "x".repeat(4_000) });
  const tag = crypto
    .createHmac("sha256", SECRETS[0] as string)
    .update(body)
    .digest("hex");
  const headers = { "X-PainChek-WH-Signature": `sha256=${tag}` };
  const verifyTen = () => {
    for (let index = 0; index < 10; index++) assert.equal(hook.verify({ headers, body }).id.length > 0, true);
  };
  verifyTen();
  assert.equal(calls, 0, "Node's crypto is not loaded for a few deliveries");
  verifyTen();
  assert.ok(calls > 0 && calls < 10, `${calls}`);
}

// This file also runs in processes of its own, in which Node's crypto is hidden or fails.
const [mode] = process.argv.slice(2);
let calls = 0;
const count = <Of>(made: Of): Of => {
  calls += 1;
  return made;
};
const fail = () => {
  calls += 1;
  throw new Error("not allowed here");
};
const { hash, createHash } = crypto;
const platforms: Record<string, object | undefined> = {
  without: undefined,
  old: { createHash },
  counted: {
    hash: (...parts: Parameters<typeof hash>) => count(hash(...parts)),
    createHash: (...parts: Parameters<typeof createHash>) => count(createHash(...parts)),
  },
  broken: { hash: fail, createHash: fail },
  "broken halfway": {
    hash: () => count("too short"),
    createHash: () => ({ update: fail, digest: fail }),
  },
  "broken at the end": {
    hash: () => count(undefined),
    createHash: () => ({ update() {}, digest: fail }),
  },
};
if (mode !== undefined) {
  const get = () => (mode === "denied" ? fail() : () => platforms[mode]);
  Object.defineProperty(process, "getBuiltinModule", { get });
  if (mode === "counted") checkFew();
  check();
  // Without calls of the native hash, all checks above would pass, too.
  assert.equal(calls > 0, mode !== "without" && mode !== "old");
  const before = calls;
  webhook("painchek", { secrets: SECRETS }).check({
    headers: { "X-PainChek-WH-Signature": `sha1=${"0".repeat(40)}` },
    body: "{}",
  });
  assert.equal(calls, before, "a short body is not hashed natively");
} else {
  describe("a body", () => {
    it("is verified by Node's hash as by the core's", () => check());

    for (const [name, mode] of [
      ["is hashed by Node, and a short one by the core", "counted"],
      ["is verified without a synchronous native hash", "without"],
      ["is verified without a native hash in one call", "old"],
      ["is verified if `getBuiltinModule` throws", "denied"],
      ["is verified if the native hash throws", "broken"],
      ["is verified if the native hash returns an invalid value", "broken halfway"],
      ["is verified if the native hash returns nothing", "broken at the end"],
    ] as const) {
      it(name, () => {
        const { status, stderr } = spawnSync(
          process.execPath,
          ["--import", "tsx", fileURLToPath(import.meta.url), mode],
          { encoding: "utf8", timeout: 60_000 },
        );
        assert.equal(status, 0, stderr);
      });
    }
  });
}
