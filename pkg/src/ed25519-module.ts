/** The module `ed25519`, as text. In workerd and at Vercel's edge the build replaces this file with an import of the module. */
import "./generated/text/ed25519.js";
import { moduleOfText } from "./text.js";

/** Returns the module. */
export const loadModule = () => moduleOfText("ed25519");
