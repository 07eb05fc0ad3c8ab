/** All environments, in the order of the table. */
import type { Environment } from "../environment.ts";
import { IN_BROWSERS } from "./browsers.ts";
import { PAGES } from "./bundlers.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import { NODE } from "./node.ts";
import { TESTERS } from "./testers.ts";
import { WORKERS } from "./workers.ts";

export const ENVIRONMENTS: readonly Environment[] = [
  ...NODE,
  ...TESTERS,
  ...WORKERS,
  ...FRAMEWORKS,
  ...PAGES,
  ...IN_BROWSERS,
];
