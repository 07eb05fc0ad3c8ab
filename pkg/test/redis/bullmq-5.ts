// Puts BullMQ 5 in the place of BullMQ 6, in this process and in those that it starts.
import { register } from "node:module";

const hook = `export const resolve = (name, context, next) => next(name === "bullmq" ? "bullmq5" : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
process.env.HOOKSEAL_BULLMQ = "5";
