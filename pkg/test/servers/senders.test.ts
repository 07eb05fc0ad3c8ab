// Deliveries as every built-in sender signs them, over HTTP: received in Express, and in a worker of the packed tarball.
import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { providerDefinition, webhook } from "../../src/index.ts";
import { schemeOf } from "../support/fixtures.ts";
import { project } from "../support/project.ts";
import { deliveries, hasPublicKey, SENDERS, secretOf, settingsOf, withValue } from "../support/senders.ts";
import { post, type Running, root, start } from "./harness.ts";
import { workerd } from "./hosts.ts";

/** Seconds: the time of all deliveries is a fixed one, and the receivers have the real clock. */
const TOLERANCE = 2 ** 31;

/** The query of a sender whose token is in the URL: its receiver takes the URL of each request. */
const queryOf = (id: string): string | undefined =>
  schemeOf(providerDefinition(id))?.from?.startsWith("query:") === true
    ? new URL(SENDERS[id]?.url ?? "").search
    : undefined;
const options = (id: string) => ({
  secret: secretOf(id),
  settings: settingsOf(id),
  url: queryOf(id) === undefined ? SENDERS[id]?.url : undefined,
  tolerance: TOLERANCE,
});
const env = {
  SENDERS: JSON.stringify(Object.fromEntries(Object.keys(SENDERS).map((id) => [id, options(id)]))),
};

const WORKER = `import { webhook } from "hookseal";
import { receiver } from "hookseal/fetch";

const receivers = new Map();
export default {
  fetch(request, env) {
    const id = new URL(request.url).pathname.slice(1);
    if (!receivers.has(id)) {
      const { secret, settings, url, tolerance } = JSON.parse(env.SENDERS)[id];
      const hook = webhook(id, { secrets: [secret], settings, tolerance });
      receivers.set(id, receiver(hook, ({ type }, { reply }) => reply(id + " " + type), { url }));
    }
    return receivers.get(id)(request);
  },
};
`;

const folder = project("senders", {
  "package.json": `{ "name": "senders", "private": true, "type": "module" }`,
  "worker.js": `import "hookseal/public-key";
${WORKER}`,
  "compatible.js": WORKER,
});

const script = join(root, "pkg/test/servers/apps/senders-express.ts");

const COMPATIBLE = "a worker with nodejs_compat";

for (const [name, run] of [
  ["Express", () => start(process.execPath, ["--import", "tsx", script], { env })],
  ["a worker", () => workerd(folder, "worker.js", env)],
  // Its `node:crypto` verifies, without a module of the package.
  [COMPATIBLE, () => workerd(folder, "compatible.js", env, { flags: ["nodejs_compat"] })],
] as const) {
  describe(`senders in ${name}`, () => {
    let running: Running;
    before(async () => {
      running = await run();
    });
    after(() => running?.stop());

    // The expiry of a JSON Web Token is not subject to the tolerance, and that of the deliveries is long past.
    const expires = (id: string) => {
      const { kind, requireTime } = schemeOf(providerDefinition(id)) ?? {};
      return kind === "jwt" && requireTime !== false;
    };
    const isSent = (id: string) => !expires(id) && (name !== COMPATIBLE || hasPublicKey(id));
    for (const id of Object.keys(SENDERS).filter(isSent)) {
      it(`${id}: is received, and refused when it is forged`, async () => {
        const hook = webhook(id, { secrets: [secretOf(id)], settings: settingsOf(id), tolerance: TOLERANCE });
        const events = (await deliveries(id)).filter((one) => hook.handshake(one) === undefined);
        const [delivery = assert.fail(`no sample of ${id}`)] = events;
        const { type, body } = delivery;
        const query = queryOf(id);
        const send = (body: string, headers = delivery.headers, search = query ?? "") =>
          post(`${running.url}/${id}${search}`, {
            headers: { "content-type": "application/json", ...(headers as Record<string, string>) },
            body: Buffer.from(body),
          });
        // A token signs nothing, so a forged delivery is one without it.
        const { kind, from, each, covers } = schemeOf(providerDefinition(id)) ?? {};
        // Where each element of a list is signed, the first one is forged.
        const pointer = from && `${each === undefined ? "" : `${each}/0`}${from}`;
        const forged =
          query !== undefined
            ? await send(body, delivery.headers, "")
            : pointer !== undefined
              ? await send(withValue(body, pointer, () => null))
              : await (kind === "token" || covers === "nothing" ? send(body, {}) : send(`${body} `));
        assert.equal(forged.status, 401, forged.text);
        const reply = await send(body);
        assert.deepEqual([reply.status, reply.text], [200, `${id} ${type}`]);
      });
    }
  });
}
