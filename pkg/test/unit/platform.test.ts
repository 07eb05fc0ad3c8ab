// Bodies that are hashed by Node where there is Node.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { webhook } from "../../src/index.ts";

const NOW = 1_700_000_000_000;
const TIME = String(NOW / 1000);
const SECRETS = ["the first secret", "the second secret"];

/** Whether every length and algorithm is verified as node:crypto signs it, and refused where one byte differs. */
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
    // Around the lengths from which the platform is asked, and from which a message is not put together.
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

// The same file in a process of its own, in which Node hides its crypto from the package, or breaks it.
const [mode] = process.argv.slice(2);
let asked = 0;
const count = <Of>(made: Of): Of => {
  asked += 1;
  return made;
};
const refuse = () => {
  asked += 1;
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
  broken: { hash: refuse, createHash: refuse },
  "broken halfway": {
    hash: () => count("too short"),
    createHash: () => ({ update: refuse, digest: refuse }),
  },
  "broken at the end": {
    hash: () => count(undefined),
    createHash: () => ({ update() {}, digest: refuse }),
  },
};
if (mode !== undefined) {
  const get = () => (mode === "denied" ? refuse() : () => platforms[mode]);
  Object.defineProperty(process, "getBuiltinModule", { get });
  check();
  // Were the platform never asked, everything above would pass all the same.
  assert.equal(asked > 0, mode !== "without" && mode !== "old");
  const before = asked;
  webhook("painchek", { secrets: SECRETS }).check({
    headers: { "X-PainChek-WH-Signature": `sha1=${"0".repeat(40)}` },
    body: "{}",
  });
  assert.equal(asked, before, "a short body does not ask");
} else {
  describe("a body", () => {
    it("is verified by Node's own hash as by the core's", () => check());

    for (const [name, mode] of [
      ["asks Node for its hash, and a short one does not", "counted"],
      ["is verified where the platform has no hash that answers at once", "without"],
      ["is verified where the platform has no hash in one call", "old"],
      ["is verified where a platform like Node throws when it is asked for what is Node's", "denied"],
      ["is verified where the platform's hash fails", "broken"],
      ["is verified where the platform's hash makes something else", "broken halfway"],
      ["is verified where the platform's hash makes nothing", "broken at the end"],
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
