/** The module `full`, as text. In workerd and at Vercel's edge the build replaces this file with an import of the module. */
import "./generated/text/full.js";
import { moduleOfText } from "./text.js";

/** Returns the module. */
export const loadModule = () => moduleOfText("full");
