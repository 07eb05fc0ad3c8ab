// `making.mjs '{ "first": …, "other": … }'`: how long webhooks take to make in a new process. Prints one line of JSON.
import { performance } from "node:perf_hooks";
import process from "node:process";

const { first, other } = JSON.parse(process.argv[2] ?? "");
const start = performance.now();
const { webhook } = await import("hookseal");
const imported = performance.now();
const make = (/** @type {string} */ provider) => {
  const before = performance.now();
  // X-on does not sign.
  const options =
    provider === "xon"
      ? { unsigned: /** @type {const} */ ("allow") }
      : { secrets: ["a secret of this benchmark"] };
  if (webhook(provider, options).provider !== provider) throw new Error("another provider");
  return performance.now() - before;
};
const times = { first: make(first), again: make(first), other: make(other) };
console.log(JSON.stringify({ import: imported - start, ...times }));
