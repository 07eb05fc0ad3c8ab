/** How the files that bring a module get its bytes. */
export { fileBeside } from "./beside.js";
export { moduleOfText } from "./text.js";
