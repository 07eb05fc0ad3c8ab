// Replaces BullMQ 6 by BullMQ 5, in this process and its child processes.
import { register } from "node:module";

const hook = `export const resolve = (name, context, next) => next(name === "bullmq" ? "bullmq5" : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
process.env.HOOKSEAL_BULLMQ = "5";
