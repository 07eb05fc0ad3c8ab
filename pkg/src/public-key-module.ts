/** The module `public-key`, as text. In workerd and at Vercel's edge the build replaces this file with an import of the module. */
import "./generated/text/public-key.js";
import { moduleOfText } from "./text.js";

/** Returns the module. */
export const loadModule = () => moduleOfText("public-key");
