/** The page's modules in Node, with the full module loaded. */
import { loadFull } from "../../build/in-process.ts";

export * from "../../build/in-process.ts";

await loadFull();
