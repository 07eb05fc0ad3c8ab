/** The page's modules in Node, as in light.ts, with the full module loaded. */
import { loadFull } from "./light.ts";

export * from "./light.ts";

await loadFull();
