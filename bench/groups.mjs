// The groups of measurements, in the order of the page. Each has the same form, so that each can be measured alone.
import * as bytes from "./groups/bytes.mjs";
import * as digest from "./groups/digest.mjs";
import * as job from "./groups/job.mjs";
import * as making from "./groups/making.mjs";
import * as memory from "./groups/memory.mjs";
import * as peers from "./groups/peers.mjs";
import * as playground from "./groups/playground.mjs";
import * as receivers from "./groups/receivers.mjs";
import * as runtimes from "./groups/runtimes.mjs";
import * as start from "./groups/start.mjs";
import * as validators from "./groups/validators.mjs";

/** @typedef {{ rounds: number, clock: string, isShort: boolean, isLong: boolean }} Settings */

/**
 * @typedef {object} Group
 * @property {string} name
 * @property {(settings: Settings) => Promise<any>} measure returns what JSON can hold
 * @property {(data: any) => import("./table.mjs").Table[]} tables
 * @property {((data: any) => import("./chart.mjs").Chart[]) | undefined} [charts]
 */

/** @type {Group[]} */
export const GROUPS = [bytes, start, making, job, peers, validators, runtimes, receivers, digest, memory];

/** Groups that are measured only if they are named: they need the built page and a browser. @type {Group[]} */
export const NAMED_GROUPS = [playground];

/**
 * What one run measured: machine, date and command, and the data of each group.
 * @typedef {object} Result
 * @property {string} date
 * @property {string} command
 * @property {{ cpu: string, cores: number, memory: number, system: string, node: string }} machine
 * @property {Record<string, any>} groups
 */
