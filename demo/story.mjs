/** The demo over HTTP: a receiver in its own process, a sender in this one, and a table of the responses. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { painchek } from "hookseal";
import { send } from "hookseal/send";
import { paint } from "./print.mjs";

const text = new TextDecoder();
const bytes = new TextEncoder();

/**
 * Runs the demo, and returns the unexpected outcomes.
 *
 * @param {{ painchek: Uint8Array, printed: Uint8Array, xon: Uint8Array }} seeds the bodies the two providers print
 * @returns {Promise<{ steps: number, failures: string[] }>}
 */
export async function story(seeds) {
  const secret = "the secret of the subscription in this story";
  const hook = painchek({ secrets: [secret] });
  const [broken, slow] = ["10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002"];
  const other = (uuid) =>
    bytes.encode(text.decode(seeds.painchek).replace(/"uuid": "[^"]*"/, `"uuid": "${uuid}"`));

  const there = fork(fileURLToPath(new URL("receiver.mjs", import.meta.url)), [secret, broken, slow]);
  const handled = [];
  const outcomes = [];
  there.on("message", (message) => {
    if (message.handled !== undefined) handled.push(message);
    else if (message.outcome !== undefined) outcomes.push(message);
  });
  const failures = [];
  let steps = 0;
  try {
    const [{ port }] = await once(there, "message");
    const url = (path) => `http://127.0.0.1:${port}${path}`;
    const post = async (path, { headers, body }, method = "POST") => {
      const response = await fetch(url(path), {
        method,
        headers,
        body: method === "POST" ? body : undefined,
      });
      const problem = response.headers.get("content-type") === "application/problem+json";
      const { code, status } = response.status === 204 ? {} : await response.json();
      return [response.status, problem ? code : status];
    };
    /** Prints one line of the table: the response, and how often a handler ran. */
    const line = async (title, request, expected) => {
      steps += 1;
      const before = handled.length;
      const got = await request();
      // The last message of the receiver's process may not have arrived yet.
      for (let wait = 0; wait < 50 && handled.length - before < expected.at(-1); wait++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      const found = [...got, handled.length - before];
      const right = JSON.stringify(found) === JSON.stringify(expected);
      if (!right)
        failures.push(`${title}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`);
      const [status, what, times] = [found.slice(0, -2).join(", "), found.at(-2) ?? "", found.at(-1)];
      const ink = !right ? paint.red : /2\d\d$/.test(status) ? paint.green : paint.yellow;
      console.log(
        `   ${title.padEnd(58)} ${ink(`${status} ${what}`.padEnd(28))} ${times === 0 ? paint.dim("-") : `handled ${times === 1 ? "once" : `${times} times`}`}`,
      );
      return found;
    };

    console.log(`\n${paint.bold("Over HTTP: a receiver in its own process, and its responses")}\n`);
    const signed = hook.sign(seeds.painchek);
    const sha1 = painchek({ secrets: [secret], algorithms: ["sha1"] });
    const surgery = { headers: { "content-type": "application/json; charset=utf-8" }, body: seeds.xon };
    const with_ = (delivery, headers) => ({ ...delivery, headers: { ...delivery.headers, ...headers } });

    await line("PainChek's assessment, signed with SHA-256", () => post("/painchek", signed), [
      200,
      "handled",
      1,
    ]);
    await line("the same once more: a retry", () => post("/painchek", hook.sign(seeds.painchek)), [
      200,
      "duplicate",
      0,
    ]);
    await line("and once more, signed with SHA-1", () => post("/painchek", sha1.sign(seeds.painchek)), [
      200,
      "duplicate",
      0,
    ]);
    await line("X-on's event, which is not signed", () => post("/xon", surgery), [200, "handled", 1]);
    await line("the same once more", () => post("/xon", surgery), [200, "duplicate", 0]);

    const changed = bytes.encode(
      text.decode(seeds.painchek).replace('"update_stamp": 265901', '"update_stamp": 265902'),
    );
    await line(
      "a retry whose payload has changed: an event of its own",
      () => post("/painchek", hook.sign(changed)),
      [200, "handled", 1],
    );
    if (handled.at(-1)?.retryChanged !== true || !handled.at(-1).warnings.includes("retry-changed"))
      failures.push("the handler did not see that the retry had changed");
    await line("that one once more", () => post("/painchek", hook.sign(changed)), [200, "duplicate", 0]);

    const tampered = {
      ...signed,
      body: bytes.encode(text.decode(seeds.painchek).replace('"pain_score": 0', '"pain_score": 9')),
    };
    await line("a score changed on the way", () => post("/painchek", tampered), [
      401,
      "signature-mismatch",
      0,
    ]);
    await line(
      "signed with another secret",
      () => post("/painchek", painchek({ secrets: ["a guess"] }).sign(seeds.painchek)),
      [401, "signature-mismatch", 0],
    );
    await line(
      "not signed at all",
      () => post("/painchek", { headers: { "content-type": "application/json" }, body: seeds.painchek }),
      [401, "signature-missing", 0],
    );
    await line(
      "the body as PainChek's documentation prints it",
      () => post("/painchek", hook.sign(seeds.printed)),
      [400, "json-syntax", 0],
    );
    await line(
      "a form instead of JSON",
      () => post("/painchek", with_(signed, { "Content-Type": "application/x-www-form-urlencoded" })),
      [415, "content-type", 0],
    );
    await line("two megabytes", () => post("/painchek", hook.sign(new Uint8Array(2 << 20).fill(0x20))), [
      413,
      "body-too-large",
      0,
    ]);
    await line("a GET request of a browser", () => post("/painchek", { headers: {} }, "GET"), [
      405,
      "method-not-allowed",
      0,
    ]);

    // Twenty attempts at one event while its handler is running.
    const crowd = hook.sign(other(slow));
    await line("twenty attempts at one event at the same time", async () => {
      const responses = await Promise.all(Array.from({ length: 20 }, () => post("/painchek", crowd)));
      const times = (wanted) => responses.filter(([status]) => status === wanted).length;
      return [`${times(200)} × 200`, `${times(409)} × 409`, ""];
    }, ["1 × 200", "19 × 409", "", 1]);
    await line("and one more when it has finished", () => post("/painchek", crowd), [200, "duplicate", 0]);

    // The handler fails the first time. The sender retries with the same bytes, after short delays.
    await line("a handler that fails at first: the sender tries again", async () => {
      const sent = await send(url("/painchek"), hook.sign(other(broken)), {
        provider: hook,
        retries: [100, 200],
        allowAddresses: ["127.0.0.1"],
      });
      return [...sent.attempts.map(({ status }) => status), sent.outcome];
    }, [500, 200, "delivered", 1]);
    await line("a sender that may not send to this machine", async () => {
      const sent = await send(url("/painchek"), signed, { provider: hook });
      return [sent.attempts[0]?.code ?? sent.status, sent.outcome];
    }, ["address-refused", "stopped", 0]);

    const keys = handled.map(({ handled: key }) => key);
    if (new Set(keys).size !== keys.length) failures.push("something was handled twice");
    const counts = outcomes.reduce(
      (sum, { outcome }) => sum.set(outcome, (sum.get(outcome) ?? 0) + 1),
      new Map(),
    );
    const list = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
    console.log(`\n   ${paint.dim(`The receiver counted: ${list}; ${keys.length} handled, each once.`)}`);
  } finally {
    there.disconnect();
    await once(there, "exit");
  }
  return { steps, failures };
}
