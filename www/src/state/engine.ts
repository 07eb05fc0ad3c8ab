/** The page's one connection to the worker. */
import { Engine } from "../engine/client.ts";

export const engine = new Engine();
