// Long bodies, whose HMAC is Node's own where there is Node.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { webhook } from "../src/index.ts";

const NOW = 1_700_000_000_000;
const TIME = String(NOW / 1000);
const SECRETS = ["the first secret", "the second secret"];

/** Whether every length and algorithm is verified as node:crypto signs it, and refused where one byte differs. */
function check(): void {
  for (const algorithm of ["sha1", "sha256", "sha512"] as const) {
    const hook = webhook(
      {
        id: "long",
        signature: {
          header: "X-Signature",
          format: "{algorithm}={hex}",
          algorithms: [algorithm],
          signedContent: "v0:{timestamp}:{body}",
        },
        headers: { timestamp: "X-Time" },
        envelope: { type: "/type" },
        events: { long: { schema: true } },
      },
      { secrets: SECRETS, maxBytes: 1 << 22 },
    );
    for (const length of [6143, 6144, 6145, 70_000, 2_000_000]) {
      const body = Buffer.from(
        JSON.stringify({ type: "long", text: "" }).replace('""', `"${"é".repeat((length - 27) >> 1)}"`),
      );
      const tag = createHmac(algorithm, SECRETS[1] as string)
        .update(`v0:${TIME}:`)
        .update(body)
        .digest("hex");
      const headers = { "x-signature": `${algorithm}=${tag}`, "x-time": TIME };
      const checked = hook.check({ headers, body }, { now: NOW });
      assert.deepEqual(checked.ok && checked.value.signature, { status: "verified", algorithm, secret: 1 });
      body[length >> 1] = (body[length >> 1] as number) ^ 1;
      const tampered = hook.check({ headers, body }, { now: NOW });
      assert.equal(!tampered.ok && tampered.error.code, "signature-mismatch");
    }
  }
}

// The same file in a process of its own, in which Node hides its crypto from the package, or breaks it.
const mode = process.argv[2];
if (mode === "without" || mode === "broken" || mode === "counted") {
  let asked = 0;
  const counted: typeof createHmac = (...parts) => {
    asked += 1;
    if (mode === "broken") throw new Error("not allowed here");
    return createHmac(...parts);
  };
  Object.assign(process, {
    getBuiltinModule: mode === "without" ? undefined : () => ({ createHmac: counted }),
  });
  check();
  // Were the platform never asked, everything above would pass all the same.
  assert.equal(asked > 0, mode !== "without");
  const before = asked;
  webhook("painchek", { secrets: SECRETS }).check({
    headers: { "X-PainChek-WH-Signature": `sha1=${"0".repeat(40)}` },
    body: "{}",
  });
  assert.equal(asked, before, "a short body does not ask");
} else {
  describe("a long body", () => {
    it("is verified by Node's own HMAC as by the core's", () => check());

    for (const [name, mode] of [
      ["asks Node for its HMAC, and a short one does not", "counted"],
      ["is verified where the platform has no HMAC that answers at once", "without"],
      ["is verified where the platform's HMAC fails", "broken"],
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
