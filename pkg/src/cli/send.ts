/** `send`: posts a delivery once, and shows the answer. No redirect is followed. */
import { request as http, type IncomingMessage } from "node:http";
import { request as https } from "node:https";
import { type SignCommandOptions, signed } from "./create.js";
import { Hooks } from "./hooks.js";
import { oneDelivery, sources } from "./input.js";
import { count, harmless, paint, print } from "./paint.js";
import { samplesOf } from "./samples.js";
import { REJECTED, reason, UsageError, VALID } from "./usage.js";

export interface SendOptions extends SignCommandOptions {
  event?: string;
  sample?: string;
  asIs?: boolean;
  timeout?: number;
}

/** Of an answer, no more is read. */
const MOST_ANSWER = 64 * 1024;
/** Headers that belong to a connection, and not to a delivery. */
const OF_THE_CONNECTION = [
  "host",
  "content-length",
  "connection",
  "transfer-encoding",
  "keep-alive",
  "expect",
  "upgrade",
];

interface Answer {
  status: number;
  headers: [string, string][];
  body: string;
  cut: boolean;
  milliseconds: number;
}

export async function send(target: string, file: string | undefined, options: SendOptions): Promise<number> {
  const url = address(target);
  const { headers, body, name } = await outgoing(file, options, url);
  let answer: Answer;
  try {
    answer = await post(url, headers, body, (options.timeout ?? 15) * 1000);
  } catch (error) {
    const message = `${url.host} gave no answer: ${reason(error)}.`;
    print(
      options.json === true ? JSON.stringify({ ok: false, error: message }) : paint.red(harmless(message)),
    );
    return REJECTED;
  }
  const [least, most] = range(
    name === undefined ? undefined : new Hooks({}, "none").definition(name).success,
  );
  const ok = answer.status >= least && answer.status <= most;
  if (options.json === true) {
    print(JSON.stringify({ ok, ...answer, headers: Object.fromEntries(answer.headers) }));
    return ok ? VALID : REJECTED;
  }
  print(`${paint.dim("POST")} ${harmless(url.href)} ${paint.dim(count(body.length, "byte"))}`);
  print(
    `${(ok ? paint.green : paint.red)(String(answer.status))} ${paint.dim(`in ${answer.milliseconds} ms`)}`,
  );
  for (const [key, value] of answer.headers) print(paint.dim(`  ${harmless(key)}: ${harmless(value)}`));
  if (answer.body !== "") print(harmless(answer.body, true).trimEnd());
  if (answer.cut) print(paint.dim(`The answer is longer than ${MOST_ANSWER} bytes: the rest was not read.`));
  if (!ok) print(`${paint.red("The sender would try again")}: it takes ${least} to ${most} for success.`);
  return ok ? VALID : REJECTED;
}

function address(target: string): URL {
  let url: URL;
  try {
    url = new URL(target);
  } catch {
    throw new UsageError("This is no URL.", "For example: http://localhost:3000/webhook");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new UsageError("A delivery is sent by http or https.");
  }
  return url;
}

/** What is sent: a file as it is, or signed anew; or a sample, signed. */
async function outgoing(
  file: string | undefined,
  options: SendOptions,
  url: URL,
): Promise<{ headers: [string, string][]; body: Uint8Array; name?: string }> {
  const href = options.url ?? url.href;
  if (options.event !== undefined) {
    if (file !== undefined) throw new UsageError("Either a file is sent, or a sample of --event.");
    if (options.provider === undefined)
      throw new UsageError("A sample needs --provider.", "For example: --provider painchek");
    const events = Object.keys(new Hooks({}, "none").definition(options.provider).events ?? {});
    const samples = samplesOf(options.provider, events).filter(({ type }) => type === options.event);
    const sample =
      options.sample === undefined ? samples[0] : samples.find(({ variant }) => variant === options.sample);
    if (sample === undefined) {
      throw new UsageError(
        "There is no such sample.",
        `See what there is: hookseal new ${options.provider} --list`,
      );
    }
    const { delivery, name } = await signed(new TextEncoder().encode(sample.text), options, href);
    return { headers: Object.entries(delivery.headers), body: delivery.body, name };
  }
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const { delivery } = await oneDelivery(source, { ...options, url: href });
  if (options.asIs === true) {
    const headers = delivery.headers.filter(([name]) => !OF_THE_CONNECTION.includes(name.toLowerCase()));
    const hooks = new Hooks(options, "none");
    return { headers, body: delivery.body, ...(hooks.knows(delivery) ? { name: hooks.name(delivery) } : {}) };
  }
  const provider = new Hooks(options, "none").name(delivery);
  const made = await signed(delivery.body, { ...options, provider }, href);
  return { headers: Object.entries(made.delivery.headers), body: made.delivery.body, name: made.name };
}

function post(url: URL, headers: [string, string][], body: Uint8Array, timeout: number): Promise<Answer> {
  const start = Date.now();
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http)(url, { method: "POST", agent: false });
    const clock = setTimeout(
      () => request.destroy(new Error(`none within ${timeout / 1000} seconds`)),
      timeout,
    );
    const fail = (error: Error) => {
      clearTimeout(clock);
      reject(error);
    };
    request.on("error", fail);
    request.on("response", (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      let length = 0;
      const done = (cut: boolean) => {
        clearTimeout(clock);
        const text = Buffer.concat(parts).subarray(0, MOST_ANSWER).toString("utf8");
        const raw = response.rawHeaders;
        const pairs = raw.flatMap((name, index): [string, string][] =>
          index % 2 === 0 ? [[name, raw[index + 1] ?? ""]] : [],
        );
        resolve({
          status: response.statusCode ?? 0,
          headers: pairs,
          body: text,
          cut,
          milliseconds: Date.now() - start,
        });
        request.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        parts.push(chunk);
        length += chunk.length;
        if (length > MOST_ANSWER) done(true);
      });
      response.on("end", () => done(false));
      response.on("error", fail);
    });
    try {
      const names = new Set(headers.map(([name]) => name.toLowerCase()));
      for (const name of names) {
        const own = headers.filter(([other]) => other.toLowerCase() === name);
        request.setHeader(
          own[0]?.[0] ?? name,
          own.map(([, value]) => value),
        );
      }
    } catch {
      clearTimeout(clock);
      request.destroy();
      return reject(new Error("a header of the delivery cannot be sent"));
    }
    request.setHeader("Content-Length", body.length);
    request.end(body);
  });
}

/** The statuses that a definition takes for success. */
function range(success: string | undefined): [number, number] {
  const words = /^(\d{3})-(\d{3})$/.exec(success ?? "");
  if (words !== null) return [Number(words[1]), Number(words[2])];
  const hundred = /^(\d)xx$/i.exec(success ?? "");
  return hundred === null ? [200, 299] : [Number(hundred[1]) * 100, Number(hundred[1]) * 100 + 99];
}
